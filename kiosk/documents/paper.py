"""What every paper of the kiosk has: who it is about, where it came from, head and foot, and one look."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from devices.receipt_printer.layout import cells
from devices.receipt_printer.receipt import Align, Block, Column, Feed, Qr, Receipt, Rule, Size, Table, Text
from kiosk.documents.emblem import emblem
from kiosk.documents.words import PaperWords
from kiosk.host.port import PrintedDocument
from kiosk.masking import mask_identity_number, mask_name
from screens.locale import formats


@dataclass(frozen=True, slots=True)
class Origin:
    """Where and when a paper was made. ``business_number`` finds the case at the host and on any other kiosk."""

    place: str
    kiosk: str
    printed_at: datetime
    business_number: str


@dataclass(frozen=True, slots=True)
class Holder:
    """Whom the paper is about. ``number`` is whole; what is printed of it is the document's business."""

    name: str = field(repr=False)
    number: str = field(repr=False)

    def __repr__(self) -> str:
        return f"<Holder {mask_name(self.name)}>"


NARROW = 40
"""Cells below which amounts do not stand side by side."""


def pairs(rows: Sequence[tuple[str, str]], columns: int, *, bold: bool = False) -> list[Block]:
    """Label on the left, value on the right; a value that does not fit beside its label goes below it, unbroken."""
    blocks: list[Block] = []
    for label, value in rows:
        wide = max(2, cells(value))
        if cells(label) + 1 + wide <= columns:
            blocks.append(Table((Column(), Column(wide, Align.RIGHT)), ((label, value),), bold=bold))
        else:
            align = Align.RIGHT if wide <= columns else Align.LEFT
            blocks += [Text(label, bold=bold), Text(value, align, bold=bold)]
    return blocks


def money(fen: int) -> str:
    """``￥1,234.56``."""
    return formats.money(fen)


class Page:
    """Builds one receipt from top to bottom, in one language, on paper of ``columns`` cells."""

    def __init__(self, words: PaperWords, columns: int) -> None:
        self.words = words
        self.columns = columns
        self.blocks: list[Block] = []

    def head(self, title: str, subtitle: str = "") -> None:
        """Emblem, title, subtitle."""
        self.blocks += [emblem(), Feed(1)]
        size = Size.LARGE if self._fits(title, Size.LARGE) else Size.TALL
        self.blocks.append(Text(title, Align.CENTER, size, bold=True))
        if subtitle:
            self.blocks.append(Text(subtitle, Align.CENTER))
        self.rule("=")

    def _fits(self, title: str, size: Size) -> bool:
        return cells(title) * size.width <= self.columns

    def holder(self, holder: Holder, *, full_number: bool = False) -> None:
        """Name and number; the number masked (first 3, last 4) unless the holder asked for it whole."""
        number = holder.number if full_number else mask_identity_number(holder.number)
        self.pairs(
            (self.words("receipt.name"), holder.name),
            (self.words("receipt.number"), number),
        )

    def section(self, title: str) -> None:
        """A heading in bold."""
        self.blocks.append(Text(title, bold=True))

    def pairs(self, *rows: tuple[str, str], bold: bool = False) -> None:
        """Labels and values."""
        self.blocks += pairs(rows, self.columns, bold=bold)

    def amount(self, label: str, fen: int) -> None:
        """One amount, large: the answer the holder came for."""
        self.blocks += [Text(label), Text(money(fen), Align.RIGHT, Size.LARGE, bold=True)]

    def note(self, *texts: str) -> None:
        """Plain sentences."""
        self.blocks += [Text(text) for text in texts]

    def rule(self, mark: str = "-") -> None:
        """A line across."""
        self.blocks.append(Rule(mark))

    def space(self) -> None:
        """An empty line."""
        self.blocks.append(Feed(1))

    def day(self, value: date | None) -> str:
        """A date, or the word for none."""
        return formats.day(self.words.language, value) if value is not None else self.words("receipt.none")

    def verification(self, document: PrintedDocument) -> None:
        """QR code, number and code, by which anyone can check the paper."""
        self.blocks.append(Qr(document.check_url))
        self.blocks.append(Text(self.words("receipt.document", number=document.number), Align.CENTER))
        self.blocks.append(Text(self.words("receipt.code", code=document.verification_code), Align.CENTER, bold=True))
        self.blocks.append(Text(self.words("receipt.check"), Align.CENTER))

    def foot(self, origin: Origin) -> None:
        """Where it came from, and whom to call."""
        say = self.words
        self.rule()
        if origin.business_number:
            self.pairs((say("receipt.business_number"), origin.business_number))
        self.pairs(
            (say("receipt.printed_at"), say.moment(origin.printed_at)),
            (say("receipt.place"), origin.place),
            (say("receipt.kiosk"), origin.kiosk),
        )
        self.blocks.append(Text(say("receipt.hotline"), Align.CENTER))

    def receipt(self) -> Receipt:
        """What has been built."""
        return Receipt(tuple(self.blocks), self.columns)


def begun(language: str, title: str, holder: Holder | None, columns: int) -> Page:
    """A page with its head and, where it is known, whom it is about. ``title``: a key."""
    page = Page(PaperWords(language), columns)
    page.head(page.words(title))
    if holder is not None:
        page.holder(holder)
        page.rule()
    return page


def finished(page: Page, origin: Origin) -> Receipt:
    """The page with its foot."""
    page.foot(origin)
    return page.receipt()
