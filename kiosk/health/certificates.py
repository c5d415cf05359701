"""How long this machine's certificates are still good for: the host's is renewed by hand, the fleet's by itself."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from kiosk.fleet import pki
from kiosk.fleet.pki import PkiError
from kiosk.health.membership import Membership, NotEnrolled

ENDING_DAYS = 30
"""Days before its end at which a certificate that nobody renews by itself is told: a signature takes some weeks."""


class Certificates:
    """``files``: PEM, by name; ``membership``: the folder of the fleet's. Read anew each time: they are replaced."""

    def __init__(self, files: Mapping[str, Path], membership: Path) -> None:
        self._files = files
        self._membership = membership
        self._told: dict[str, int] = {}

    def until(self) -> int | None:
        """When the first of them ends, in milliseconds since 1970; None while none can be read."""
        ends = [end for end in (*self._ends().values(), self._member()) if end is not None]
        return int(min(ends).timestamp() * 1000) if ends else None

    def ending(self, now: datetime) -> list[tuple[str, int]]:
        """Those in ``files`` that end soon, each with the days left (0: over); once for each number of days."""
        found = []
        for name, end in self._ends().items():
            days = max(0, (end - now).days)
            if days < ENDING_DAYS and self._told.get(name) != days:
                self._told[name] = days
                found.append((name, days))
        return found

    def _ends(self) -> dict[str, datetime]:
        found = {}
        for name, file in self._files.items():
            try:
                found[name] = pki.certificate_in(file.read_text(encoding="ascii")).not_valid_after_utc
            except (OSError, ValueError, PkiError):
                continue  # whoever needs it says that it cannot be read
        return found

    def _member(self) -> datetime | None:
        try:
            return Membership.load(self._membership).until
        except NotEnrolled:
            return None
