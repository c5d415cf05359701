"""Buttons: the primary action, secondary actions, and the small ones of the frame."""

from __future__ import annotations

from typing import Literal

from screens.pen import Pen, Rect
from screens.theme import Colour, Role
from screens.widgets import icons
from screens.widgets.boxes import Column, Row
from screens.widgets.node import Node, Text, Touch, Ui

Kind = Literal["primary", "tint", "plain"]

_LOOKS: dict[Kind, tuple[Colour, Colour, Colour]] = {
    "primary": ("primary", "on_primary", "primary"),
    "tint": ("tint", "on_tint", "primary"),
    "plain": ("surface", "ink", "edge"),
}
"""Kind -> ground, words, edge."""

_CLOSED: tuple[Colour, Colour, Colour] = ("paper", "muted", "paper")
"""A button that cannot be touched yet: flat."""


class Button(Node):
    """Words and perhaps an icon on a rounded ground. The words may take two lines; the icon stands before or behind.

    Not ``enabled`` it stands in its place, flat and without a touch, until there is something to do with it.
    """

    def __init__(
        self,
        ui: Ui,
        words: str,
        touch: Touch,
        *,
        kind: Kind = "plain",
        icon: str = "",
        icon_behind: bool = False,
        role: Role = "body",
        least: int = 0,
        padding: float = 5,
        enabled: bool = True,
    ) -> None:
        self._ground, self._ink, self._edge = _LOOKS[kind]
        self.label = Text(
            ui,
            words,
            role,
            bold=kind != "plain" or role != "small",
            colour=self._ink,
            ground=self._ground,
            align="centre",
            middle=True,
            even=True,
            pitch=1.2,
        )
        super().__init__([self.label])
        self.touch: Touch | None = touch
        self.kind = kind
        self.leads = False
        """Whether the buttons after it belong to it."""
        self._icon = icon
        self._icon_behind = icon_behind
        self._icon_size = round(self.label.em * 1.1) if icon else 0
        self._space = ui.theme.mm(2.5)
        self.space_before = ui.theme.gap
        self._padding = ui.theme.mm(padding)
        self._radius = ui.theme.mm(4)
        self._line = max(2, ui.theme.mm(0.6))
        self._least = max(least, ui.theme.primary_height if kind == "primary" else ui.theme.target)

        if not enabled:
            self.close()

    def close(self) -> None:
        """It cannot be touched now, and looks it."""
        self.touch = None
        self._ground, self._ink, self._edge = _CLOSED
        self.label.colour, self.label.ground = self._ink, self._ground

    @property
    def _icon_room(self) -> int:
        return self._icon_size + self._space if self._icon else 0

    @property
    def natural_width(self) -> int:
        """Pixels wide when its words stand in one line."""
        return self.label.natural_width + self._icon_room + 2 * self._padding

    def height(self, width: int) -> int:
        """As high as a touch target must be, or as its words need."""
        words = self.label.height(width - 2 * self._padding - self._icon_room)
        return max(self._least, words + self._padding)

    def place(self, rect: Rect) -> None:
        """Icon and words together in the middle."""
        super().place(rect)
        room = rect.width - 2 * self._padding - self._icon_room
        self.label.place(Rect(0, 0, room, rect.height))
        words = min(room, max(self.label.measure(line) for line in self.label.lines))
        left = rect.x + (rect.width - words - self._icon_room) // 2
        start = left if self._icon_behind else left + self._icon_room
        self.label.place(Rect(start, rect.y, words, rect.height))
        self._icon_x = left + words + self._space if self._icon_behind else left

    def paint(self, pen: Pen, *, pressed: bool = False, elapsed: float = 0.0) -> None:
        """Pressed, the primary action is darker and the others are tinted."""
        ground, ink = self._ground, self._ink
        if pressed:
            ground = "pressed"
            ink = "on_primary"
        self.label.colour = ink
        self.label.ground = ground
        pen.frame(self.rect, "pressed" if pressed else self._edge, ground, self._line, self._radius)
        if self._icon:
            y = self.rect.y + (self.rect.height - self._icon_size) / 2
            icons.draw(pen, self._icon, self._icon_x, y, self._icon_size, ink, 2.2)


def side_by_side(buttons: list[Button], width: int, gap: int) -> Column:
    """One row if all have room in it. Else in each row as many of the next ones as have room beside each other, and
    those that belong together (from one that ``leads``) in a row of their own."""

    def fit(beside: list[Button]) -> bool:
        return sum(each.natural_width for each in beside) + gap * (len(beside) - 1) <= width

    rows: list[list[Button]] = []
    for button in buttons:
        if rows and (fit(buttons) or not button.leads) and fit([*rows[-1], button]):
            rows[-1].append(button)
        else:
            rows.append([button])
    return Column([Row(row, [1.0] * len(row), gap) for row in rows], gap)
