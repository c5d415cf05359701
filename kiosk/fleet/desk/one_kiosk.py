"""One kiosk: its devices, levels, alerts, and what happened on it."""

from __future__ import annotations

from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, Row, func, or_, select, tuple_

from devices.contract import DeviceState
from kiosk.fleet.desk import overview, reading
from kiosk.fleet.desk.errors import Unknown
from kiosk.fleet.desk.shapes import (
    AlertRow,
    Details,
    DeviceView,
    KioskDetail,
    Moment,
    Presence,
    StorageView,
    SupplyView,
)
from kiosk.fleet.store.tables import (
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

WORKING = frozenset({DeviceState.ONLINE.value, DeviceState.DEVICE_BUSY.value, DeviceState.STARTING.value})

S = TypeVar("S", Presence, StorageView, SupplyView)

TOLD = ("device_state", "capabilities", "event", "business_outcome")
"""Kinds of telemetry that a time line shows; counters and forecasts are no happenings."""


def one_kiosk(engine: Engine, name: str) -> KioskDetail:
    """All of it, from one transaction. Raises Unknown."""
    with engine.connect() as connection:
        found = connection.execute(select(kiosk).where(kiosk.c.id == name)).first()
        if found is None:
            raise Unknown(name)
        alerts = _open_alerts(connection, name)
        rows = overview.rows(connection, overview.OpenAlerts({name: alerts}, {}), only=name)
        if not rows:
            raise Unknown(name)
        seen = connection.execute(select(presence).where(presence.c.kiosk == name)).first()
        return KioskDetail(
            row=rows[0],
            details=Details(**{field: found._mapping[field] for field in Details.model_fields}),
            presence=None if seen is None else _of(Presence, seen),
            devices=tuple(
                _device(row)
                for row in connection.execute(
                    select(device_state).where(device_state.c.kiosk == name).order_by(device_state.c.device)
                )
            ),
            storage=tuple(
                _of(StorageView, row)
                for row in connection.execute(
                    select(storage_unit)
                    .where(storage_unit.c.kiosk == name)
                    .order_by(storage_unit.c.device, storage_unit.c.unit)
                )
            ),
            supplies=tuple(
                _of(SupplyView, row)
                for row in connection.execute(select(supply).where(supply.c.kiosk == name).order_by(supply.c.supply))
            ),
            alerts=tuple(alerts),
            counters=_counters(connection, name),
            missing=_missing(connection, name),
        )


def time_line(engine: Engine, name: str, before: str = "", limit: int = 50) -> tuple[Moment, ...]:
    """The newest first. ``before``: the key of the oldest one seen. Raises Unknown; ValueError for no such key."""
    wanted = select(telemetry).where(telemetry.c.kiosk == name, telemetry.c.kind.in_(TOLD))
    order = (telemetry.c.received_at, telemetry.c.journal, telemetry.c.sequence)
    if before:
        received, journal, sequence = before.split(".")
        wanted = wanted.where(tuple_(*order) < tuple_(int(received), journal, int(sequence)))
    newest_first = [column.desc() for column in order]
    with engine.connect() as connection:
        if connection.execute(select(kiosk.c.id).where(kiosk.c.id == name)).first() is None:
            raise Unknown(name)
        found = connection.execute(wanted.order_by(*newest_first).limit(limit)).all()
    return tuple(
        Moment(
            key=f"{row.received_at}.{row.journal}.{row.sequence}",
            kind=row.kind,
            happened_at=row.happened_at,
            received_at=row.received_at,
            late=row.late,
            body=row.body,
        )
        for row in found
    )


def _open_alerts(connection: Connection, name: str) -> list[AlertRow]:
    still = select(alert_member.c.alert).where(alert_member.c.kiosk == name, alert_member.c.until.is_(None))
    concerns = or_(alert.c.kiosk == name, alert.c.id.in_(still))
    rows = connection.execute(select(alert).where(alert.c.cleared_at.is_(None), concerns))
    found = reading.alerts(connection, rows)
    return sorted(found, key=lambda one: (-reading.SEVERITIES.index(one.severity), one.opened_at))


def _counters(connection: Connection, name: str) -> dict[str, int]:
    newest = (
        select(counter_day.c.name, func.max(counter_day.c.day).label("day"))
        .where(counter_day.c.kiosk == name)
        .group_by(counter_day.c.name)
        .subquery()
    )
    wanted = (
        select(counter_day.c.name, counter_day.c.value)
        .join(newest, (counter_day.c.name == newest.c.name) & (counter_day.c.day == newest.c.day))
        .where(counter_day.c.kiosk == name)
        .order_by(counter_day.c.name)
    )
    return {row.name: row.value for row in connection.execute(wanted)}


def _missing(connection: Connection, name: str) -> int:
    gap = func.coalesce(func.sum(position.c.highest - position.c.stored), 0)
    return int(connection.execute(select(gap).where(position.c.kiosk == name)).scalar_one())


def _device(row: Row[Any]) -> DeviceView:
    fitted = row.state != overview.NOT_FITTED
    severity = reading.severity(row.fault)
    gone = fitted and row.state not in WORKING
    return DeviceView(
        device=row.device,
        kind=row.kind,
        state=row.state,
        model=row.model,
        fault=row.fault,
        faults=tuple(row.faults),
        words=row.words,
        measures=row.measures,
        ribbon=row.ribbon,
        since=row.happened_at,
        wrong=gone or (fitted and row.fault is not None),
        severity=severity or ("critical" if gone else None),
        remedy=reading.remedy(row.fault),
    )


def _of(shape: type[S], row: Row[Any]) -> S:
    return shape(**{field: row._mapping[field] for field in shape.model_fields})
