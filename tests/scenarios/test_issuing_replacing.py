"""A card replaced (rules: issuing, 9), by its PIN and an ID card; handed in to a motorised reader; and a machine whose
cards come out of a dispenser that does not print."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
from issuing_steps import (
    FIRST,
    NEWCOMER,
    OWN_PIN,
    agrees,
    applications,
    applies,
    card_is_made,
    comes_by_id_card,
    confirms_and_signs,
    entries,
    goes,
    record_of,
    says_farewell,
    sees,
    sets_own_pin,
    takes_it,
    touches,
)
from kiosk_rig import Kiosk, standing_of
from rig_processes import bench_of

from statemachines.views import (
    CardPreview,
    Consent,
    Done,
    LayIdCard,
    Menu,
    PinEntry,
    Say,
    TakeCard,
    TakeNewCard,
    TakePaper,
)

pytestmark = [pytest.mark.pcsc]

OTHERS = """
[[device]]
class = "id-reader"
[[device]]
class = "pin-pad"
[[device]]
class = "receipt-printer"
[device.options]
millimetres_per_second = 0.0
[[device]]
class = "camera"
"""
MOTORISED = (
    OTHERS
    + """
[[device]]
class = "card-reader"
model = "crt310"
baud = 38400
[device.options]
motion_seconds = 0.1
[[device]]
class = "card-printer"
[device.options]
pace = 0.02
scans = ""
"""
)
"""A reader that can keep a card, and a printer without a scanner."""
DISPENSING = (
    OTHERS
    + """
