"""The pages of a query that are the same for every service: waiting, printing, taking the paper."""

from __future__ import annotations

from kiosk.pages.values import at_most
from kiosk.session import Session
from kiosk.tools import Tools
from statemachines.views import (
    Done,
    Printing,
    Say,
    TakePaper,
    Verbatim,
    Working,
)

PRINT_NAMES = {
    "medical_account": "print.balance",
    "pension": "print.balance",
    "contributions": "print.contributions",
    "card_status": "print.card_status",
    "benefits": "print.balance",
    "personal_data": "print.personal_data",
}
"""Service -> what its print is called."""


def fetching(session: Session, tools: Tools) -> Working:
    scheme = session.kept.get("scheme")
    if scheme is None:
        return Working(Say("working.querying"), at_most=at_most("host"))
    return Working(Say("working.querying_scheme", {"scheme": Say(f"scheme.{scheme}")}), at_most=at_most("host"))


def reporting(session: Session, tools: Tools) -> Working:
    return Working(Say("working.reporting"), at_most=at_most("host"))


def _what(session: Session) -> Say:
    service = session.kept["service"]
    if service == "contributions":
        return Say("print.contributions_of", {"scheme": Say(f"scheme.{session.kept['scheme']}")})
    return Say(PRINT_NAMES[service])


def printing(session: Session, tools: Tools) -> Printing:
    return Printing(_what(session), at_most=at_most("printer"))


def take_paper(session: Session, tools: Tools) -> TakePaper:
    return TakePaper(_what(session), document=session.document)


def reported(session: Session, tools: Tools) -> Done:
    return Done(
        title=Say("wrong.done"),
        notes=(Say("wrong.case_number", {"number": Verbatim(session.document)}), Say("wrong.papers")),
    )
