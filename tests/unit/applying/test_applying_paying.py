"""The fee: held before the card, known to the journal before the payer, asked for when an answer is lost (A18, A19)."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from applying_desk import Desk

from kiosk.activities import applying, paying
from kiosk.catalogue.rules import Reason
from kiosk.host.payer.port import PaymentState
from kiosk.host.payer.sandbox_orders import Behaviour
from kiosk.host.port import CardSide
from kiosk.journal.issues import IssueEnd, IssueStep

FEN = 2000


def owing(desk: Desk) -> Desk:
    """Somebody whose card costs something."""
    desk.serve(desk.someone(CardSide.LOST))
    return desk


async def test_a_first_card_asks_the_payer_nothing(desk: Desk) -> None:
    desk.serve(desk.someone())
    assert await desk.up_to_fee() == "free"
    assert desk.payer.calls == []
    record = desk.issue_record()
    assert (record.step, record.fee_order) == (IssueStep.APPLIED, "")


async def test_the_journal_knows_the_order_before_the_payer(desk: Desk) -> None:
    assert await owing(desk).up_to_fee(Reason.LOST, FEN) == "waiting"
    assert desk.payer.steps["hold"] == ["fee_asked"]
    record = desk.issue_record()
    assert (record.fee_order, record.fen) == (record.business, FEN)
    assert desk.payer.calls == [("hold", f"{record.business}/hold/1")]
    assert desk.issue.payment is not None
    assert desk.issue.payment.code.startswith("https://")
    left = timedelta(seconds=desk.issue.pay_until - desk.clock.monotonic())
    assert desk.clock.now() + left == desk.issue.payment.lapses


async def test_the_citizen_pays_and_the_next_look_knows(desk: Desk) -> None:
    await owing(desk).up_to_fee(Reason.LOST, FEN)
    waiting = asyncio.create_task(paying.await_payment(desk.stage))
    await desk.clock.run_for(3)
    assert desk.payer.names().count("state") == 4
    assert not waiting.done()
    assert desk.payer.paid(desk.issue_record().fee_order)
    await desk.clock.run_for(1)
    assert await waiting == "held"
    assert desk.issue.payment is not None
    assert desk.issue.payment.state is PaymentState.HELD


async def test_a_payer_that_is_silent_for_a_while_is_asked_again(desk: Desk) -> None:
    await owing(desk).up_to_fee(Reason.LOST, FEN)
    desk.payer.fates["state"] = ["request_lost", "unavailable"]
    desk.payer.paid(desk.issue_record().fee_order)
    waiting = asyncio.create_task(paying.await_payment(desk.stage))
    await desk.clock.run_for(1)
    assert not waiting.done()
    await desk.clock.run_for(1)
    assert await waiting == "held"


async def test_an_order_that_lapses_is_declined(desk: Desk) -> None:
    await owing(desk).up_to_fee(Reason.LOST, FEN)
    waiting = asyncio.create_task(paying.await_payment(desk.stage))
    await desk.clock.run_for(301)
    assert await waiting == "declined"
    assert await paying.ask_fee(desk.stage) == "declined"
    assert desk.session.trouble is not None
    assert desk.session.trouble.what.key == "refusal.order_closed"


async def test_money_that_cannot_be_held_is_taken_by_paying(desk: Desk) -> None:
    desk.world.payer.qr, desk.world.payer.qr_holds = Behaviour.AT_ONCE, False
    assert await owing(desk).up_to_fee(Reason.LOST, FEN) == "held"
    assert desk.issue.payment is not None
    assert (desk.issue.payment.state, desk.issue.payment.holds) == (PaymentState.CAPTURED, False)


async def test_declined_may_be_tried_again_as_another_request(desk: Desk) -> None:
    desk.world.payer.qr = Behaviour.DECLINE
    assert await owing(desk).up_to_fee(Reason.LOST, FEN) == "declined"
    assert desk.session.trouble is not None
    assert desk.session.trouble.what.key == "refusal.declined"
    desk.world.payer.qr = Behaviour.AT_ONCE
    assert await paying.ask_fee(desk.stage) == "held"
    keys = [key for name, key in desk.payer.calls if name == "hold"]
    assert [key.rsplit("/", 1)[1] for key in keys] == ["1", "2"]


@pytest.mark.parametrize(("fates", "holds"), [(["reply_lost"], 1), (["request_lost"], 2)])
async def test_a_lost_answer_never_holds_twice(desk: Desk, fates: list[str], holds: int) -> None:
    desk.payer.fates["hold"] = fates
    assert await owing(desk).up_to_fee(Reason.LOST, FEN) == "waiting"
    keys = [key for name, key in desk.payer.calls if name == "hold"]
    assert len(keys) == holds
    assert len(set(keys)) == 1


async def test_nobody_can_tell_so_leaving_releases_with_the_withdrawal(desk: Desk) -> None:
    desk.payer.fates["hold"] = ["reply_lost"]
    desk.payer.fates["state"] = ["request_lost"] * 3
    assert await owing(desk).up_to_fee(Reason.LOST, FEN) == "unreachable"
    record = desk.issue_record()
    await applying.close_application(desk.stage)
    assert desk.journal.issues.of(record.business).ended is IssueEnd.WITHDRAWN
    assert desk.told() == [
        ("issue_withdraw", {"business": record.business, "opening_key": record.opening_key}),
        ("fee_release", {"business": record.business, "order": record.business}),
    ]


async def test_the_end_and_what_is_told_of_it_are_one(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    await owing(desk).up_to_fee(Reason.LOST, FEN)
    record = desk.issue_record()
    real = desk.journal.outbox.add

    def cut(kind: str, *rest: object) -> str:
        if kind == "fee_release":
            raise OSError("power")
        return real(kind, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(desk.journal.outbox, "add", cut)
    with pytest.raises(OSError, match="power"):
        await applying.close_application(desk.stage)
    assert desk.journal.issues.of(record.business) == record
    assert desk.told() == []


async def test_no_payer_is_surely_nothing_held(desk: Desk) -> None:
    desk.payer.fates["hold"] = ["unavailable"]
    assert await owing(desk).up_to_fee(Reason.LOST, FEN) == "unreachable"
    assert desk.session.trouble is not None
    assert desk.session.trouble.what.key == "refusal.payer_unavailable"
    assert await paying.ask_fee(desk.stage) == "waiting"


async def test_what_was_accepted_is_asked_whatever_midnight_brings(desk: Desk) -> None:
    await owing(desk).up_to_fee(Reason.LOST, FEN)
    desk.issue.quote = None
    desk.payer.calls.clear()
    assert await paying.ask_fee(desk.stage) == "waiting"
    assert desk.issue_record().fen == FEN
