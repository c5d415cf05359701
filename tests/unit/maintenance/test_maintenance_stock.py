"""Two people at the stock: signed in, filled, counted, emptied, sealed; every change with both staff numbers."""

from __future__ import annotations

import pytest
from maintenance_rig import CODE, Rig

from devices.contract import StorageLevel
from devices.receipt_printer.layout import lay_out
from kiosk.journal.business_number import parse
from kiosk.journal.issues import IssueEnd, IssueStep
from kiosk.journal.ledger import CardPlace, StockLine
from statemachines.views import Maintenance, Number, PinEntry, Say, Verbatim

BOTH = ["0041", "0042"]


def values(page: Maintenance) -> dict[str, tuple[object, str]]:
    return {row.label.key + str(row.label.args.get("unit", "")): (row.value, row.look) for row in page.rows}


async def test_two_people_see_ledger_and_device_side_by_side(rig: Rig) -> None:
    await rig.sign_in()
    assert [(row.label.key, row.look) for row in rig.page.rows] == [
        ("stock.hopper", "good"),
        ("stock.hopper", "good"),
        ("stock.reject_box", "good"),
        ("stock.holding_slot", "good"),
    ]
    first = rig.page.rows[0]
    assert first.label == Say("stock.hopper", {"unit": Verbatim("hopper-1"), "bank": Verbatim("example_bank")})
    assert first.value == Say("stock.ledger_and_device", {"count": Number(3), "device": Say("stock.level.ok")})
    (opened,) = rig.notes("stock.opened")
    assert opened == {"who": BOTH}


async def test_one_person_alone_gets_nowhere(rig: Rig) -> None:
    rig.pad.entries = ["0041", CODE, None]
    await rig.until("devices")
    before = rig.runtime.position.entry
    await rig.touch("choose", "stock", to="devices")
    assert rig.runtime.position.entry - before == 3  # first, second, and back
    assert (rig.notes("stock.opened"), rig.runtime.session.upkeep) == ([], None)


@pytest.mark.parametrize(
    ("second", "problem"),
    [
        (["0041", CODE], "staff.same_person"),
        (["0042", "000000"], "staff.wrong"),
    ],
)
async def test_the_second_must_be_another_with_their_own_code(rig: Rig, second: list[str], problem: str) -> None:
    rig.pad.entries = ["0041", CODE, *second, "0042", CODE]
    await rig.until("devices")
    await rig.touch("choose", "stock", to="overview")
    said = {show.page.problem.key for show in rig.shown if isinstance(show.page, PinEntry) and show.page.problem}
    assert said == {problem}


async def test_two_people_without_a_stock_keeper_are_turned_away(rig: Rig) -> None:
    rig.pad.entries = ["0042", CODE, *["0044", CODE] * 3]
    await rig.until("devices")
    await rig.touch("choose", "stock", to="not_allowed")
    assert rig.page.what == Say("staff.not_your_role")
    await rig.touch("done", to="devices")


async def test_without_a_pad_nobody_signs_in(rig: Rig) -> None:
    rig.tools.pin_pad = None
    await rig.until("devices")
    await rig.touch("choose", "stock", to="not_allowed")
    assert rig.page.what == Say("stock.nobody_can_sign_in")


async def test_nobody_stays_signed_in(rig: Rig) -> None:
    await rig.sign_in()
    rig.runtime.post("silence")
    await rig.until("devices")
    assert (rig.runtime.session.upkeep, rig.runtime.session.business) == (None, "")


def deliver(rig: Rig, name: str = "2026-11-22.toml", *serials: str) -> None:
    folder = rig.settings.kiosk.state_directory / "deliveries"
    folder.mkdir(parents=True, exist_ok=True)
    cards = "\n".join(f'[[card]]\nserial = "{each}"\nbank = "example_bank"' for each in serials)
    (folder / name).write_text(cards, encoding="utf-8")


