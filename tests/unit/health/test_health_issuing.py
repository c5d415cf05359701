"""When a card can be issued, and what takes it off the menu: device, stock, ledger, open issues, host (A8, A9)."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
import structlog

from devices.card_printer.contract import (
    CardPosition,
    CardPrinterStatus,
    CoverState,
    Ribbon,
    RibbonState,
)
from devices.contract import DeviceError, DeviceState, MediaState, Status, StorageKind, StorageLevel, StorageUnit
from devices.fault_catalogue import Capability
from kiosk.clock import ManualClock
from kiosk.health import issuing
from kiosk.health.capabilities import Health
from kiosk.health.issuing import look_at_issuing, look_at_supplies
from kiosk.health.issuing_view import IssuingView
from kiosk.host.port import HostRefused, HostUnavailable
from kiosk.journal.errors import JournalDamaged
from kiosk.journal.issues import IssueEnd, IssueStep
from kiosk.journal.store import Journal
from kiosk.record_issuing import IssuingRecord
from kiosk.record_stock import Blocked, StockRecord
from kiosk.tools import Tools

READY = CardPrinterStatus(
    device=DeviceState.ONLINE,
    media=MediaState.NOT_PRESENT,
    position=CardPosition.NONE,
    storage=(
        StorageUnit("hopper-1", StorageKind.DISPENSE, StorageLevel.OK),
        StorageUnit("hopper-2", StorageKind.DISPENSE, StorageLevel.OK),
        StorageUnit("reject-box", StorageKind.RETAIN, StorageLevel.OK),
        StorageUnit("holding-slot", StorageKind.PARK, StorageLevel.EMPTY, 0),
    ),
    ribbon=Ribbon(RibbonState.OK, "YMCKO", "R5F208", 180, 200, True),
    cover=CoverState.CLOSED,
)
STOCK = IssuingView(stock={"example_bank": 3, "sample_bank": 2})
SECOND_EMPTY = (replace(READY.storage[1], level=StorageLevel.EMPTY),)


class Far:
    """A host or a payer that answers, or not."""

    def __init__(self) -> None:
        self.error: Exception | None = None

    async def ping(self) -> datetime:
        if self.error is not None:
            raise self.error
        return datetime.now(UTC)

    async def state(self, order: str) -> None:
        if self.error is not None:
            raise self.error


def healthy(far: Far | None = None) -> Health:
    health = Health(cast("Any", far or Far()))
    health.host_answers = True
    health.saw("card_printer", READY)
    health.saw_issuing(STOCK)
    return health


def test_a_kiosk_with_everything_issues_for_every_bank_in_stock() -> None:
    health = healthy()
    assert Capability.ISSUE in health.works
    assert health.banks == {"example_bank": 3, "sample_bank": 2}
    assert health.why_no_issue == ""


def test_a_kiosk_that_is_not_set_up_for_it_does_not_issue() -> None:
    health = healthy()
    health.saw_issuing(None)
    assert Capability.ISSUE not in health.works
    assert (health.why_no_issue, health.banks) == ("not_fitted", {})


@pytest.mark.parametrize(
    "status",
    [
        None,
        Status(DeviceState.OFFLINE),
        replace(READY, device=DeviceState.OFFLINE),
        replace(READY, ribbon=Ribbon(RibbonState.UNSUITABLE, "KO", "RCT023")),
        replace(READY, ribbon=Ribbon(RibbonState.UNRECOGNISED)),
        replace(READY, ribbon=Ribbon(RibbonState.OUT)),
        replace(READY, ribbon=Ribbon(RibbonState.UNKNOWN)),
        replace(READY, blocking=("card_printer.ribbon_nearly_spent",)),
        replace(READY, blocking=("card_printer.cleaning_required",)),
        replace(READY, cover=CoverState.OPEN),
        replace(READY, media=MediaState.PRESENT, position=CardPosition.IN_PATH),
        replace(READY, storage=(replace(READY.storage[2], level=StorageLevel.FULL), *READY.storage[:2])),
    ],
)
def test_a_printer_that_is_not_ready_takes_issuing_and_nothing_else(status: Status | None) -> None:
    health = healthy()
    before = health.works
    assert health.saw("card_printer", status)
    assert before - health.works == {Capability.ISSUE}
    assert (health.why_no_issue, health.banks) == ("card_printer", {})
    assert health.saw("card_printer", READY)
    assert health.works == before


@pytest.mark.parametrize(
    ("view", "why"),
    [
        (replace(STOCK, journal=False), "journal"),
        (replace(STOCK, blocks=("stock_mismatch",)), "blocked"),
        (replace(STOCK, open_issues=1, attendant=True), "attendant"),
        (replace(STOCK, open_issues=1), "open_issue"),
        (replace(STOCK, stock={}), "no_stock"),
    ],
)
def test_what_the_journal_says_takes_issuing_away(view: IssuingView, why: str) -> None:
    health = healthy()
    before = health.works
    assert health.saw_issuing(view)
    assert before - health.works == {Capability.ISSUE}
    assert health.why_no_issue == why


def test_a_bank_that_ran_out_is_news() -> None:
    health = healthy()
    assert health.saw_issuing(IssuingView(stock={"example_bank": 3}))
    assert Capability.ISSUE in health.works
    assert health.banks == {"example_bank": 3}
    assert not health.saw_issuing(IssuingView(stock={"example_bank": 3}))


def test_a_camera_that_is_gone_loses_nothing() -> None:
    health = healthy()
    before = health.works
    assert not health.saw("camera", Status(DeviceState.NO_DEVICE, "camera.not_connected"))
    assert health.works == before


def test_an_encoder_that_is_gone_takes_issuing_and_no_citizens_card() -> None:
    health = healthy()
    health.saw("card_reader", Status(DeviceState.ONLINE))
    before = health.works
    health.saw("encoder", Status(DeviceState.NO_DEVICE, "card_reader.absent"))
    assert (before - health.works, health.why_no_issue) == ({Capability.ISSUE}, "encoder")
    health.saw("encoder", None)
    assert health.works == before


def test_a_motion_that_failed_takes_issuing_until_the_next_look() -> None:
    health = healthy()
    health.failed(DeviceError("card_printer.jam_exit"))
    assert health.why_no_issue == "card_printer"


async def test_without_the_host_nothing_is_issued_and_without_the_payer_nothing_paid() -> None:
    host, payer = Far(), Far()
    health = healthy(host)
    health.payer = cast("Any", payer)
    assert await health.ask_payer()
    assert {Capability.ISSUE, Capability.PAY} <= health.works
    payer.error = HostRefused("order_unknown")
    assert not await health.ask_payer()
    payer.error = HostUnavailable("gone")
    assert await health.ask_payer()
    assert Capability.PAY not in health.works
    host.error = HostUnavailable("gone")
    assert await health.ask_host()
    assert not {Capability.ISSUE, Capability.QUERY} & health.works


def test_a_wrong_ribbon_is_alarmed_once_with_its_part_number() -> None:
    health = healthy()
    wrong = replace(READY, ribbon=Ribbon(RibbonState.UNSUITABLE, "KO", "RCT023NAA", 400, 600, False))
    with structlog.testing.capture_logs() as lines:
        health.saw("card_printer", wrong)
        health.saw("card_printer", wrong)
        health.saw("card_printer", READY)
        health.saw("card_printer", wrong)
    alarms = [line for line in lines if line["event"] == "ribbon_mismatch"]
    expected = {"device": "card_printer", "kind": "KO", "part_number": "RCT023NAA", "log_level": "error"}
    assert alarms == [{**expected, "event": "ribbon_mismatch"}] * 2


# -- the look at the journal -------------------------------------------------------------------------------------------


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    journal = Journal(tmp_path / "journal.db", ManualClock(datetime(2026, 11, 22, 1, 0, tzinfo=UTC)), "K0001")
    journal.ledger.receive([("0C000001", "example_bank"), ("0C000002", "example_bank"), ("0C000003", "sample_bank")])
    journal.ledger.load("hopper-1", ["0C000001", "0C000002"])
    journal.ledger.load("hopper-2", ["0C000003"])
    yield journal
    journal.close()


@pytest.fixture
def tools(journal: Journal, tmp_path: Path) -> Tools:
    record = SimpleNamespace(stock=StockRecord(journal), issuing=IssuingRecord(journal, lambda: None))
    settings = SimpleNamespace(
        kiosk=SimpleNamespace(state_directory=tmp_path),
        issuing=SimpleNamespace(hoppers={"hopper-1": "example_bank", "hopper-2": "sample_bank"}),
    )
    clock = journal.outbox._clock
    return cast(
        "Tools",
        SimpleNamespace(record=record, settings=settings, clock=clock, health=healthy(), receipt_printer=object()),
    )


async def test_the_ledger_is_what_is_in_stock(tools: Tools) -> None:
    assert await look_at_issuing(tools, READY) == IssuingView(stock={"example_bank": 2, "sample_bank": 1})


async def test_an_empty_hopper_is_no_stock_whatever_the_ledger_says_and_blocks(tools: Tools) -> None:
    units = (READY.storage[0], replace(READY.storage[1], level=StorageLevel.EMPTY), *READY.storage[2:])
    view = await look_at_issuing(tools, replace(READY, storage=units))
    assert view == IssuingView(stock={"example_bank": 2}, blocks=(Blocked.STOCK_DIFFERENCE,))


async def test_nothing_is_compared_while_a_card_is_on_its_way(tools: Tools, journal: Journal) -> None:
    units = (READY.storage[0], replace(READY.storage[1], level=StorageLevel.EMPTY), *READY.storage[2:])
    business = journal.new_business()
    journal.issues.begin(business, "990101195603120022")
    journal.issues.change(business, step=IssueStep.FEEDING.value)
    view = await look_at_issuing(tools, replace(READY, storage=units))
    assert view == IssuingView(stock={"example_bank": 2}, open_issues=1)
    journal.issues.change(business, step=IssueStep.ATTENDANT.value)
    assert (await look_at_issuing(tools, READY)).why_not == "attendant"
    journal.issues.change(business, ended=IssueEnd.SETTLED.value)
    journal.ledger.fed("hopper-2", business)
    assert (await look_at_issuing(tools, replace(READY, storage=units))).blocks == ()


async def test_a_held_card_leaves_issuing_open(tools: Tools, journal: Journal) -> None:
    business = journal.new_business()
    journal.issues.begin(business, "990101195603120022")
    journal.issues.change(business, step=IssueStep.HELD.value)
    assert (await look_at_issuing(tools, READY)).why_not == ""


async def test_a_full_disk_closes_issuing(tools: Tools, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(issuing, "ROOM", 2**62)
    assert (await look_at_issuing(tools, READY)).why_not == "journal"


async def test_a_journal_that_cannot_be_read_closes_issuing(tools: Tools, monkeypatch: pytest.MonkeyPatch) -> None:
    async def broken() -> tuple[str, ...]:
        raise JournalDamaged("the file")

    monkeypatch.setattr(tools.record.stock, "blocks", broken)
    assert await look_at_issuing(tools, READY) == IssuingView(journal=False)


async def test_what_is_used_is_counted_by_the_day_and_told_the_day_before_it_ends(
    tools: Tools, journal: Journal
) -> None:
    await look_at_supplies(tools)
    for left in (160, 200, 195):
        ribbon = replace(cast("Ribbon", READY.ribbon), left=left)
        tools.health.saw("card_printer", replace(READY, ribbon=ribbon))
        found = {each.name: each for each in await look_at_supplies(tools)}
    assert (found["ribbon"].left, found["ribbon"].per_day) == (195, 25.0)  # 20 of the first, 5 of the new one
    assert (found["paper"].left, found["cards.example_bank"].days) == (None, None)
    journal.counters.set(issuing.PAPER_LASTS, 300)
    journal.counters.add("receipts", 290)
    journal.counters.add("used.paper.20261121", 29)
    with structlog.testing.capture_logs() as lines:
        tools.health.saw_supplies(await look_at_supplies(tools))
        tools.health.saw_supplies(await look_at_supplies(tools))
    told = [line for line in lines if line["event"] == "supply_soon_empty"]
    assert [(line["supply"], line["left"], line["empty_on"]) for line in told] == [("paper", 10, "2026-11-22")]


async def test_everything_at_once_does_not_stop_the_loop(tools: Tools) -> None:
    views = await asyncio.gather(*(look_at_issuing(tools, READY) for _ in range(5)))
    assert len(set(map(repr, views))) == 1
