"""The printed paper: at a printer's outlet, in somebody's hands, or in the tray; as picture and as text."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from devices.bench.errors import NoSuchThing
from devices.simulation import Json

OUTLET = "outlet"
TRAY = "tray"
"""Where paper lies that was torn off and taken by nobody."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """One piece of paper. ``place``: ``outlet``, ``tray`` or ``with:`` a person. ``lines`` as printed, a picture being
    an empty line; ``whole``: cut by the knife, not torn from an unfinished print; ``at``: when it was cut or torn, ISO
    in UTC."""

    number: int
    device: str
    place: str
    at: str
    whole: bool
    millimetres: int
    lines: tuple[str, ...]


class Receipts:
    """``folder`` holds the pictures as ``receipt-0001.png``; ``saved`` is what :meth:`save` gave."""

    def __init__(self, folder: Path, saved: Sequence[Mapping[str, Any]]) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._receipts = [Receipt(**{**one, "lines": tuple(one["lines"])}) for one in saved]
        self._hanging: dict[str, int] = {}
        """How many of the pieces that now hang at a device are in the list already."""

    def save(self) -> list[Json]:
        """For the next world."""
        return [asdict(receipt) for receipt in self._receipts]

    def all(self) -> tuple[Receipt, ...]:
        """In the order in which they were printed."""
        return tuple(self._receipts)

    def picture(self, number: int) -> Path:
        """The PNG file. Raises NoSuchThing."""
        if not any(receipt.number == number for receipt in self._receipts):
            raise NoSuchThing(f"there is no receipt {number}; there are {len(self._receipts)}")
        return self._folder / f"receipt-{number:04}.png"

    def missing(self, device: str, outlet: Sequence[Json]) -> range:
        """Which of the pieces hanging at the outlet, oldest first, are finished and not in the list yet."""
        unfinished = 1 if outlet and not outlet[-1]["cut"] else 0
        return range(self._hanging.get(device, 0), len(outlet) - unfinished)

    def hang(self, device: str, pieces: Sequence[Json]) -> list[Receipt]:
        """Take the :meth:`missing` pieces into the list; each is a scene's, with its picture in base64 as ``png``."""
        self._hanging[device] = self._hanging.get(device, 0) + len(pieces)
        return [self._add(device, piece) for piece in pieces]

    def tear_off(self, device: str, pieces: Sequence[Json], place: str) -> list[Receipt]:
        """Everything at the outlet goes to ``place``: what was in the list, and what hung there unfinished."""
        for piece in pieces[self._hanging.pop(device, 0) :]:
            self._add(device, piece)
        torn = [r for r in self._receipts if r.device == device and r.place == OUTLET]
        self._receipts = [replace(r, place=place) if r in torn else r for r in self._receipts]
        return [replace(r, place=place) for r in torn]

    def clear(self) -> None:
        """All paper is gone, as if it had never been."""
        for receipt in self._receipts:
            self.picture(receipt.number).unlink(missing_ok=True)
        self._receipts.clear()
        self._hanging.clear()

    def _add(self, device: str, piece: Json) -> Receipt:
        receipt = Receipt(
            number=len(self._receipts) + 1,
            device=device,
            place=OUTLET,
            at=datetime.now(UTC).isoformat(timespec="milliseconds"),
            whole=bool(piece["cut"]),
            millimetres=int(piece["millimetres"]),
            lines=tuple(piece["lines"]),
        )
        (self._folder / f"receipt-{receipt.number:04}.png").write_bytes(base64.b64decode(piece["png"]))
        self._receipts.append(receipt)
        return receipt
