"""What the pages of issuing share."""

from __future__ import annotations

from collections.abc import Callable

from msgspec import structs

from devices.fault_catalogue import Capability
from kiosk.host.issuing_values import Bank
from kiosk.issue import Issue
from kiosk.pages.session import told
from kiosk.pages.values import at_most
from kiosk.session import Session, Trouble
from kiosk.staff import NUMBER_LENGTH
from kiosk.tools import Tools
from statemachines.views import PinEntry, Printing, Refusal, Say, TakePaper, Verbatim, Working


def issue_of(session: Session) -> Issue:
    """What is known of the issue; of one that has only begun, nothing."""
    return session.issue if session.issue is not None else Issue()


def waiting(doing: Say, timeout: str) -> Callable[[Session, Tools], Working]:
    """The builder of a page that waits as long as ``timeout`` at most."""

    def build(session: Session, tools: Tools) -> Working:
        return Working(doing, at_most=at_most(timeout), keep=Say("working.keep_card") if tools.card_in_slot else None)

    return build


def printing(what: Say) -> Callable[[Session, Tools], Printing]:
    """The builder of a page on which ``what`` is being printed."""
    return lambda session, tools: Printing(what, at_most=at_most("printer"))


def take_paper(what: Say) -> Callable[[Session, Tools], TakePaper]:
    """The builder of a page on which ``what`` is to be taken."""
    return lambda session, tools: TakePaper(what, document=session.document)


def attendant(session: Session, tools: Tools) -> PinEntry:
    """An attendant vouches for the citizen: the pad takes their number, then their code."""
    number = session.pin.length == NUMBER_LENGTH
    rules = (Say("staff.rule.call"), Say("staff.type.number")) if number else (Say("staff.type.code"),)
    return PinEntry(
        purpose="staff",
        typed=session.pin.typed,
        length=session.pin.length,
        problem=session.pin.problem or issue_of(session).problem,
        rules=rules,
    )


def bank_name(session: Session, bank: Bank) -> Verbatim:
    """In the citizen's language."""
    return Verbatim(bank.name if session.language == "zh" else bank.name_en)


def refusal_of(trouble: Trouble, session: Session, tools: Tools, *, printable: bool = False) -> Refusal:
    """A trouble of issuing as a page: that no card can be made takes nothing else away. ``printable``: what it says can
    be taken along on paper, if there is any."""
    able = tools.health.works
    page = told(trouble, session, tools)
    works = page.works
    if {Capability.QUERY, Capability.PRINT} <= able:
        works = (Say("works.queries_and_printing"), *works)
    return structs.replace(page, works=works, printable=printable and Capability.PRINT in able, again=trouble.again)
