"""Icons: drawn by us as strokes and filled shapes on a square of 24 by 24; they stand in ``icons.toml``."""

from __future__ import annotations

import tomllib
from pathlib import Path
from types import MappingProxyType

from screens.pen import Pen, Rect
from screens.theme import Colour
from screens.widgets.node import Node, Ui

Shape = tuple[str, tuple[float, ...]]


def _load() -> dict[str, tuple[Shape, ...]]:
    table = tomllib.loads(HERE.joinpath("icons.toml").read_text("utf-8"))
    return {name: tuple(_shape(text) for text in shapes) for name, shapes in table.items()}


def _shape(text: str) -> Shape:
    kind, *numbers = text.split()
    return kind, tuple(float(number) for number in numbers)


HERE = Path(__file__).parent
ICONS = MappingProxyType(_load())
"""Name -> what to draw. Services, ways of identification and choices name their icon by these."""


class UnknownIcon(LookupError):
    """There is no icon of that name."""

    def __init__(self, name: str) -> None:
        super().__init__(f"no icon {name!r}; there are: {', '.join(sorted(ICONS))}")


def draw(pen: Pen, name: str, x: float, y: float, size: float, colour: Colour, weight: float = 1.9) -> None:
    """Draw an icon with its top left at ``x``, ``y``; ``weight`` is the stroke on the square of 24."""
    if name not in ICONS:
        raise UnknownIcon(name)
    unit = size / 24
    thick = max(1.5, weight * unit)
    for kind, numbers in ICONS[name]:
        if kind in ("line", "wedge"):
            points = [(x if place % 2 == 0 else y) + value * unit for place, value in enumerate(numbers)]
            if kind == "line":
                pen.line(points, colour, thick)
            else:
                pen.polygon(points, colour)
        elif kind == "circle":
            pen.ring(x + numbers[0] * unit, y + numbers[1] * unit, numbers[2] * unit, colour, thick)
        elif kind == "dot":
            pen.disc(x + numbers[0] * unit, y + numbers[1] * unit, numbers[2] * unit, colour)
        else:
            left, top, width, height, radius = (value * unit for value in numbers)
            rect = Rect(round(x + left), round(y + top), round(width), round(height))
            if kind == "block":
                pen.fill(rect, colour, radius)
            else:
                pen.outline(rect, colour, thick, radius)


class Icon(Node):
    """An icon in a square, in the middle of the place it is given."""

    def __init__(self, ui: Ui, name: str, size: float, colour: Colour = "ink", *, weight: float = 1.9) -> None:
        super().__init__()
        if name not in ICONS:
            raise UnknownIcon(name)
        self.name = name
        self.size = ui.theme.mm(size)
        self._colour: Colour = colour
        self._weight = weight

    def height(self, width: int) -> int:
        """Its size."""
        return self.size

    def paint(self, pen: Pen, *, pressed: bool = False, elapsed: float = 0.0) -> None:
        """In the middle."""
        x, y = self.rect.centre
        draw(pen, self.name, x - self.size / 2, y - self.size / 2, self.size, self._colour, self._weight)


class IconDisc(Node):
    """An icon on a tinted disc, in the middle of its place."""

    def __init__(self, ui: Ui, name: str, size: float) -> None:
        super().__init__()
        if name not in ICONS:
            raise UnknownIcon(name)
        self.name = name
        self.size = ui.theme.mm(size)

    def height(self, width: int) -> int:
        """Its size."""
        return self.size

    def paint(self, pen: Pen, *, pressed: bool = False, elapsed: float = 0.0) -> None:
        """The disc, the icon on it."""
        x, y = self.rect.centre
        pen.disc(x, y, self.size / 2, "tint")
        inner = self.size * 0.56
        draw(pen, self.name, x - inner / 2, y - inner / 2, inner, "on_tint", 1.7)


class Badge(Node):
    """An icon on a filled disc: good (a check), wrong (a cross), look (an exclamation mark). Never colour alone."""

    def __init__(self, ui: Ui, name: str, size: float, *, disc: Colour, ink: Colour) -> None:
        super().__init__()
        if name not in ICONS:
            raise UnknownIcon(name)
        self.name = name
        self.size = ui.theme.mm(size)
        self._disc: Colour = disc
        self._ink: Colour = ink

    def height(self, width: int) -> int:
        """Its size."""
        return self.size

    def paint(self, pen: Pen, *, pressed: bool = False, elapsed: float = 0.0) -> None:
        """The disc at the left, the icon on it."""
        x, y = self.rect.x + self.size / 2, self.rect.y + self.size / 2
        pen.disc(x, y, self.size / 2, self._disc)
        inner = self.size * 0.58
        draw(pen, self.name, x - inner / 2, y - inner / 2, inner, self._ink, 3.0)


def badge(ui: Ui, look: str, size: float) -> Badge:
    """The mark of ``good``, ``wrong``, ``look`` or ``out`` (a dash)."""
    match look:
        case "good":
            return Badge(ui, "check", size, disc="good", ink="on_good")
        case "wrong":
            return Badge(ui, "cross", size, disc="wrong", ink="on_wrong")
        case "out":
            return Badge(ui, "dash", size, disc="muted", ink="surface")
        case _:
            return Badge(ui, "look", size, disc="look", ink="on_look")
