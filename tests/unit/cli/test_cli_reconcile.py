"""``kiosk reconcile``: by the journal of a kiosk, and the host and the payer that its configuration names."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from kiosk.cli import build
from kiosk.clock import SystemClock
from kiosk.commands import reconcile as command
from kiosk.host.issuing_values import FeeLine
from kiosk.host.payer.port import PayerLine, PaymentState
from kiosk.host.port import HostUnavailable
from kiosk.journal.business_number import BusinessNumber
from kiosk.journal.issues import IssueStep
from kiosk.journal.store import Journal

TODAY = SystemClock().today()


class Side:
    """Host, its side of issuing, and payer: what they have of today."""

    def __init__(self, order: str, state: PaymentState) -> None:
        self._order = order
        self._state = state

    async def fee_lines(self, day: date) -> tuple[FeeLine, ...]:
        return (FeeLine("A1", self._order, 2000, True),) if day == TODAY else ()

    async def lines(self, day: date) -> tuple[PayerLine, ...]:
        return (PayerLine(self._order, 2000, self._state),) if day == TODAY else ()

    async def close(self) -> None: ...


class Gone(Side):
    async def fee_lines(self, day: date) -> tuple[FeeLine, ...]:
        raise HostUnavailable


@pytest.fixture
def order(tmp_path: Path) -> BusinessNumber:
    journal = Journal(tmp_path / "journal.sqlite", SystemClock(), "K0001")
    business = journal.new_business()
    journal.issues.begin(business, "990101200001011234")
    journal.issues.change(business, application="A1", fee_order=business, fen=2000, step=IssueStep.HELD.value)
    journal.close()
    return business


@contextmanager
def at(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, side: Side) -> Iterator[None]:
    class Settings:
        journal_file = tmp_path / "journal.sqlite"

    with monkeypatch.context() as patched:
        patched.setattr(command, "load", lambda path: Settings())
        patched.setattr(command, "sides", lambda settings, clock: (side, side, side))
        yield


def run(*words: str) -> Any:
    return CliRunner().invoke(build(["reconcile"]), ["reconcile", *words])


def test_a_day_that_agrees(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, order: BusinessNumber) -> None:
    with at(monkeypatch, tmp_path, Side(order, PaymentState.CAPTURED)):
        done = run("--day", TODAY.isoformat())
        assert (done.exit_code, done.stdout) == (
            0, f"{TODAY}: 1 agreed; host CNY 20.00, payer CNY 20.00.\nNo differences.\n"
        )  # fmt: skip


def test_a_difference_is_named_and_the_exit_code_says_so(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, order: BusinessNumber
) -> None:
    with at(monkeypatch, tmp_path, Side(order, PaymentState.LAPSED)):
        told = run("--day", TODAY.isoformat(), "--json")
        assert told.exit_code == 1
        (found,) = json.loads(told.stdout)["differences"]
        assert (found["difference"], found["order"], found["explained"]) == ("issued_not_paid", order, False)
        said = run("--day", TODAY.isoformat())
        assert f"issued not paid: A1, order {order}, CNY 20.00" in said.stdout


def test_what_cannot_be_asked_is_said(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, order: BusinessNumber) -> None:
    with at(monkeypatch, tmp_path, Gone(order, PaymentState.CAPTURED)):
        done = run()
        assert (done.exit_code, done.stderr) == (1, "Host or payer could not be asked: HostUnavailable.\n")
    assert run("--day", "yesterday").exit_code == 2
