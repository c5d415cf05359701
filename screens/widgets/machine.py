"""The machine's front, drawn: where the hands must go is lit amber, with an arrow and what belongs there.

Drawn on a board of 300 by 244 units and scaled to its place. Down to 196 is the machine; cards and paper hang below.
What goes in moves up, what comes out moves down.
"""

from __future__ import annotations

import math
from typing import Literal

from screens.pen import Pen, Rect
from screens.theme import Colour
from screens.widgets.node import Node, Ui
from statemachines import views

BOARD = (300, 244)
Motion = Literal["in", "out", "type", "none"]

_PARTS: dict[views.Part, tuple[float, float, float, float]] = {
    "camera": (130, 5, 40, 19),
    "card_slot": (12, 104, 58, 76),
    "card_outlet": (76, 104, 58, 76),
    "keypad": (140, 104, 68, 76),
    "receipt": (214, 104, 74, 26),
    "id_plate": (214, 138, 74, 42),
}
"""Part -> its ground on the board: x, y, width, height."""


class Board:
    """Draws in units of the board."""

    def __init__(self, pen: Pen, rect: Rect) -> None:
        self.pen = pen
        self.unit = min(rect.width / BOARD[0], rect.height / BOARD[1])
        self._x = rect.x + (rect.width - BOARD[0] * self.unit) / 2
        self._y = rect.y + (rect.height - BOARD[1] * self.unit) / 2

    def box(
        self,
        x: float,
        y: float,
        width: float,
        height: float,
        colour: Colour,
        radius: float = 0,
        *,
        edge: Colour | None = None,
    ) -> None:
        """A filled rectangle, with an edge when one is named."""
        left, top = round(self._x + x * self.unit), round(self._y + y * self.unit)
        rect = Rect(left, top, round(width * self.unit), round(height * self.unit))
        if edge is None:
            self.pen.fill(rect, colour, radius * self.unit)
        else:
            self.pen.frame(rect, edge, colour, max(2.0, 1.2 * self.unit), radius * self.unit)

    def line(self, points: tuple[float, ...], colour: Colour, width: float) -> None:
        """A stroke."""
        self.pen.line(self._scaled(points), colour, width * self.unit)

    def wedge(self, points: tuple[float, ...], colour: Colour) -> None:
        """A triangle or quadrangle."""
        self.pen.polygon(self._scaled(points), colour)

    def disc(self, x: float, y: float, radius: float, colour: Colour) -> None:
        """A filled circle."""
        self.pen.disc(self._x + x * self.unit, self._y + y * self.unit, radius * self.unit, colour)

    def _scaled(self, points: tuple[float, ...]) -> list[float]:
        return [(self._y if place % 2 else self._x) + value * self.unit for place, value in enumerate(points)]

    def arrow(self, x: float, y: float, length: float, *, down: bool, dark: bool = False) -> None:
        """An amber arrow with a dark outline, its tip at ``x``, ``y``; ``dark`` all over where it stands on amber."""
        away = -1 if down else 1
        for colour, grow in (("on_look", 1.6), ("look", 0.0)):
            role: Colour = "on_look" if dark or colour == "on_look" else "look"
            head, half, shaft = 13.0, 11.0 + grow * 1.3, 4.6 + grow
            tip = y - away * grow * 1.6
            base = y + away * (head + grow * 0.8)
            end = y + away * (length + grow)
            self.box(x - shaft, min(base - away, end), 2 * shaft, abs(end - base) + 1, role, 0)
            self.wedge((x, tip, x + half, base, x - half, base), role)


