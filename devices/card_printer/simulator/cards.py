"""A pre-made card: its serial number, its bank, its chip, and what has been printed on it."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from devices.simulation import Json

_SUFFIX = ".png"


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
    def read(cls, plain: Mapping[str, Any], pictures: Path | None = None) -> StockCard:
        """From a plain mapping; faces that are files' names lie in ``pictures``. ValueError names a field that is
        missing or unknown."""
        unknown = sorted(set(plain) - {"serial", "bank", "chip", "faces"})
        if unknown:
            raise ValueError(f"a card in stock has no {', '.join(unknown)}; it has serial, bank, chip, faces")
        if not plain.get("serial"):
            raise ValueError("a card in stock needs its serial")
        faces = {side: _face(told, pictures) for side, told in plain.get("faces", {}).items()}
        chip = plain.get("chip")
        return cls(str(plain["serial"]), str(plain.get("bank", "")), dict(chip) if chip else None, faces)

    def plain(self, pictures: Path | None = None) -> Json:
        """What :meth:`read` takes; pictures in base64, or as files in ``pictures``, written once each."""
        faces = {side: _told(png, pictures) for side, png in self.faces.items()}
        return {
            "serial": self.serial,
            "bank": self.bank,
            "chip": dict(self.chip) if self.chip else None,
            "faces": faces,
        }

    def shown(self) -> Json:
        """What one sees of it: no chip, no picture."""
        return {"serial": self.serial, "bank": self.bank, "printed": sorted(self.faces)}


def _told(png: bytes, pictures: Path | None) -> str:
    if pictures is None:
        return base64.b64encode(png).decode("ascii")
    file = pictures / f"{hashlib.sha256(png).hexdigest()[:24]}{_SUFFIX}"
    if not file.exists():
        pictures.mkdir(parents=True, exist_ok=True)
        partial = file.with_suffix(".partial")
        partial.write_bytes(png)
        partial.replace(file)
    return file.name


def _face(told: str, pictures: Path | None) -> bytes:
    if pictures is not None and told.endswith(_SUFFIX):
        return (pictures / told).read_bytes()
    return base64.b64decode(told)
