"""Quoted and opened: the journal first, answers that get lost, and nothing left of what came to nothing."""

from __future__ import annotations

import asyncio
import threading
from datetime import date

import pytest
from applying_desk import Desk

from kiosk.activities import applicant, applying, farewell
from kiosk.activities.withdrawing import abandon
from kiosk.catalogue.rules import Reason
from kiosk.host.issuing_values import ApplicationState, PhotoNeed, step_key
from kiosk.host.port import CardSide, HostRefused
from kiosk.journal.business_number import BusinessNumber
from kiosk.journal.issues import IssueEnd, IssueRecord, IssueStep

# -- the quote ---------------------------------------------------------------------------------------------------------


async def test_a_first_card_is_free_and_concerns_no_old_one(desk: Desk) -> None:
    desk.serve(desk.someone())
    assert await desk.up_to_quote() == "quoted"
    assert desk.issue.quote is not None
    assert (desk.issue.reason, desk.issue.quote.fen) == (Reason.FIRST, 0)


@pytest.mark.parametrize(
    ("side", "reason", "outcome"),
    [
        (CardSide.NORMAL, Reason.DAMAGED, "old_card_open"),
        (CardSide.NORMAL, Reason.LOST, "quoted"),
        (CardSide.LOST, Reason.LOST, "quoted"),
        (CardSide.CANCELLED, Reason.DAMAGED, "quoted"),
    ],
)
async def test_a_card_still_in_use_is_settled_unless_it_is_lost(
    desk: Desk, side: CardSide, reason: Reason, outcome: str
) -> None:
    desk.serve(desk.someone(side))
    desk.session.keep("old_card", "handed_in")  # from a reason chosen before
    assert await desk.up_to_quote(reason) == outcome
    assert "old_card" not in desk.session.kept


async def test_what_costs_something_is_refused_where_no_fee_can_be_taken(desk: Desk) -> None:
    desk.serve(desk.someone(CardSide.LOST))
    desk.world.desk.order_price(Reason.LOST, 2000, date(2026, 11, 22))
    desk.tools.payer = None
    assert await desk.up_to_quote(Reason.LOST) == "refused"
    desk.world.desk.reset()
    assert await applying.quote_fee(desk.stage) == "quoted"


# -- the opening -------------------------------------------------------------------------------------------------------


async def test_the_journal_has_the_application_before_the_host_hears_of_it(desk: Desk) -> None:
    desk.serve(desk.someone())
    assert await desk.up_to_opened() == "opened"
    assert desk.host.steps["open"] == ["opening"]
    record = desk.issue_record()
    assert record.step is IssueStep.APPLIED
    assert desk.issue.application is not None
    assert record.application == desk.issue.application.number
    assert desk.host.calls[-1] == ("open", record.opening_key)


async def test_without_a_photo_the_application_is_open_and_waits_for_one(desk: Desk) -> None:
    desk.serve(desk.world.person(kind="no_photo"))
    outcome = await applicant.check_eligibility(desk.stage)
    assert outcome in ("may_apply", "has_card")
    reason = desk.issue.eligibility.reasons[0] if desk.issue.eligibility else Reason.FIRST
    assert await desk.up_to_opened(reason) == "photo_needed"
    assert desk.issue.application is not None
    assert desk.issue.application.photo is PhotoNeed.NEEDED
    assert desk.issue_record().step is IssueStep.APPLIED


@pytest.mark.parametrize(
    ("fates", "names"),
    [
        (["reply_lost"], ["open", "state_by_key"]),
        (["request_lost"], ["open", "state_by_key", "open"]),
    ],
)
async def test_a_lost_answer_is_asked_for_before_the_same_request_is_sent_again(
    desk: Desk, fates: list[str], names: list[str]
) -> None:
    desk.serve(desk.someone())
    desk.host.fates["open"] = fates
    assert await desk.up_to_opened() == "opened"
    assert desk.host.names()[-len(names) :] == names
    assert len({key for name, key in desk.host.calls if name == "open"}) == 1


async def test_still_unknown_is_unreachable_and_leaving_ends_it_whatever_the_host_did(desk: Desk) -> None:
    desk.serve(desk.someone())
    desk.host.fates["open"] = ["reply_lost"]
    desk.host.fates["state_by_key"] = ["request_lost"] * 3
    assert await desk.up_to_opened() == "unreachable"
    assert desk.host.names().count("state_by_key") == 3
    record = desk.issue_record()
    assert (record.step, record.ended) == (IssueStep.OPENING, None)
    assert desk.session.trouble is not None
    assert desk.session.trouble.what.key == "refusal.host_unknown"
    assert await applying.close_application(desk.stage) == "closed"
    assert desk.session.issue is None
    assert desk.journal.issues.of(record.business).ended is IssueEnd.WITHDRAWN
    told = {"business": record.business, "opening_key": record.opening_key}
    assert desk.told() == [("issue_withdraw", told)]


async def test_a_request_that_turns_up_after_the_citizen_left_opens_nothing(desk: Desk) -> None:
    person = desk.serve(desk.someone())
    desk.host.fates["open"] = ["request_lost", "request_lost"]
    await desk.up_to_opened()
    assert desk.issue.quote is not None
    assert desk.issue.record is not None
    quote, record = desk.issue.quote.number, desk.issue.record
    await abandon(desk.tools, desk.session)
    await desk.host.withdraw(record.opening_key, step_key(record.business, "issue_withdraw"))
    with pytest.raises(HostRefused, match="application_closed"):
        await desk.host.ask(
            "late",
            lambda: desk.world.open_application("K0001", person, Reason.FIRST, record.opening_key, quote=quote),
        )


