"""The field that is signed in with a finger. Its ink is kept beside the page, in thousandths of the field's width."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from screens.by_hand import Ink
from screens.pen import Pen, Rect
from screens.widgets.node import Node, Text, Touch, Ui

SHAPE = 2.5
"""Width over height, the same on every screen: the ink fits after a change of size."""


class InkField(Node):
    """A framed field with a line to write on. The stage hands it the finger's way in pixels of the screen."""

    live = True

    def __init__(self, ui: Ui, ink: Ink, hint: str) -> None:
        theme = ui.theme
        self._ink = ink
        self._hint = Text(ui, hint, ui.aside, colour="muted", ground="surface", align="centre")
        super().__init__([self._hint])
        self.touch = Touch("ink", local=True)
        self._padding = theme.mm(4)
        self._radius = theme.mm(4)
        self._edge = max(2, theme.mm(0.8))
        self._weight = theme.mm(1.4)
        self._least = theme.mm(44 if theme.compact else 60)
        self.most = min(theme.mm(130), round(ui.content_width / SHAPE))

    def height(self, width: int) -> int:
        """The least that can be signed in."""
        return min(self._least, round(width / SHAPE))

    def place(self, rect: Rect) -> None:
        """As wide as its height allows, in its proportions; the hint on the lower edge."""
        width = min(rect.width, round(rect.height * SHAPE))
        height = round(width / SHAPE)
        super().place(Rect(rect.x + (rect.width - width) // 2, rect.y, width, height))
        high = self._hint.height(width - 2 * self._padding)
        bottom = self.rect.bottom - self._padding // 2
        self._hint.place(Rect(self.rect.x + self._padding, bottom - high, width - 2 * self._padding, high))

    def paint(self, pen: Pen, *, pressed: bool = False, elapsed: float = 0.0) -> None:
        """The field, its line, and what has been written."""
        rect = self.rect
        pen.frame(rect, "primary", "surface", self._edge, self._radius)
        y = self._hint.rect.y - self._padding // 2
        pen.fill(Rect(rect.x + 2 * self._padding, y, rect.width - 4 * self._padding, max(1, self._edge // 2)), "edge")
        for stroke in self._ink.strokes:
            pen.stroke(self._pixels(stroke), "ink", self._weight)

    def begin(self, x: float, y: float) -> None:
        """A finger comes down, here in pixels of the screen."""
        self._ink.begin(*self._within(x, y))

    def extend(self, x: float, y: float) -> None:
        """It moves; beyond the edge its line runs along the edge."""
        self._ink.extend(*self._within(x, y))

    def last_stroke(self) -> Sequence[float]:
        """The present stroke in pixels: x, y, x, y …"""
        return self._pixels(self._ink.strokes[-1])

    def draw_last(self, pen: Pen) -> Callable[[Sequence[float]], None]:
        """Begin to draw the present stroke; the answer draws it on."""
        return pen.stroke(self.last_stroke(), "ink", self._weight)

    def _within(self, x: float, y: float) -> tuple[int, int]:
        unit = 1000 / self.rect.width
        return (
            min(1000, max(0, round((x - self.rect.x) * unit))),
            min(round(1000 / SHAPE), max(0, round((y - self.rect.y) * unit))),
        )

    def _pixels(self, stroke: Sequence[tuple[int, int]]) -> list[float]:
        unit = self.rect.width / 1000
        return [value for x, y in stroke for value in (self.rect.x + x * unit, self.rect.y + y * unit)]
