"""Chooses thresholds on good prints: the worst of them, and a little beyond."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from kiosk.inspection.findings import SideNumbers
from kiosk.inspection.thresholds import Thresholds

SLACK = 1.35
"""How much farther from the ideal than the worst good print a threshold lies."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """``value``: of a side, None where it has none. ``ideal``: of a perfect print. ``nearest``: a threshold is never
    nearer to the ideal than this: differences that nobody sees are no fault."""

    name: str
    value: Callable[[SideNumbers], float | None]
    ideal: float
    nearest: float

    def threshold(self, good: Iterable[SideNumbers]) -> float:
        """Two places after the point."""
        values = [value for each in good if (value := self.value(each)) is not None]
        distance = max(max(abs(value - self.ideal) for value in values) * SLACK, abs(self.nearest - self.ideal))
        away = 1 if self.nearest > self.ideal else -1
        return round(self.ideal + away * distance, 2)


def _weakest(numbers: SideNumbers) -> float | None:
    return min(numbers.dyes, default=None)


def _apart(numbers: SideNumbers) -> float | None:
    return max(numbers.dyes) - min(numbers.dyes) if numbers.dyes else None


CHOSEN: tuple[Chosen, ...] = (
    Chosen("blur_mm", lambda numbers: numbers.blur_mm, 0.0, 0.10),
    Chosen("black", lambda numbers: numbers.black, 1.0, 0.95),
    Chosen("dye", _weakest, 1.0, 0.95),
    Chosen("cast", _apart, 0.0, 0.03),
    Chosen("band", lambda numbers: numbers.band, 0.0, 0.05),
    Chosen("line", lambda numbers: numbers.line, 0.0, 0.05),
    Chosen("text_likeness", lambda numbers: numbers.text_likeness, 1.0, 0.95),
    Chosen("photo_likeness", lambda numbers: numbers.photo_likeness, 1.0, 0.95),
    Chosen("void_mm2", lambda numbers: numbers.void_mm2, 0.0, 0.05),
    Chosen("stray_mm2", lambda numbers: numbers.stray_mm2, 0.0, 0.05),
)


def choose(good: Iterable[SideNumbers], by_hand: Thresholds) -> Thresholds:
    """``by_hand``: keeps what is not measured on good prints."""
    measured = list(good)
    return Thresholds.model_validate(
        {**by_hand.model_dump(), **{each.name: each.threshold(measured) for each in CHOSEN}}
    )
