"""The steps of a card that is being made, drawn one below the other: done, now, to come."""

from __future__ import annotations

from itertools import pairwise

from screens.pen import Pen, Rect
from screens.widgets import icons
from screens.widgets.node import Node, Saying, Text, Ui

_ICONS = ("stack", "chip", "print", "inspect", "shield")
"""What happens in each of the five steps; another number of steps is only counted."""


class MakingSteps(Node):
    """``at`` counts from 1."""

    grows = True

    def __init__(self, ui: Ui, steps: list[str], at: int) -> None:
        theme = ui.theme
        pictured = len(steps) == len(_ICONS)
        self._lines = [
            _Step(ui, text, _ICONS[place] if pictured else "", place + 1, (place + 1 > at) - (place + 1 < at))
            for place, text in enumerate(steps)
        ]
        super().__init__(self._lines)
        self.said = ()  # all are done: the page says what follows
        if at <= len(steps):
            self.said = (Saying(ui.words("frame.step", step=at, steps=len(steps))), Saying(steps[at - 1]))
        self._gap = theme.mm(2 if theme.compact else 6)
        self._tallest = theme.mm(50)
        self._line = max(2, theme.mm(1.2))

    def height(self, width: int) -> int:
        """Every step with its words."""
        return sum(line.height(width) for line in self._lines) + self._gap * (len(self._lines) - 1)

    def place(self, rect: Rect) -> None:
        """Spread over the height, but not torn apart."""
        spare = max(0, rect.height - self.height(rect.width)) // max(1, len(self._lines))
        y = rect.y
        for line in self._lines:
            high = min(line.height(rect.width) + spare, max(self._tallest, line.height(rect.width)))
            line.place(Rect(rect.x, y, rect.width, high))
            y += high + self._gap
        super().place(Rect(rect.x, rect.y, rect.width, y - self._gap - rect.y))

    def paint(self, pen: Pen, *, pressed: bool = False, elapsed: float = 0.0) -> None:
        """The thread from step to step."""
        for one, other in pairwise(self._lines):
            x, top = one.centre
            _, bottom = other.centre
            pen.fill(Rect(round(x) - self._line // 2, round(top), self._line, round(bottom - top)), "edge")


class _Step(Node):
    """``when``: -1 done, 0 now, 1 to come."""

    def __init__(self, ui: Ui, text: str, icon: str, number: int, when: int) -> None:
        theme = ui.theme
        self._when = when
        self._icon = icon
        self._words = Text(
            ui,
            text,
            ui.aside if theme.crowded else ui.reading,
            bold=when == 0,
            colour="muted" if when > 0 else "ink",
            middle=True,
            pitch=1.2,
        )
        children: list[Node] = [self._words]
        self._number = None
        if not icon and when >= 0:
            self._number = Text(
                ui,
                str(number),
                "body",
                bold=True,
                colour="on_look" if when == 0 else "muted",
                ground="look" if when == 0 else "surface",
                align="centre",
                middle=True,
            )
            children.append(self._number)
        self._beat = Beat(ui) if when == 0 and not theme.crowded else None
        if self._beat is not None:
            children.append(self._beat)
        super().__init__(children)
        self._disc = theme.mm(26 if theme.glass.portrait else 13 if theme.compact else 18)
        self._gap = theme.mm(7)
        self._edge = max(2, theme.mm(0.7))
        self.centre = (0.0, 0.0)

    def _beat_room(self) -> int:
        return self._beat.width + self._gap if self._beat else 0

    def _width(self, width: int) -> int:
        return width - self._disc - self._gap - self._beat_room()

    def height(self, width: int) -> int:
        """The disc, or the words if they are higher."""
        return max(self._disc, self._words.height(self._width(width)))

    def place(self, rect: Rect) -> None:
        """The disc at the left, the words beside it; behind those of the present step what moves."""
        super().place(rect)
        self.centre = (rect.x + self._disc / 2, rect.y + rect.height / 2)
        left = rect.x + self._disc + self._gap
        self._words.place(Rect(left, rect.y, self._width(rect.width), rect.height))
        if self._number:
            self._number.place(Rect(rect.x, rect.y, self._disc, rect.height))
        if self._beat:
            written = max(self._words.measure(line) for line in self._words.lines)
            self._beat.place(Rect(left + written + self._gap, rect.y, self._beat.width, rect.height))

    def paint(self, pen: Pen, *, pressed: bool = False, elapsed: float = 0.0) -> None:
        """Done with a check, the present one amber and with an edge, what is to come pale."""
        x, y = self.centre
        radius = self._disc / 2
        size = self._disc * 0.58
        if self._when < 0:
            pen.disc(x, y, radius, "good")
            icons.draw(pen, "check", x - size / 2, y - size / 2, size, "on_good", 3.0)
            return
        now = self._when == 0
        pen.disc(x, y, radius, "on_look" if now else "edge")
        pen.disc(x, y, radius - self._edge * (1.5 if now else 1), "look" if now else "surface")
        if self._icon:
            icons.draw(pen, self._icon, x - size / 2, y - size / 2, size, "on_look" if now else "muted", 1.8)


class Beat(Node):
    """Three dots, of which one after the other is filled, a second each: something is going on."""

    ticks = 1

    def __init__(self, ui: Ui) -> None:
        super().__init__()
        self._radius = ui.theme.mm(2.2)
        self.width = 8 * self._radius
        self._line = max(2, ui.theme.mm(0.6))

    def height(self, width: int) -> int:
        """A row of dots."""
        return 2 * self._radius

    def paint(self, pen: Pen, *, pressed: bool = False, elapsed: float = 0.0) -> None:
        """By the second."""
        y = self.rect.y + self.rect.height / 2
        for place in range(3):
            x = self.rect.x + self._radius + place * 3 * self._radius
            pen.disc(x, y, self._radius, "primary")
            if place != int(elapsed) % 3:
                pen.disc(x, y, self._radius - self._line, "paper")
