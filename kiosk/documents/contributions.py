"""The contribution history (F27): five insurances and the housing fund, year by year, gap months named.

Long histories go onto several sheets under one document number, so that a print that ends half-way (A20) is taken up at
the sheet that is missing.
"""

from __future__ import annotations

from dataclasses import dataclass

from devices.receipt_printer.layout import lay_out
from devices.receipt_printer.receipt import Align, Block, Column, Receipt, Table, Text
from kiosk.documents.paper import NARROW, Holder, Origin, Page, money, pairs
from kiosk.documents.words import PaperWords
from kiosk.host.port import ContributionHistory, PrintedDocument, YearContribution

SHEET_LINES = 64
"""Lines of records on one sheet: with head and foot about 35 cm of paper."""


@dataclass(frozen=True, slots=True)
class _Entry:
    """What stays together on a sheet. ``title``: the heading to repeat when the sheet before ended within it."""

    blocks: tuple[Block, ...]
    title: str
    opening: bool

    def lines(self, columns: int) -> int:
        return len(lay_out(Receipt(self.blocks, columns)))


def contribution_history(
    holder: Holder,
    origin: Origin,
    language: str,
    histories: tuple[ContributionHistory, ...],
    document: PrintedDocument,
    *,
    years: int | None = None,
    full_number: bool = False,
    columns: int = 48,
) -> tuple[Receipt, ...]:
    """The newest ``years`` calendar years (None: all) of each history, as one or more sheets.

    Each sheet has the document number and its place (page 1 of 3); the verification code is on every one, since each
    may be handed on alone.
    """
    words = PaperWords(language)
    entries = [entry for history in histories for entry in _entries(words, history, years, columns)]
    sheets = _sheets(entries, columns)
    return tuple(
        _sheet(
            words,
            holder,
            origin,
            document,
            sheet,
            number,
            len(sheets),
            _span(words, histories, years),
            full_number,
            columns,
        )
        for number, sheet in enumerate(sheets, 1)
    )


def _chosen(history: ContributionHistory, years: int | None) -> tuple[YearContribution, ...]:
    if years is None:
        return history.years
    return tuple(year for year in history.years if year.year > history.as_of.year - years)


def _span(words: PaperWords, histories: tuple[ContributionHistory, ...], years: int | None) -> str:
    shown = [year.year for history in histories for year in _chosen(history, years)]
    if not shown:
        return ""
    if min(shown) == max(shown):
        return words("receipt.history.one_year", year=str(max(shown)))
    return words("receipt.history.span", first=str(min(shown)), last=str(max(shown)))


def _table(*rows: tuple[str, str, str, str], bold: bool = False) -> Table:
    columns = (Column(5), Column(8, Align.RIGHT), Column(None, Align.RIGHT), Column(None, Align.RIGHT))
    return Table(columns, rows, bold=bold)


def _entries(words: PaperWords, history: ContributionHistory, years: int | None, columns: int) -> list[_Entry]:
    title = words(f"scheme.{history.scheme.value}")
    if history.first_insured is None or not history.months_paid:
        return [_Entry((Text(title, bold=True), Text(words("receipt.history.nothing"))), title, True)]
    chosen = _chosen(history, years)
    months = words("unit.months", count=history.months_paid)
    gaps = words("unit.months", count=history.gaps)
    first: list[Block] = [
        Text(title, bold=True),
        Text(words("receipt.history.summary", months=months, gaps=gaps)),
        *pairs([(words("receipt.history.total_own"), money(history.total_own))], columns),
    ]
    if not chosen:
        return [_Entry((*first, Text(words("receipt.history.none_in_span"))), title, True)]
    entries = []
    for number, year in enumerate(chosen):
        opening = (*first, *_head(words, columns)) if number == 0 else ()
        entries.append(_Entry((*opening, *_year(words, year, columns)), title, number == 0))
    return entries


def _head(words: PaperWords, columns: int) -> list[Block]:
    if columns < NARROW:
        return []
    keys = ("receipt.year", "receipt.history.months", "receipt.history.own", "receipt.history.employer")
    year, months, own, employer = (words(key) for key in keys)
    return [_table((year, months, own, employer))]


def _year(words: PaperWords, year: YearContribution, columns: int) -> list[Block]:
    paid = [month for month in year.months if month.paid]
    gaps = tuple(month.month for month in year.months if not month.paid)
    own = money(sum(month.own for month in paid))
    employer = money(sum(month.employer for month in paid))
    blocks: list[Block] = []
    if columns < NARROW:
        blocks += pairs([(str(year.year), words("unit.months", count=len(paid)))], columns, bold=True)
        parts = (words("receipt.history.own"), own), (words("receipt.history.employer"), employer)
        blocks += pairs(parts, columns)
    else:
        blocks.append(_table((str(year.year), str(len(paid)), own, employer)))
    if gaps:
        blocks.append(Table((Column(4), Column()), (("", words("receipt.history.gap", months=words.months(gaps))),)))
    return blocks


def _sheets(entries: list[_Entry], columns: int) -> list[list[_Entry]]:
    sheets: list[list[_Entry]] = [[]]
    used = 0
    for entry in entries:
        lines = entry.lines(columns) + 1
        if sheets[-1] and used + lines > SHEET_LINES:
            sheets.append([])
            used = 2
        sheets[-1].append(entry)
        used += lines
    return sheets


def _sheet(
    words: PaperWords,
    holder: Holder,
    origin: Origin,
    document: PrintedDocument,
    entries: list[_Entry],
    number: int,
    count: int,
    span: str,
    full_number: bool,
    columns: int,
) -> Receipt:
    page = Page(words, columns)
    page.head(words("receipt.history.title"), span)
    page.holder(holder, full_number=full_number)
    page.pairs((words("receipt.page"), words("receipt.page_of", page=str(number), pages=str(count))))
    for place, entry in enumerate(entries):
        if entry.opening:
            page.rule()
        elif place == 0:
            page.rule()
            page.section(words("receipt.history.continued", scheme=entry.title))
            page.blocks += _head(words, columns)
        page.blocks += entry.blocks
    page.rule()
    page.blocks.append(Text(words("receipt.to_be_continued" if number < count else "receipt.last_page"), Align.CENTER))
    page.verification(document)
    page.foot(origin)
    return page.receipt()
