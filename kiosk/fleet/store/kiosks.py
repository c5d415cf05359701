"""The kiosks of the fleet, each with what is known of it now. Reads unless said otherwise; rows are of the tables."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, func, insert, select, update
from sqlalchemy.engine import Connection

from kiosk.fleet.store import audit
from kiosk.fleet.store.spans import Hours
from kiosk.fleet.store.tables import (
    capabilities,
    counter_day,
    device_state,
    kiosk,
    position,
    presence,
    storage_unit,
    supply,
    telemetry,
)
from kiosk.fleet.store.tables_alerts import alert, alert_member

SEVERITIES = ("notice", "warning", "critical")
"""From the least."""
DESCRIBED = frozenset({"name", "site", "line", "latitude", "longitude", "hours"})


class KioskError(ValueError):
    """A kiosk that is not there, or cannot be described so; the text says why."""


@dataclass(frozen=True, slots=True)
class Glance:
    """A kiosk at a glance. ``seen_at``: of its last heartbeat, None if there was none. ``alerts``: open ones by
    severity, those of many that it is part of included."""

    id: str
    name: str
    site: str
    line: str
    latitude: int | None
    longitude: int | None
    online: bool
    silent_since: int | None
    seen_at: int | None
    state: str
    serving: bool
    works: tuple[str, ...]
    banks: tuple[str, ...]
    alerts: Mapping[str, int]

    @property
    def worst(self) -> str | None:
        """The highest severity of its open alerts."""
        return next((each for each in reversed(SEVERITIES) if self.alerts.get(each)), None)


@dataclass(frozen=True, slots=True)
class Detail:
    """Everything now known of a kiosk, as rows of the tables of these names; None where it has not said anything."""

    kiosk: Row[Any]
    presence: Row[Any] | None
    capabilities: Row[Any] | None
    devices: Sequence[Row[Any]]
    storage: Sequence[Row[Any]]
    supplies: Sequence[Row[Any]]
    counters: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Stock:
    """Cards of a bank in all hoppers together. ``empty``: kiosks that have hoppers of it and not one card."""

    bank: str
    cards: int
    kiosks: int
    empty: int


def fleet(connection: Connection) -> tuple[Glance, ...]:
    """Every kiosk that is not retired, by its id."""
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    standing = select(alert.c.kiosk, alert.c.severity, func.count()).where(
        alert.c.cleared_at.is_(None), alert.c.kiosk != ""
    )
    for of, severity, count in connection.execute(standing.group_by(alert.c.kiosk, alert.c.severity)):
        counts[of][severity] += count
    together = (
        select(alert_member.c.kiosk, alert.c.severity)
        .join(alert, alert.c.id == alert_member.c.alert)
        .where(alert.c.cleared_at.is_(None), alert_member.c.until.is_(None))
    )
    for of, severity in connection.execute(together):
        counts[of][severity] += 1
    wanted = (
        select(kiosk, presence.c.seen_at, presence.c.state, presence.c.serving, presence.c.works, presence.c.banks)
        .outerjoin(presence, presence.c.kiosk == kiosk.c.id)
        .where(kiosk.c.retired_at.is_(None))
        .order_by(kiosk.c.id)
    )
    return tuple(
        Glance(
            row.id, row.name, row.site, row.line, row.latitude, row.longitude, row.online, row.silent_since,
            row.seen_at, row.state or "", bool(row.serving), tuple((row.works or "").split()),
            tuple((row.banks or "").split()), dict(counts.get(row.id, {})),
        )
        for row in connection.execute(wanted)
    )  # fmt: skip


def detail(connection: Connection, of: str) -> Detail | None:
    """One kiosk; None if there is no such."""
    row = connection.execute(select(kiosk).where(kiosk.c.id == of)).first()
    if row is None:
        return None
    devices = select(device_state).where(device_state.c.kiosk == of).order_by(device_state.c.device)
    newest = select(func.max(counter_day.c.day)).where(counter_day.c.kiosk == of).scalar_subquery()
    counters = select(counter_day.c.name, counter_day.c.value).where(
        counter_day.c.kiosk == of, counter_day.c.day == newest
    )
    return Detail(
        row,
        connection.execute(select(presence).where(presence.c.kiosk == of)).first(),
        connection.execute(select(capabilities).where(capabilities.c.kiosk == of)).first(),
        connection.execute(devices).all(),
        connection.execute(
            select(storage_unit).where(storage_unit.c.kiosk == of).order_by(storage_unit.c.device, storage_unit.c.unit)
        ).all(),
        connection.execute(select(supply).where(supply.c.kiosk == of).order_by(supply.c.supply)).all(),
        {each.name: each.value for each in connection.execute(counters)},
    )


def time_line(
    connection: Connection, of: str, *, before: tuple[str, int] | None = None, limit: int = 100
) -> Sequence[Row[Any]]:
    """The newest telemetry of a kiosk, the newest first; older than message ``before`` (journal, sequence)."""
    journals = [
        row.journal
        for row in connection.execute(
            select(position.c.journal).where(position.c.kiosk == of).order_by(position.c.began_at.desc())
        )
    ]
    found: list[Row[Any]] = []
    if before is not None:
        journals = journals[journals.index(before[0]) :] if before[0] in journals else []
    for journal in journals:
        wanted = select(telemetry).where(telemetry.c.kiosk == of, telemetry.c.journal == journal)
        if before is not None and journal == before[0]:
            wanted = wanted.where(telemetry.c.sequence < before[1])
        found += connection.execute(wanted.order_by(telemetry.c.sequence.desc()).limit(limit - len(found))).all()
        if len(found) >= limit:
            break
    return found


def gaps(connection: Connection, of: str) -> dict[str, int]:
    """By journal, how many messages below the highest are missing: still on their way, or given up by the kiosk."""
    rows = connection.execute(select(position).where(position.c.kiosk == of, position.c.stored < position.c.highest))
    return {row.journal: row.highest - row.stored for row in rows}


def stock(connection: Connection) -> tuple[Stock, ...]:
    """Cards of each bank across the fleet."""
    cards = func.coalesce(func.sum(storage_unit.c.count), 0)
    a_kiosk = (
        select(storage_unit.c.bank, storage_unit.c.kiosk, cards.label("cards"))
        .join(kiosk, kiosk.c.id == storage_unit.c.kiosk)
        .where(storage_unit.c.bank.is_not(None), storage_unit.c.kind == "dispense", kiosk.c.retired_at.is_(None))
        .group_by(storage_unit.c.bank, storage_unit.c.kiosk)
    )
    found: dict[str, list[int]] = defaultdict(list)
    for bank, _, count in connection.execute(a_kiosk):
        found[bank].append(int(count))
    return tuple(Stock(bank, sum(each), len(each), each.count(0)) for bank, each in sorted(found.items()))


def stock_of(connection: Connection, bank: str) -> Sequence[Row[Any]]:
    """Where the cards of a bank are: rows of ``storage_unit``, the emptiest first."""
    wanted = select(storage_unit).where(storage_unit.c.bank == bank, storage_unit.c.kind == "dispense")
    return connection.execute(wanted.order_by(storage_unit.c.count, storage_unit.c.kiosk)).all()


def register(connection: Connection, now: int, by: str, new: str, **described: object) -> None:
    """Add a kiosk before it is first heard of, or describe it: ``name``, ``site``, ``line``, ``latitude``,
    ``longitude``, ``hours``. Writes; audited. Raises KioskError."""
    if unknown := described.keys() - DESCRIBED:
        raise KioskError(f"{', '.join(sorted(unknown))}: not something a kiosk is described by")
    hours: Any = described.get("hours")
    if hours is not None and not _are_hours(hours):
        raise KioskError("hours: seven lists, Monday first, of [begin, end] in minutes of the day")
    for name, value in described.items():
        if isinstance(value, str) and len(value) > (longest := kiosk.c[name].type.length):  # type: ignore[attr-defined]
            raise KioskError(f"{name}: at most {longest} characters")
    if connection.execute(select(kiosk.c.id).where(kiosk.c.id == new)).first() is None:
        connection.execute(insert(kiosk).values(id=new, added_at=now, online=True, **described))
    elif described:
        connection.execute(update(kiosk).where(kiosk.c.id == new).values(**described, retired_at=None))
    audit.append(connection, now, by, audit.Action.KIOSK_DESCRIBE, f"kiosk:{new}", described)


def retire(connection: Connection, now: int, by: str, of: str) -> None:
    """It belongs to the fleet no more. Writes; audited. Raises KioskError."""
    there = (kiosk.c.id == of) & kiosk.c.retired_at.is_(None)
    if not connection.execute(update(kiosk).where(there).values(retired_at=now)).rowcount:
        raise KioskError(f"{of}: no such kiosk")
    audit.append(connection, now, by, audit.Action.KIOSK_RETIRE, f"kiosk:{of}")


def readmit(connection: Connection, now: int, by: str, of: str) -> None:
    """One that was retired may join anew, and is on the list again; nothing for any other. Writes; audited."""
    retired = (kiosk.c.id == of) & kiosk.c.retired_at.is_not(None)
    if connection.execute(update(kiosk).where(retired).values(retired_at=None)).rowcount:
        audit.append(connection, now, by, audit.Action.KIOSK_READMIT, f"kiosk:{of}")


def _are_hours(hours: Hours) -> bool:
    try:
        return len(hours) == 7 and all(
            len(each) == 2 and 0 <= each[0] < each[1] <= 1440 for day in hours for each in day
        )
    except TypeError:
        return False