async def test_a_delivery_is_put_into_its_hopper_as_far_as_it_was_counted(rig: Rig) -> None:
    deliver(rig, "2026-11-22.toml", "0C000021", "0C000022", "0C000023")
    deliver(rig, "broken.toml")
    await rig.sign_in()
    await rig.task("load", to="load_hopper")
    await rig.touch("choose", "hopper-1", to="load_delivery")
    assert [choice.id for choice in rig.page.choices] == ["2026-11-22.toml"]
    await rig.touch("choose", "2026-11-22.toml", to="loading")
    await rig.touch("done", to="number_loaded")
    await rig.touch("enter", "4", to="number_loaded")
    assert rig.page.problem == Say("stock.load.not_so_many", {"count": Number(3)})
    await rig.touch("enter", "2", to="overview")
    assert rig.journal.ledger.stock()["example_bank"] == StockLine(delivered=6, received=1, in_hopper=5)
    assert rig.notes("stock.loaded")[-1] == {
        "hopper": "hopper-1",
        "serials": ["0C000021", "0C000022"],
        "now": 5,
        "who": BOTH,
    }
    await rig.task("load", to="load_hopper")
    await rig.touch("choose", "hopper-1", to="load_delivery")
    assert [choice.id for choice in rig.page.choices] == ["received"]


async def test_without_cards_for_a_hopper_it_says_where_lists_go(rig: Rig) -> None:
    await rig.sign_in()
    await rig.task("load", to="load_hopper")
    await rig.touch("choose", "hopper-2", to="not_done")
    assert (rig.page.what, rig.page.advice) == (Say("stock.no_delivery"), (Say("stock.no_delivery.where"),))
    await rig.touch("done", to="overview")


async def count(rig: Rig, hopper: str, first: str, second: str, *, to: str = "overview") -> None:
    await rig.task("count", to="count_hopper")
    await rig.touch("choose", hopper, to="first_count")
    await rig.touch("enter", first, to="second_count")
    await rig.touch("enter", second, to=to)


async def test_a_difference_blocks_until_two_people_have_counted_everything(rig: Rig) -> None:
    """A25: the stock is one less than the ledger."""
    rig.printer.level("hopper-2", StorageLevel.EMPTY)
    await rig.sign_in()
    assert values(rig.page)["stock.issuing"] == (
        Say("stock.blocked.count", {"units": Verbatim("hopper-1, hopper-2")}),
        "wrong",
    )
    assert rig.tools.health.banks == {}
    await count(rig, "hopper-2", "0", "0")
    assert "stock_difference" in rig.journal.ledger.blocks()
    await count(rig, "hopper-1", "3", "3")
    assert rig.journal.ledger.blocks() == {}
    assert "stock.issuing" not in values(rig.page)
    assert rig.journal.ledger.stock()["sample_bank"] == StockLine(delivered=1, missing=1)
    assert rig.tools.health.banks == {"example_bank": 3}
    assert rig.notes("stock.unblocked") == [{"reason": "stock_difference", "who": BOTH}]
    assert rig.notes("stock.counted")[0] == {
        "hopper": "hopper-2",
        "bank": "sample_bank",
        "ledger": 1,
        "found": 0,
        "who": BOTH,
    }


async def test_a_count_that_does_not_settle_the_difference_lifts_nothing(rig: Rig) -> None:
    rig.printer.level("hopper-2", StorageLevel.EMPTY)
    await rig.sign_in()
    await count(rig, "hopper-2", "1", "1")
    await count(rig, "hopper-1", "3", "3")
    assert values(rig.page)["stock.issuing"] == (Say("stock.blocked.differs"), "wrong")


async def test_two_counts_that_differ_are_taken_again(rig: Rig) -> None:
    await rig.sign_in()
    await count(rig, "hopper-1", "3", "2", to="first_count")
    assert rig.page.problem == Say("stock.count.differs")
    assert rig.notes("stock.counted") == []