async def test_a_quote_of_yesterday_is_quoted_anew_under_a_new_number(desk: Desk) -> None:
    desk.serve(desk.someone())
    await desk.up_to_quote()
    await desk.clock.run_for(86_400)
    assert await desk.patiently(applying.open_application) == "lapsed"
    assert desk.issue.record is None
    assert await desk.record.issuing.open() == ()
    lapsed = desk.session.business
    assert await applying.quote_fee(desk.stage) == "quoted"
    assert await desk.patiently(applying.open_application) == "opened"
    assert desk.session.business != lapsed
    assert [record.business for record in await desk.record.issuing.open()] == [desk.session.business]


async def test_one_opened_elsewhere_meanwhile_is_refused_with_its_machine(desk: Desk) -> None:
    person = desk.serve(desk.someone())
    await desk.up_to_quote()
    desk.world.now = desk.clock.now()
    desk.world.open_application("K0002", person, Reason.FIRST, "theirs")
    assert await desk.patiently(applying.open_application) == "refused"
    assert desk.session.trouble is not None
    assert desk.session.trouble.advice[0].args
    assert await desk.record.issuing.open() == ()


async def test_no_host_at_all_is_surely_nothing_opened(desk: Desk) -> None:
    desk.serve(desk.someone())
    desk.host.fates["open"] = ["unavailable"]
    assert await desk.up_to_opened() == "unreachable"
    assert "state_by_key" not in desk.host.names()
    assert desk.session.trouble is not None
    assert desk.session.trouble.what.key == "refusal.host_unavailable"


async def test_trying_again_withdraws_the_first_try_and_is_another_business(desk: Desk) -> None:
    desk.serve(desk.someone())
    desk.host.fates["open"] = ["reply_lost"]
    desk.host.fates["state_by_key"] = ["request_lost"] * 3
    await desk.up_to_opened()
    first = desk.issue_record().business
    assert await applicant.check_eligibility(desk.stage) == "may_apply"
    assert desk.host.names()[-2:] == ["withdraw", "eligibility"]
    assert await applying.quote_fee(desk.stage) == "quoted"
    assert await desk.patiently(applying.open_application) == "opened"
    assert desk.issue_record().business != first
    assert [each.ended for each in (desk.journal.issues.of(first), desk.issue_record())] == [IssueEnd.WITHDRAWN, None]


# -- leaving -----------------------------------------------------------------------------------------------------------


async def test_leaving_while_the_host_is_asked_leaves_a_withdrawal(desk: Desk) -> None:
    desk.serve(desk.someone())
    await desk.up_to_quote()
    desk.host.fates["open"] = ["hangs"]
    task = asyncio.create_task(applying.open_application(desk.stage))
    await desk.host.arrived.wait()
    task.cancel()
    await asyncio.wait([task])
    business = desk.session.business
    desk.session.person = None  # there is no host session to close in this test
    assert await farewell.end(desk.stage) == "forgotten"
    assert desk.session.issue is None
    assert desk.journal.issues.of(business).ended is IssueEnd.WITHDRAWN
    assert [kind for kind, _ in desk.told()] == ["issue_withdraw"]


async def test_leaving_while_the_journal_is_written_leaves_a_withdrawal(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.serve(desk.someone())
    await desk.up_to_quote()
    loop, writing, go_on = asyncio.get_running_loop(), asyncio.Event(), threading.Event()
    real = desk.journal.issues.begin

    def slow(business: BusinessNumber, holder: str) -> IssueRecord:
        loop.call_soon_threadsafe(writing.set)
        assert go_on.wait(5)
        return real(business, holder)

    monkeypatch.setattr(desk.journal.issues, "begin", slow)
    task = asyncio.create_task(applying.open_application(desk.stage))
    await writing.wait()
    task.cancel()
    _, unfinished = await asyncio.wait([task], timeout=0.02)
    assert unfinished  # whoever looks next would look too early
    go_on.set()
    await asyncio.wait([task])
    assert task.cancelled()
    assert desk.issue.record is None
    assert [each.step for each in await desk.record.issuing.open()] == [IssueStep.OPENING]
    await abandon(desk.tools, desk.session)
    assert await desk.record.issuing.open() == ()
    assert [kind for kind, _ in desk.told()] == ["issue_withdraw"]


@pytest.mark.parametrize("step", [IssueStep.FEEDING, IssueStep.UNCONFIRMED, IssueStep.HELD, IssueStep.SPOILING])
async def test_once_a_card_has_left_its_hopper_leaving_changes_nothing(desk: Desk, step: IssueStep) -> None:
    desk.serve(desk.someone())
    await desk.up_to_opened()
    record = await desk.record.issuing.step(desk.issue_record(), step)
    await abandon(desk.tools, desk.session)
    assert desk.session.issue is None
    assert desk.journal.issues.of(record.business) == record
    assert desk.told() == []


async def test_a_second_application_of_the_session_is_another_business(desk: Desk) -> None:
    desk.serve(desk.someone())
    await desk.up_to_opened()
    first = desk.issue_record()
    await applying.close_application(desk.stage)
    await desk.host.withdraw(first.opening_key, step_key(first.business, "issue_withdraw"))
    assert desk.world.state(first.application).state is ApplicationState.WITHDRAWN
    assert await desk.up_to_opened() == "opened"
    assert desk.issue_record().business != first.business
    assert desk.issue_record().application != first.application
