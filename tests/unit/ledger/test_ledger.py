"""The ledger's single steps, and what it refuses."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from devices.contract import StorageKind, StorageLevel, StorageUnit
from kiosk.clock import ManualClock
from kiosk.journal.ledger import CardPlace, Difference, LedgerCard, LedgerError, PathCard, StockLine, StockMismatch
from kiosk.journal.store import Journal

A, B, C, D = "0C000001", "0C000002", "0C000003", "0C000004"
WHO = ("0041", "0042")


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(datetime(2026, 11, 22, 1, 0, tzinfo=UTC))


@pytest.fixture
def journal(tmp_path: Path, clock: ManualClock) -> Iterator[Journal]:
    journal = Journal(tmp_path / "journal.db", clock, "K0001")
    journal.ledger.receive([(A, "example_bank"), (B, "example_bank"), (C, "example_bank"), (D, "sample_bank")])
    journal.ledger.load("hopper-1", [A, B])
    journal.ledger.load("hopper-2", [D], WHO)
    yield journal
    journal.close()


def notes(journal: Journal) -> list[tuple[str, dict[str, object]]]:
    return [(entry.step, dict(entry.told)) for entry in journal.entries()]


def test_a_card_from_delivery_to_its_holder(journal: Journal) -> None:
    ledger = journal.ledger
    assert ledger.card(A) == LedgerCard(A, "example_bank", CardPlace.LOADED, "hopper-1", "")
    ledger.fed("hopper-1", "B1")
    assert ledger.path() == PathCard("", "example_bank", "hopper-1", "B1")
    assert (ledger.in_hopper("hopper-1"), ledger.banks_in_stock()) == (1, {"example_bank": 1, "sample_bank": 1})
    assert ledger.read(B.lower()) == LedgerCard(B, "example_bank", CardPlace.IN_PATH, "hopper-1", "B1")
    assert ledger.read(B).serial == B
    assert ledger.path() == PathCard(B, "example_bank", "hopper-1", "B1")
    ledger.leave_path(CardPlace.ISSUED)
    assert ledger.path() is None
    assert ledger.card(B) == LedgerCard(B, "example_bank", CardPlace.ISSUED, "hopper-1", "B1")
    assert ledger.stock()["example_bank"] == StockLine(delivered=3, received=1, in_hopper=1, issued=1)


def test_every_handling_is_noted_with_who_did_it(journal: Journal) -> None:
    journal.ledger.unload([D], WHO)
    journal.ledger.return_([D], WHO)
    assert notes(journal) == [
        ("stock.received", {"banks": {"example_bank": [A, B, C], "sample_bank": [D]}}),
        ("stock.loaded", {"hopper": "hopper-1", "serials": [A, B], "now": 2}),
        ("stock.loaded", {"hopper": "hopper-2", "serials": [D], "now": 1, "who": ["0041", "0042"]}),
        ("stock.unloaded", {"serials": [D], "who": ["0041", "0042"]}),
        ("stock.returned", {"serials": [D], "who": ["0041", "0042"]}),
    ]
    assert journal.ledger.receive([(D, "sample_bank")]) == 1


def test_what_is_noted_is_noted_under_the_business_given(journal: Journal) -> None:
    business = journal.new_business()
    journal.ledger.counted("hopper-1", 2, WHO, business)
    (entry,) = journal.entries(business)
    assert (entry.step, entry.told) == (
        "stock.counted",
        {"hopper": "hopper-1", "bank": "example_bank", "ledger": 2, "found": 2, "who": ["0041", "0042"]},
    )


@pytest.mark.parametrize("serial", ["", "0C00001", "0C00000G", "0C0000011"])
def test_a_serial_has_eight_hexadecimal_digits(journal: Journal, serial: str) -> None:
    with pytest.raises(LedgerError, match="8 hexadecimal digits"):
        journal.ledger.receive([(serial, "example_bank")])


def test_a_delivery_is_received_whole_or_not_at_all(journal: Journal) -> None:
    with pytest.raises(LedgerError, match=f"card {A} is here already: loaded"):
        journal.ledger.receive([("0C0000AA", "example_bank"), (A, "example_bank")])
    with pytest.raises(LedgerError, match="never received"):
        journal.ledger.card("0C0000AA")


def test_a_hopper_holds_one_banks_cards(journal: Journal) -> None:
    with pytest.raises(LedgerError, match="more than one bank: example_bank, sample_bank"):
        journal.ledger.load("hopper-2", [C])
    with pytest.raises(LedgerError, match=f"card {A} is loaded, not received"):
        journal.ledger.load("hopper-1", [A])
    with pytest.raises(LedgerError, match="named twice"):
        journal.ledger.load("hopper-1", [C, C])
    assert journal.ledger.in_hopper("hopper-1") == 2


def test_a_card_that_never_left_is_in_its_hopper_again(journal: Journal) -> None:
    ledger = journal.ledger
    ledger.fed("hopper-2", "B1")
    assert ledger.in_hopper("hopper-2") == 0
    with pytest.raises(LedgerError, match="a card is in the path: not read yet"):
        ledger.fed("hopper-1", "B2")
    ledger.not_fed()
    assert (ledger.path(), ledger.in_hopper("hopper-2")) == (None, 1)
    with pytest.raises(LedgerError, match="no card in the path"):
        ledger.not_fed()
    ledger.fed("hopper-2", "B1")
    ledger.read(D)
    with pytest.raises(LedgerError, match="was read"):
        ledger.not_fed()


def test_an_empty_hopper_feeds_nothing(journal: Journal) -> None:
    with pytest.raises(LedgerError, match="holds no card"):
        journal.ledger.fed("hopper-9", "B1")


@pytest.mark.parametrize(
    ("serial", "why"),
    [("0C0000FF", "unknown"), (C, "not_loaded"), (D, "other_bank"), ("0C000005", "other_hopper")],
)
def test_a_card_that_cannot_be_there_is_a_mismatch(journal: Journal, serial: str, why: str) -> None:
    ledger = journal.ledger
    ledger.receive([("0C000005", "example_bank")])
    ledger.load("hopper-3", ["0C000005"])
    ledger.fed("hopper-1", "B1")
    with pytest.raises(StockMismatch) as caught:
        ledger.read(serial)
    assert (caught.value.serial, caught.value.why) == (serial, why)
    assert ledger.path() == PathCard("", "example_bank", "hopper-1", "B1")


def test_another_card_than_the_one_read_before_is_a_mismatch(journal: Journal) -> None:
    journal.ledger.fed("hopper-1", "B1")
    journal.ledger.read(A)
    with pytest.raises(StockMismatch, match="other_card"):
        journal.ledger.read(B)


def test_a_card_never_read_is_counted_where_it_went(journal: Journal) -> None:
    ledger = journal.ledger
    ledger.fed("hopper-1", "B1")
    ledger.leave_path(CardPlace.SPOILED)
    assert ledger.stock()["example_bank"] == StockLine(delivered=3, received=1, in_hopper=1, spoiled=1)
    assert ledger.in_bin() == (LedgerCard("", "example_bank", CardPlace.SPOILED, "hopper-1", "B1", inside=True),)
    with pytest.raises(LedgerError, match="does not hold that many"):
        ledger.unload([A, B])
    assert ledger.identified(B, CardPlace.SPOILED, WHO) == LedgerCard(
        B, "example_bank", CardPlace.SPOILED, "hopper-1", "B1", inside=True
    )
    assert ledger.stock()["example_bank"] == StockLine(delivered=3, received=1, in_hopper=1, spoiled=1)
    with pytest.raises(LedgerError, match="no unread card"):
        ledger.identified(A, CardPlace.SPOILED, WHO)


def test_a_held_card_comes_back_and_is_taken(journal: Journal) -> None:
    ledger = journal.ledger
    ledger.fed("hopper-1", "B1")
    ledger.read(A)
    ledger.leave_path(CardPlace.HELD)
    assert ledger.held() == (LedgerCard(A, "example_bank", CardPlace.HELD, "hopper-1", "B1", inside=True),)
    ledger.to_path(A, "B2")
    assert (ledger.held(), ledger.path()) == ((), PathCard(A, "example_bank", "hopper-1", "B2"))
    ledger.leave_path(CardPlace.ISSUED)
    ledger.to_path(A, "B2")  # believed taken, and drawn in after all
    ledger.leave_path(CardPlace.HELD)
    with pytest.raises(LedgerError, match=f"card {B} is loaded"):
        ledger.to_path(B, "B2")
    with pytest.raises(LedgerError, match="never read"):
        ledger.to_path("", "B2")


def test_what_nobody_fetched_is_sealed_and_never_issued_again(journal: Journal) -> None:
    ledger = journal.ledger
    ledger.fed("hopper-1", "B1")
    ledger.read(A)
    ledger.leave_path(CardPlace.HELD)
    assert [card.serial for card in ledger.sealed(WHO)] == [A]
    assert ledger.card(A) == LedgerCard(A, "example_bank", CardPlace.RETAINED, "hopper-1", "B1")
    assert (ledger.held(), ledger.in_bin(), ledger.sealed(WHO)) == ((), (), ())
    with pytest.raises(LedgerError, match="does not come back"):
        ledger.to_path(A, "B1")


def test_the_bin_is_emptied_once(journal: Journal) -> None:
    ledger = journal.ledger
    for serial, to in ((A, CardPlace.SPOILED), (B, CardPlace.RETAINED)):
        ledger.fed("hopper-1", "B1")
        ledger.read(serial)
        ledger.leave_path(to)
    ledger.fed("hopper-2", "B2")
    ledger.leave_path(CardPlace.SPOILED, by_hand=True)
    assert [(card.serial, card.place) for card in ledger.emptied_bin(WHO)] == [(A, "spoiled"), (B, "retained")]
    assert ledger.emptied_bin(WHO) == ()
    assert notes(journal)[-2] == (
        "stock.bin_emptied",
        {
            "items": [
                {"serial": A, "bank": "example_bank", "place": "spoiled", "business": "B1"},
                {"serial": B, "bank": "example_bank", "place": "retained", "business": "B1"},
            ],
            "who": ["0041", "0042"],
        },
    )
    assert ledger.stock()["example_bank"] == StockLine(delivered=3, received=1, retained=1, spoiled=1)


def test_a_count_finds_what_is_missing_and_later_what_was_found(journal: Journal) -> None:
    ledger = journal.ledger
    assert ledger.counted("hopper-1", 0, WHO) == -2
    assert ledger.stock()["example_bank"] == StockLine(delivered=3, received=1, missing=2)
    assert ledger.banks_in_stock() == {"sample_bank": 1}
    assert ledger.counted("hopper-1", 1, WHO) == 1
    assert ledger.stock()["example_bank"] == StockLine(delivered=3, received=1, in_hopper=1, missing=1)
    with pytest.raises(LedgerError, match="never loaded"):
        ledger.counted("hopper-1", 3, WHO)
    assert ledger.in_hopper("hopper-1") == 1


def test_a_hopper_of_missing_cards_may_be_filled_for_another_bank(journal: Journal) -> None:
    ledger = journal.ledger
    ledger.counted("hopper-2", 0, WHO)
    ledger.load("hopper-2", [C])
    assert (ledger.bank_in("hopper-2"), ledger.banks_in_stock()) == ("example_bank", {"example_bank": 3})
    ledger.fed("hopper-2", "B1")
    with pytest.raises(StockMismatch, match="other_bank"):
        ledger.read(D)


def test_the_fullest_hopper_of_a_bank_is_fed_from(journal: Journal) -> None:
    ledger = journal.ledger
    ledger.receive([(f"0C00010{at}", "example_bank") for at in range(3)])
    ledger.load("hopper-3", [f"0C00010{at}" for at in range(3)])
    assert ledger.hopper_for("example_bank") == "hopper-3"
    with pytest.raises(LedgerError, match="no hopper holds cards of rural_bank"):
        ledger.hopper_for("rural_bank")


def test_a_block_stands_until_it_is_lifted_and_is_noted_once(journal: Journal) -> None:
    ledger = journal.ledger
    ledger.block("stock_mismatch")
    ledger.block("stock_mismatch")
    assert ledger.blocks() == {"stock_mismatch": "2026-11-22T01:00:00.000Z"}
    ledger.unblock("stock_mismatch", WHO)
    ledger.unblock("stock_mismatch", WHO)
    assert ledger.blocks() == {}
    assert notes(journal)[3:] == [
        ("stock.blocked", {"reason": "stock_mismatch"}),
        ("stock.unblocked", {"reason": "stock_mismatch", "who": ["0041", "0042"]}),
    ]


HOPPER, BOX, SLOT = StorageKind.DISPENSE, StorageKind.RETAIN, StorageKind.PARK


@pytest.mark.parametrize(
    ("unit", "seen"),
    [
        (StorageUnit("hopper-1", HOPPER, StorageLevel.OK, 2), None),
        (StorageUnit("hopper-1", HOPPER, StorageLevel.OK, 1), 1),
        (StorageUnit("hopper-1", HOPPER, StorageLevel.LOW), None),
        (StorageUnit("hopper-1", HOPPER, StorageLevel.EMPTY), StorageLevel.EMPTY),
        (StorageUnit("hopper-1", HOPPER, StorageLevel.UNKNOWN), None),
        (StorageUnit("hopper-9", HOPPER, StorageLevel.EMPTY), None),
        (StorageUnit("hopper-9", HOPPER, StorageLevel.OK), StorageLevel.OK),
        (StorageUnit("hopper-9", HOPPER, StorageLevel.UNKNOWN), None),
        (StorageUnit("box", BOX, StorageLevel.OK), None),
        (StorageUnit("box", BOX, StorageLevel.OK, 1), 1),
        (StorageUnit("box", BOX, StorageLevel.EMPTY, 0), None),
        (StorageUnit("slot", SLOT, StorageLevel.FULL, 1), 1),
        (StorageUnit("slot", SLOT, StorageLevel.EMPTY, 0), None),
    ],
)
def test_what_the_device_contradicts(journal: Journal, unit: StorageUnit, seen: int | StorageLevel | None) -> None:
    expected = journal.ledger.in_hopper(unit.name)
    found = () if seen is None else (Difference(unit.name, unit.kind, expected, seen),)
    assert journal.ledger.differences([unit]) == found


def test_a_bin_that_says_empty_contradicts_what_went_into_it(journal: Journal) -> None:
    journal.ledger.fed("hopper-1", "B1")
    journal.ledger.leave_path(CardPlace.SPOILED)
    unit = StorageUnit("box", BOX, StorageLevel.EMPTY)
    assert journal.ledger.differences([unit]) == (Difference("box", BOX, 1, StorageLevel.EMPTY),)


def test_what_belongs_together_fails_together(journal: Journal) -> None:
    def cut_short() -> None:
        with journal.together():
            journal.ledger.fed("hopper-1", "B1")
            journal.ledger.read(A)
            raise RuntimeError("cut")

    with pytest.raises(RuntimeError, match="cut"):
        cut_short()
    assert (journal.ledger.path(), journal.ledger.in_hopper("hopper-1")) == (None, 2)


def test_cards_used_are_counted_by_the_day(journal: Journal, clock: ManualClock) -> None:
    for _ in range(2):
        journal.ledger.fed("hopper-1", "B1")
        journal.ledger.not_fed()
        journal.ledger.fed("hopper-1", "B1")
        journal.ledger.leave_path(CardPlace.ISSUED)
        clock.advance(86_400)
    used = {name: value for name, value in journal.counters.all().items() if name.startswith("used.")}
    assert used == {"used.cards.example_bank.20261122": 1, "used.cards.example_bank.20261123": 1}


def test_the_ledger_outlives_the_process(journal: Journal, tmp_path: Path, clock: ManualClock) -> None:
    journal.ledger.fed("hopper-1", "B1")
    journal.ledger.read(A)
    journal.close()
    again = Journal(tmp_path / "journal.db", clock, "K0001")
    assert again.ledger.path() == PathCard(A, "example_bank", "hopper-1", "B1")
    again.close()
