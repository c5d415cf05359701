"""An issue of a card as a time line, as `kiosk journal show NUMBER` prints it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner

from kiosk import activities
from kiosk.clock import ManualClock
from kiosk.commands.journal import app
from kiosk.journal.business_number import BusinessNumber
from kiosk.journal.issues import IssueEnd, IssueStep
from kiosk.journal.store import Journal
from kiosk.journal.timeline import WORDS
from statemachines.issuance.making import making_chart

SERIAL = "0C000001"


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(datetime(2026, 11, 22, 1, 0, tzinfo=UTC))


@pytest.fixture
def journal(tmp_path: Path, clock: ManualClock) -> Iterator[Journal]:
    journal = Journal(tmp_path / "journal.db", clock, "K0001")
    yield journal
    journal.close()


def issued(journal: Journal, clock: ManualClock) -> BusinessNumber:
    """A card fed, read, and not made: the printer jams, the card is spoiled, the host is told later."""
    number = journal.new_business()
    journal.note(number, "issue.opening")
    clock.advance(1.5)
    feeding = journal.intent(number, "in_service.session.making.feeding", {"hopper": "hopper-1"})
    clock.advance(3.25)
    journal.outcome(feeding, "fed")
    journal.note(number, f"issue.{IssueStep.READ}", {"serial": SERIAL})
    journal.note(journal.new_business(), "session.ended")
    clock.advance(0.25)
    with journal.together():
        journal.note(number, f"issue.{IssueStep.SPOILING}", {"serial": SERIAL, "how": "jam"})
        journal.outbox.add("issue_spoil", {"business": number}, f"{number}/issue_spoil/1")
        journal.outbox.add("issue_spoil", {"business": "other"}, f"{number}0/issue_spoil/1")
    journal.intent(number, "in_service.session.making.undoing")
    clock.advance(10)
    journal.outbox.sent(f"{number}/issue_spoil/1")
    return number


def test_what_was_begun_noted_and_told_stands_in_its_order(
    tmp_path: Path, journal: Journal, clock: ManualClock
) -> None:
    number = issued(journal, clock)
    result = CliRunner().invoke(app, ["show", number, "--json", "--file", str(tmp_path / "journal.db")])
    assert result.exit_code == 0
    shown = json.loads(result.stdout)["timeline"]
    assert [
        (each["seconds"], each["words"], each["party"], each["serial"], each["result"], each["took"]) for each in shown
    ] == [
        (0.0, "application opened", "host", "", "", None),
        (1.5, "card fed from its hopper", "printer", "", "fed", 3.25),
        (4.75, "serial known", "chip", SERIAL, "", None),
        (5.0, "card put among the spoiled", "printer", SERIAL, "", None),
        (5.0, "application given back", "host", SERIAL, "unknown", None),
        (5.0, "tell: card spoiled", "host", SERIAL, "sent", 10.0),
    ]
    assert shown[1]["step"] == "in_service.session.making.feeding"
    assert (shown[1]["facts"], shown[3]["facts"]) == ({"hopper": "hopper-1"}, {"serial": SERIAL, "how": "jam"})


def test_it_is_read_as_a_table(tmp_path: Path, journal: Journal, clock: ManualClock) -> None:
    number = issued(journal, clock)
    result = CliRunner().invoke(app, ["show", number, "--file", str(tmp_path / "journal.db")])
    lines = [" ".join(line.split()) for line in result.stdout.splitlines()]
    assert lines[0] == f"{number}, from 2026-11-22 09:00:00"
    assert lines[1] == "seconds what with serial result took facts step"
    assert lines[3] == (
        "+1.500 card fed from its hopper printer fed 3.250 hopper hopper-1 in_service.session.making.feeding"
    )
    assert lines[7] == f"+5.000 tell: card spoiled host {SERIAL} sent 10.000 issue_spoil"
    assert len(lines) == 8


def test_every_step_and_end_of_an_issue_has_words() -> None:
    assert {step.value for step in IssueStep} <= WORDS.keys()
    assert {end.value for end in IssueEnd} <= WORDS.keys()


def test_every_durable_state_of_making_has_words() -> None:
    durable = {state.name for state in making_chart(activities).states if state.durable}
    assert durable <= WORDS.keys()
