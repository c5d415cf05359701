"""Sessions with an ID card: the four documents, those that are refused and why (A2, A4), and the card left lying (A14).

The ID reader stands beside the bench here, so that any document can be laid on it; it speaks its own bytes.
"""

from __future__ import annotations

from typing import Any

import pytest
from id_plate import Plate, card_of, person
from issuing_steps import tools_of
from kiosk_rig import Kiosk

from statemachines.views import (
    Attract,
    Details,
    Farewell,
    LayIdCard,
    Menu,
    Notice,
    Refusal,
    Row,
    Say,
    StillThere,
    TakeCard,
    TakePaper,
    Verbatim,
    Working,
)

pytestmark = [pytest.mark.pcsc]


@pytest.fixture
async def kiosk(standing: Kiosk, plate: Plate) -> Kiosk:
    """A kiosk in service whose ID reader is the plate."""
    standing.elsewhere["id-reader"] = plate.line.url
    await standing.start()
    return standing


async def lifts(kiosk: Kiosk, plate: Plate) -> None:
    """Take the ID card when asked to, and leave the machine to the next."""
    assert (await kiosk.screens.page(TakeCard)).card == "id"
    assert kiosk.screens.last.frame.lit == "id_plate"
    plate.lift()
    await kiosk.screens.page(Farewell)
    await kiosk.passes(6)
    await kiosk.screens.page(Attract)
    assert kiosk.session.id_card is None
    assert kiosk.session.person is None


# -- the four documents ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["ordinary", "hmt", "foreigner2017", "foreigner2023"])
async def test_each_of_the_four_documents_is_served(kiosk: Kiosk, plate: Plate, kind: str) -> None:
    who = await person(kiosk, kind=kind)
    await kiosk.screens.page(Attract)
    plate.lay(card_of(who))
    await kiosk.screens.page(Notice)
    kiosk.screens.touch("agree")
    await kiosk.screens.page(Menu)
    await kiosk.chooses("personal_data")
    await kiosk.screens.page(Details)
    before = kiosk.screens.last.frame.number
    kiosk.screens.touch("reveal", "")
    details = await kiosk.screens.page(Details, after=before)
    told = {row.label.key: row.value for _, rows in details.groups for row in rows}
    assert told["personal.name"] == Verbatim(who["host_name"])
    assert told["personal.number"] == Verbatim(who["number"])
    kiosk.screens.touch("leave")
    await lifts(kiosk, plate)


async def test_what_needs_the_card_is_shown_and_not_offered_to_one_with_an_id_card(kiosk: Kiosk, plate: Plate) -> None:
    plate.lay(card_of(await person(kiosk)))
    await kiosk.screens.page(Notice)
    kiosk.screens.touch("agree")
    menu = await kiosk.screens.page(Menu)
    assert {choice.id: choice.why_not for choice in menu.choices}["change_pin"] == Say("why_not.needs_card")


# -- refused -----------------------------------------------------------------------------------------------------------

REFUSED: dict[str, tuple[dict[str, Any], dict[str, Any], str]] = {
    "expired": ({}, {"valid_until": "2024-06-30"}, "id_card_expired"),
    "not yet valid": ({}, {"valid_from": "2027-01-01", "valid_until": "2037-01-01"}, "id_card_expired"),
    "wrong check digit": ({}, {"number": "990101194711067237"}, "id_card_number"),
    "born on another day than its number": ({}, {"birth_date": "1947-11-07"}, "id_card_number"),
    "duplicate number": ({"kind": "duplicate_number"}, {}, "duplicate_number"),
    "unknown": ({}, {"number": "990101194711060018", "birth_date": "1947-11-06"}, "unknown_person"),
    "minor": ({"minor": True}, {}, "minor_needs_guardian"),
}
"""Whom to take from the host's people, what to change on the card, and the refusal to expect."""


