"""The paper: on the roll, under the head, at the outlet."""

from __future__ import annotations

from dataclasses import dataclass, field

from devices.receipt_printer.simulator.head import Strip


@dataclass(slots=True)
class Piece:
    """A length of printed paper; ``cut`` by the knife, else still hanging or torn by hand. ``length`` in mm."""

    strips: list[Strip] = field(default_factory=list)
    cut: bool = False
    length: float = 0.0


class Paper:
    """``left``: millimetres on the roll."""

    def __init__(self, roll_millimetres: int, near_end_millimetres: int) -> None:
        self.roll = roll_millimetres
        self.near_end_at = near_end_millimetres
        self.left = float(roll_millimetres)
        self._pieces: list[Piece] = []
        self._open = Piece()

    @property
    def near_end(self) -> bool:
        """Little is left."""
        return self.left <= self.near_end_at

    @property
    def out(self) -> bool:
        """Nothing is left."""
        return self.left <= 0

    def take(self, strip: Strip, millimetres: float) -> None:
        """Printed paper comes out."""
        self._open.strips.append(strip)
        self._open.length += millimetres
        self.left = max(0.0, self.left - millimetres)

    def cut(self) -> None:
        """The knife ends the piece."""
        if self._open.strips:
            self._open.cut = True
            self._pieces.append(self._open)
        self._open = Piece()

    def hanging(self) -> list[Piece]:
        """Everything at the outlet, oldest first."""
        return [*self._pieces, *([self._open] if self._open.strips else [])]

    def tear_off(self) -> list[Piece]:
        """A hand takes it all."""
        pieces = self.hanging()
        self._pieces, self._open = [], Piece()
        return pieces

    def new_roll(self) -> None:
        """What was hanging from the old roll comes off."""
        if self._open.strips:
            self._pieces.append(self._open)
        self._open = Piece()
        self.left = float(self.roll)
