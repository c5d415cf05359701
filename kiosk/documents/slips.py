"""The small papers (F29 and F80): fee, refund, loss report, retained card, failed business, refusal.

Each says what happened, what it means for the holder, and what to do next, in that order.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from devices.receipt_printer.receipt import Receipt, Text
from kiosk.documents.paper import Holder, Origin, Page, begun, finished, money
from statemachines.views import Say


@dataclass(frozen=True, slots=True)
class Fee:
    """``reason`` and ``method`` are keys (``receipt.fee.reason.lost``, ``receipt.fee.method.qr``). ``held``: promised
    by the payer, not yet taken. ``fen`` 0: free, and ``reason`` says why."""

    fen: int
    reason: str
    method: str
    reference: str
    held: bool


@dataclass(frozen=True, slots=True)
class Refund:
    """``done`` False: on its way, or waiting for a person; ``reference`` finds it."""

    fen: int
    reference: str
    done: bool


@dataclass(frozen=True, slots=True)
class LossReport:
    """``lapses``: the day a temporary report ends by itself; None for a formal one. ``bank_told``: whether the bank's
    side is blocked by the same report."""

    card_last_four: str
    reported_at: datetime
    lapses: date | None
    bank_told: bool


@dataclass(frozen=True, slots=True)
class RetainedCard:
    """A card the machine kept. ``reason``: ``not_taken``, ``fault`` or ``power``. ``until``: the last day it waits at
    ``where`` before it goes back to the issuer, or None where no day is set."""

    card_last_four: str
    reason: str
    where: str
    until: date | None


@dataclass(frozen=True, slots=True)
class FailedBusiness:
    """A business that ended without success. ``service``: key of its name. ``reason``: a refusal, as in
    ``refusal.<reason>``. ``unknown``: the host did not answer, so nobody can say yet whether it was done.
    ``held_fen``: money promised for it, released by itself."""

    service: str
    reason: str
    unknown: bool = False
    held_fen: int = 0


@dataclass(frozen=True, slots=True)
class Refusal:
    """In the citizen's words: ``what`` happened (``refusal.no_photo``, ``fault.receipt_printer.paper_out``), what to
    do, where to go, which papers to bring. ``cause``: 1 to 4 makes it a correction slip (F26), for one of the four
    causes why data do not fit; 0: it is none."""

    what: Say
    do: tuple[Say, ...] = ()
    where: tuple[Say, ...] = ()
    papers: tuple[Say, ...] = ()
    cause: int = 0
    differences: tuple[tuple[str, str, str], ...] = ()
    """What card and records tell differently (A4): key of the field, and both versions, masked."""


def _list(page: Page, title: str, items: Iterable[str]) -> None:
    lines = [f"- {item}" for item in items]
    if lines:
        page.space()
        page.section(title)
        page.note(*lines)


def fee_slip(holder: Holder, origin: Origin, language: str, fee: Fee, *, columns: int = 48) -> Receipt:
    """What was charged, or that it was free and why."""
    page = begun(language, "receipt.fee.title", holder, columns)
    say = page.words
    page.pairs((say("receipt.fee.reason"), say(fee.reason)))
    page.amount(say("receipt.fee.held" if fee.held else "receipt.fee.paid"), fee.fen)
    if fee.fen:
        page.pairs(
            (say("receipt.fee.method"), say(fee.method)),
            (say("receipt.fee.reference"), fee.reference),
        )
    if fee.held:
        page.note(say("receipt.fee.held.note"))
    return finished(page, origin)


def refund_slip(holder: Holder, origin: Origin, language: str, refund: Refund, *, columns: int = 48) -> Receipt:
    """Money that goes back."""
    page = begun(language, "receipt.refund.title", holder, columns)
    say = page.words
    page.amount(say("receipt.refund.amount"), refund.fen)
    page.pairs((say("receipt.fee.reference"), refund.reference))
    page.note(say("receipt.refund.done" if refund.done else "receipt.refund.coming"))
    return finished(page, origin)


def loss_report_slip(
    holder: Holder, origin: Origin, language: str, report: LossReport, *, columns: int = 48
) -> Receipt:
    """That the card is reported lost, for how long, and what the holder has still to do at the bank."""
    temporary = report.lapses is not None
    title = "receipt.loss.title.temporary" if temporary else "receipt.loss.title.formal"
    page = begun(language, title, holder, columns)
    say = page.words
    page.pairs(
        (say("receipt.card"), say("receipt.last_four", digits=report.card_last_four)),
        (say("receipt.loss.reported_at"), say.moment(report.reported_at)),
    )
    if report.lapses is not None:
        page.pairs((say("receipt.loss.lapses"), page.day(report.lapses)), bold=True)
        page.note(say("receipt.loss.temporary.note"))
    else:
        page.note(say("receipt.loss.formal.note"))
    page.note(say("receipt.loss.bank.told" if report.bank_told else "receipt.loss.bank.not_told"))
    return finished(page, origin)


def retained_card_slip(
    holder: Holder | None, origin: Origin, language: str, card: RetainedCard, *, columns: int = 48
) -> Receipt:
    """Where the card is and how to get it back. ``holder`` None: the machine does not know whose it is."""
    page = begun(language, "receipt.retained.title", holder, columns)
    say = page.words
    page.note(say(f"receipt.retained.{card.reason}"))
    page.pairs((say("receipt.card"), say("receipt.last_four", digits=card.card_last_four)))
    page.pairs((say("receipt.retained.where"), card.where))
    if card.until is not None:
        page.pairs((say("receipt.retained.until"), page.day(card.until)), bold=True)
    page.note(say("receipt.retained.bring"))
    return finished(page, origin)


def failed_business_slip(
    holder: Holder | None, origin: Origin, language: str, failed: FailedBusiness, *, columns: int = 48
) -> Receipt:
    """What was not done, or cannot be told yet, and what became of the money."""
    title = "receipt.failed.title.unknown" if failed.unknown else "receipt.failed.title"
    page = begun(language, title, holder, columns)
    say = page.words
    page.pairs((say("receipt.failed.service"), say(failed.service)))
    page.blocks.append(Text(say(f"refusal.{failed.reason}"), bold=True))
    page.note(say("receipt.failed.unknown" if failed.unknown else "refusal.nothing_changed"))
    if failed.held_fen:
        page.pairs((say("receipt.failed.held"), money(failed.held_fen)))
        page.note(say("receipt.failed.held.unknown" if failed.unknown else "receipt.failed.held.released"))
    page.note(say("receipt.failed.keep"))
    return finished(page, origin)


def refusal_slip(
    holder: Holder | None, origin: Origin, language: str, refusal: Refusal, *, columns: int = 48
) -> Receipt:
    """Why it cannot be done here, what to do, where, and with which papers."""
    page = begun(language, "receipt.correction.title" if refusal.cause else "receipt.refusal.title", holder, columns)
    say = page.words
    page.blocks.append(Text(say.write(refusal.what), bold=True))
    if refusal.cause:
        page.pairs((say("receipt.correction.cause"), str(refusal.cause)))
    for field, told, held in refusal.differences:
        page.space()
        page.section(say(field))
        page.pairs((say("refusal.differs.card"), told), (say("refusal.differs.host"), held))
    _list(page, say("refusal.advice"), map(say.write, refusal.do))
    _list(page, say("refusal.where"), map(say.write, refusal.where))
    _list(page, say("refusal.papers"), map(say.write, refusal.papers))
    return finished(page, origin)
