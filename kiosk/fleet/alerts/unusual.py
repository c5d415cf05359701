"""What is unusual in how a kiosk is used (F100): cards issued while the hall is closed, many who give up, many spoiled
cards.

Only what telemetry has is looked at, and it has nobody in it. So *the same face for many cards* cannot be had here, nor
should it: kiosks keep no faces, none leaves them, and to compare one citizen with the next the fleet would have to keep
everybody's. Who may have a card, and how many, the host decides by identity number, with the law's leave.

What was told late is history and raises nothing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Row, case, func, select
from sqlalchemy.engine import Connection

from kiosk.fleet.alerts.judging import Found, Judge, Key
from kiosk.fleet.store import spans
from kiosk.fleet.store.tables import kiosk, telemetry

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


class UnusualUse(Judge):
    """Judges the last hour."""

    codes = CODES
    look_every = 60.0
    lock = 718203

    def judge(self, connection: Connection, now: int) -> Mapping[Key, Found]:
        """By kiosk; the device is :data:`DEVICE`."""
        return {**_night(connection, now), **_cancels(connection, now), **_spoiled(connection, now)}


def _told(now: int, within: int, kind: str) -> Any:
    told = (telemetry.c.received_at >= now - within) & (telemetry.c.received_at <= now) & (telemetry.c.kind == kind)
    return told & telemetry.c.late.is_(False) & (kiosk.c.id == telemetry.c.kiosk) & kiosk.c.retired_at.is_(None)


def _night(connection: Connection, now: int) -> dict[Key, Found]:
    """By the published hours; a kiosk of which none are known is always open."""
    issued = telemetry.c.body["service"].as_string().in_(ISSUING)
    wanted = select(telemetry.c.kiosk, telemetry.c.received_at, kiosk.c.hours).where(
        _told(now, HOUR, "business_outcome"), issued, kiosk.c.hours.is_not(None)
    )
    closed: dict[str, list[int]] = defaultdict(list)
    for name, at, hours in connection.execute(wanted):
        if hours is not None and not spans.published(hours, at - AFTER_CLOSING, at + 1):
            closed[name].append(at)
    return {(name, DEVICE, NIGHT): Found(max(times), {"count": len(times)}) for name, times in closed.items()}


def _cancels(connection: Connection, now: int) -> dict[Key, Found]:
    left = telemetry.c.body["result"].as_string() == "abandoned"
    count = func.sum(case((left, 1), else_=0))
    newest = func.max(case((left, telemetry.c.received_at)))
    wanted = select(telemetry.c.kiosk, count, func.count(), newest).where(_told(now, HOUR, "business_outcome"))
    wanted = wanted.group_by(telemetry.c.kiosk).having(count >= MANY_CANCELS)
    return {
        (name, DEVICE, CANCELS): Found(int(at), {"count": int(gave_up), "of": int(came)})
        for name, gave_up, came, at in connection.execute(wanted)
        if 2 * gave_up >= came
    }


def _spoiled(connection: Connection, now: int) -> dict[Key, Found]:
    """By the difference of the last two counts; a count that fell is another journal's."""
    wanted = select(telemetry).where(_told(now, COUNTED_WITHIN, "counters"))
    journals: dict[tuple[str, str], list[Row[Any]]] = defaultdict(list)
    for row in connection.execute(wanted.order_by(telemetry.c.kiosk, telemetry.c.journal, telemetry.c.sequence)):
        if SPOILED_COUNTER in row.body.get("values", {}):
            journals[row.kiosk, row.journal].append(row)
    found: dict[Key, Found] = {}
    for (name, _), rows in journals.items():
        last = rows[-1]
        before = rows[-2] if len(rows) > 1 else _counted_before(connection, last)
        if before is None:
            continue  # it may have been counting for years
        spoiled = _count(last) - _count(before)
        if spoiled >= MANY_SPOILED and last.received_at >= now - HOUR:
            found[name, DEVICE, SPOILED] = Found(last.received_at, {"count": spoiled})
    return found


def _counted_before(connection: Connection, row: Row[Any]) -> Row[Any] | None:
    of_it = (telemetry.c.kiosk == row.kiosk) & (telemetry.c.journal == row.journal)
    wanted = select(telemetry).where(of_it, telemetry.c.sequence < row.sequence, telemetry.c.kind == "counters")
    return connection.execute(wanted.order_by(telemetry.c.sequence.desc()).limit(1)).first()


def _count(row: Row[Any]) -> int:
    return int(row.body.get("values", {}).get(SPOILED_COUNTER, 0))
