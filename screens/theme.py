"""The one table of sizes and colours. Sizes are millimetres on the glass; a :class:`Theme` turns them into pixels.

Text is measured by the height of a capital, as the accessibility rules do (Noto Sans CJK: 0.733 of the em).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

CAPITAL = 0.733
"""Height of a capital in ems, OS/2 sCapHeight of Noto Sans CJK."""

LINE = 1.4
"""Distance of lines in ems."""

Role = Literal["small", "body", "lead", "question", "amount", "hero", "display"]

CAPITALS: Mapping[Role, tuple[float, float]] = MappingProxyType(
    {
        "small": (4.8, 5.5),
        "body": (5.5, 7.5),
        "lead": (7.0, 8.6),
        "question": (9.0, 11.0),
        "amount": (14.0, 17.0),
        "hero": (16.0, 18.0),
        "display": (24.0, 24.0),
    }
)
"""Role of a text -> height of a capital in mm, standard and large."""

MARGIN = 20.0
GRID = 4.0
GAP = 4.0
"""Least distance between two things that can be touched."""

TARGET = (18.0, 22.0)
"""Least height and width of anything touchable, standard and large."""

PRIMARY = ((24.0, 60.0), (30.0, 60.0))
"""Least height and width of the primary action, standard and large."""

CHOICES = (6, 4)
"""Most choices on a page, standard and large."""

ALL_WITHIN_REACH = 300
"""Millimetres of a screen's height up to which low reach is a matter of mounting, not of layout."""

LOW_REACH = 0.45
"""In the low-reach layout everything touchable is within this part of the height, from below."""

Colour = Literal[
    "paper",
    "surface",
    "ink",
    "muted",
    "primary",
    "pressed",
    "on_primary",
    "tint",
    "on_tint",
    "good",
    "on_good",
    "wrong",
    "on_wrong",
    "look",
    "on_look",
    "edge",
    "shade",
    "device",
    "device_dark",
    "code",
    "code_ground",
]

STANDARD: Mapping[Colour, str] = MappingProxyType(
    {
        "paper": "#F6F4EF",
        "surface": "#FFFFFF",
        "ink": "#14283C",
        "muted": "#4C5B69",
        "primary": "#0B5A7A",
        "pressed": "#08445D",
        "on_primary": "#FFFFFF",
        "tint": "#E3EEF3",
        "on_tint": "#0B5A7A",
        "good": "#1B6B45",
        "on_good": "#FFFFFF",
        "wrong": "#A3271E",
        "on_wrong": "#FFFFFF",
        "look": "#F4B544",
        "on_look": "#14283C",
        "edge": "#8A96A3",
        "shade": "#E4E1D9",  # hairlines between rows; tells nothing by itself
        "device": "#D5DCE2",  # the machine's front in drawings
        "device_dark": "#5E6E7C",
        "code": "#000000",  # what a phone reads: dark on light, in high contrast too
        "code_ground": "#FFFFFF",
    }
)

HIGH_CONTRAST: Mapping[Colour, str] = MappingProxyType(
    {
        "paper": "#000000",
        "surface": "#000000",
        "ink": "#FFFFFF",
        "muted": "#FFFFFF",
        "primary": "#FFD54A",
        "pressed": "#FFFFFF",
        "on_primary": "#000000",
        "tint": "#000000",
        "on_tint": "#FFD54A",
        "good": "#FFFFFF",
        "on_good": "#000000",
        "wrong": "#FFFFFF",
        "on_wrong": "#000000",
        "look": "#FFD54A",
        "on_look": "#000000",
        "edge": "#FFFFFF",
        "shade": "#FFFFFF",
        "device": "#000000",
        "device_dark": "#FFFFFF",
        "code": "#000000",
        "code_ground": "#FFFFFF",
    }
)


def rgb(value: str) -> tuple[float, float, float]:
    """``#RRGGBB`` as three numbers from 0 to 1."""
    red, green, blue = (int(value[place : place + 2], 16) / 255 for place in (1, 3, 5))
    return red, green, blue


def contrast(one: str, other: str) -> float:
    """Contrast ratio of two colours, 1 to 21 (WCAG 2.2, relative luminance)."""

    def luminance(value: str) -> float:
        red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in rgb(value))
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


@dataclass(frozen=True, slots=True)
class Glass:
    """The screen as a physical thing: resolution in pixels, diagonal in inches. Pixels are square."""

    width: int = 1080
    height: int = 1920
    diagonal_inch: float = 27.0

    @property
    def pixels_per_mm(self) -> float:
        """3.28 for 27 inches at 1080 x 1920."""
        return math.hypot(self.width, self.height) / (self.diagonal_inch * 25.4)

    @property
    def portrait(self) -> bool:
        """Whether it stands upright."""
        return self.height > self.width

    @property
    def within_reach(self) -> bool:
        """Whether all of it can be reached from a wheelchair when it is mounted for that: a low screen needs no
        low-reach layout (EN 301 549 asks for 380 to 1,220 mm above the floor)."""
        return self.height / self.pixels_per_mm < ALL_WITHIN_REACH


@dataclass(frozen=True, slots=True)
class Theme:
    """Sizes in pixels and colours for one screen, one size of text and one way of contrast."""

    glass: Glass
    large: bool = False
    high_contrast: bool = False
    low_reach: bool = False

    def mm(self, length: float) -> int:
        """A length in whole pixels, nearest."""
        return round(length * self.glass.pixels_per_mm)

    def at_least(self, length: float) -> int:
        """A length in whole pixels, rounded up: for what must not be smaller."""
        return math.ceil(length * self.glass.pixels_per_mm - 1e-9)

    def em(self, role: Role) -> int:
        """Font size in pixels; its capital is never lower than the table says."""
        return math.ceil(CAPITALS[role][self.large] * self.glass.pixels_per_mm / CAPITAL - 1e-9)

    @property
    def compact(self) -> bool:
        """A screen so low (a 15 inch one) that bars and gaps are drawn closer."""
        return self.glass.height / self.glass.pixels_per_mm < 250

    @property
    def crowded(self) -> bool:
        """A compact screen in large mode: even what belongs together may have to be turned in pages."""
        return self.compact and self.large

    @property
    def margin(self) -> int:
        """Free edge around the page."""
        return self.mm(MARGIN)

    @property
    def padding(self) -> float:
        """Millimetres of room within a panel, a tile or a line."""
        return 9.0 if self.glass.portrait else 5.0 if self.compact else 6.0

    @property
    def gap(self) -> int:
        """Between two things that can be touched."""
        return self.at_least(GAP)

    @property
    def target(self) -> int:
        """Least height and width of anything touchable."""
        return self.at_least(TARGET[self.large])

    @property
    def primary_height(self) -> int:
        """Height of the primary action and of all that stands in its row."""
        return self.at_least(PRIMARY[self.large][0])

    @property
    def primary_width(self) -> int:
        """Least width of the primary action."""
        return self.at_least(PRIMARY[self.large][1])

    @property
    def choices(self) -> int:
        """Most choices on one page."""
        return CHOICES[self.large]

    @property
    def palette(self) -> Mapping[Colour, str]:
        """Role of a colour -> ``#RRGGBB``."""
        return HIGH_CONTRAST if self.high_contrast else STANDARD

    def colour(self, role: Colour) -> tuple[float, float, float]:
        """Red, green, blue, 0 to 1."""
        return rgb(self.palette[role])
