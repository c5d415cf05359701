"""What the printer does to an issue: ribbon and stock (A8, A9), a jam and a bad print before the commit (A10)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from issuing_steps import (
    FIRST,
    NEWCOMER,
    SECOND,
    agrees,
    applications,
    applies,
    asks_for_a_card,
    comes_by_id_card,
    confirms_and_signs,
    entries,
    gives_reason,
    goes,
    journal_of,
    nothing_is_touched,
    open_issues,
    orders,
    pays,
    price,
    sees,
    takes_it,
    text_of,
    tools_of,
    touches,
)
from kiosk_rig import Kiosk

from devices.contract import DeviceError
from kiosk.health.issuing import RIBBON_SEEN
from kiosk.journal.counters import used_on
from kiosk.journal.stock_values import CardPlace
from statemachines.views import Amount, Attract, Choice, Done, Maintenance, Menu, Pay, Refusal, Say, TakePaper

pytestmark = [pytest.mark.pcsc]

ANOTHER = "li_jianguo"


def issue_choice(page: Menu) -> Choice:
    return next(choice for choice in page.choices if choice.id == "issue_card")


async def is_noticed(kiosk: Kiosk) -> None:
    """Within a minute, between citizens, the machine looks at its devices (A8)."""
    await kiosk.screens.page(Attract)
    await kiosk.comes_to_pass(lambda: bool(tools_of(kiosk).health.why_no_issue), seconds=2)


# -- A8 ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("fault", ["ribbon_wrong", "ribbon_unknown"])
async def test_a8_a_wrong_ribbon_takes_issuing_out_before_anyone_starts(issuer: Kiosk, fault: str) -> None:
    kiosk = issuer
    await kiosk.screens.page(Attract)
    await kiosk.bench.set_fault("card-printer", fault, True)
    before = kiosk.clock.monotonic()
    await is_noticed(kiosk)
    assert kiosk.clock.monotonic() - before <= 60
    assert "ribbon_mismatch" in kiosk.log()
    assert '"part_number"' in kiosk.log()
    page = await comes_by_id_card(kiosk, NEWCOMER)
    choices = {choice.id: choice.why_not for choice in page.choices}
    assert choices["issue_card"] == Say("why_not.no_issue")
    assert (choices["medical_account"], choices["contributions"]) == (None, None)
    await touches(kiosk, "choose", "medical_account", to=Amount)
    await touches(kiosk, "print", to=TakePaper)
    await nothing_is_touched(kiosk)
    assert await applications(kiosk) == []
    await goes(kiosk)
    await kiosk.bench.set_fault("card-printer", fault, False)
    await kiosk.comes_to_pass(lambda: not tools_of(kiosk).health.why_no_issue, seconds=2)
    assert issue_choice(await comes_by_id_card(kiosk, NEWCOMER)).why_not is None


async def test_a8_a_monochrome_ribbon_at_the_self_test_takes_issuing_out(standing_issuer: Kiosk) -> None:
    kiosk = standing_issuer
    await kiosk.bench.act("card-printer", "new_ribbon", label="KO", left=100)
    await kiosk.start()
    await kiosk.screens.page(Attract)
    assert tools_of(kiosk).health.why_no_issue == "card_printer"
    assert "ribbon_mismatch" in kiosk.log()
    await nothing_is_touched(kiosk)


async def test_a_misfeed_takes_issuing_out_until_somebody_has_been_at_the_machine(issuer: Kiosk) -> None:
    """The printer remembers it, and nothing is fed that could show it to be over."""
    kiosk = issuer
    printer, health = tools_of(kiosk).card_printer, tools_of(kiosk).health
    assert printer is not None
    await kiosk.bench.set_fault("card-printer", "misfeed", True)
    with pytest.raises(DeviceError, match="feed_failed"):
        await printer.call(lambda device: device.feed("hopper-1"))
    await is_noticed(kiosk)
    await kiosk.bench.set_fault("card-printer", "misfeed", False)
    await kiosk.passes(120)
    assert health.why_no_issue == "card_printer"
    assert kiosk.controller is not None
    kiosk.controller.maintain()
    await sees(kiosk, Maintenance)
    await kiosk.comes_to_pass(lambda: not health.why_no_issue)
    await touches(kiosk, "choose", "back_in_service", to=Attract)
    assert health.why_no_issue == ""


# -- A9 ----------------------------------------------------------------------------------------------------------------


async def asks_without_supplies(kiosk: Kiosk, page: Menu) -> None:
    """The second one is told in the menu, may apply all the same, and chooses between later and elsewhere unpaid."""
    assert issue_choice(page).why_not is None
    assert issue_choice(page).note in (Say("why_not.no_cards"), Say("why_not.no_issue"))
    await asks_for_a_card(kiosk)
    await touches(kiosk, "choose", "replace", to=Menu)
    await gives_reason(kiosk, "lost")
    offered = await agrees(kiosk, to=Menu)
    assert offered.question == Say("issue.no_stock.question")
    deferred, leave_it = offered.choices
    assert (deferred.id, leave_it.id) == ("deferred", "leave_it")
    assert "解放路8号" in str(leave_it.note)
    assert await orders(kiosk) == []
    await touches(kiosk, "choose", "deferred", to=TakePaper)
    await kiosk.bench.tear_off(ANOTHER)
    application = (await applications(kiosk))[-1]
    assert (application["mode"], application["state"]) == ("deferred", "accepted")
    assert application["number"] in text_of((await kiosk.bench.receipts())[-1])
    await touches(kiosk, "done", to=Done)
    await touches(kiosk, "done", to=Menu)
    assert await orders(kiosk) == []
    await goes(kiosk, ANOTHER)


async def test_a9_the_last_of_the_ribbon_goes_to_the_first_and_the_second_is_told_before_paying(issuer: Kiosk) -> None:
    kiosk = issuer
    await price(kiosk, "lost", 2000)
    await kiosk.bench.act("card-printer", "new_ribbon", left=2)
    await applies(kiosk)
    await takes_it(kiosk)
    await goes(kiosk)
    await is_noticed(kiosk)
    await asks_without_supplies(kiosk, await comes_by_id_card(kiosk, ANOTHER))


async def test_a9_without_a_card_in_any_hopper_the_next_is_told_before_paying(issuer: Kiosk) -> None:
    kiosk = issuer
    await kiosk.screens.page(Attract)  # the first look has found machine and ledger agreed
    await price(kiosk, "lost", 2000)
    ledger, who = journal_of(kiosk).ledger, ("1002", "1003")
    for hopper in (1, 2, 3):
        await kiosk.bench.act("card-printer", "empty_hopper", hopper=hopper)
    ledger.unload([card.serial for card in ledger.cards(CardPlace.LOADED)], who)
    await is_noticed(kiosk)
    await asks_without_supplies(kiosk, await comes_by_id_card(kiosk, ANOTHER))


async def test_a9_that_it_runs_out_was_told_the_day_before(issuer: Kiosk) -> None:
    """Ten cards of a bank a day, and so many sets of the ribbon: at twenty left, someone is told."""
    kiosk = issuer
    await kiosk.screens.page(Attract)
    await kiosk.bench.act("card-printer", "new_ribbon", left=30)
    counters, today = journal_of(kiosk).counters, kiosk.clock.today()
    counters.set(RIBBON_SEEN, 30)
    for back in range(1, 5):
        counters.add(used_on("ribbon", today - timedelta(days=back)), 20)
    assert '"supply_soon_empty"' not in kiosk.log()
    await kiosk.comes_to_pass(lambda: '"supply_soon_empty"' in kiosk.log(), seconds=2)
    (ribbon,) = [each for each in tools_of(kiosk).health.supplies if each.name == "ribbon"]
    assert (ribbon.left, ribbon.soon, ribbon.empty_on) == (30, True, today + timedelta(days=1))


# -- A10 ---------------------------------------------------------------------------------------------------------------


async def is_making(kiosk: Kiosk, state: str) -> None:
    """Wait until the making has come so far."""
    await kiosk.comes_to_pass(lambda: kiosk.state.endswith(f"making.{state}"), seconds=0.05)


async def test_a10_a_jam_after_printing_leaves_a_suspect_card_no_debt_and_no_issuing(issuer: Kiosk) -> None:
    kiosk = issuer
    await price(kiosk, "lost", 2000)
    await comes_by_id_card(kiosk, ANOTHER)
    await asks_for_a_card(kiosk)
    await touches(kiosk, "choose", "replace", to=Menu)
    await gives_reason(kiosk, "lost")
    await agrees(kiosk, to=Menu)
    await confirms_and_signs(kiosk)
    await sees(kiosk, Pay)
    order = await pays(kiosk)
    await is_making(kiosk, "printing")
    await kiosk.bench.set_fault("card-printer", "jam_contact", True)
    await sees(kiosk, TakePaper)
    await kiosk.bench.tear_off(ANOTHER)
    slip = text_of((await kiosk.bench.receipts())[-1])
    assert order in slip
    ended = await touches(kiosk, "done", to=Refusal)
    assert Say("issue.ended.fee_back") in ended.advice
    (spoiled,) = entries(kiosk, "issue.spoiled")
    assert spoiled.told["serial"] == FIRST
    assert spoiled.told["how"] == "suspect"
    await kiosk.host_is_told("/payer/v1/orders/release")
    (application,) = await applications(kiosk)
    assert (application["state"], application["commits"]) == ("withdrawn", 0)
    stock = (await kiosk.host.get("/sandbox/issuing/stock")).json()
    assert stock["cards"][FIRST] == "suspect"
    (void,) = (await kiosk.host.get("/sandbox/issuing/voids")).json()
    assert (void["serial"], bool(void["account"])) == (FIRST, True)
    (seen,) = await orders(kiosk)
    assert (seen["state"], seen["captures"]) == ("released", 0)
    assert await open_issues(kiosk) == ()
    page = await touches(kiosk, "done", to=Menu)
    assert issue_choice(page).why_not == Say("why_not.no_issue")
    await touches(kiosk, "choose", "medical_account", to=Amount)
    kiosk.screens.touch("leave")
    await goes(kiosk, ANOTHER)


async def test_a10_a_bad_print_is_seen_by_the_scanner_and_a_second_card_made(issuer: Kiosk) -> None:
    kiosk = issuer
    await kiosk.bench.set_fault("card-printer", "missing_panel", "m")
    await applies(kiosk)
    await is_making(kiosk, "spoiling")
    await kiosk.bench.set_fault("card-printer", "missing_panel", "")
    assert await takes_it(kiosk) == SECOND
    places = {each["serial"]: each["place"] for each in await kiosk.bench.new_cards()}
    assert places[FIRST].startswith("in:card-printer/reject"), places[FIRST]
    await kiosk.host_is_told("/v1/issuing/bad-cards")
    (application,) = await applications(kiosk)
    assert (application["commits"], application["reservations"][SECOND]) == (1, "bound")
    stock = (await kiosk.host.get("/sandbox/issuing/stock")).json()
    assert stock["cards"][FIRST] == "spoiled"
