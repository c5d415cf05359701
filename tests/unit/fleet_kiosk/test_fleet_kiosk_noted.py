"""What the journal notes is told to the fleet, in the same transaction and without whom it concerns."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from devices.contract import StorageKind, StorageLevel, StorageUnit
from kiosk.clock import ManualClock
from kiosk.health.noted import TELLERS, follow
from kiosk.health.telemetry import Telemetry
from kiosk.journal.ledger import CardPlace
from kiosk.journal.store import Journal
from kiosk.record_stock import StockRecord

WHO = ("0041", "0042")


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    journal = Journal(tmp_path / "journal.db", ManualClock(datetime(2026, 3, 2, 8, 0, tzinfo=UTC)), "K0001")
    journal.ledger.receive([("0000000A", "example_bank"), ("0000000B", "example_bank")], WHO)
    journal.ledger.load("hopper-1", ["0000000A", "0000000B"], WHO)
    follow(journal, Telemetry(journal))
    yield journal
    journal.close()


def told(journal: Journal) -> list[tuple[object, object]]:
    kept = journal.telemetry.oldest(100)
    assert [each.sequence for each in kept] == list(range(1, len(kept) + 1))
    return [(each.body["event"], each.body.get("facts", {})) for each in kept]


async def test_a_difference_is_told_with_its_numbers_and_once(journal: Journal) -> None:
    class Printer:
        storage = (StorageUnit("hopper-1", StorageKind.DISPENSE, StorageLevel.OK, 1),)

    stock = StockRecord(journal)
    for _ in range(2):
        assert len(await stock.compare(Printer())) == 1  # type: ignore[arg-type]
    assert told(journal) == [
        ("stock_difference", {"place": "hopper-1", "bank": "example_bank", "ledger": 2, "counted": 1})
    ]
    assert [*journal.ledger.blocks()] == ["stock_difference"]


def test_two_people_at_the_stock(journal: Journal) -> None:
    business = journal.new_business()
    journal.note(business, "stock.opened", {"who": [*WHO]})
    journal.ledger.block("stock_mismatch", business)
    journal.ledger.counted("hopper-1", 1, WHO, business)
    journal.ledger.unblock("stock_mismatch", WHO, business)
    journal.ledger.counted("hopper-1", 1, WHO, business)
    assert told(journal) == [
        ("exchange_began", {}),
        ("stock_difference", {"reason": "stock_mismatch"}),
        ("stock_difference", {"place": "hopper-1", "bank": "example_bank", "ledger": 2, "counted": 1, "by": "people"}),
        ("stock_counted", {"free": True, "reason": "stock_mismatch"}),
        ("stock_counted", {"place": "hopper-1", "bank": "example_bank", "ledger": 1, "counted": 1}),
    ]
    assert not any(who in str(told(journal)) for who in WHO)


def test_what_waits_for_a_person(journal: Journal) -> None:
    business = journal.new_business()
    journal.note(business, "card.retained", {"serial": "0000000A"})
    journal.note(business, "issue.unconfirmed", {"serial": "0000000A"})
    journal.note(business, "issue.attendant", {"serial": "0000000A", "found_at": "printed"})
    journal.note(business, "advice.given_up", {"kind": "issue_advise"})
    assert told(journal) == [
        ("card_retained", {"whose": "citizen"}),
        ("business_stuck", {"step": "unconfirmed"}),
        ("business_stuck", {"step": "attendant"}),
        ("business_stuck", {"step": "advice", "kind": "issue_advise"}),
    ]


def test_what_is_not_noted_is_not_told(journal: Journal) -> None:
    def cut() -> None:
        with journal.together():
            journal.note(journal.new_business(), "issue.attendant")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        cut()
    assert told(journal) == []


def test_cards_that_leave_the_path_are_counted(journal: Journal) -> None:
    journal.ledger.fed("hopper-1", "b")
    journal.ledger.read("0000000A")
    journal.ledger.leave_path(CardPlace.SPOILED)
    assert journal.counters.value("cards.spoiled") == 1


@pytest.mark.parametrize("step", TELLERS)
def test_a_note_without_facts_is_told_too(journal: Journal, step: str) -> None:
    journal.note(journal.new_business(), step)
    assert len(told(journal)) == 1
