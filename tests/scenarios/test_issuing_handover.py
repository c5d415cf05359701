"""The finished card and its holder: left behind, held, fetched, sealed (A13); the host's word lost before and after the
commit (A15, A16)."""

from __future__ import annotations

import pytest
from issuing_steps import (
    FIRST,
    NEWCOMER,
    applications,
    applies,
    calls,
    card_is_made,
    comes_by_id_card,
    entries,
    goes,
    heals,
    nothing_is_touched,
    open_issues,
    record_of,
    sees,
    takes_it,
    text_of,
    tools_of,
    touches,
)
from kiosk_rig import Kiosk

from kiosk.journal.issues import IssueStep
from statemachines.views import (
    Attract,
    Instruction,
    Maintenance,
    Menu,
    PinEntry,
    Refusal,
    Say,
    TakeCard,
    TakeNewCard,
    TakePaper,
)

pytestmark = [pytest.mark.pcsc]


async def place_of(kiosk: Kiosk, serial: str) -> str:
    return str((await kiosk.new_card(serial))["place"])


async def whereabouts(kiosk: Kiosk, wanted: str) -> None:
    """Wait until the host knows where the card is."""

    async def so() -> bool:
        return bool((await applications(kiosk))[-1]["whereabouts"] == wanted)

    await kiosk.comes_to_pass(so)


async def leaves_the_card(kiosk: Kiosk) -> None:
    """She applies, and walks away when the card is out; half a minute, and another."""
    await applies(kiosk)
    await card_is_made(kiosk)
    await kiosk.chooses("later")
    assert not (await sees(kiosk, TakeNewCard)).urgent
    await kiosk.passes(30)
    assert (await sees(kiosk, TakeNewCard, so=lambda page: page.urgent)).urgent
    assert await place_of(kiosk, FIRST) == "in:card-printer/bezel"
    await kiosk.passes(30)
    await goes(kiosk)


# -- A13 ---------------------------------------------------------------------------------------------------------------


async def test_a13_a_card_left_is_held_and_fetched_again_with_an_attendants_word(issuer: Kiosk) -> None:
    kiosk = issuer
    await leaves_the_card(kiosk)
    assert await place_of(kiosk, FIRST) == "in:card-printer/holding-slot"
    (held,) = await open_issues(kiosk)
    assert (held.step, held.serial) == (IssueStep.HELD, FIRST)
    await whereabouts(kiosk, "held")
    (told,) = (await kiosk.host.get("/sandbox/issuing/text-messages")).json()
    assert (told["about"], told["reference"]) == ("card_held", held.application)
    assert told["to"].count("*") >= 4
    await kiosk.passes(60)
    await sees(kiosk, Attract)

    await comes_by_id_card(kiosk, "li_jianguo")
    refusal = await touches(kiosk, "choose", "collect_card", to=Refusal)
    assert refusal.what == Say("refusal.no_held_card")
    await touches(kiosk, "done", to=Menu)
    await goes(kiosk, "li_jianguo")

    menu = await comes_by_id_card(kiosk, NEWCOMER)
    assert "collect_card" in {choice.id for choice in menu.choices}
    await kiosk.chooses("collect_card")
    await kiosk.attendant_vouches()
    assert await takes_it(kiosk, pin="730164") == FIRST
    await goes(kiosk)
    assert await place_of(kiosk, FIRST) == f"with:{NEWCOMER}"
    await whereabouts(kiosk, "collected")
    (application,) = await applications(kiosk)
    assert (application["commits"], application["live_cards"]) == (1, 1)
    assert await open_issues(kiosk) == ()
    assert not entries(kiosk, "issue.spoiled")


async def test_a13_who_asks_for_a_card_is_led_to_the_one_that_waits(issuer: Kiosk) -> None:
    kiosk = issuer
    await leaves_the_card(kiosk)
    await comes_by_id_card(kiosk, NEWCOMER)
    await kiosk.chooses("issue_card")
    await kiosk.attendant_vouches()
    assert await takes_it(kiosk) == FIRST
    assert len(await applications(kiosk)) == 1


async def test_a13_at_the_end_of_the_day_two_people_seal_it(issuer: Kiosk) -> None:
    kiosk = issuer
    await leaves_the_card(kiosk)
    assert kiosk.controller is not None
    kiosk.controller.maintain()
    await sees(kiosk, Maintenance)
    await touches(kiosk, "choose", "stock", to=PinEntry)
    for number in ("1002", "1003"):
        await kiosk.attendant_vouches(number)
    await sees(kiosk, Maintenance)
    await touches(kiosk, "choose", "tasks", to=Menu)
    await touches(kiosk, "choose", "held", to=Instruction)
    await kiosk.bench.act("card-printer", "empty_holding_slot")
    await touches(kiosk, "done", to=TakePaper)
    await kiosk.bench.tear_off("staff")
    assert FIRST in text_of((await kiosk.bench.receipts())[-1])
    (sealed,) = entries(kiosk, "stock.sealed")
    assert sealed.told["who"] == ["1002", "1003"]
    await whereabouts(kiosk, "sealed")
    assert await open_issues(kiosk) == ()
    (application,) = await applications(kiosk)
    assert application["commits"] == 1


