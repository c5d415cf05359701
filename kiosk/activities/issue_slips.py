"""Papers of issuing. One that cannot be printed loses nothing: what it says is on the screen and in the journal, and
the business number finds it."""

from __future__ import annotations

from typing import Literal

import structlog

from kiosk.activities.paper import holder_of, origin_of
from kiosk.activities.printing import print_paper
from kiosk.documents.issue_slips import (
    EndedIssue,
    IssuedCard,
    IssueFate,
    Pickup,
    ended_issue_slip,
    issue_receipt,
    pickup_slip,
)
from kiosk.health.look import look_at_making
from kiosk.host.issuing_values import OldCardFate
from kiosk.issue import Issue
from kiosk.journal.issues import IssueEnd, IssueRecord, IssueStep
from kiosk.runtime import Stage
from kiosk.session import Session

log = structlog.get_logger("slips")


async def print_pickup_slip(stage: Stage) -> Literal["printed", "not_printed"]:
    """When and where the card will be."""
    session = stage.session
    issue, holder = session.issue, holder_of(session)
    application = issue.application if issue is not None else None
    if issue is None or issue.record is None or application is None or application.slip is None or holder is None:
        log.warning("no_pickup_slip")
        return "not_printed"
    slip, business = application.slip, str(issue.record.business)
    pickup = Pickup(
        number=application.number,
        reason=application.reason.value,
        fen=application.fen,
        due=slip.due,
        latest=slip.latest,
        provisional=slip.provisional,
        position=slip.position,
        priority=slip.priority,
        place=slip.place,
    )
    sheet = pickup_slip(holder, origin_of(session, stage.tools, business), session.language, pickup)
    return await print_paper(stage, sheet, application.number)


async def print_issue_receipt(stage: Stage) -> Literal["printed", "not_printed"]:
    """What was issued, what it cost, what to do at the bank."""
    session = stage.session
    issue, holder = session.issue, holder_of(session)
    if issue is None or issue.record is None or holder is None:
        log.warning("no_issue_receipt")
        return "not_printed"
    business = str(issue.record.business)
    origin = origin_of(session, stage.tools, business)
    return await print_paper(stage, issue_receipt(holder, origin, session.language, issued(issue)), business)


async def print_issue_slip(stage: Stage) -> Literal["printed", "not_printed"]:
    """How an issue that brought no card has ended, and what becomes of the fee. The menu that follows offers no card
    that cannot be made any more."""
    session, tools = stage.session, stage.tools
    issue = session.issue
    if issue is None or issue.record is None:
        log.warning("no_issue_slip")
        return "not_printed"
    await look_at_making(tools)
    record = issue.record = await tools.record.issuing.of(issue.record.business)
    business = str(record.business)
    sheet = ended_issue_slip(
        holder_of(session), origin_of(session, tools, business), session.language, ended(session, issue, record)
    )
    return await print_paper(stage, sheet, business)


def issued(issue: Issue) -> IssuedCard:
    """What the receipt says: of a card made just now, all; of one that was fetched later, what is still known."""
    record, application = issue.record, issue.application
    printed = issue.reservation.printed if issue.reservation is not None else None
    bank = issue.bank
    return IssuedCard(
        card_number=printed.card_number if printed is not None else "",
        serial=record.serial if record is not None else "",
        bank=printed.bank_name if printed is not None else bank.name if bank is not None else "",
        reason=application.reason.value if application is not None else issue.reason.value if issue.reason else "",
        fen=application.fen if application is not None else record.fen if record is not None else 0,
        reference=issue.payment.reference if issue.payment is not None else "",
        own_pin=issue.own_pin,
    )


def ended(session: Session, issue: Issue, record: IssueRecord) -> EndedIssue:
    """What the slip of an issue without a card in its holder's hand says."""
    payment = issue.payment
    return EndedIssue(
        fate=fate_of(record),
        why=session.trouble.what if session.trouble is not None else None,
        fen=record.fen,
        reference=payment.reference if payment is not None else "",
        taken=payment is not None and not payment.holds,
        old_card_kept=record.ended is IssueEnd.WITHDRAWN
        and session.kept.get("old_card") == OldCardFate.HANDED_IN.value,
    )


def fate_of(record: IssueRecord) -> IssueFate:
    """Where an issue stands whose holder has no card in hand."""
    if record.ended is not None:
        return IssueFate.NOT_MADE
    if record.step in (IssueStep.COMMITTING, IssueStep.UNCONFIRMED):
        return IssueFate.UNCONFIRMED
    if record.committed or record.step is IssueStep.ATTENDANT:
        return IssueFate.ATTENDANT
    return IssueFate.UNKNOWN
