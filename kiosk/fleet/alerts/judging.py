"""What the fleet judges by itself, of all that kiosks told.

It is raised as conditions, which the alert engine reads as it reads all others.
"""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import structlog
from sqlalchemy import Engine, Row, func, insert, select, update
from sqlalchemy.engine import Connection
from sqlalchemy.exc import SQLAlchemyError

from kiosk.clock import Clock
from kiosk.fleet.alerts import rules
from kiosk.fleet.store import database
from kiosk.fleet.store.tables import attention, condition

log = structlog.get_logger("alerts")

PATIENCE = 5.0
"""Seconds until the next attempt when the database is away."""
SHARE = 20
"""Looking may take one part in so many of the time."""
FLEET = "fleet"

Key = tuple[str, str, str]
"""Kiosk, device and code."""


@dataclass(frozen=True, slots=True)
class Found:
    """``newest``: when the last of it was heard of; ``facts``: how much of it."""

    newest: int
    facts: Mapping[str, int]


class Judge(ABC):
    """``clock``: the fleet's. :meth:`look` blocks. Any number of each kind may run; one at a time works."""

    codes: tuple[str, ...]
    """All that it raises."""
    look_every: float
    """Seconds."""
    lock: int
    """Its own number among PostgreSQL's advisory locks."""

    def __init__(self, engine: Engine, clock: Clock) -> None:
        self._engine = engine
        self._clock = clock

    @abstractmethod
    def judge(self, connection: Connection, now: int) -> Mapping[Key, Found]:
        """What is so now. ``now``: milliseconds."""

    async def run(self) -> None:
        """For ever; cancel it to end it. A database that is away is waited for."""
        while True:
            began = self._clock.monotonic()
            try:
                await asyncio.to_thread(self.look)
            except SQLAlchemyError as error:
                log.error("database_away", error=type(error).__name__)
                await self._clock.sleep(PATIENCE)
            else:
                await self._clock.sleep(max(self.look_every, SHARE * (self._clock.monotonic() - began)))

    def look(self) -> Mapping[Key, Found]:
        """Judge once, and have the alert engine look at what has changed."""
        now = int(self._clock.now().timestamp() * 1000)
        with database.reading(self._engine).connect() as connection:
            found = self.judge(connection, now)
            known = connection.execute(select(condition).where(condition.c.code.in_(self.codes))).all()
        if changes := _changes(found, known):
            with self._engine.begin() as connection:
                if self._alone(connection):
                    _settle(connection, changes)
        return found

    def _alone(self, connection: Connection) -> bool:
        if not database.is_postgresql(connection):
            return True
        return bool(connection.execute(select(func.pg_try_advisory_xact_lock(self.lock))).scalar_one())


def _changes(found: Mapping[Key, Found], known: list[Row[Any]] | Any) -> dict[Key, Found | None]:
    """What is to be raised or told anew, and None for what is over. A person's settling holds until there is more."""
    rows = {(row.kiosk, row.device, row.code): row for row in known}
    changes: dict[Key, Found | None] = {}
    for key, each in found.items():
        row = rows.get(key)
        again = row is not None and not row.raised and not rules.settled_by_hand(row.code)
        if row is None or again or each.newest > row.received_at:
            changes[key] = each
    for key, row in rows.items():
        if row.raised and key not in found and not rules.settled_by_hand(row.code):
            changes[key] = None
    return changes


def _settle(connection: Connection, changes: Mapping[Key, Found | None]) -> None:
    for (name, device, code), each in sorted(changes.items(), key=lambda one: one[0]):
        there = (condition.c.kiosk == name) & (condition.c.device == device) & (condition.c.code == code)
        row = connection.execute(select(condition).where(there)).first()
        if each is None:
            connection.execute(update(condition).where(there).values(raised=False))
        else:
            happened = row.happened_at if row is not None and row.raised else each.newest
            values: dict[str, Any] = {
                "raised": True, "late": False, "facts": dict(each.facts), "journal": FLEET, "sequence": 0,
                "happened_at": happened, "received_at": each.newest,
            }  # fmt: skip
            if row is None:
                connection.execute(insert(condition).values(kiosk=name, device=device, code=code, **values))
            else:
                connection.execute(update(condition).where(there).values(**values))
        connection.execute(insert(attention).values(kiosk=name))
    log.info("judged_anew", changes=len(changes))