@pytest.mark.parametrize(("wanted", "changes", "reason"), REFUSED.values(), ids=REFUSED)
async def test_a_card_or_person_that_cannot_be_served_is_told_why_and_where_to_go(
    kiosk: Kiosk, plate: Plate, wanted: dict[str, Any], changes: dict[str, Any], reason: str
) -> None:
    await kiosk.begins()
    plate.lay(card_of(await person(kiosk, **wanted), **changes))
    refusal = await kiosk.screens.page(Refusal)
    assert refusal.what == Say(f"refusal.{reason}")
    assert refusal.where
    assert refusal.papers
    assert refusal.differences == ()
    kiosk.screens.touch("done")
    await lifts(kiosk, plate)


async def test_a4_a_name_that_differs_is_shown_with_only_what_differs_and_printed_with_both(
    kiosk: Kiosk, plate: Plate
) -> None:
    who = await person(kiosk, kind="data_differ")
    assert (who["id_card_name"], who["host_name"]) == ("余国强", "于国强")
    await kiosk.begins()
    plate.lay(card_of(who))
    refusal = await kiosk.screens.page(Refusal)
    assert refusal.what == Say("refusal.data_differ")
    assert refusal.differences == (
        (
            Say("personal.name"),
            (
                Row(Say("refusal.differs.card"), Verbatim("余**")),
                Row(Say("refusal.differs.host"), Verbatim("于**")),
            ),
        ),
    )
    kiosk.screens.touch("print")
    await kiosk.screens.page(TakePaper)
    await kiosk.bench.tear_off()
    (slip,) = await kiosk.bench.receipts()
    text = "\n".join(slip["lines"])
    assert "余**" in text
    assert "于**" in text
    assert "国强" not in text
    kiosk.screens.touch("done")
    await lifts(kiosk, plate)


async def test_a_name_that_is_quite_another_shows_no_more_of_it_than_any_page_does(kiosk: Kiosk, plate: Plate) -> None:
    who = await person(kiosk)
    await kiosk.begins()
    plate.lay(card_of(who, name="欧阳明月"))
    ((label, (told, held)),) = (await kiosk.screens.page(Refusal)).differences
    assert label == Say("personal.name")
    assert told.value == Verbatim("*阳明月")
    assert held.value == Verbatim("*" + who["host_name"][1:])
    kiosk.screens.touch("done")
    await lifts(kiosk, plate)


# -- reading -----------------------------------------------------------------------------------------------------------


async def test_a_card_lifted_half_way_through_reading_may_be_laid_again(kiosk: Kiosk, plate: Plate) -> None:
    card = card_of(await person(kiosk))
    await kiosk.begins()
    plate.line.set_fault("half_frame", True)
    plate.lay(card)
    assert (await kiosk.screens.page(LayIdCard)).problem is not None
    plate.lay(card)
    await kiosk.screens.page(Menu)
    kiosk.screens.touch("leave")
    await lifts(kiosk, plate)


async def test_a_dead_chip_is_tried_three_times_with_the_card_lifted_between_and_then_given_up(
    kiosk: Kiosk, plate: Plate
) -> None:
    card = card_of(await person(kiosk), read_answer="41")
    await kiosk.begins()
    for _ in range(2):
        before = kiosk.screens.last.frame.number
        plate.lay(card)
        assert (await kiosk.screens.page(LayIdCard, after=before)).problem == Say("problem.id_card_unreadable")
        await plate.lift_and_be_seen()
    plate.lay(card)
    assert (await kiosk.screens.page(Refusal)).what == Say("refusal.id_card_unreadable")
    kiosk.screens.touch("done")
    await lifts(kiosk, plate)


async def test_a_reader_that_dies_under_the_card_is_told_and_the_other_way_offered(kiosk: Kiosk, plate: Plate) -> None:
    await kiosk.begins()
    plate.line.set_fault("read_seconds", 0.4)
    plate.lay(card_of(await person(kiosk)))
    await kiosk.screens.page(Working)
    plate.line.set_fault("absent", True)
    refusal = await kiosk.screens.page(Refusal)
    assert refusal.what == Say("fault.id_reader.not_connected")
    assert Say("works.card_instead") in refusal.works
    kiosk.screens.touch("done")
    assert (await kiosk.screens.page(TakeCard)).card == "id"
    await kiosk.comes_to_pass(lambda: isinstance(kiosk.screens.last.page, Farewell))


