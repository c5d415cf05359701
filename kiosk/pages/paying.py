"""Pages of an application: the fee, and the card that is made centrally instead."""

from __future__ import annotations

from dataclasses import replace

from kiosk.activities.refusals import refusal
from kiosk.pages.issue_facts import issue_of, printing, refusal_of, take_paper, waiting
from kiosk.pages.values import day
from kiosk.session import Session
from kiosk.tools import Tools
from statemachines.views import Done, Fen, Number, Pay, Refusal, Say, Verbatim

asking_fee = waiting(Say("issue.working.asking_fee"), "host")
printing_slip = printing(Say("print.pickup_slip"))
take_slip = take_paper(Say("print.pickup_slip"))
printing_refusal = printing(Say("print.refusal"))
take_refusal = take_paper(Say("print.refusal"))


def paying(session: Session, tools: Tools) -> Pay:
    issue = issue_of(session)
    payment = issue.payment
    fen = payment.fen if payment is not None else issue.quote.fen if issue.quote is not None else 0
    held = payment is None or payment.holds
    return Pay(
        amount=Fen(fen),
        what=Say("issue.pay.what"),
        code=payment.code if payment is not None else "",
        seconds=max(0, round(issue.pay_until - tools.clock.monotonic())),
        notes=(Say("issue.pay.held" if held else "issue.pay.sent_back"),),
    )


def fee_failed(session: Session, tools: Tools) -> Refusal:
    """No card has been begun, so nothing is owed. Nothing said why: the payer took too long. It is tried again only
    where that may help: an order that lapsed cannot be paid any more."""
    trouble = session.trouble or refusal("payer_unknown")
    no_card_no_fee = Say("issue.fee_failed.no_card_no_fee")
    return refusal_of(replace(trouble, advice=(*trouble.advice, no_card_no_fee)), session, tools)


def deferred(session: Session, tools: Tools) -> Done:
    """When and where the card will be, and how many are made before it (F36)."""
    application = issue_of(session).application
    slip = application.slip if application is not None else None
    notes = []
    if slip is not None and application is not None:
        notes.append(Say("issue.deferred.due", {"day": day(slip.due)}))
        if slip.provisional:
            notes.append(Say("issue.deferred.provisional"))
        notes.append(Say("issue.deferred.latest", {"day": day(slip.latest)}))
        notes.append(Say("issue.deferred.place", {"place": Verbatim(slip.place)}))
        notes.append(
            Say(
                "issue.deferred.priority" if slip.priority else "issue.deferred.position",
                {"position": Number(slip.position)},
            )
        )
        notes.append(Say("issue.deferred.number", {"number": Verbatim(application.number)}))
    notes.append(Say("issue.deferred.bring"))
    return Done(title=Say("issue.deferred.title"), notes=tuple(notes))