[[device]]
class = "card-reader"
[[device]]
class = "card-printer"
model = "crt591"
[device.options]
pace = 0.02
"""
)


@pytest.fixture(scope="module")
def motorised_process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    with bench_of(tmp_path_factory.mktemp("motorised-issuing"), MOTORISED) as ready:
        yield ready


@pytest.fixture(scope="module")
def dispensing_process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    with bench_of(tmp_path_factory.mktemp("dispensing"), DISPENSING) as ready:
        yield ready


@pytest.fixture
async def motorised(
    tmp_path: Path, motorised_process: dict[str, Any], host_process: dict[str, Any]
) -> AsyncIterator[Kiosk]:
    """In service: a motorised reader, a printer without a scanner."""
    async with standing_of(Kiosk(tmp_path, motorised_process, host_process)) as kiosk:
        await kiosk.start()
        yield kiosk


@pytest.fixture
async def dispensing(
    tmp_path: Path, dispensing_process: dict[str, Any], host_process: dict[str, Any]
) -> AsyncIterator[Kiosk]:
    """In service: cards come out of a dispenser."""
    async with standing_of(Kiosk(tmp_path, dispensing_process, host_process)) as kiosk:
        await kiosk.start()
        yield kiosk


async def asks_with_both_cards(kiosk: Kiosk, person: str, reason: str) -> Menu:
    """By card and PIN, the ID card laid beside it: nobody has to vouch. Up to what becomes of the old card."""
    await kiosk.reaches_menu(person)
    await touches(kiosk, "choose", "issue_card", to=LayIdCard)
    await kiosk.bench.lay_id_card(person)
    asked = await sees(kiosk, Menu, so=lambda page: page.question == Say("issue.has_card.question"))
    assert [choice.id for choice in asked.choices] == ["replace", "leave_it"]
    reasons = await touches(kiosk, "choose", "replace", to=Menu)
    assert reason in [choice.id for choice in reasons.choices]
    return await touches(kiosk, "choose", reason, to=Menu)


async def test_a_damaged_card_is_replaced_by_who_has_the_card_its_pin_and_the_id_card(issuer: Kiosk) -> None:
    kiosk, person = issuer, "zhao_min"
    asked = await asks_with_both_cards(kiosk, person, "damaged")
    assert PinEntry.__name__ not in kiosk.screens.pages()[-5:], "nobody vouches"
    assert {choice.id: choice.why_not for choice in asked.choices} == {
        "reported_lost": None,
        "handed_in": Say("why_not.no_bin"),
    }
    await touches(kiosk, "choose", "reported_lost", to=Consent)
    await agrees(kiosk, to=Menu)
    await confirms_and_signs(kiosk)
    serial = await takes_it(kiosk, person)
    (application,) = await applications(kiosk)
    assert (application["reason"], application["reservations"]) == ("damaged", {serial: "bound"})
    kiosk.screens.touch("leave")
    assert (await sees(kiosk, TakeCard)).card == "both"
    await kiosk.bench.take_card(person)
    await kiosk.bench.lift_id_card(person)
    await says_farewell(kiosk)


async def test_an_upgrade_with_the_old_card_handed_in_and_its_owner_asked_to_look(motorised: Kiosk) -> None:
    kiosk, person = motorised, "wang_xiulan"
    asked = await asks_with_both_cards(kiosk, person, "upgrade")
    assert {choice.id: choice.why_not for choice in asked.choices} == {"reported_lost": None, "handed_in": None}
    await touches(kiosk, "choose", "handed_in", to=Consent)
    await agrees(kiosk, to=Menu)
    await confirms_and_signs(kiosk)
    looked = await sees(kiosk, CardPreview, so=lambda page: page.question == Say("making.looking.question"))
    assert looked.front
    where = {each["card"]: each["place"] for each in await kiosk.bench.cards()}
    assert where[f"{person}/social"] == "in:card-reader/bin"
    assert entries(kiosk, "card.retained")
    kiosk.screens.touch("right")
    assert await takes_it(kiosk, person, pin=OWN_PIN) == FIRST
    await goes(kiosk, person)
    (application,) = await applications(kiosk)
    assert (application["reason"], application["commits"], application["live_cards"]) == ("upgrade", 1, 1)
    assert application["whereabouts"] == "collected"


async def test_who_finds_the_print_bad_gets_a_second_card(motorised: Kiosk) -> None:
    kiosk = motorised
    await applies(kiosk)
    await sees(kiosk, CardPreview, so=lambda page: page.question == Say("making.looking.question"))
    before = kiosk.screens.last.frame.number
    kiosk.screens.touch("wrong")
    await sees(kiosk, CardPreview, before, so=lambda page: page.question == Say("making.looking.question"))
    kiosk.screens.touch("right")
    assert await takes_it(kiosk) == "0C000002"
    assert (await kiosk.new_card(FIRST))["place"].startswith("in:card-printer/reject")


async def test_a_dispenser_that_does_not_print_gives_a_card_as_well(dispensing: Kiosk) -> None:
    """And where nobody takes it, it waits in its path, for want of a holding slot."""
    kiosk = dispensing
    await applies(kiosk)
    await card_is_made(kiosk)
    await sets_own_pin(kiosk, NEWCOMER)
    await sees(kiosk, TakeNewCard)
    await kiosk.passes(30)
    await sees(kiosk, TakeNewCard, so=lambda page: page.urgent)
    await kiosk.passes(30)
    await goes(kiosk)
    assert (await kiosk.new_card(FIRST))["place"] == "in:card-printer/contactless"
    menu = await comes_by_id_card(kiosk, NEWCOMER)
    assert [choice.why_not for choice in menu.choices if choice.id == "issue_card"] == [Say("why_not.no_issue")]
    await kiosk.chooses("collect_card")
    await kiosk.attendant_vouches()
    await sees(kiosk, TakeNewCard)
    serial = await kiosk.takes_new_card(NEWCOMER)
    assert serial == FIRST
    await sees(kiosk, TakePaper)
    await kiosk.bench.tear_off(NEWCOMER)
    await touches(kiosk, "done", to=Done)
    await touches(kiosk, "done", to=Menu)
    await goes(kiosk)
    chip = await kiosk.bench.card_chip(serial)
    assert chip["holder"]["number"] == "990101200506180027"
    (printed,) = entries(kiosk, "issue.printed")
    assert printed.told["faces"] == 0
    (application,) = await applications(kiosk)
    assert (application["commits"], application["reservations"]) == (1, {serial: "bound"})
    assert (await record_of(kiosk).stock.banks_in_stock())["example_bank"] == 19
    await kiosk.begins()
    await kiosk.bench.insert_card(NEWCOMER, card=f"{serial}/new")
    await kiosk.types_at("verify", NEWCOMER, OWN_PIN)
    await sees(kiosk, Menu)
