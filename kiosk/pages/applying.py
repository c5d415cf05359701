"""Pages of an application: why a card, who vouches, what it costs, what becomes of the old card, which bank."""

from __future__ import annotations

from collections.abc import Mapping

from devices.card_reader.motorised import MotorisedReaderStatus
from devices.contract import DeviceState, StorageLevel
from kiosk.activities.refusals import refusal
from kiosk.catalogue.rules import Reason
from kiosk.host.issuing_values import Bank, OldCardFate
from kiosk.pages.issue_facts import bank_name, issue_of, refusal_of, waiting
from kiosk.session import Session
from kiosk.tools import Tools
from statemachines.views import Choice, Consent, Fen, LayIdCard, Menu, Number, Refusal, Say

FEW = 5
"""Cards of a bank from which on it is said that there are only a few left."""

ICONS: Mapping[Reason, str] = {
    Reason.FIRST: "card",
    Reason.LOST: "help",
    Reason.DAMAGED: "wrench",
    Reason.DEMAGNETISED: "chip",
    Reason.CHIP_FAULT_IN_WARRANTY: "shield",
    Reason.ISSUER_ERROR: "pen",
    Reason.RENAMED: "person",
    Reason.EXPIRED: "clock",
    Reason.UPGRADE: "up",
}

checking = waiting(Say("issue.working.checking"), "host")
proving = waiting(Say("issue.working.proving"), "check")
quoting = waiting(Say("issue.working.quoting"), "host")
opening = waiting(Say("issue.working.opening"), "host")
finding_banks = waiting(Say("issue.working.finding_banks"), "host")
settling = waiting(Say("issue.working.settling"), "host")
deferring = waiting(Say("issue.working.deferring"), "host")
closing = waiting(Say("issue.working.closing"), "check")


def laying_id_card(session: Session, tools: Tools) -> LayIdCard:
    return LayIdCard(problem=session.problem or issue_of(session).problem)


def has_card(session: Session, tools: Tools) -> Menu:
    """The rule of one card a person, and what follows from it (A5)."""
    eligibility = issue_of(session).eligibility
    replaceable = eligibility is not None and bool(eligibility.reasons)
    return Menu(
        question=Say("issue.has_card.question"),
        greeting=Say("issue.has_card.rule"),
        choices=(
            Choice(
                id="replace",
                title=Say("issue.has_card.replace"),
                note=Say("issue.has_card.replace.note"),
                icon="card",
                why_not=None if replaceable else Say("issue.has_card.no_reason"),
            ),
            Choice(
                id="leave_it",
                title=Say("issue.has_card.leave_it"),
                note=Say("issue.has_card.leave_it.note"),
                icon="check",
            ),
        ),
    )


def choosing_reason(session: Session, tools: Tools) -> Menu:
    eligibility = issue_of(session).eligibility
    reasons = eligibility.reasons if eligibility is not None else ()
    return Menu(
        question=Say("issue.reason.question"),
        choices=tuple(
            Choice(
                id=reason.value,
                title=Say(f"reason.{reason}"),
                note=Say(f"reason.{reason}.note"),
                icon=ICONS[reason],
            )
            for reason in reasons
        ),
    )


def old_card(session: Session, tools: Tools) -> Menu:
    """What becomes of the card that is replaced: only one that is in the machine's hand can be handed in here."""
    return Menu(
        question=Say("issue.old_card.question"),
        greeting=Say("issue.old_card.rule"),
        choices=(
            Choice(
                id=OldCardFate.REPORTED_LOST.value,
                title=Say("issue.old_card.reported_lost"),
                note=Say("issue.old_card.reported_lost.note"),
                icon="phone",
            ),
            Choice(
                id=OldCardFate.HANDED_IN.value,
                title=Say("issue.old_card.handed_in"),
                note=Say("issue.old_card.handed_in.note"),
                icon="card",
                why_not=_why_not_handed_in(session, tools),
            ),
        ),
    )


def _why_not_handed_in(session: Session, tools: Tools) -> Say | None:
    """The reader must hold this very card, with a bin behind it that can take it. Most readers cannot tell how full
    theirs is before a card does not fall into it; then it stays, and nothing is lost."""
    status = tools.health.statuses.get("card_reader")
    if (
        not isinstance(status, MotorisedReaderStatus)
        or status.device is not DeviceState.ONLINE
        or status.bin is None
        or status.bin.level is StorageLevel.FULL
    ):
        return Say("why_not.no_bin")
    eligibility = issue_of(session).eligibility
    old = eligibility.old_card if eligibility is not None else None
    if not tools.card_in_slot or old is None:
        return Say("why_not.old_card_not_in")
    return None if tools.record.custody_serial == old.serial.upper() else Say("why_not.other_card_in")


def consent(session: Session, tools: Tools) -> Consent:
    """What will happen, what it costs and why, how long it takes, what is kept."""
    issue = issue_of(session)
    quote = issue.quote
    points = [Say("issue.consent.reason", {"reason": Say(f"reason.{quote.reason}")})] if quote is not None else []
    points.append(Say("issue.consent.long"))
    if issue.eligibility is not None and issue.eligibility.old_card is not None:
        points.append(Say("issue.consent.old_card"))
    if quote is not None and quote.fen:
        points.append(Say("issue.consent.fee_held"))
    points += [Say("issue.consent.kept"), Say("issue.consent.stop")]
    return Consent(
        title=Say("issue.consent.title"),
        points=tuple(points),
        fee=Fen(quote.fen) if quote is not None else None,
        basis=Say(f"fee.basis.{quote.basis}") if quote is not None else None,
    )


def choosing_bank(session: Session, tools: Tools) -> Menu:
    issue = issue_of(session)
    return Menu(
        question=Say("issue.bank.question"),
        greeting=Say("issue.bank.what"),
        choices=tuple(_bank(session, bank, issue.stock.get(bank.key)) for bank in issue.banks),
    )


def _bank(session: Session, bank: Bank, left: int | None) -> Choice:
    few = left is not None and 0 < left <= FEW
    return Choice(
        id=bank.key,
        title=Say("issue.bank.card_of", {"name": bank_name(session, bank)}),
        note=Say("issue.bank.few_left", {"count": Number(left)}) if few and left is not None else None,
        icon="card",
        why_not=Say("issue.bank.none_left") if left == 0 else None,
    )


def no_stock(session: Session, tools: Tools) -> Menu:
    """No card here for this person: made centrally, or another machine (A9)."""
    elsewhere = tools.policy.other_machines
    days = tools.policy.rules.delivery_days
    return Menu(
        question=Say("issue.no_stock.question"),
        greeting=Say("issue.no_stock.nothing_taken"),
        choices=(
            Choice(
                id="deferred",
                title=Say("issue.no_stock.deferred"),
                note=Say("issue.no_stock.deferred.note", {"days": Number(days)}),
                icon="clock",
            ),
            Choice(
                id="leave_it",
                title=Say("issue.no_stock.leave_it"),
                note=elsewhere[0] if elsewhere else None,
                icon="place",
            ),
        ),
    )


def refused(session: Session, tools: Tools) -> Refusal:
    """Why it cannot be applied for here. Nothing said why: the host took too long."""
    trouble = session.trouble
    if trouble is None:
        return refusal_of(refusal("host_unknown"), session, tools)
    return refusal_of(trouble, session, tools, printable=True)
