"""The lane to the fleet: telemetry in its order, kept until the broker has it. Advices to the host have their own."""

from __future__ import annotations

import json
from dataclasses import dataclass

from kiosk.clock import Clock
from kiosk.journal.database import Database
from kiosk.journal.entries import Fact, Facts, canonical, refuse_personal

KEEP = 500_000
"""Messages kept at most, some 150 MB: half a year without a network. Then the oldest go, and are counted."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A message that is still to be sent. ``happened_at``: milliseconds since 1970."""

    sequence: int
    boot: str
    body: dict[str, Fact]
    happened_at: int


@dataclass(frozen=True, slots=True)
class Backlog:
    """``last``: the sequence last given; ``unsent``: how many are kept; ``dropped``: how many went for want of room."""

    last: int
    unsent: int
    dropped: int


class TelemetryLane:
    """``journal``: eight random bytes, hexadecimal, by which the fleet knows which file counts the sequence."""

    def __init__(self, database: Database, clock: Clock, *, keep: int = KEEP) -> None:
        self._database = database
        self._clock = clock
        self._keep = keep
        self.journal: str = database.rows("SELECT journal FROM fleet")[0][0]

    def add(self, body: Facts, boot: str) -> int:
        """Queue a body; within :meth:`Journal.together` with what causes it. Returns its sequence: one more than the
        one before, also across restarts. Raises PersonalDataRefused."""
        refuse_personal(_without_lost_words(body), "telemetry")
        with self._database.transaction():
            self._database.write(
                "INSERT INTO telemetry (boot, body, happened_at) VALUES (?, ?, ?)",
                boot,
                canonical(dict(body)),
                int(self._clock.now().timestamp() * 1000),
            )
            sequence = self._last()
            if over := self._database.write("DELETE FROM telemetry WHERE sequence <= ?", sequence - self._keep):
                self._database.write("UPDATE fleet SET dropped = dropped + ?", over)
        return sequence

    def oldest(self, limit: int = 100) -> tuple[Kept, ...]:
        """What is to be sent next."""
        rows = self._database.rows(
            "SELECT sequence, boot, body, happened_at FROM telemetry ORDER BY sequence LIMIT ?", limit
        )
        return tuple(Kept(sequence, boot, json.loads(body), at) for sequence, boot, body, at in rows)

    def sent(self, up_to: int) -> None:
        """The broker has everything up to this sequence."""
        with self._database.transaction():
            self._database.write("DELETE FROM telemetry WHERE sequence <= ?", up_to)

    def backlog(self) -> Backlog:
        """How it stands."""
        ((unsent, dropped),) = self._database.rows("SELECT (SELECT count(*) FROM telemetry), dropped FROM fleet")
        return Backlog(self._last(), unsent, dropped)

    def _last(self) -> int:
        rows = self._database.rows("SELECT seq FROM sqlite_sequence WHERE name = 'telemetry'")
        return int(rows[0][0]) if rows else 0


def _without_lost_words(body: Facts) -> Facts:
    """``lost`` goes by capability, one of which is called ``pin`` as a personal field would be: held as plain pairs."""
    lost = body.get("lost")
    if not isinstance(lost, dict):
        return body
    return {**body, "lost": [[word, why] for word, why in lost.items()]}