class Machine(Node):
    """The front with the ``lit`` part. ``motion``: a thing goes in or comes out there, or keys are pressed."""

    grows = True
    picture = True

    def __init__(
        self, ui: Ui, lit: tuple[views.Part, ...], motion: Motion = "in", *, least: float = 55, most: float = 250
    ) -> None:
        super().__init__()
        self._lit = lit
        self._motion: Motion = motion
        self._least = ui.theme.mm(least)
        self.tallest = ui.theme.mm(most)

    def height(self, width: int) -> int:
        """The least that can be made out."""
        return self._least

    def place(self, rect: Rect) -> None:
        """At most so high that it does not look a poster."""
        height = min(rect.height, self.tallest, round(rect.width * BOARD[1] / BOARD[0]))
        super().place(Rect(rect.x, rect.y + (rect.height - height) // 2, rect.width, height))

    def paint(self, pen: Pen, *, pressed: bool = False, elapsed: float = 0.0) -> None:
        """Front and parts, then what is put in or comes out."""
        board = Board(pen, self.rect)
        board.box(0, 0, 300, 196, "device", 12, edge="device_dark")
        board.box(24, 27, 252, 67, "device_dark", 7)
        board.box(30, 33, 240, 55, "surface", 3)
        board.box(30, 33, 240, 9, "primary", 3)
        board.box(42, 48, 92, 5, "device_dark", 2.5)
        for left, top in ((42, 58), (100, 58), (158, 58), (42, 73), (100, 73)):
            board.box(left, top, 50, 11, "tint", 3, edge="device_dark")
        board.box(220, 73, 40, 11, "primary", 3)
        for part, (x, y, width, height) in _PARTS.items():
            lit = part in self._lit
            board.box(x, y, width, height, "look" if lit else "surface", 7, edge="on_look" if lit else "device_dark")
        board.box(16, 116, 50, 7, self._ink("card_slot"), 3.5)
        board.box(80, 116, 50, 7, self._ink("card_outlet"), 3.5)
        board.box(220, 113, 62, 7, self._ink("receipt"), 3.5)
        self._lens(board)
        if "id_plate" not in self._lit:
            self._plate(board)
        self._keypad(board)
        if "card_slot" in self._lit:
            self._card(board)
        if "card_outlet" in self._lit:
            social_card(board, 82, 120, 46, 74, hidden=0.24)
            board.arrow(105, 240, 38, down=True)
        if "camera" in self._lit:
            board.arrow(150, 27, 34, down=False)
        if "id_plate" in self._lit:
            self._id_card(board)
        if "receipt" in self._lit:
            self._paper(board)

    def _ink(self, part: views.Part) -> Colour:
        return "on_look" if part in self._lit else "device_dark"

    def _card(self, board: Board) -> None:
        if self._motion == "out":
            social_card(board, 18, 120, 46, 74, hidden=0.24)
            board.arrow(41, 240, 38, down=True)
        elif self._motion == "in":
            social_card(board, 18, 160, 46, 74)
            board.arrow(41, 129, 25, down=False, dark=True)

    def _id_card(self, board: Board) -> None:
        if self._motion == "out":
            identity_card(board, 220, 141)
            board.arrow(251, 234, 42, down=True)
        elif self._motion == "in":
            identity_card(board, 220, 194)
            board.arrow(251, 146, 40, down=False, dark=True)

    def _paper(self, board: Board) -> None:
        board.box(225, 117, 52, 82, "surface", 2, edge="ink")
        for y, width in ((128, 28), (137, 38), (146, 38), (155, 30), (168, 38), (177, 22)):
            board.box(232, y, width, 3, "muted", 1.5)
        board.arrow(251, 240, 34, down=True)

    def _keypad(self, board: Board) -> None:
        lit = "keypad" in self._lit
        key: Colour = "surface" if lit else "device"
        edge = self._ink("keypad")
        for row in range(4):
            for column in range(3):
                board.box(144 + column * 15, 112 + row * 16, 12, 12, key, 2.5, edge=edge)
        roles: tuple[Colour, ...] = ("wrong", "surface", "good")
        for row, role in enumerate(roles):
            board.box(191, 112 + row * 21.5, 13, 17, role if lit else "device", 2.5, edge=edge)
        if lit:
            board.line((194.5, 117.5, 200.5, 123.5), "on_wrong", 1.6)
            board.line((200.5, 117.5, 194.5, 123.5), "on_wrong", 1.6)
            board.line((200, 138.6, 195, 142, 200, 145.4), "ink", 1.6)
            board.line((194.2, 164, 196.8, 166.6, 201, 161), "on_good", 1.6)
            board.arrow(174, 184, 48, down=False)

    def _lens(self, board: Board) -> None:
        board.disc(150, 14.5, 7, self._ink("camera"))
        board.disc(150, 14.5, 4.4, "surface")
        board.disc(150, 14.5, 2.2, self._ink("camera"))

    def _plate(self, board: Board) -> None:
        ink = self._ink("id_plate")
        for radius in (5.0, 10.5, 16.0):
            board.line(_wave(251, 169, radius), ink, 2.2)
        board.disc(251, 169, 2.6, ink)


def _wave(x: float, y: float, radius: float) -> tuple[float, ...]:
    """Points of an arc above ``x``, ``y``, a little more than a quarter of a circle."""
    angles = [math.radians(degrees) for degrees in range(-52, 53, 13)]
    return tuple(value for angle in angles for value in (x + radius * math.sin(angle), y - radius * math.cos(angle)))


def social_card(board: Board, x: float, y: float, width: float, height: float, *, hidden: float = 0.0) -> None:
    """A social security card upright, chip end up; the ``hidden`` part of its upper end is still in the machine."""
    cut = height * hidden
    board.box(x, y, width, height - cut, "primary", 4 if not hidden else 2, edge="ink")

    def at(part: float) -> float:
        return y + height * part - cut

    if not hidden:
        board.box(x + width * 0.34, at(0.11), width * 0.32, height * 0.17, "look", 2, edge="ink")
    board.box(x + 1, at(0.42), width - 2, height * 0.1, "tint", 0)
    board.box(x + width * 0.16, at(0.64), width * 0.5, height * 0.05, "on_primary", 2)
    board.box(x + width * 0.16, at(0.76), width * 0.34, height * 0.05, "on_primary", 2)


def identity_card(board: Board, x: float, y: float) -> None:
    """A resident ID card lying across, face up."""
    board.box(x, y, 62, 39, "surface", 4, edge="ink")
    board.disc(x + 47, y + 13, 5.5, "muted")
    board.box(x + 39, y + 21, 16, 10, "muted", 4)
    for line, width in ((9, 26), (17, 22), (25, 26)):
        board.box(x + 7, y + line, width, 3, "muted", 1.5)
