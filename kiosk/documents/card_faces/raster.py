"""From millimetres of the card to dots of the printed area."""

from __future__ import annotations

from dataclasses import dataclass, replace

from kiosk.documents.card_faces.design import PRINTED_DOTS, PRINTED_DPI, Side

MILLIMETRES_PER_INCH = 25.4
POINTS_PER_INCH = 72


@dataclass(frozen=True, slots=True)
class Raster:
    """``size``: dots of the printed area, which reaches over the card's edges. ``card``: millimetres."""

    size: tuple[int, int]
    card: tuple[float, float]
    dpi: float

    @classmethod
    def of(cls, side: Side, dpi: int) -> Raster:
        """1016 x 648 dots at 300 dpi, or 648 x 1016 for a portrait card."""
        long, short = (round(dots * dpi / PRINTED_DPI) for dots in PRINTED_DOTS)
        return cls((long, short) if side.orientation == "landscape" else (short, long), side.card_size, dpi)

    def finer(self, times: int) -> Raster:
        """The same, with so many times the dots."""
        return replace(self, size=(self.size[0] * times, self.size[1] * times), dpi=self.dpi * times)

    def dots(self, millimetres: float) -> float:
        """A length."""
        return millimetres * self.dpi / MILLIMETRES_PER_INCH

    def points(self, points: float) -> int:
        """A type size in dots."""
        return round(points * self.dpi / POINTS_PER_INCH)

    @property
    def rim(self) -> tuple[float, float]:
        """Dots from the edge of the printed area to that of the card, across and down."""
        return (self.size[0] - self.dots(self.card[0])) / 2, (self.size[1] - self.dots(self.card[1])) / 2

    def at(self, left: float, top: float) -> tuple[float, float]:
        """A place on the card, from millimetres."""
        return self.rim[0] + self.dots(left), self.rim[1] + self.dots(top)

    def box(self, left: float, top: float, width: float, height: float) -> tuple[float, float, float, float]:
        """Left, top, right and bottom, from millimetres."""
        x, y = self.at(left, top)
        return x, y, x + self.dots(width), y + self.dots(height)
