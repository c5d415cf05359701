"""Pages of a card handed over, fetched later, or not made: an own PIN, taking it, what it can do from now on."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Literal

from msgspec import structs

from devices.fault_catalogue import Capability
from kiosk.activities.issue_slips import fate_of
from kiosk.activities.refusals import refusal
from kiosk.documents.issue_slips import IssueFate
from kiosk.pages.issue_facts import issue_of, printing, refusal_of, take_paper
from kiosk.pages.making import motion
from kiosk.pages.session import PIN_RULES
from kiosk.pages.values import at_most
from kiosk.session import Session
from kiosk.tools import Tools
from statemachines.views import (
    Choice,
    Done,
    Menu,
    PinEntry,
    Refusal,
    Say,
    TakeNewCard,
    Working,
)

presenting = motion("card_out", Say("handover.coming_out"))
holding = motion("reject_card", Say("handover.holding"))
recalling = motion("card_contact", Say("handover.recalling"))
printing_receipt = printing(Say("print.issue_receipt"))
take_receipt = take_paper(Say("print.issue_receipt"))
printing_issue_slip = printing(Say("print.issue_slip"))
take_issue_slip = take_paper(Say("print.issue_slip"))


def readying(session: Session, tools: Tools) -> Working:
    return Working(Say("handover.readying"), at_most=at_most("card_contact"))


def finding(session: Session, tools: Tools) -> Working:
    return Working(Say("handover.finding"), at_most=at_most("host"))


def proving(session: Session, tools: Tools) -> Working:
    return Working(Say("issue.working.proving"), at_most=at_most("check"))


def changing_pin(session: Session, tools: Tools) -> Working:
    return Working(Say("working.changing_pin"), at_most=at_most("chip"))


def offering_pin(session: Session, tools: Tools) -> Menu:
    """The new card leaves the factory with a PIN that everybody knows; changing it is offered, not forced."""
    return Menu(
        question=Say("handover.pin.question"),
        greeting=Say("handover.pin.why"),
        choices=(
            Choice(id="set_pin", title=Say("handover.pin.set"), note=Say("handover.pin.set.note"), icon="pin"),
            Choice(id="later", title=Say("handover.pin.later"), note=Say("handover.pin.later.note"), icon="clock"),
        ),
    )


def pin_entry(purpose: Literal["new", "again"]) -> Callable[[Session, Tools], PinEntry]:
    """The builder for the new card's PIN."""

    def build(session: Session, tools: Tools) -> PinEntry:
        pin = session.pin
        rules = PIN_RULES if purpose == "new" else ()
        return PinEntry(purpose=purpose, typed=pin.typed, length=pin.length, problem=pin.problem, rules=rules)

    return build


def take_new_card(session: Session, tools: Tools) -> TakeNewCard:
    return TakeNewCard()


def take_new_card_urgent(session: Session, tools: Tools) -> TakeNewCard:
    return TakeNewCard(urgent=True, seconds=at_most("take_new_card_urgent"))


def issued(session: Session, tools: Tools) -> Done:
    """What the card can do now, and what still takes the bank."""
    own = issue_of(session).own_pin
    paper = (Say("handover.issued.receipt"),) if Capability.PRINT in tools.health.works else ()
    return Done(
        title=Say("handover.issued"),
        notes=(
            Say("handover.issued.social"),
            Say("handover.issued.own_pin" if own else "handover.issued.first_pin"),
            Say("handover.issued.bank"),
            *paper,
        ),
    )


def not_here(session: Session, tools: Tools) -> Refusal:
    """Nothing said why: looking for it took too long."""
    return refusal_of(session.trouble or refusal("host_unknown"), session, tools)


def issue_ended(session: Session, tools: Tools) -> Refusal:
    """How an issue ended that brought no card: what became of card and fee stands before what to do."""
    record = issue_of(session).record
    fate = fate_of(record) if record is not None else IssueFate.NOT_MADE
    page = refusal_of(session.trouble or refusal(ENDED_AS[fate]), session, tools)
    fee_back = (
        (Say("issue.ended.fee_back"),) if fate is IssueFate.NOT_MADE and record is not None and record.fen else ()
    )
    said = (Say(f"issue.ended.{fate}"), *fee_back, *page.advice)
    return structs.replace(page, advice=said, again=False)


ENDED_AS: Mapping[IssueFate, str] = {
    IssueFate.NOT_MADE: "card_not_made",
    IssueFate.UNCONFIRMED: "issue_unconfirmed",
    IssueFate.ATTENDANT: "issue_not_held",
    IssueFate.UNKNOWN: "host_unknown",
}
"""What is told when nothing else was said."""
