"""What is unusual in how a kiosk is used (F100): cards issued while the hall is closed, many who give up, many spoiled
cards. Raised as conditions, which the alert engine reads as it reads all others.

Only what telemetry has is looked at, and it has nobody in it. So *the same face for many cards* cannot be had here, nor
should it: kiosks keep no faces, none leaves them, and to compare one citizen with the next the fleet would have to keep
everybody's. Who may have a card, and how many, the host decides by identity number, with the law's leave.

What was told late is history and raises nothing.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import structlog
from sqlalchemy import Engine, Row, case, func, insert, select, update
from sqlalchemy.engine import Connection
from sqlalchemy.exc import SQLAlchemyError

from kiosk.clock import Clock
from kiosk.fleet.alerts import rules
from kiosk.fleet.store import database, spans
from kiosk.fleet.store.tables import attention, condition, kiosk, telemetry

log = structlog.get_logger("alerts")

NIGHT, CANCELS, SPOILED = "fleet.night_use", "fleet.many_cancels", "fleet.many_spoiled"
CODES = (NIGHT, CANCELS, SPOILED)
DEVICE = "use"
"""What such an alert is about: no part, but how the kiosk is used."""

HOUR = 3_600_000
AFTER_CLOSING = 30 * 60_000
"""Milliseconds: whoever began before the hall closed may finish."""
ISSUING = ("issue", "issue_card", "collect_card")
"""Services that hand out a card."""
MANY_CANCELS = 10
"""In an hour, and at least half of all who came."""
MANY_SPOILED = 3
"""Cards in an hour."""
COUNTED_WITHIN = 2 * HOUR + 15 * 60_000
"""Counters come once an hour, when they have changed: two of them are within this time, or the one before is older."""
SPOILED_COUNTER = "cards.spoiled"

LOOK_EVERY = 60.0
PATIENCE = 5.0
"""Seconds between two looks, and until the next attempt when the database is away."""
SHARE = 20
"""Looking may take one part in so many of the time."""
LOCK = 718203
FLEET = "fleet"

Key = tuple[str, str]
"""Kiosk and code."""


@dataclass(frozen=True, slots=True)
class Unusual:
    """``newest``: when the last of it was heard of; ``facts``: how much of it."""

    newest: int
    facts: Mapping[str, int]


class UnusualUse:
    """``clock``: the fleet's. :meth:`look` blocks. Any number may run; one at a time works."""

    def __init__(self, engine: Engine, clock: Clock) -> None:
        self._engine = engine
        self._clock = clock

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
                await self._clock.sleep(max(LOOK_EVERY, SHARE * (self._clock.monotonic() - began)))

    def look(self) -> Mapping[Key, Unusual]:
        """Judge the last hour; what is unusual now."""
        now = int(self._clock.now().timestamp() * 1000)
        with database.reading(self._engine).connect() as connection:
            found = {**_night(connection, now), **_cancels(connection, now), **_spoiled(connection, now)}
            known = connection.execute(select(condition).where(condition.c.code.in_(CODES))).all()
        if changes := _changes(found, known):
            with self._engine.begin() as connection:
                if _alone(connection):
                    _settle(connection, changes, now)
        return found


def _told(now: int, within: int, kind: str) -> Any:
    told = (telemetry.c.received_at >= now - within) & (telemetry.c.received_at <= now) & (telemetry.c.kind == kind)
    return told & telemetry.c.late.is_(False) & (kiosk.c.id == telemetry.c.kiosk) & kiosk.c.retired_at.is_(None)


def _night(connection: Connection, now: int) -> dict[Key, Unusual]:
    """By the published hours; a kiosk of which none are known is always open."""
    issued = telemetry.c.body["service"].as_string().in_(ISSUING)
    wanted = select(telemetry.c.kiosk, telemetry.c.received_at, kiosk.c.hours).where(
        _told(now, HOUR, "business_outcome"), issued, kiosk.c.hours.is_not(None)
    )
    closed: dict[str, list[int]] = defaultdict(list)
    for name, at, hours in connection.execute(wanted):
        if hours is not None and not spans.published(hours, at - AFTER_CLOSING, at + 1):
            closed[name].append(at)
    return {(name, NIGHT): Unusual(max(times), {"count": len(times)}) for name, times in closed.items()}


