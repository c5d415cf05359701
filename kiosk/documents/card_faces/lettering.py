"""Text on a card: fonts with rare characters, made to fit and never cut."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from PIL import ImageDraw, ImageFont

from devices.contract import DeviceError
from devices.receipt_printer.fonts import SEARCH, Fonts
from kiosk.documents.card_faces.errors import FaceError, Why

FACE = "Noto Sans CJK SC"
LEADING = 1.16
"""Line to line, in type sizes."""
ASCENT = 0.86
"""Baseline below the upper edge of a line, in type sizes, as Chinese characters have it."""
_BREAK_AFTER = "·•・- 　"


@cache
def _fonts(bold: bool) -> Fonts:
    heavy = [path.with_name(path.name.replace("-Regular", "-Bold")) for path in SEARCH if "-Regular" in path.name]
    return Fonts([*heavy, *SEARCH] if bold else SEARCH, FACE)


@dataclass(frozen=True, slots=True)
class Fitted:
    """Text with its final size in dots, one entry of ``lines`` a line."""

    lines: tuple[str, ...]
    size: int

    @property
    def height(self) -> float:
        """Dots from the top of the first line to the bottom of the last."""
        return self.size * (1 + LEADING * (len(self.lines) - 1))


def _font(field: str, char: str, size: int, bold: bool) -> ImageFont.FreeTypeFont:
    try:
        font = _fonts(bold).font(char, size)
    except DeviceError:
        raise FaceError(field, Why.NO_FONT) from None
    if font is None:
        raise FaceError(field, Why.NO_GLYPH)
    return font


def _runs(field: str, text: str, size: int, bold: bool) -> list[tuple[str, ImageFont.FreeTypeFont]]:
    """Pieces of one font each. Spaces go with the piece before them."""
    runs: list[tuple[str, ImageFont.FreeTypeFont]] = []
    for char in text:
        font = runs[-1][1] if runs and char == " " else _font(field, char, size, bold)
        if runs and runs[-1][1] is font:
            runs[-1] = (runs[-1][0] + char, font)
        else:
            runs.append((char, font))
    return runs


def width(field: str, text: str, size: int, *, bold: bool) -> float:
    """Dots. Raises FaceError for a character that no font has."""
    return sum(font.getlength(piece) for piece, font in _runs(field, text, size, bold))


def fit(field: str, text: str, box: tuple[float, float], sizes: tuple[int, int], lines: int, *, bold: bool) -> Fitted:
    """The largest size from ``sizes`` (largest, least; dots) at which ``text`` stands in ``box`` (dots), in as few
    lines as will do.

    Lines break after a space, a hyphen or the dot within a name; else, in Chinese, between any two characters. Raises
    FaceError.
    """
    for count in range(1, lines + 1):
        ways = _ways_to_break(text, count)
        for size in range(sizes[0], sizes[1] - 1, -1):
            for way in ways:
                fitted = Fitted(way, size)
                if fitted.height <= box[1] and all(width(field, line, size, bold=bold) <= box[0] for line in way):
                    return fitted
    raise FaceError(field, Why.DOES_NOT_FIT)


def _ways_to_break(text: str, lines: int) -> list[tuple[str, ...]]:
    """Into so many lines: at places made for it first, the most even one in front, then evenly."""
    if lines == 1:
        return [(text,)]
    share = len(text) / lines
    made_for_it = (place for place in range(1, len(text)) if text[place - 1] in _BREAK_AFTER)
    even = [place for place in (-(-len(text) // lines),) if _may_part(text[place - 1 : place + 1])]
    return [
        (text[:place].rstrip(), *rest)
        for place in [*sorted(made_for_it, key=lambda place: abs(place - share))[:2], *even]
        for rest in _ways_to_break(text[place:].lstrip(), lines - 1)
    ]


def _may_part(pair: str) -> bool:
    """Words of letters and digits stay whole; Chinese characters may be parted anywhere."""
    return len(pair) == 2 and not all(char.isascii() and char.isalnum() for char in pair)


def draw(
    pen: ImageDraw.ImageDraw, field: str, fitted: Fitted, box: tuple[float, float, float, float], *,
    bold: bool, align: str, colour: str,
) -> tuple[float, float, float, float]:  # fmt: skip
    """Draw in ``box`` (left, top, right, bottom; dots), in its middle from top to bottom. Returns where ink came."""
    left, top, right, bottom = box
    y = top + (bottom - top - fitted.height) / 2
    ink: list[tuple[float, float, float, float]] = []
    for line in fitted.lines:
        long = width(field, line, fitted.size, bold=bold)
        x = {"left": left, "right": right - long, "centre": left + (right - left - long) / 2}[align]
        baseline = round(y + fitted.size * ASCENT)
        for piece, font in _runs(field, line, fitted.size, bold):
            pen.text((round(x), baseline), piece, fill=colour, font=font, anchor="ls")
            ink.append(pen.textbbox((round(x), baseline), piece, font=font, anchor="ls"))
            x += font.getlength(piece)
        y += fitted.size * LEADING
    return (
        min(each[0] for each in ink),
        min(each[1] for each in ink),
        max(each[2] for each in ink),
        max(each[3] for each in ink),
    )
