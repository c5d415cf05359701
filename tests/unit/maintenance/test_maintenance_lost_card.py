"""A card that the machine could not place: what two people found, and what the host has, decide."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from maintenance_rig import Rig

from devices.card_printer.contract import CardPosition
from kiosk.journal.business_number import BusinessNumber
from kiosk.journal.issues import IssueEnd, IssueStep
from kiosk.journal.ledger import CardPlace, StockLine
from statemachines.views import Number, Say, Verbatim

SERIAL = "0C000002"


def stuck(rig: Rig, *, read: bool = True, fee: str = "") -> BusinessNumber:
    """An issue on the attendant's workbench, its card in the path."""
    journal = rig.journal
    business = journal.new_business()
    journal.issues.begin(business, "990101195603120022")
    journal.ledger.fed("hopper-1", business)
    if read:
        journal.ledger.read(SERIAL)
    journal.ledger.block("card_unknown", business)
    journal.issues.change(
        business,
        step=IssueStep.ATTENDANT.value,
        serial=SERIAL if read else "",
        application="A1",
        hopper="hopper-1",
        cards=1,
        fee_order=fee,
    )
    rig.printer.fault, rig.printer.position = "card_printer.jam_exit", CardPosition.IN_PATH
    return business


def bound(rig: Rig) -> None:
    rig.host.application = SimpleNamespace(committed=True, serial=SERIAL)


async def settle(rig: Rig, found: str, *, to: str = "overview") -> None:
    await rig.sign_in()
    await rig.task("card", to="looking_for_card")
    await rig.touch("done", to="finding_card")
    await rig.touch("choose", found, to=to)


def told(rig: Rig) -> list[str]:
    return [message.kind for message in rig.journal.outbox.pending()]


async def test_the_page_says_which_card_and_where_to_look(rig: Rig) -> None:
    stuck(rig)
    await rig.sign_in()
    assert [row.value for row in rig.page.rows if row.label.key == "stock.path"] == [Verbatim(SERIAL)]
    assert [row.value for row in rig.page.rows if row.label.key == "stock.issuing"] == [Say("stock.blocked.card")]
    await rig.task("card", to="looking_for_card")
    assert rig.page.notes == (
        Say("stock.card.which", {"serial": Verbatim(SERIAL)}),
        Say("fault.card_printer.jam_exit.staff"),
        Say("stock.card.look_in_bin", {"count": Number(0)}),
    )


async def test_a_card_that_is_nobodys_is_destroyed(rig: Rig) -> None:
    business = stuck(rig, fee="F1")
    rig.host.application = SimpleNamespace(committed=False, serial=SERIAL)
    await settle(rig, "destroyed")
    card = rig.journal.ledger.card(SERIAL)
    assert (card.place, card.inside, rig.journal.ledger.path()) == (CardPlace.SPOILED, False, None)
    assert rig.journal.issues.of(business).ended is IssueEnd.SETTLED
    assert told(rig) == ["issue_spoil", "issue_withdraw", "fee_release"]
    assert rig.journal.outbox.pending()[0].payload["how"] == "spoiled"
    assert rig.printer.cleared == 1
    assert rig.notes("stock.card_found") == [{"found": "destroyed", "serial": SERIAL, "who": ["0041", "0042"]}]


@pytest.mark.parametrize(
    ("found", "place", "whereabouts"),
    [("sealed", CardPlace.RETAINED, "sealed"), ("handed_over", CardPlace.ISSUED, "collected")],
)
async def test_a_card_that_is_somebodys_is_kept_for_them_or_given_to_them(
    rig: Rig, found: str, place: CardPlace, whereabouts: str
) -> None:
    business = stuck(rig, fee="F1")
    bound(rig)
    await settle(rig, found)
    assert rig.journal.ledger.card(SERIAL).place is place
    assert rig.journal.issues.of(business).ended is IssueEnd.SETTLED
    assert told(rig) == ["fee_capture", "issue_advise"]
    assert rig.journal.outbox.pending()[1].payload["whereabouts"] == whereabouts


@pytest.mark.parametrize("found", ["destroyed", "in_bin"])
async def test_a_card_that_is_somebodys_is_never_destroyed(rig: Rig, found: str) -> None:
    business = stuck(rig)
    bound(rig)
    await settle(rig, found, to="not_done")
    assert rig.page.what == Say("stock.card.is_somebodys")
    assert rig.journal.issues.of(business).ended is None
    assert (told(rig), rig.journal.ledger.card(SERIAL).place) == ([], CardPlace.IN_PATH)