def _cancels(connection: Connection, now: int) -> dict[Key, Unusual]:
    left = telemetry.c.body["result"].as_string() == "abandoned"
    count = func.sum(case((left, 1), else_=0))
    newest = func.max(case((left, telemetry.c.received_at)))
    wanted = select(telemetry.c.kiosk, count, func.count(), newest).where(_told(now, HOUR, "business_outcome"))
    wanted = wanted.group_by(telemetry.c.kiosk).having(count >= MANY_CANCELS)
    return {
        (name, CANCELS): Unusual(int(at), {"count": int(gave_up), "of": int(came)})
        for name, gave_up, came, at in connection.execute(wanted)
        if 2 * gave_up >= came
    }


def _spoiled(connection: Connection, now: int) -> dict[Key, Unusual]:
    """By the difference of the last two counts; a count that fell is another journal's."""
    wanted = select(telemetry).where(_told(now, COUNTED_WITHIN, "counters"))
    journals: dict[tuple[str, str], list[Row[Any]]] = defaultdict(list)
    for row in connection.execute(wanted.order_by(telemetry.c.kiosk, telemetry.c.journal, telemetry.c.sequence)):
        if SPOILED_COUNTER in row.body.get("values", {}):
            journals[row.kiosk, row.journal].append(row)
    found: dict[Key, Unusual] = {}
    for (name, _), rows in journals.items():
        last = rows[-1]
        before = rows[-2] if len(rows) > 1 else _counted_before(connection, last)
        if before is None:
            continue  # it may have been counting for years
        spoiled = _count(last) - _count(before)
        if spoiled >= MANY_SPOILED and last.received_at >= now - HOUR:
            found[name, SPOILED] = Unusual(last.received_at, {"count": spoiled})
    return found


def _counted_before(connection: Connection, row: Row[Any]) -> Row[Any] | None:
    of_it = (telemetry.c.kiosk == row.kiosk) & (telemetry.c.journal == row.journal)
    wanted = select(telemetry).where(of_it, telemetry.c.sequence < row.sequence, telemetry.c.kind == "counters")
    return connection.execute(wanted.order_by(telemetry.c.sequence.desc()).limit(1)).first()


def _count(row: Row[Any]) -> int:
    return int(row.body.get("values", {}).get(SPOILED_COUNTER, 0))


def _changes(found: Mapping[Key, Unusual], known: list[Row[Any]] | Any) -> dict[Key, Unusual | None]:
    """What is to be raised or told anew, and None for what is over. A person's settling holds until there is more."""
    rows = {(row.kiosk, row.code): row for row in known if row.device == DEVICE}
    changes: dict[Key, Unusual | None] = {}
    for key, each in found.items():
        row = rows.get(key)
        again = row is not None and not row.raised and not rules.settled_by_hand(row.code)
        if row is None or again or each.newest > row.received_at:
            changes[key] = each
    for key, row in rows.items():
        if row.raised and key not in found and not rules.settled_by_hand(row.code):
            changes[key] = None
    return changes


def _settle(connection: Connection, changes: Mapping[Key, Unusual | None], now: int) -> None:
    for (name, code), each in sorted(changes.items(), key=lambda one: one[0]):
        there = (condition.c.kiosk == name) & (condition.c.device == DEVICE) & (condition.c.code == code)
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
                connection.execute(insert(condition).values(kiosk=name, device=DEVICE, code=code, **values))
            else:
                connection.execute(update(condition).where(there).values(**values))
        connection.execute(insert(attention).values(kiosk=name))
    log.info("unusual_use", changes=len(changes))


def _alone(connection: Connection) -> bool:
    if not database.is_postgresql(connection):
        return True
    return bool(connection.execute(select(func.pg_try_advisory_xact_lock(LOCK))).scalar_one())
