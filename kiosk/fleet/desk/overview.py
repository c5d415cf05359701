"""The fleet at a glance: how each kiosk is, what needs a hand first."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import Connection, Engine, Row, Select, Text, cast, select

from devices.fault_catalogue import Capability
from kiosk.fleet.alerts.rules import SEVERITIES
from kiosk.fleet.desk import reading
from kiosk.fleet.desk.shapes import AlertRow, Hall, KioskRow, Overview, Standing
from kiosk.fleet.store.tables import capabilities, device_state, kiosk, presence
from kiosk.fleet.store.tables_alerts import alert, alert_member

NOT_FITTED = "notFitted"
SERVICE_STATES = ("in_service",)
"""Outermost states of the chart in which citizens are served; any other is out of service."""

FIRST = 50
"""How many the glance names as needing a hand first."""

_OF_SEVERITY = {"critical": 100, "warning": 40, "notice": 5}
_OF_STANDING = {Standing.OFFLINE: 80, Standing.OUT: 90, Standing.LIMITED: 20, Standing.FINE: 0, Standing.UNKNOWN: 0}


@dataclass(frozen=True, slots=True)
class OpenAlerts:
    """Open alerts by the kiosks they concern, worst first; and how many of each severity there are."""

    of: Mapping[str, list[AlertRow]]
    counts: dict[str, int]


def open_alerts(connection: Connection) -> OpenAlerts:
    """All that are open."""
    rows = connection.execute(select(alert).where(alert.c.cleared_at.is_(None)))
    found = reading.alerts(connection, rows)
    still = select(alert_member.c.alert, alert_member.c.kiosk).where(alert_member.c.until.is_(None))
    open_many = [each.id for each in found if not each.kiosk]
    left = set(map(tuple, connection.execute(still.where(alert_member.c.alert.in_(open_many))))) if open_many else set()
    of: dict[str, list[AlertRow]] = defaultdict(list)
    for each in sorted(found, key=lambda one: (-SEVERITIES.index(one.severity), one.opened_at)):
        for name in (each.kiosk,) if each.kiosk else [one for one in each.kiosks if (each.id, one) in left]:
            of[name].append(each)
    return OpenAlerts(of, dict(Counter(each.severity for each in found)))


class _Read(NamedTuple):
    """A row and what it was made from."""

    values: tuple[Any, ...]
    not_fitted: frozenset[str]
    alerts: list[AlertRow]
    row: KioskRow


Remembered = dict[str, _Read]
"""Kiosks at the last look: of ten thousand, few have changed at the next."""


def rows(
    connection: Connection, alerts: OpenAlerts, only: str | None = None, remembered: Remembered | None = None
) -> list[KioskRow]:
    """Every kiosk that is not retired, or ``only`` one."""
    wanted: Select[Any] = (
        select(
            kiosk.c.id,
            kiosk.c.name,
            kiosk.c.site,
            kiosk.c.online,
            presence.c.state,
            presence.c.serving,
            presence.c.works,
            presence.c.banks,
            cast(capabilities.c.works, Text).label("able"),
            cast(capabilities.c.banks, Text).label("able_banks"),
            cast(capabilities.c.lost, Text).label("lost"),
            presence.c.seen_at,
        )
        .select_from(
            kiosk.outerjoin(presence, presence.c.kiosk == kiosk.c.id).outerjoin(
                capabilities, capabilities.c.kiosk == kiosk.c.id
            )
        )
        .where(kiosk.c.retired_at.is_(None))
        .order_by(kiosk.c.id)
    )
    bare = select(device_state.c.kiosk, device_state.c.device).where(device_state.c.state == NOT_FITTED)
    if only is not None:
        wanted = wanted.where(kiosk.c.id == only)
        bare = bare.where(device_state.c.kiosk == only)
    not_fitted: dict[str, set[str]] = defaultdict(set)
    for name, device in connection.execute(bare):
        not_fitted[name].add(device)
    known: Remembered = {} if remembered is None else remembered
    found = []
    for row in connection.execute(wanted):
        read = _again(known.get(row[0]), row, frozenset(not_fitted.get(row[0], ())), alerts.of.get(row[0], []))
        known[row[0]] = read
        found.append(read.row)
    return found


def _again(before: _Read | None, row: Row[Any], not_fitted: frozenset[str], alerts: list[AlertRow]) -> _Read:
    values = tuple(row)
    if before is None or before[1:3] != (not_fitted, alerts) or before.values[:-1] != values[:-1]:
        return _Read(values, not_fitted, alerts, _row(row, not_fitted, alerts))
    if before.values != values:  # another heartbeat, and nothing else
        return _Read(values, not_fitted, alerts, before.row.model_copy(update={"seen_at": row.seen_at}))
    return before


def overview(engine: Engine, now: int, remembered: Remembered | None = None) -> Overview:
    """All of it, from one transaction. ``remembered``: kept by the caller from look to look, to make the next cheap."""
    with engine.connect() as connection:
        alerts = open_alerts(connection)
        found = rows(connection, alerts, remembered=remembered)
    halls: dict[str, list[KioskRow]] = defaultdict(list)
    for each in found:
        halls[each.site].append(each)
    standing = [each for each in found if each.standing is not Standing.OFFLINE]
    able: Counter[str] = Counter()
    for works, count in Counter(each.works for each in standing).items():
        able.update(dict.fromkeys(works, count))
    in_need = sorted((each for each in found if each.rank), key=urgency)
    return Overview.model_construct(
        at=now,
        total=len(found),
        standings={each: sum(one.standing is each for one in found) for each in Standing},
        serving=sum(each.serving for each in found),
        open_alerts={each: alerts.counts.get(each, 0) for each in reversed(SEVERITIES)},
        able={each.value: able.get(each.value, 0) for each in Capability},
        first=tuple(in_need[:FIRST]),
        halls=tuple(sorted((_hall(*each) for each in halls.items()), key=lambda hall: (-_worst(hall), hall.site))),
    )


def _hall(site: str, kiosks: list[KioskRow]) -> Hall:
    return Hall.model_construct(site=site, kiosks=tuple(kiosks), wrong=sum(needs_a_hand(each) for each in kiosks))


def needs_a_hand(row: KioskRow) -> bool:
    """Whether more than a notice is open, or something cannot be done."""
    return row.rank >= _OF_STANDING[Standing.LIMITED]


def _worst(hall: Hall) -> int:
    return max(each.rank for each in hall.kiosks)


def urgency(row: KioskRow) -> tuple[int, int, str]:
    """What kiosks are sorted by: who needs a hand most comes first."""
    return -row.rank, 0 if row.worst is None else row.worst.opened_at, row.id


@lru_cache(1024)
def _words(text: str) -> tuple[str, ...]:
    return msgspec.json.decode(text, type=tuple[str, ...])


def _row(row: Row[Any], not_fitted: frozenset[str], alerts: list[AlertRow]) -> KioskRow:
    told = msgspec.json.decode(row.lost, type=dict[str, str]) if row.lost is not None else {}
    lost = {word: why for word, why in told.items() if why not in not_fitted}
    works = _words(row.able) if row.able is not None else tuple((row.works or "").split())
    banks = _words(row.able_banks) if row.able_banks is not None else tuple((row.banks or "").split())
    standing = _standing(row, lost, works)
    untaken = [each for each in alerts if each.state != "acknowledged"]
    rank = _OF_STANDING[standing] + max((_OF_SEVERITY[each.severity] for each in alerts), default=0)
    return KioskRow.model_construct(  # ten thousand of them, from our own tables: not validated one by one
        id=row.id,
        name=row.name,
        site=row.site,
        standing=standing,
        rank=rank if untaken or not alerts else max(1, rank // 2),
        serving=bool(row.serving) and standing is not Standing.OFFLINE,
        seen_at=row.seen_at,
        works=works,
        banks=banks,
        lost=lost,
        alerts=len(alerts),
        worst=alerts[0] if alerts else None,
    )


def _standing(row: Row[Any], lost: Mapping[str, str], works: tuple[str, ...]) -> Standing:
    if not row.online:
        return Standing.OFFLINE
    if row.seen_at is None and row.able is None:
        return Standing.UNKNOWN
    if row.state and row.state.partition(".")[0] not in SERVICE_STATES:
        return Standing.OUT
    if "query" not in works:
        return Standing.OUT
    return Standing.LIMITED if lost else Standing.FINE
