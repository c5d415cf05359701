"""From blocks to lines of cells: width, wrapping, alignment. Pure.

Every character that is not ASCII takes two cells: a printer in Chinese mode sets all of them from its full-width font.
Combining marks and variation selectors take none and stay with the character before them. Control characters never
reach the printer: they would be commands.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from devices.receipt_printer.receipt import Align, Column, Feed, Picture, Qr, Receipt, Rule, Size, Table, Text

NOT_FIRST = frozenset("，。、；：？！）》」』】〉〕”’…—·％℃,.;:!?)]}%")
"""Never at the beginning of a line (行首禁则)."""
NOT_LAST = frozenset("（《「『【〈〔“‘￥$([{")
"""Never at the end of a line (行尾禁则)."""


@dataclass(frozen=True, slots=True)
class TextLine:
    """One printed line. ``text`` is padded on the left as its alignment asks; it fits the paper."""

    text: str = field(repr=False)
    size: Size = Size.NORMAL
    bold: bool = False


Line = TextLine | Qr | Picture | Feed


_COMBINES = "+"
_KEPT_SPACE = "\u3000"


@lru_cache(maxsize=8192)
def _fate(char: str) -> str:
    """What becomes of a character: itself, a space, nothing, or :data:`_COMBINES` with the one before it."""
    category = unicodedata.category(char)
    if category in ("Mn", "Me"):
        return _COMBINES
    if char in "\t\v\f" or category in ("Zs", "Zl", "Zp"):
        return char if char == _KEPT_SPACE else " "
    return "" if category in ("Cc", "Cf", "Cs") else char


@lru_cache(maxsize=8192)
def _width(char: str) -> int:
    fate = _fate(char)
    if fate == "" or (fate == _COMBINES and char != _COMBINES):
        return 0
    return 1 if fate < "\x80" else 2


def clusters(text: str) -> list[str]:
    """Characters with what combines with them; control characters become spaces or go."""
    result: list[str] = []
    for char in text:
        fate = _fate(char)
        if fate == _COMBINES and char != _COMBINES:
            if result:
                result[-1] += char
        elif fate:
            result.append(fate)
    return result


def cells(text: str) -> int:
    """Width of a text in half-width cells."""
    return sum(map(_width, text))


def _units(text: str) -> Iterator[str]:
    """What must not be broken: words of ASCII, single other characters, with the punctuation that clings to them.
    Runs of spaces come as units of their own."""
    unit = ""
    for cluster in clusters(text):
        if not unit:
            unit = cluster
            continue
        if cluster == " " or unit[0] == " ":
            together = cluster == unit[0]
        else:
            clings = cluster[0] in NOT_FIRST or unit[-1] in NOT_LAST
            together = clings or (ord(unit[-1]) < 0x80 and ord(cluster[0]) < 0x80)
        if together:
            unit += cluster
        else:
            yield unit
            unit = cluster
    if unit:
        yield unit


def _pieces(unit: str, width: int) -> Iterator[str]:
    """A unit that does not fit a whole line, cut where it must be."""
    piece, used = "", 0
    for cluster in clusters(unit):
        wide = cells(cluster)
        if piece and used + wide > width:
            yield piece
            piece, used = "", 0
        piece += cluster
        used += wide
    yield piece


def wrap(text: str, width: int) -> list[str]:
    """Lines of at most ``width`` cells; at least one. Spaces at a break are dropped. ValueError below 2 cells."""
    if width < 2:
        raise ValueError("a line needs at least two cells")
    lines: list[str] = []
    for paragraph in text.split("\n"):
        line, used = "", 0
        for unit in _units(paragraph):
            wide = cells(unit)
            if used + wide <= width:
                line, used = line + unit, used + wide
                continue
            if unit[0] == " ":
                continue
            if line.strip(" "):
                lines.append(line.rstrip(" "))
            line, used = unit, wide
            if wide > width:
                *full, line = _pieces(unit, width)
                lines += full
                used = cells(line)
        lines.append(line.rstrip(" "))
    return lines


def pad(text: str, width: int, align: Align) -> str:
    """The text in exactly ``width`` cells (longer texts as they are)."""
    spare = max(0, width - cells(text))
    left = {Align.LEFT: 0, Align.CENTER: spare // 2, Align.RIGHT: spare}[align]
    return " " * left + text + " " * (spare - left)


def _widths(columns: Sequence[Column], gap: int, paper: int) -> list[int]:
    fixed = sum(column.width or 0 for column in columns) + gap * (len(columns) - 1)
    sharing = sum(column.width is None for column in columns)
    spare = paper - fixed
    if spare < 2 * sharing:
        raise ValueError(f"the columns of a table need more than the {paper} cells of the paper")
    share, rest = divmod(spare, sharing) if sharing else (0, 0)
    widths = []
    for column in columns:
        if column.width is None:
            widths.append(share + (1 if rest > 0 else 0))
            rest -= 1
        else:
            widths.append(column.width)
    return widths


def _table(table: Table, paper: int) -> Iterator[TextLine]:
    widths = _widths(table.columns, table.gap, paper)
    for row in table.rows:
        wrapped = [wrap(text, width) for text, width in zip(row, widths, strict=True)]
        for number in range(max(len(lines) for lines in wrapped)):
            parts = [
                pad(lines[number] if number < len(lines) else "", width, column.align)
                for lines, width, column in zip(wrapped, widths, table.columns, strict=True)
            ]
            yield TextLine((" " * table.gap).join(parts).rstrip(" "), bold=table.bold)


def _text(block: Text, paper: int) -> Iterator[TextLine]:
    width = paper // block.size.width
    for line in wrap(block.text, width):
        yield TextLine(pad(line, width, block.align).rstrip(" "), block.size, block.bold)


def lay_out(receipt: Receipt) -> tuple[Line, ...]:
    """The receipt as lines. ValueError for a table that does not fit the paper."""
    lines: list[Line] = []
    for block in receipt.blocks:
        match block:
            case Text():
                lines += _text(block, receipt.columns)
            case Table():
                lines += _table(block, receipt.columns)
            case Rule():
                lines.append(TextLine(block.mark * receipt.columns))
            case Qr() | Picture() | Feed():
                lines.append(block)
    return tuple(lines)
