"""A print job as it comes in, and what it leaves on the card."""

from __future__ import annotations

from dataclasses import dataclass, field

SIDES = {"Sr": "front", "Sv": "back"}

_QUIET = frozenset(
    {
        "Psync",
        "Psmgr",
        "Ppws",
        "Ppmode",
        "Pr",
        "Pwres",
        "Psk",
        "Piqla",
        "Pmc",
        "Peoic",
        "Mr",
        "Pc",
        "Pl",
        "Pida",
    }
)
"""Taken and of no consequence here."""


@dataclass(slots=True)
class PrintJob:
    """``sides``: front and back -> panel letter -> raster, in the order in which they came."""

    sides: dict[str, dict[str, bytes]] = field(default_factory=dict)
    side: str = "front"

    def turn(self, command: str) -> None:
        """``Sr`` or ``Sv``: the panels that follow are for that side."""
        self.side = SIDES[command]
        self.sides.setdefault(self.side, {})

    def add(self, letter: str, raster: bytes) -> None:
        """A panel."""
        self.sides.setdefault(self.side, {})[letter] = raster


def quiet(command: str) -> bool:
    """Whether a command of a job asks nothing of the mechanism."""
    return command in _QUIET
