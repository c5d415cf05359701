"""Whose card is in the machine now, so that it is known after a power cut (scenario A12).

Kept are the card's serial (eight of the thirty-two digits of its identifier, which name no one) and a keyed digest by
which the same card is recognised; the key never leaves the journal.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass

from kiosk.clock import Clock
from kiosk.journal.business_number import BusinessNumber
from kiosk.journal.database import Database
from kiosk.journal.entries import instant


@dataclass(frozen=True, slots=True)
class Custody:
    """A citizen's card that the machine holds. ``serial``: as on the staff's list. ``since``: UTC."""

    serial: str
    business: BusinessNumber
    since: str


class CardCustody:
    """At most one card is held: the one in the reader."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def began(self, identifier: str, business: BusinessNumber) -> None:
        """A card is in the reader. ``identifier``: 32 hexadecimal digits (EF05). One still held is replaced."""
        if len(identifier) != 32:
            raise ValueError("a card identifier has 32 hexadecimal digits")
        with self._database.transaction():
            self._database.write(
                "INSERT OR REPLACE INTO custody (one, digest, serial, business, since) VALUES (1, ?, ?, ?, ?)",
                self._digest(identifier),
                serial_of(identifier),
                business,
                instant(self._clock.now()),
            )

    def ended(self) -> None:
        """The slot is empty: the sensor says so."""
        with self._database.transaction():
            self._database.write("DELETE FROM custody")

    def held(self) -> Custody | None:
        """The card that the journal knows to be in the machine."""
        rows = self._database.rows("SELECT serial, business, since FROM custody")
        return Custody(rows[0][0], BusinessNumber(rows[0][1]), rows[0][2]) if rows else None

    def is_held(self, identifier: str) -> bool:
        """Whether this is that card."""
        rows = self._database.rows("SELECT digest FROM custody")
        return bool(rows) and hmac.compare_digest(rows[0][0], self._digest(identifier))

    def _digest(self, identifier: str) -> bytes:
        rows = self._database.rows("SELECT value FROM secret WHERE name = 'custody'")
        if rows:
            key: bytes = rows[0][0]
        else:
            key = secrets.token_bytes(32)
            with self._database.transaction():
                self._database.write("INSERT INTO secret (name, value) VALUES ('custody', ?)", key)
        return hmac.digest(key, identifier.upper().encode("ascii"), hashlib.sha256)


def serial_of(identifier: str) -> str:
    """The serial within a card identifier: bytes 9 to 12 of city 3, RID 5, serial 4, authentication code 4."""
    return identifier.upper()[16:24]
