"""Leaving nothing behind of an application that came to nothing before a card left its hopper."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from typing import TypeVar

from kiosk.host.issuing_values import step_key
from kiosk.journal.entries import Fact
from kiosk.journal.issues import IssueEnd, IssueRecord, IssueStep
from kiosk.record_issuing import Tell
from kiosk.session import Session
from kiosk.tools import Tools

R = TypeVar("R")

BEFORE_FEEDING = frozenset({IssueStep.OPENING, IssueStep.APPLIED, IssueStep.FEE_ASKED, IssueStep.ACCEPTED})
"""No card has left its hopper: everything can be given back."""


async def written(writing: Awaitable[R]) -> R:
    """Wait for something to be in the journal, also when cancelled meanwhile: whoever looks next finds it there."""
    task = asyncio.ensure_future(writing)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait([task])
        raise


async def withdraw(tools: Tools, session: Session) -> IssueRecord | None:
    """End the session's issue if it is open and none of its cards has left a hopper; what host and payer have to be
    told goes into the outbox in the same transaction. Returns the ended record, None where there was nothing to end.

    The journal is asked, not the session: an opening that was cut short may be known to it alone.
    """
    issue = session.issue
    known = issue.record if issue is not None else None
    record = await _of(tools, known.business if known is not None else session.business)
    if record is None or record.ended is not None or record.step not in BEFORE_FEEDING:
        return None
    told = [_tell(record, "issue_withdraw", opening_key=record.opening_key)]
    if record.fee_order:
        told.append(_tell(record, "fee_release", order=record.fee_order))
    ended = await written(tools.record.issuing.end(record, IssueEnd.WITHDRAWN, tell=told))
    if issue is not None:
        issue.record = issue.application = issue.payment = None
    return ended


async def abandon(tools: Tools, session: Session) -> None:
    """As :func:`withdraw`, and the session forgets the card. An issue with a card under way is left to those who settle
    it."""
    await withdraw(tools, session)
    session.issue = None


async def new_record(tools: Tools, session: Session, holder: str) -> IssueRecord:
    """Begin an issue in the journal, before the host hears of it. The business number is the session's, or a new one
    where that has been an issue's already. ``holder``: the applicant's number."""
    if await _of(tools, session.business) is not None:
        session.business = ""
    business = await tools.record.business(session)
    return await written(tools.record.issuing.begin(business, holder))


async def _of(tools: Tools, business: str) -> IssueRecord | None:
    try:
        return await tools.record.issuing.of(business)
    except KeyError:
        return None


def _tell(record: IssueRecord, kind: str, **facts: Fact) -> Tell:
    return Tell(kind, step_key(record.business, kind), {"business": record.business, **facts})
