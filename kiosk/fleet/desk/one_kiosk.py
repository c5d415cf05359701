"""One kiosk: its devices, levels, alerts, and what happened on it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeVar

from sqlalchemy import Engine, Row, select

from devices.contract import DeviceState
from devices.fault_catalogue import Severity
from kiosk.fleet.alerts import desk as alert_desk
from kiosk.fleet.alerts import rules
from kiosk.fleet.desk import overview, reading
from kiosk.fleet.desk.errors import Unknown
from kiosk.fleet.desk.shapes import (
    AlertRow,
    Details,
    DeviceView,
    KioskDetail,
    Moment,
    Presence,
    RateView,
    StorageView,
    SupplyView,
)
from kiosk.fleet.store import kiosks
from kiosk.fleet.store.tables import device_state, kiosk
from kiosk.fleet.wear import rates

WORKING = frozenset({DeviceState.ONLINE.value, DeviceState.DEVICE_BUSY.value, DeviceState.STARTING.value})

NOTICE = Severity.NOTICE.value

SPEECH = "speech"
"""The voice of the screens: it has no driver that could be tested or restarted; they look after it by themselves."""

BY_STATE = {
    DeviceState.HARDWARE_ERROR.value: "fleet.device_broken",
    DeviceState.FRAUD_ATTEMPT.value: "fleet.device_fraud",
    DeviceState.POTENTIAL_FRAUD.value: "fleet.device_fraud",
}
"""Which rule speaks for a device that names no fault; any other state: that of one that is gone."""

S = TypeVar("S", Presence, StorageView, SupplyView)


def one_kiosk(engine: Engine, name: str) -> KioskDetail:
    """All of it, from one transaction. Raises Unknown."""
    with engine.connect() as connection:
        found = kiosks.detail(connection, name)
        alerts = tuple(reading.alerts(connection, alert_desk.open_alerts(connection, of_kiosk=name)))
        rows = overview.rows(connection, overview.OpenAlerts({name: list(alerts)}, {}), only=name)
        if found is None or not rows:
            raise Unknown(name)
        return KioskDetail(
            row=rows[0],
            details=Details(**{field: found.kiosk._mapping[field] for field in Details.model_fields}),
            presence=None if found.presence is None else _of(Presence, found.presence),
            devices=tuple(_lit(_device(row), alerts) for row in found.devices),
            storage=tuple(_of(StorageView, row) for row in found.storage),
            supplies=tuple(_of(SupplyView, row) for row in found.supplies),
            alerts=alerts,
            counters=dict(found.counters),
            wear=tuple(RateView(**each._asdict(), per_thousand=each.per_thousand) for each in rates(found.counters)),
            missing=sum(kiosks.gaps(connection, name).values()),
        )


def time_line(engine: Engine, name: str, before: str = "", limit: int = 50) -> tuple[Moment, ...]:
    """What a kiosk told, the newest first. ``before``: the key of the oldest one seen. Raises Unknown."""
    journal, _, sequence = before.partition(".")
    after = (journal, int(sequence)) if before else None
    with engine.connect() as connection:
        if connection.execute(select(kiosk.c.id).where(kiosk.c.id == name)).first() is None:
            raise Unknown(name)
        found = kiosks.time_line(connection, name, before=after, limit=limit)
    return tuple(
        Moment(
            key=f"{row.journal}.{row.sequence}",
            kind=row.kind,
            happened_at=row.happened_at,
            received_at=row.received_at,
            late=row.late,
            body=row.body,
        )
        for row in found
    )


def not_fitted(engine: Engine, name: str) -> frozenset[str]:
    """Parts that it told it was built without."""
    wanted = select(device_state.c.device).where(
        device_state.c.kiosk == name, device_state.c.state == overview.NOT_FITTED
    )
    with engine.connect() as connection:
        return frozenset(connection.execute(wanted).scalars())


def parts(engine: Engine, name: str) -> tuple[str, ...]:
    """Its devices that a command can name; empty as long as it has told of none."""
    wanted = select(device_state).where(device_state.c.kiosk == name).order_by(device_state.c.device)
    with engine.connect() as connection:
        return tuple(row.device for row in connection.execute(wanted) if commanded(row.kind, row.state))


def commanded(kind: str, state: str) -> bool:
    """Whether there is something that can be tested and restarted."""
    return kind != SPEECH and state != overview.NOT_FITTED


def _device(row: Row[Any]) -> DeviceView:
    fitted = row.state != overview.NOT_FITTED
    wrong = fitted and (row.state not in WORKING or row.fault is not None)
    code = row.fault or BY_STATE.get(row.state, "fleet.device_gone")
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
        wrong=wrong,
        severity=rules.rule(code).severity if wrong else None,
        alarm=reading.words(code) if wrong else None,
        remedy=reading.remedy(code) if wrong else None,
    )


def _lit(device: DeviceView, alerts: Sequence[AlertRow]) -> DeviceView:
    """A part that says that all is well has something wrong with it as long as an alert says so: a door that was
    forced and is shut again."""
    of_it = (each for each in alerts if each.kiosk and each.device == device.device and each.severity != NOTICE)
    if device.wrong or (alert := next(of_it, None)) is None:
        return device
    said = {"severity": alert.severity, "alarm": alert.words, "remedy": alert.remedy}
    return device.model_copy(update={"wrong": True, **said})


def _of(shape: type[S], row: Row[Any]) -> S:
    return shape(**{field: row._mapping[field] for field in shape.model_fields})
