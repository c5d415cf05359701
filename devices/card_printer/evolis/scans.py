"""Pictures of a scanned card, fetched from a folder.

The printer's scanner hands its pictures to the maker's scan program over its own USB line, not over the command line
(protocol page A5 knows only the motion ``Siscan``). That program puts them into a folder as ``front.png`` and
``back.png``; they are taken from there, and removed, because they show a person.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PIL import Image, UnidentifiedImageError

from devices.card_printer.faces import ScannedFaces

SIDES = ("front", "back")
POLL_SECONDS = 0.05


class ScanFolder:
    """``seconds``: how long a picture may take to appear after the scan."""

    def __init__(
        self, folder: Path, seconds: float, clock: Callable[[], float], pause: Callable[[float], None]
    ) -> None:
        self._folder = folder
        self._seconds = seconds
        self._clock = clock
        self._pause = pause

    def clear(self) -> None:
        """Before a scan: nothing of an earlier card may be taken for this one."""
        for side in SIDES:
            self._file(side).unlink(missing_ok=True)

    def take(self) -> ScannedFaces | None:
        """The pictures that came; None when none did in time."""
        end = self._clock() + self._seconds
        while True:
            found = {side: picture for side in SIDES if (picture := self._read(side)) is not None}
            if len(found) == len(SIDES) or (self._clock() >= end and found):
                self.clear()
                return ScannedFaces(found.get("front"), found.get("back"))
            if self._clock() >= end:
                return None
            self._pause(POLL_SECONDS)

    def _read(self, side: str) -> Image.Image | None:
        try:
            with Image.open(self._file(side)) as picture:
                return picture.convert("RGB")
        except FileNotFoundError:
            return None
        except (UnidentifiedImageError, OSError):
            return None  # still being written

    def _file(self, side: str) -> Path:
        return self._folder / f"{side}.png"
