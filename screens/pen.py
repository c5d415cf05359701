"""Draws shapes and lines of text on a Kivy canvas, in pixels from the top left. The only module that knows how.

Every edge is smoothed by the shapes themselves, so the window needs no multisampling.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

import screens.kivy_environment  # noqa: F401  -- before Kivy

from kivy.graphics import (  # isort: skip
    Color,
    InstructionGroup,
    Line,
    Rectangle,
    SmoothEllipse,
    SmoothLine,
    SmoothQuad,
    SmoothRoundedRectangle,
    SmoothTriangle,
)

from kivy.graphics.texture import Texture  # isort: skip

from screens.pictures import Pixels
from screens.theme import Colour, Theme
from screens.typeset import Typesetter


class Rect(NamedTuple):
    """Pixels from the top left of the screen."""

    x: int
    y: int
    width: int
    height: int

    @property
    def right(self) -> int:
        """First pixel column to the right of it."""
        return self.x + self.width

    @property
    def bottom(self) -> int:
        """First pixel row below it."""
        return self.y + self.height

    @property
    def centre(self) -> tuple[float, float]:
        """Its middle."""
        return self.x + self.width / 2, self.y + self.height / 2

    def inset(self, horizontal: int, vertical: int | None = None) -> Rect:
        """Smaller by this much on every side."""
        vertical = horizontal if vertical is None else vertical
        return Rect(self.x + horizontal, self.y + vertical, self.width - 2 * horizontal, self.height - 2 * vertical)

    def contains(self, x: float, y: float) -> bool:
        """Whether a point is within."""
        return self.x <= x < self.right and self.y <= y < self.bottom

    def overlaps(self, other: Rect) -> bool:
        """Whether the two share a pixel."""
        return self.x < other.right and other.x < self.right and self.y < other.bottom and other.y < self.bottom


class Pen:
    """Adds instructions to ``group``. Lengths are pixels, colours roles of the theme."""

    def __init__(self, group: InstructionGroup, theme: Theme, typesetter: Typesetter) -> None:
        self._group = group
        self._height = theme.glass.height
        self._typesetter = typesetter
        self.theme = theme

    def _colour(self, role: Colour, alpha: float = 1.0) -> None:
        self._group.add(Color(*self.theme.colour(role), alpha))

    def fill(self, rect: Rect, colour: Colour, radius: float = 0) -> None:
        """A filled rectangle, its corners rounded by ``radius``."""
        if rect.width <= 0 or rect.height <= 0:
            return
        self._colour(colour)
        position = (rect.x, self._height - rect.bottom)
        size = (rect.width, rect.height)
        if radius < 1:
            self._group.add(Rectangle(pos=position, size=size))
        else:
            radius = min(radius, rect.width / 2, rect.height / 2)
            self._group.add(SmoothRoundedRectangle(pos=position, size=size, radius=[radius]))

    def frame(self, rect: Rect, colour: Colour, ground: Colour, width: float, radius: float) -> None:
        """A filled rectangle with an edge ``width`` thick inside it."""
        self.fill(rect, colour, radius)
        thick = max(1, round(width))
        self.fill(rect.inset(thick), ground, max(0.0, radius - thick))

    def outline(self, rect: Rect, colour: Colour, width: float, radius: float) -> None:
        """The line of a rectangle, nothing within."""
        self._colour(colour)
        box = (rect.x, self._height - rect.bottom, rect.width, rect.height, max(1.0, radius))
        self._group.add(SmoothLine(rounded_rectangle=box, width=max(1.0, width / 2)))

    def disc(self, x: float, y: float, radius: float, colour: Colour) -> None:
        """A filled circle."""
        self._colour(colour)
        self._group.add(SmoothEllipse(pos=(x - radius, self._height - y - radius), size=(2 * radius, 2 * radius)))

    def ring(self, x: float, y: float, radius: float, colour: Colour, width: float, part: float = 1.0) -> None:
        """A circle's line, or the ``part`` of it from the top clockwise."""
        self._colour(colour)
        circle = (x, self._height - y, radius, 0, 360 * part, 96)
        self._group.add(SmoothLine(circle=circle, width=max(1.0, width / 2)))

    def line(self, points: Sequence[float], colour: Colour, width: float) -> None:
        """A line through ``points`` (x, y, x, y …) with round ends and corners."""
        self._colour(colour)
        flipped = [self._height - value if place % 2 else value for place, value in enumerate(points)]
        self._group.add(SmoothLine(points=flipped, width=max(1.0, width / 2)))
        radius = width / 2
        if radius > 1:
            for x, y in zip(flipped[::2], flipped[1::2], strict=True):
                self._group.add(SmoothEllipse(pos=(x - radius, y - radius), size=(width, width)))

    def polygon(self, points: Sequence[float], colour: Colour) -> None:
        """A filled triangle (6 numbers) or convex quadrangle (8 numbers)."""
        self._colour(colour)
        flipped = [self._height - value if place % 2 else value for place, value in enumerate(points)]
        self._group.add((SmoothTriangle if len(flipped) == 6 else SmoothQuad)(points=flipped))

    def ellipse(self, rect: Rect, colour: Colour, width: float) -> None:
        """An ellipse's line."""
        self._colour(colour)
        box = (rect.x, self._height - rect.bottom, rect.width, rect.height, 0, 360, 96)
        self._group.add(SmoothLine(ellipse=box, width=max(1.0, width / 2)))

    def blocks(self, rects: Iterable[Rect], colour: Colour) -> None:
        """Many filled rectangles of one colour, with sharp edges."""
        self._colour(colour)
        for rect in rects:
            self._group.add(Rectangle(pos=(rect.x, self._height - rect.bottom), size=(rect.width, rect.height)))

    def stroke(self, points: Sequence[float], colour: Colour, width: float) -> Callable[[Sequence[float]], None]:
        """A finger's stroke through ``points`` (x, y, x, y …). The answer draws it anew, through other points."""
        self._colour(colour)
        line = Line(points=self._flipped(points), width=max(1.0, width / 2), joint="round", cap="round")
        self._group.add(line)

        def renew(points: Sequence[float]) -> None:
            line.points = self._flipped(points)

        return renew

    def _flipped(self, points: Sequence[float]) -> list[float]:
        flipped = [self._height - value if place % 2 else value for place, value in enumerate(points)]
        return flipped if len(flipped) > 2 else [*flipped, flipped[0] + 0.5, flipped[1]]

    def picture(self, rect: Rect, pixels: Pixels) -> None:
        """A picture that fills ``rect``. It lives as long as these instructions."""
        texture = Texture.create(size=(pixels.width, pixels.height), colorfmt="rgba")
        texture.blit_buffer(pixels.data, colorfmt="rgba", bufferfmt="ubyte")
        self._group.add(Color(1, 1, 1, 1))
        position = (rect.x, self._height - rect.bottom)
        self._group.add(Rectangle(texture=texture, pos=position, size=(rect.width, rect.height)))

    def text(self, text: str, x: int, baseline: int, em: int, colour: Colour, *, bold: bool = False) -> None:
        """One line of text from ``x``, standing on ``baseline``."""
        if not text:
            return
        self._colour(colour)
        for piece in self._typesetter.render(text, em, bold=bold):
            width, height = piece.texture.size
            position = (x + piece.x, self._height - (baseline - piece.ascent) - height)
            self._group.add(Rectangle(texture=piece.texture, pos=position, size=(width, height)))