# -- A14 ---------------------------------------------------------------------------------------------------------------


async def test_a14_an_id_card_left_on_the_plate_is_called_for_until_it_is_lifted_and_the_next_session_works(
    kiosk: Kiosk, plate: Plate
) -> None:
    card = card_of(await person(kiosk))
    plate.lay(card)
    await kiosk.screens.page(Notice)
    kiosk.screens.touch("agree")
    await kiosk.screens.page(Menu)
    await kiosk.passes(46)
    await kiosk.screens.page(StillThere)
    await kiosk.passes(21)
    take = await kiosk.screens.page(TakeCard)
    assert (take.card, take.urgent) == ("id", False)
    for _ in range(2):
        before = kiosk.screens.last.frame.number
        await kiosk.passes(31)
        take = await kiosk.screens.page(TakeCard, after=before)
        assert (take.card, take.urgent) == ("id", True)
    await kiosk.comes_to_pass(lambda: kiosk.session.person is None and kiosk.session.id_card is None)
    calls = (await kiosk.host.get("/sandbox/calls")).json()
    assert [each["path"] for each in calls if each["method"] == "DELETE"] == ["/v1/session"]
    assert (await kiosk.screens.page(TakeCard)).card == "id"
    plate.lift()
    await kiosk.screens.page(Farewell)
    await kiosk.passes(6)
    await kiosk.screens.page(Attract)
    plate.lay(card)
    await kiosk.screens.page(Notice)


async def test_an_unreadable_card_left_on_the_plate_begins_no_session_after_session(kiosk: Kiosk, plate: Plate) -> None:
    plate.lay(card_of(await person(kiosk), read_answer="41"))
    await kiosk.screens.page(Notice)
    kiosk.screens.touch("agree")
    await kiosk.screens.page(LayIdCard)
    await kiosk.passes(46)
    await kiosk.screens.page(StillThere)
    await kiosk.passes(21)
    assert (await kiosk.screens.page(TakeCard)).card == "id"
    await kiosk.passes(200)
    assert isinstance(kiosk.screens.last.page, TakeCard)
    plate.lift()
    await kiosk.screens.page(Farewell)


async def test_both_cards_left_are_both_called_for(kiosk: Kiosk, plate: Plate) -> None:
    plate.lay(card_of(await person(kiosk)))
    await kiosk.screens.page(Notice)
    kiosk.screens.touch("agree")
    await kiosk.screens.page(Menu)
    await kiosk.bench.insert_card("zhao_min")
    await kiosk.card_is_seen()
    kiosk.screens.touch("leave")
    assert (await kiosk.screens.page(TakeCard)).card == "both"
    await kiosk.bench.take_card("zhao_min")
    plate.lift()
    await kiosk.screens.page(Farewell)


async def test_an_id_card_that_nobody_came_back_for_calls_nobody(kiosk: Kiosk, plate: Plate) -> None:
    """Left on the plate without being read: the machine rests, and serves whoever touches it or lays another."""
    who = await person(kiosk)
    await kiosk.screens.page(Attract)
    plate.lay(card_of(who))
    await kiosk.screens.page(Notice)
    kiosk.screens.touch("leave")
    await kiosk.screens.page(Farewell)
    await kiosk.passes(6)
    await kiosk.screens.page(Attract, after=kiosk.screens.last.frame.number - 1)
    shown = kiosk.screens.last.frame.number
    await kiosk.passes(3)
    assert (kiosk.state, kiosk.screens.last.frame.number) == ("in_service.attract", shown)
    plate.lift()
    await kiosk.comes_to_pass(lambda: not tools_of(kiosk).plate_called)
    plate.lay(card_of(who))
    await kiosk.screens.page(Notice, after=shown)
    kiosk.screens.touch("leave")
    plate.lift()