# -- A15 and A16 -------------------------------------------------------------------------------------------------------


@pytest.fixture
async def impatient(standing_issuer: Kiosk) -> Kiosk:
    """In service; an answer is waited for a third of a second."""
    standing_issuer.host_seconds = (0.3, 0.5)
    await standing_issuer.start()
    return standing_issuer


async def test_a15_a_lost_reservation_is_asked_for_and_sent_again_under_its_key(impatient: Kiosk) -> None:
    kiosk = impatient
    await kiosk.order("lost_request", "/v1/issuing/reservations", times=2)
    await applies(kiosk)
    assert await takes_it(kiosk) == FIRST
    sent = [call["key"] for call in await calls(kiosk, "/v1/issuing/reservations")]
    assert len(sent) == 3
    assert len(set(sent)) == 1
    assert len(await calls(kiosk, "/v1/issuing/state")) >= 2
    (application,) = await applications(kiosk)
    assert application["commits"] == 1


async def test_a15_a_host_that_stays_silent_takes_nothing_from_the_hopper(impatient: Kiosk) -> None:
    kiosk = impatient
    await kiosk.order("lost_request", "/v1/issuing/state")
    await applies(kiosk)
    await sees(kiosk, TakePaper)
    assert len(await calls(kiosk, "/v1/issuing/state")) >= 3
    assert not entries(kiosk, "issue.feeding")
    await heals(kiosk)
    await nothing_is_touched(kiosk)
    refusal = await touches(kiosk, "done", to=Refusal)
    assert refusal.what == Say("refusal.host_unknown")

    async def withdrawn() -> bool:
        return bool((await applications(kiosk))[-1]["state"] == "withdrawn")

    await kiosk.comes_to_pass(withdrawn)
    (application,) = await applications(kiosk)
    assert application["commits"] == 0


async def test_a16_a_commit_whose_answer_is_lost_is_not_reversed(impatient: Kiosk) -> None:
    kiosk = impatient
    await kiosk.order("lost_reply", "/v1/issuing/commits", times=2)
    await applies(kiosk)
    assert await takes_it(kiosk) == FIRST
    (application,) = await applications(kiosk)
    assert (application["commits"], application["reservations"]) == (1, {FIRST: "bound"})
    assert not entries(kiosk, "issue.spoiled")


async def test_a16_with_the_line_dead_the_card_is_held_and_committed_once_when_it_is_back(impatient: Kiosk) -> None:
    kiosk = impatient
    await kiosk.order("lost_reply", "/v1/issuing/commits")
    await applies(kiosk)
    await kiosk.comes_to_pass(lambda: kiosk.state.endswith("making.printing"), seconds=0.05)
    await kiosk.order("lost_request", "/v1/issuing/state*")
    await sees(kiosk, TakePaper)
    await kiosk.bench.tear_off(NEWCOMER)
    slip = text_of((await kiosk.bench.receipts())[-1])
    (issue,) = await open_issues(kiosk)
    assert (issue.step, issue.serial) == (IssueStep.UNCONFIRMED, FIRST)
    assert str(issue.business) in slip
    assert await place_of(kiosk, FIRST) == "in:card-printer/holding-slot"
    ended = await touches(kiosk, "done", to=Refusal)
    assert Say("issue.ended.unconfirmed") in ended.advice
    menu = await touches(kiosk, "done", to=Menu)
    assert [choice.why_not for choice in menu.choices if choice.id == "issue_card"] == [Say("why_not.no_issue")]
    view = tools_of(kiosk).health.issuing
    assert view is not None
    assert view.open_issues == 1
    kiosk.screens.touch("leave")
    await sees(kiosk, TakeCard)
    await kiosk.bench.lift_id_card(NEWCOMER)
    await heals(kiosk)

    async def settled() -> bool:
        return (await record_of(kiosk).issuing.of(issue.business)).step is IssueStep.HELD

    await kiosk.comes_to_pass(settled, seconds=0.5)
    (application,) = await applications(kiosk)
    assert (application["commits"], application["live_cards"]) == (1, 1)
    await sees(kiosk, Attract)
    await comes_by_id_card(kiosk, NEWCOMER)
    await kiosk.chooses("collect_card")
    await kiosk.attendant_vouches()
    assert await takes_it(kiosk) == FIRST
    (application,) = await applications(kiosk)
    assert application["commits"] == 1
