"""Pages of an application: every field confirmed by its owner, the card as it will look, the signature."""

from __future__ import annotations

from kiosk.activities.refusals import disputed
from kiosk.catalogue import divisions
from kiosk.host.issuing_values import HolderRecord, PhotoNeed
from kiosk.issue import Issue
from kiosk.masking import mask_address, mask_identity_number, mask_name, mask_phone_number
from kiosk.pages.issue_facts import bank_name, issue_of, refusal_of, waiting
from kiosk.pages.values import day
from kiosk.session import Session
from kiosk.tools import Tools
from statemachines.views import CardPreview, Confirm, Fen, Refusal, Row, Say, Sign, Value, Verbatim

drawing = waiting(Say("issue.working.drawing"), "host")


def _revealed(session: Session) -> bool:
    return "revealed" in session.kept


def _holder(session: Session) -> HolderRecord | None:
    eligibility = issue_of(session).eligibility
    return eligibility.holder if eligibility is not None else None


def _told(text: str, masked: str, session: Session) -> Value:
    if not text:
        return Say("personal.empty")
    return Verbatim(text if _revealed(session) else masked)


def confirm_person(session: Session, tools: Tools) -> Confirm:
    holder = _holder(session)
    rows: tuple[Row, ...] = ()
    if holder is not None:
        birthplace = divisions.name_of(holder.birthplace)
        rows = (
            Row(Say("personal.name"), _told(holder.name, mask_name(holder.name), session)),
            Row(Say("personal.number"), _told(holder.number, mask_identity_number(holder.number), session)),
            Row(Say("personal.sex"), Say(f"sex.{holder.sex}")),
            Row(Say("personal.nation"), Say(f"nation.{holder.nation}") if holder.nation else Say("personal.empty")),
            Row(Say("personal.birth_date"), day(holder.birth_date)),
            Row(Say("personal.birthplace"), _told(birthplace, birthplace, session)),
        )
    return Confirm(Say("issue.confirm.person"), rows, masked=not _revealed(session))


def confirm_contact(session: Session, tools: Tools) -> Confirm:
    holder = _holder(session)
    rows: tuple[Row, ...] = ()
    if holder is not None:
        rows = (
            Row(Say("personal.phone"), _told(holder.phone, mask_phone_number(holder.phone), session)),
            Row(Say("personal.address"), _told(holder.address, mask_address(holder.address), session)),
        )
    return Confirm(Say("issue.confirm.contact"), rows, masked=not _revealed(session))


def confirm_card(session: Session, tools: Tools) -> Confirm:
    """Which bank's card, why, for how much, how it looks. Nothing of it is personal."""
    issue = issue_of(session)
    rows = [*_bank(session, issue)]
    if issue.quote is not None:
        rows.append(Row(Say("issue.confirm.reason"), Say(f"reason.{issue.quote.reason}")))
        rows.append(Row(Say("issue.confirm.fee"), Fen(issue.quote.fen)))
    rows.append(Row(Say("issue.confirm.design"), Say(f"issue.confirm.design.{_design(issue)}")))
    return Confirm(Say("issue.confirm.card"), tuple(rows))


def _design(issue: Issue) -> str:
    none = issue.eligibility is not None and issue.eligibility.photo is PhotoNeed.NOT_NEEDED
    return "without_photo" if none else "with_photo"


def _bank(session: Session, issue: Issue) -> tuple[Row, ...]:
    chosen = session.kept.get("bank")
    return tuple(Row(Say("issue.confirm.bank"), bank_name(session, bank)) for bank in issue.banks if bank.key == chosen)


def wrong_data(session: Session, tools: Tools) -> Refusal:
    """Data are put right at a counter, before a card is made of them."""
    return refusal_of(disputed(tools), session, tools, printable=True)


def previewing(session: Session, tools: Tools) -> CardPreview:
    front, back = issue_of(session).preview
    return CardPreview(
        question=Say("issue.preview.question"),
        front=front,
        back=back,
        notes=(Say("issue.preview.name"), Say("issue.preview.social"), Say("issue.preview.bank")),
    )


def signing(session: Session, tools: Tools) -> Sign:
    issue = issue_of(session)
    points = [Say("issue.sign.true")]
    if issue.quote is not None:
        points.append(Say("issue.sign.reason", {"reason": Say(f"reason.{issue.quote.reason}")}))
        if issue.quote.fen:
            points.append(Say("issue.sign.fee", {"fee": Fen(issue.quote.fen)}))
    points += [
        Say("issue.sign.bank", {"name": bank_name(session, bank)})
        for bank in issue.banks
        if bank.key == session.kept.get("bank")
    ]
    return Sign(what=Say("issue.sign.what"), points=tuple(points), problem=issue.problem)
