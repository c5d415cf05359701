"""A pre-made card: its serial number, its bank, its chip, and what has been printed on it."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from devices.simulation import Json


@dataclass(slots=True)
class StockCard:
    """``serial`` is on the plastic and in the chip; ``bank`` is the co-branding bank. ``chip``: as
    :class:`devices.card_reader.simulator.description.CardDescription` reads it, or None: a blank without a chip.
    ``faces``: ``front`` and ``back`` -> PNG, upright."""

    serial: str
    bank: str = ""
    chip: Mapping[str, Any] | None = None
    faces: dict[str, bytes] = field(default_factory=dict)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.serial!r})"

    @classmethod
    def read(cls, plain: Mapping[str, Any]) -> StockCard:
        """From a plain mapping. ValueError names a field that is missing or unknown."""
        unknown = sorted(set(plain) - {"serial", "bank", "chip", "faces"})
        if unknown:
            raise ValueError(f"a card in stock has no {', '.join(unknown)}; it has serial, bank, chip, faces")
        if not plain.get("serial"):
            raise ValueError("a card in stock needs its serial")
        faces = {side: base64.b64decode(png) for side, png in plain.get("faces", {}).items()}
        chip = plain.get("chip")
        return cls(str(plain["serial"]), str(plain.get("bank", "")), dict(chip) if chip else None, faces)

    def plain(self) -> Json:
        """What :meth:`read` takes, pictures in base64."""
        faces = {side: base64.b64encode(png).decode("ascii") for side, png in self.faces.items()}
        return {
            "serial": self.serial,
            "bank": self.bank,
            "chip": dict(self.chip) if self.chip else None,
            "faces": faces,
        }

    def shown(self) -> Json:
        """What one sees of it: no chip, no picture."""
        return {"serial": self.serial, "bank": self.bank, "printed": sorted(self.faces)}
