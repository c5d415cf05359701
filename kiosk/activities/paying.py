"""The fee: held before a card is made, taken only when it has been (rules: issuing, decision 8; scenario A18)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Literal

import structlog

from kiosk.activities.issue_tools import StillUnknown, issue_of, until_known
from kiosk.activities.refusals import payer_trouble, refusal
from kiosk.activities.withdrawing import written
from kiosk.host.issuing_values import step_key
from kiosk.host.payer.port import Means, Payer, Payment, PaymentState
from kiosk.host.port import HostError, HostRefused, HostUnavailable, HostUnknown
from kiosk.issue import Issue
from kiosk.journal.issues import IssueStep
from kiosk.runtime import Stage
from kiosk.tools import Tools

log = structlog.get_logger("paying")

LOOK_EVERY = 1.0
"""Seconds between two questions whether the citizen has paid."""


async def ask_fee(stage: Stage) -> Literal["free", "held", "waiting", "declined", "unreachable"]:
    """Have the payer hold the fee that was accepted, under the business number as the order.

    The journal knows of the order before the payer does. An answer that is lost is asked for before the same request is
    sent again; after a refusal, asking again is another request.
    """
    session, tools = stage.session, stage.tools
    issue, record = issue_of(stage)
    if issue.application is None:
        raise RuntimeError("no application is open")
    fen = issue.application.fen
    if not fen:
        return "free"
    payer = _payer(tools)
    order = str(record.business)
    issue.record = await written(tools.record.issuing.step(record, IssueStep.FEE_ASKED, fee_order=order, fen=fen))
    key = step_key(order, "hold", issue.declined + 1)
    try:
        payment = await _held(tools, order, lambda: payer.hold(order, fen, Means.QR, key))
    except StillUnknown:
        session.trouble = refusal("payer_unknown")
        return "unreachable"
    except HostRefused as error:
        log.info("fee_refused", code=error.code)
        issue.declined += 1
        session.trouble = payer_trouble(error)
        return "declined"
    except HostError as error:
        session.trouble = payer_trouble(error)
        return "unreachable"
    return _outcome(stage, issue, payment)


async def await_payment(stage: Stage) -> Literal["held", "declined"]:
    """Ask until the money is there, or never will be. A payer that does not answer is asked again."""
    tools = stage.tools
    issue, record = issue_of(stage)
    payer = _payer(tools)
    if issue.payment is not None:
        issue.pay_until = _until(tools, issue.payment)
    while True:
        try:
            payment = await payer.state(record.fee_order)
        except HostError as error:
            log.info("payer_did_not_say", reason=type(error).__name__)
        else:
            if payment is None:
                return _gone(stage, issue)
            outcome = _outcome(stage, issue, payment)
            if outcome != "waiting":
                return outcome
        await tools.clock.sleep(LOOK_EVERY)


async def _held(tools: Tools, order: str, hold: Callable[[], Awaitable[Payment]]) -> Payment:
    try:
        return await hold()
    except HostUnknown:
        log.warning("hold_unknown", order=order)
    found = await until_known(tools, lambda: _payer(tools).state(order))
    if found is not None:
        return found
    try:
        return await hold()
    except (HostUnknown, HostUnavailable):
        raise StillUnknown from None


def _outcome(stage: Stage, issue: Issue, payment: Payment) -> Literal["held", "waiting", "declined"]:
    """Money that cannot be held is taken by paying (A18): both will do to make the card."""
    issue.payment = payment
    match payment.state:
        case PaymentState.HELD | PaymentState.CAPTURED:
            log.info("fee_held", order=payment.order, holds=payment.holds)
            return "held"
        case PaymentState.WAITING:
            issue.pay_until = _until(stage.tools, payment)
            return "waiting"
        case _:
            return _gone(stage, issue)


def _gone(stage: Stage, issue: Issue) -> Literal["declined"]:
    """The order has lapsed, and another cannot be opened for this application: it is begun anew."""
    issue.declined += 1
    stage.session.trouble = refusal("order_closed")
    return "declined"


def _until(tools: Tools, payment: Payment) -> float:
    """When the order lapses, on the scale of the clock's ``monotonic``."""
    return tools.clock.monotonic() + max(0.0, (payment.lapses - tools.clock.now()).total_seconds())


def _payer(tools: Tools) -> Payer:
    if tools.payer is None:
        raise RuntimeError("no fee can be taken here")
    return tools.payer