@pytest.mark.parametrize("found", ["sealed", "handed_over"])
async def test_a_card_that_is_nobodys_is_never_handed_out(rig: Rig, found: str) -> None:
    stuck(rig)
    await settle(rig, found, to="not_done")
    assert rig.page.what == Say("stock.card.is_nobodys")
    assert told(rig) == []


async def test_without_the_host_nothing_is_decided(rig: Rig) -> None:
    business = stuck(rig)
    rig.host.answers = False
    await settle(rig, "destroyed", to="not_done")
    assert rig.page.what == Say("stock.card.host_needed")
    assert rig.journal.issues.of(business).ended is None


async def test_a_card_that_is_not_there_is_missing(rig: Rig) -> None:
    stuck(rig)
    await settle(rig, "nothing")
    assert rig.journal.ledger.stock()["example_bank"] == StockLine(delivered=3, in_hopper=2, missing=1)
    assert told(rig) == ["issue_spoil", "issue_withdraw"]
    assert rig.journal.outbox.pending()[0].payload["how"] == "suspect"


@pytest.mark.parametrize("read", [True, False])
async def test_a_card_that_went_into_the_reject_box_unheard_is_counted_there(rig: Rig, read: bool) -> None:
    """Its answer was lost and the path was empty: the box holds one card more than the ledger has in it."""
    business = stuck(rig, read=read)
    rig.host.application = SimpleNamespace(committed=False, serial=SERIAL)
    await settle(rig, "in_bin")
    assert rig.journal.ledger.stock()["example_bank"] == StockLine(delivered=3, in_hopper=2, spoiled=1)
    assert [card.serial for card in rig.journal.ledger.in_bin()] == [SERIAL if read else ""]
    assert rig.journal.issues.of(business).ended is IssueEnd.SETTLED
    assert told(rig) == (["issue_spoil", "issue_withdraw"] if read else ["issue_withdraw"])


async def test_a_card_that_was_never_read_is_destroyed_unread(rig: Rig) -> None:
    stuck(rig, read=False)
    await settle(rig, "destroyed")
    assert rig.journal.ledger.stock()["example_bank"] == StockLine(delivered=3, in_hopper=2, spoiled=1)
    assert told(rig) == ["issue_withdraw"]


@pytest.mark.parametrize(("found", "left"), [("nothing", 3), ("destroyed", 2)])
async def test_whether_a_card_ever_left_its_hopper_is_seen_by_looking(rig: Rig, found: str, left: int) -> None:
    stuck(rig, read=False)
    rig.journal.ledger.not_fed()
    await settle(rig, found)
    assert rig.journal.ledger.in_hopper("hopper-1") == left


async def test_the_block_is_lifted_when_every_hopper_has_been_counted_too(rig: Rig) -> None:
    stuck(rig)
    await settle(rig, "destroyed")
    rig.printer.fault = None
    for hopper, number in (("hopper-1", "2"), ("hopper-2", "1")):
        assert "card_unknown" in rig.journal.ledger.blocks()
        await rig.task("count", to="count_hopper")
        await rig.touch("choose", hopper, to="first_count")
        await rig.touch("enter", number, to="second_count")
        await rig.touch("enter", number, to="overview")
    assert rig.journal.ledger.blocks() == {}


async def test_a_spoiled_card_without_an_issue_is_taken_out_of_the_path(rig: Rig) -> None:
    rig.journal.ledger.fed("hopper-1", "B1")
    rig.journal.ledger.block("card_in_path")
    await settle(rig, "destroyed")
    assert rig.journal.ledger.path() is None
    assert rig.journal.ledger.stock()["example_bank"] == StockLine(delivered=3, in_hopper=2, spoiled=1)
    assert told(rig) == []


async def test_a_held_card_without_a_slot_is_sealed_out_of_the_path(rig: Rig) -> None:
    business = stuck(rig)
    rig.journal.issues.change(business, step=IssueStep.HELD.value)
    bound(rig)
    await settle(rig, "sealed")
    assert rig.journal.ledger.card(SERIAL).place is CardPlace.RETAINED
    assert rig.journal.issues.of(business).ended is IssueEnd.SETTLED
