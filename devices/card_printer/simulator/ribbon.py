"""The ribbon of a simulated printer: sets of panels, one a printed side (both sides with a black panel more)."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from devices.simulation import Json

LOW_SHARE = 0.1
TYPES = {"YMCKO": 0, "KO": 1, "YMCKOS": 3, "YMCKOK": 4, "YMCKOKOS": 10, "SOKO": 12, "YMCKOO": 13, "SO": 16}
"""The numbers by which the maker's client knows them; it takes any other for unknown."""
UNKNOWN_TYPE = 2


@dataclass(slots=True)
class PrinterRibbon:
    """``label``: the maker's; ``panels``: the letters of one set, in the order of the band. ``left``: sets."""

    label: str = "YMCKO"
    reference: str = "R5F208E100"
    panels: str = "ymcko"
    capacity: int = 200
    left: int = 200
    serial: str = "99000001"

    def wind(self) -> None:
        """A set is under the head: from now on it is used, whatever becomes of it. ValueError when there is none."""
        if self.left <= 0:
            raise ValueError("the ribbon is spent")
        self.left -= 1

    def second_side(self, letters: Collection[str]) -> bool:
        """Whether the rest of a set that has printed the front is enough for these panels of the back (YMCKO-K)."""
        return "ok" in self.panels and set(letters) <= {"k"}

    @property
    def low(self) -> bool:
        """What raises RIBBON_LOW."""
        return 0 < self.left <= self.capacity * LOW_SHARE

    def told(self) -> str:
        """The answer to ``Rrt;all``."""
        lines = {
            "label": self.label,
            "zone": "0",
            "type": str(TYPES.get(self.label.upper(), UNKNOWN_TYPE)),
            "ref": self.reference,
            "qty": str(self.capacity),
            "count": str(self.left),
            "progress": str(round(100 * (self.capacity - self.left) / max(1, self.capacity))),
            "date": "1750000000",
            "evosn": self.serial,
            "m3": "0",
            "k7": "99",
        }
        return "\n".join(f"{key}: {value}" for key, value in lines.items())

    def save(self) -> Json:
        """For :meth:`restore`."""
        return asdict(self)

    @classmethod
    def restore(cls, saved: Mapping[str, Any]) -> PrinterRibbon:
        """As saved."""
        return cls(**saved)