async def test_more_cards_than_were_ever_loaded_are_not_taken_on(rig: Rig) -> None:
    await rig.sign_in()
    await count(rig, "hopper-1", "4", "4", to="not_done")
    assert rig.page.what == Say("stock.ledger_refused")
    assert rig.journal.ledger.in_hopper("hopper-1") == 3


def spoil(rig: Rig, serial: str, to: CardPlace = CardPlace.SPOILED) -> None:
    rig.journal.ledger.fed("hopper-1", "B1")
    rig.journal.ledger.read(serial)
    rig.journal.ledger.leave_path(to)


async def test_the_reject_box_is_emptied_onto_a_list_to_sign(rig: Rig) -> None:
    spoil(rig, "0C000001")
    spoil(rig, "0C000002", CardPlace.RETAINED)
    await rig.sign_in()
    await rig.task("bin", to="opening_bin")
    assert rig.page.notes[1:] == (Say("stock.serials_shown", {"serials": Verbatim("0C000001, 0C000002")}),)
    await rig.touch("done", to="list_printed")
    text = "\n".join(getattr(line, "text", "") for line in lay_out(rig.paper.printed[0]))
    for word in ("0C000001", "0C000002", "0041", "0042", rig.page.document):
        assert word in text
    parse(rig.page.document)
    await rig.touch("done", to="overview")
    assert (rig.journal.ledger.in_bin(), rig.printer.emptied) == ((), 1)
    (note,) = rig.notes("stock.bin_emptied")
    assert ([item["serial"] for item in note["items"]], note["who"]) == (["0C000001", "0C000002"], BOTH)


async def test_without_paper_the_list_stays_in_the_journal(rig: Rig) -> None:
    spoil(rig, "0C000001")
    rig.paper.out = True
    await rig.sign_in()
    await rig.task("bin", to="opening_bin")
    await rig.touch("done", to="not_done")
    assert rig.page.what == Say("stock.list.not_printed")
    assert len(rig.notes("stock.bin_emptied")) == 1


async def test_what_nobody_fetched_is_sealed_and_the_host_told(rig: Rig) -> None:
    """A13, at the end of the day."""
    business = rig.journal.new_business()
    rig.journal.issues.begin(business, "990101195603120022")
    rig.journal.issues.change(business, step=IssueStep.HELD.value, serial="0C000001", application="A1")
    spoil(rig, "0C000001", CardPlace.HELD)
    rig.printer.level("holding-slot", StorageLevel.FULL, 1)
    await rig.sign_in()
    await rig.task("held", to="opening_slot")
    rig.printer.level("holding-slot", StorageLevel.EMPTY, 0)
    await rig.touch("done", to="list_printed")
    card = rig.journal.ledger.card("0C000001")
    assert (card.place, card.inside) == (CardPlace.RETAINED, False)
    assert rig.journal.issues.of(business).ended is IssueEnd.SETTLED
    (message,) = rig.journal.outbox.pending()
    assert (message.kind, message.payload["whereabouts"], message.payload["serial"]) == (
        "issue_advise",
        "sealed",
        "0C000001",
    )
    assert [note["items"][0]["serial"] for note in rig.notes("stock.sealed")] == ["0C000001"]


async def test_a_new_paper_roll_is_counted_from_here(rig: Rig) -> None:
    rig.journal.counters.set("receipts", 100)
    await rig.sign_in()
    await rig.task("paper", to="overview")
    assert rig.journal.counters.value("paper.lasts") == 420
    paper = next(each for each in rig.tools.health.supplies if each.name == "paper")
    assert paper.left == 320


async def test_tasks_with_nothing_to_do_say_why_not(rig: Rig) -> None:
    await rig.sign_in()
    await rig.touch("choose", "tasks", to="tasks")
    assert {choice.id: choice.why_not.key for choice in rig.page.choices if choice.why_not} == {
        "bin": "stock.nothing_there",
        "held": "stock.nothing_there",
        "card": "stock.card.none",
    }
    await rig.touch("back", to="overview")
    await rig.touch("choose", "sign_out", to="devices")
    assert rig.runtime.session.upkeep is None
