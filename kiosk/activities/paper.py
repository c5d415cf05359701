"""What is printed for what is on the screen: the answer to a query, or the slip of a refusal."""

from __future__ import annotations

from devices.receipt_printer.receipt import Receipt
from kiosk.clock import KIOSK_ZONE
from kiosk.documents.balances import ChipBalance, balance_receipt, benefits_receipt
from kiosk.documents.cards import card_status_receipt, personal_data_receipt
from kiosk.documents.contributions import contribution_history
from kiosk.documents.paper import Holder, Origin
from kiosk.documents.slips import Refusal, RetainedCard, refusal_slip, retained_card_slip
from kiosk.host.port import (
    CardStatus,
    ContributionHistory,
    MedicalAccount,
    Pension,
    PersonalData,
    PrintedDocument,
)
from kiosk.pages.session import differing
from kiosk.session import Session, Trouble
from kiosk.tools import Tools

CERTIFIED = frozenset({"contributions"})
"""Services whose print is a document of the host, with a number and a code that a check page verifies (F27)."""


CAUSES = {
    "refusal.unknown_person": 1,
    "refusal.duplicate_number": 2,
    "refusal.data_differ": 3,
    "refusal.no_photo": 4,
}
"""The four causes why someone's data do not fit (rules: issuing, decision 4)."""


def answer_sheets(session: Session, tools: Tools, document: PrintedDocument | None) -> tuple[Receipt, ...]:
    """The answer in the session, on paper, in the citizen's language."""
    if session.person is None:
        raise RuntimeError("nobody has been identified")
    holder = Holder(session.person.name, session.person.number)
    origin, language, answer = origin_of(session, tools), session.language, session.answer
    if isinstance(answer, ContributionHistory) and document is not None:
        extent = session.kept.get("extent", "all")
        years = None if extent == "all" else int(extent)
        return contribution_history(holder, origin, language, (answer,), document, years=years)
    if isinstance(answer, MedicalAccount):
        on_chip = None if session.chip_balance is None else ChipBalance(session.chip_balance, tools.clock.now())
        return (balance_receipt(holder, origin, language, medical=answer, chip=on_chip),)
    if isinstance(answer, Pension):
        return (balance_receipt(holder, origin, language, pension=answer),)
    if isinstance(answer, CardStatus):
        return (card_status_receipt(holder, origin, language, answer),)
    if isinstance(answer, PersonalData):
        return (personal_data_receipt(holder, origin, language, answer),)
    if isinstance(answer, tuple):
        return (benefits_receipt(holder, origin, language, answer),)
    raise TypeError(f"there is no paper for {type(answer).__name__}")


def refusal_sheet(session: Session, tools: Tools, trouble: Trouble) -> Receipt:
    """What happened, what to do, where to go, with the addresses, and what to bring, to take along."""
    return refusal_slip(
        holder_of(session),
        origin_of(session, tools),
        session.language,
        Refusal(
            what=trouble.what,
            do=trouble.advice,
            where=(*trouble.where, *tools.policy.offices) if trouble.where else (),
            papers=trouble.papers,
            cause=CAUSES.get(trouble.what.key, 0),
            differences=differing(trouble),
        ),
    )


def retained_sheet(session: Session, tools: Tools, serial: str) -> Receipt:
    """Where a card that was left behind is, by the last of its serial."""
    office = tools.policy.pack.office
    where = office[0].line() if office else tools.settings.kiosk.place_zh
    card = RetainedCard(serial[-4:], "not_taken", where, None)
    return retained_card_slip(None, origin_of(session, tools), session.language, card)


def holder_of(session: Session) -> Holder | None:
    """Whom a paper is about; None before the host knows."""
    person = session.person
    return Holder(person.name, person.number) if person is not None else None


def origin_of(session: Session, tools: Tools, business: str = "") -> Origin:
    """Where and when. ``business``: where it is another one than the session's."""
    settings = tools.settings.kiosk
    return Origin(
        place=settings.place_zh if session.language == "zh" else settings.place_en,
        kiosk=settings.id,
        printed_at=tools.clock.now().astimezone(KIOSK_ZONE),
        business_number=business or session.business,
    )
