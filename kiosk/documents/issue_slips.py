"""The papers of issuing: when and where a card will be (F25), what was issued and what it cost, what became of an issue
that brought no card (F29). None says more of a card's number than its end."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from devices.receipt_printer.receipt import Align, Qr, Receipt, Text
from kiosk.documents.paper import Holder, Origin, begun, finished, money
from kiosk.masking import mask_card_number
from statemachines.views import Say


@dataclass(frozen=True, slots=True)
class Pickup:
    """``number``: of the application, which finds it on any kiosk. ``reason``: a value of the catalogue's Reason.
    ``fen``: due when the card is fetched. ``position`` 0: not in the queue any more."""

    number: str
    reason: str
    fen: int
    due: date
    latest: date
    provisional: bool
    position: int
    priority: bool
    place: str


@dataclass(frozen=True, slots=True)
class IssuedCard:
    """``card_number``: whole, printed by its end; empty where only the ``serial`` is known. ``bank``: its name, or
    empty. ``reason``: a value of the catalogue's Reason, or empty. ``reference``: the payer's, of a fee."""

    card_number: str
    serial: str
    bank: str
    reason: str
    fen: int
    reference: str
    own_pin: bool


class IssueFate(StrEnum):
    """How an issue without a card in its holder's hand stands."""

    NOT_MADE = "not_made"
    """Given up; application and fee are given back."""
    UNCONFIRMED = "unconfirmed"
    """Made and kept; the host has yet to say so."""
    ATTENDANT = "attendant"
    """Made, and in the machine; an attendant is coming."""
    UNKNOWN = "unknown"
    """The host has to be asked first."""


@dataclass(frozen=True, slots=True)
class EndedIssue:
    """``why``: what happened, in the citizen's words. ``fen``: promised by the payer, or ``taken`` by paying where it
    cannot be held. ``old_card_kept``: the card that was handed in is in the machine."""

    fate: IssueFate
    why: Say | None
    fen: int = 0
    reference: str = ""
    taken: bool = False
    old_card_kept: bool = False


def pickup_slip(holder: Holder, origin: Origin, language: str, pickup: Pickup, *, columns: int = 48) -> Receipt:
    """When and where the card will be, and the number that fetches it, as a QR code too."""
    page = begun(language, "receipt.pickup.title", holder, columns)
    say = page.words
    page.pairs((say("receipt.fee.reason"), say(f"receipt.reason.{pickup.reason}")))
    page.pairs((say("receipt.pickup.due"), page.day(pickup.due)), bold=True)
    page.pairs(
        (say("receipt.pickup.latest"), page.day(pickup.latest)),
        (say("receipt.pickup.place"), pickup.place),
    )
    if pickup.position:
        page.pairs((say("receipt.pickup.position"), str(pickup.position)))
    if pickup.priority:
        page.note(say("receipt.pickup.priority"))
    if pickup.provisional:
        page.note(say("receipt.pickup.provisional"))
    if pickup.fen:
        page.pairs((say("receipt.pickup.fee"), money(pickup.fen)))
    page.note(say("receipt.pickup.bring"))
    page.space()
    page.blocks.append(Qr(pickup.number))
    page.blocks.append(Text(say("receipt.pickup.number", number=pickup.number), Align.CENTER, bold=True))
    return finished(page, origin)


def issue_receipt(holder: Holder, origin: Origin, language: str, issued: IssuedCard, *, columns: int = 48) -> Receipt:
    """What was issued, what it cost, and what is still to be done at the bank."""
    page = begun(language, "receipt.issue.title", holder, columns)
    say = page.words
    if issued.card_number:
        page.pairs((say("card_status.number"), mask_card_number(issued.card_number)))
    elif issued.serial:
        page.pairs((say("receipt.card"), say("receipt.last_four", digits=issued.serial[-4:])))
    if issued.bank:
        page.pairs((say("card_status.bank_name"), issued.bank))
    reason = say(f"receipt.reason.{issued.reason}") if issued.reason else ""
    page.pairs((say("receipt.issue.fee"), f"{money(issued.fen)} {reason}".strip()), bold=True)
    if issued.fen:
        if issued.reference:
            page.pairs((say("receipt.fee.reference"), issued.reference))
        page.note(say("receipt.issue.fee.taken"))
    page.rule()
    page.section(say("receipt.issue.next"))
    bank = issued.bank or say("receipt.issue.the_bank")
    page.note(say("receipt.issue.bank", bank=bank))
    page.note(say("receipt.issue.own_pin" if issued.own_pin else "receipt.issue.first_pin"))
    if issued.reason and issued.reason != "first":
        page.note(say("receipt.issue.old_card"))
    return finished(page, origin)


def ended_issue_slip(
    holder: Holder | None, origin: Origin, language: str, ended: EndedIssue, *, columns: int = 48
) -> Receipt:
    """Where the card is, if there is one, and what becomes of the fee."""
    page = begun(language, f"receipt.ended.{ended.fate.value}.title", holder, columns)
    say = page.words
    if ended.why is not None:
        page.blocks.append(Text(say.write(ended.why), bold=True))
    page.note(say(f"receipt.ended.{ended.fate.value}"))
    if ended.fen:
        page.pairs((say("receipt.failed.held"), money(ended.fen)))
        if ended.reference:
            page.pairs((say("receipt.fee.reference"), ended.reference))
        page.note(say(_fee_words(ended)))
    if ended.old_card_kept:
        page.note(say("receipt.ended.old_card"))
    page.note(say("receipt.failed.keep"))
    return finished(page, origin)


def _fee_words(ended: EndedIssue) -> str:
    match ended.fate:
        case IssueFate.NOT_MADE:
            return "receipt.ended.fee.refunded" if ended.taken else "receipt.failed.held.released"
        case IssueFate.ATTENDANT:
            return "receipt.issue.fee.taken"
        case _:
            return "receipt.failed.held.unknown"
