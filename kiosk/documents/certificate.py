"""The participation certificate (F27): in which insurances the holder is, since when, for how long."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from devices.receipt_printer.receipt import Align, Column, Picture, Receipt, Table
from kiosk.documents.paper import NARROW, Holder, Origin, Page
from kiosk.documents.words import PaperWords
from kiosk.host.port import ContributionHistory, PrintedDocument, Scheme
from screens.locale import formats


@dataclass(frozen=True, slots=True)
class Participation:
    """One insurance: first insured, months paid, and whether the last month on record is paid."""

    scheme: Scheme
    first_insured: date | None
    months_paid: int
    paid_lately: bool


def participations(histories: Iterable[ContributionHistory]) -> tuple[Participation, ...]:
    """What the histories say about participation."""
    return tuple(
        Participation(
            history.scheme,
            history.first_insured,
            history.months_paid,
            bool(history.years and history.years[0].months and history.years[0].months[-1].paid),
        )
        for history in histories
    )


def participation_certificate(
    holder: Holder,
    origin: Origin,
    language: str,
    rows: tuple[Participation, ...],
    as_of: date,
    document: PrintedDocument,
    *,
    full_number: bool = False,
    seal: Picture | None = None,
    columns: int = 48,
) -> Receipt:
    """``full_number`` only after the holder confirmed it. ``seal``: see :func:`kiosk.documents.emblem.seal`."""
    page = Page(PaperWords(language), columns)
    say = page.words
    page.head(say("receipt.certificate.title"))
    page.holder(holder, full_number=full_number)
    page.space()
    page.note(say("receipt.certificate.text", date=page.day(as_of)))
    page.rule()
    if columns < NARROW:
        _below_each_other(page, rows)
    else:
        _side_by_side(page, rows)
    page.rule()
    if seal is not None:
        page.blocks.append(seal)
    page.verification(document)
    page.space()
    page.note(say("receipt.certificate.note"))
    page.foot(origin)
    return page.receipt()


_HEAD = ("scheme", "state", "since", "months")


def _side_by_side(page: Page, rows: tuple[Participation, ...]) -> None:
    widths = (Column(None), Column(8), Column(8), Column(6, Align.RIGHT))
    head = tuple(page.words(f"receipt.certificate.{key}") for key in _HEAD)
    page.blocks.append(Table(widths, (head,), bold=True))
    page.blocks.append(Table(widths, tuple(_row(page.words, row) for row in rows)))


def _below_each_other(page: Page, rows: tuple[Participation, ...]) -> None:
    for row in rows:
        scheme, *facts = _row(page.words, row)
        page.section(scheme)
        page.pairs(*zip((page.words(f"receipt.certificate.{key}") for key in _HEAD[1:]), facts, strict=True))


def _row(say: PaperWords, row: Participation) -> tuple[str, str, str, str]:
    scheme = say(f"scheme.{row.scheme.value}")
    if row.first_insured is None:
        return scheme, say("receipt.certificate.never"), "-", "0"
    state = say("receipt.certificate.paying" if row.paid_lately else "receipt.certificate.stopped")
    return scheme, state, f"{row.first_insured:%Y-%m}", formats.number(row.months_paid)
