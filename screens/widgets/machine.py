"""The machine's front, drawn: where the hands must go is lit amber, with an arrow and what belongs there.

Drawn on a board of 300 by 200 units and scaled to its place. Up to 150 is the machine; cards and paper hang below.
"""

from __future__ import annotations

from typing import Literal

from screens.pen import Pen, Rect
from screens.theme import Colour
from screens.widgets.node import Node, Ui
from statemachines import views

BOARD = (300, 200)
Motion = Literal["in", "out", "type", "none"]

_PARTS: dict[views.Part, tuple[float, float, float, float]] = {
    "card_slot": (16, 62, 78, 74),
    "keypad": (108, 62, 74, 74),
    "receipt": (196, 62, 88, 28),
    "id_plate": (196, 98, 88, 38),
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

    def arrow(self, x: float, y: float, length: float, *, down: bool) -> None:
        """An amber arrow with a dark outline, its tip at ``x``, ``y``."""
        away = -1 if down else 1
        for colour, grow in (("on_look", 1.6), ("look", 0.0)):
            role: Colour = "on_look" if colour == "on_look" else "look"
            head, half, shaft = 13.0, 11.0 + grow * 1.3, 4.6 + grow
            tip = y - away * grow * 1.6
            base = y + away * (head + grow * 0.8)
            end = y + away * (length + grow)
            self.box(x - shaft, min(base - away, end), 2 * shaft, abs(end - base) + 1, role, 0)
            self.wedge((x, tip, x + half, base, x - half, base), role)


class Machine(Node):
    """The front with the ``lit`` part. ``motion``: a thing goes in or comes out there, or keys are pressed."""

    grows = True

    def __init__(
        self, ui: Ui, lit: tuple[views.Part, ...], motion: Motion = "in", *, least: float = 70, most: float = 215
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
        """Front, parts, then what moves."""
        board = Board(pen, self.rect)
        board.box(0, 0, 300, 150, "device", 12, edge="device_dark")
        board.box(34, -1, 232, 46, "device_dark", 6)
        board.box(40, 5, 220, 34, "primary", 3)
        board.box(50, 13, 78, 5, "tint", 2.5)
        board.box(50, 24, 120, 5, "tint", 2.5)
        board.box(214, 16, 36, 13, "on_primary", 3)
        for part, (x, y, width, height) in _PARTS.items():
            lit = part in self._lit
            board.box(x, y, width, height, "look" if lit else "surface", 7, edge="on_look" if lit else "device_dark")
        self._slot(board)
        self._keypad(board)
        self._receipt(board)
        self._plate(board)

    def _slot(self, board: Board) -> None:
        board.box(26, 74, 58, 7, "on_look" if "card_slot" in self._lit else "device_dark", 3.5)
        if "card_slot" not in self._lit or self._motion == "none":
            return
        if self._motion == "out":
            board.box(31, 79, 48, 44, "ink", 0)
            board.box(32, 78, 46, 58, "primary", 4)
            board.box(32, 96, 46, 8, "tint", 0)
            board.box(39, 114, 26, 4, "on_primary", 2)
            board.box(39, 122, 18, 4, "on_primary", 2)
            board.arrow(55, 188, 40, down=True)
            return
        social_card(board, 32, 112, 46, 74)
        board.arrow(55, 87, 22, down=False)

    def _keypad(self, board: Board) -> None:
        lit = "keypad" in self._lit
        key: Colour = "surface" if lit else "device"
        edge: Colour = "on_look" if lit else "device_dark"
        for row in range(4):
            for column in range(3):
                board.box(115 + column * 15, 69 + row * 16, 12, 12, key, 2.5, edge=edge)
        for row, colour in enumerate(("wrong", "look", "good")):
            role: Colour = {"wrong": "wrong", "look": "paper", "good": "good"}[colour]  # type: ignore[assignment]
            board.box(162, 69 + row * 21.5, 13, 17, role if lit else "device", 2.5, edge=edge)
        if lit:
            board.line((165.5, 74.5, 171.5, 80.5), "on_wrong", 1.6)
            board.line((171.5, 74.5, 165.5, 80.5), "on_wrong", 1.6)
            board.line((171.6, 95.8, 165.6, 99.2, 171.6, 102.6), "ink", 1.6)
            board.line((165.2, 121, 167.8, 123.6, 172, 118), "on_good", 1.6)
            board.arrow(145, 139, 46, down=False)

    def _receipt(self, board: Board) -> None:
        lit = "receipt" in self._lit
        board.box(206, 72, 68, 7, "on_look" if lit else "device_dark", 3.5)
        if lit:
            board.box(213, 76, 54, 82, "surface", 2, edge="on_look")
            for y, width in ((88, 30), (98, 40), (106, 40), (114, 32), (126, 40), (134, 24)):
                board.box(220, y, width, 3, "muted", 1.5)
            board.arrow(240, 196, 34, down=True)

    def _plate(self, board: Board) -> None:
        lit = "id_plate" in self._lit
        ink: Colour = "on_look" if lit else "device_dark"
        if lit and self._motion != "none":
            board.box(211, 100, 62, 38, "surface", 4, edge="on_look")
            board.disc(224, 113, 5, "muted")
            board.box(216, 120, 16, 9, "muted", 4)
            for y, width in ((108, 28), (117, 28), (126, 18)):
                board.box(238, y, width, 3, "muted", 1.5)
            if self._motion == "out":
                board.arrow(242, 144, 44, down=False)
            else:
                board.arrow(242, 144, 44, down=False)
            return
        for radius in (4.0, 9.0, 14.0):
            board.line(_wave(240, 128, radius), ink, 2.2)
        board.disc(240, 128, 2.4, ink)


def _wave(x: float, y: float, radius: float) -> tuple[float, ...]:
    half = radius * 0.72
    return (
        x - radius,
        y - half * 0.9,
        x - half * 0.55,
        y - radius * 1.15,
        x + half * 0.55,
        y - radius * 1.15,
        x + radius,
        y - half * 0.9,
    )


def social_card(board: Board, x: float, y: float, width: float, height: float) -> None:
    """A social security card upright, chip end up."""
    board.box(x, y, width, height, "primary", 4, edge="ink")
    board.box(x + 1, y + height * 0.42, width - 2, height * 0.1, "tint", 0)
    board.box(x + width * 0.34, y + height * 0.12, width * 0.32, height * 0.17, "look", 2, edge="ink")
    board.box(x + width * 0.16, y + height * 0.64, width * 0.5, height * 0.05, "on_primary", 2)
    board.box(x + width * 0.16, y + height * 0.76, width * 0.34, height * 0.05, "on_primary", 2)
