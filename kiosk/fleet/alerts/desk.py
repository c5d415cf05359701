"""Alerts as people see and handle them. Part of the caller's transaction; rows are of the table ``alert``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, case, select, update
from sqlalchemy.engine import Connection

from kiosk.fleet.alerts import book, contacts, rules
from kiosk.fleet.alerts.book import ACKNOWLEDGED, CLEARED
from kiosk.fleet.store import audit
from kiosk.fleet.store.tables import condition
from kiosk.fleet.store.tables_alerts import alert, alert_event, alert_member


class AlertError(ValueError):
    """It cannot be done to this alert; the text says why."""


def open_alerts(connection: Connection, *, of_kiosk: str | None = None, least: str | None = None) -> Sequence[Row[Any]]:
    """Those that stand: the most severe first, then the newest. ``of_kiosk``: also those of many that it is part of.
    ``least``: of this severity or worse."""
    rank = case({each: number for number, each in enumerate(rules.SEVERITIES)}, value=alert.c.severity)
    wanted = select(alert).where(alert.c.cleared_at.is_(None))
    wanted = wanted.order_by(rank.desc(), alert.c.opened_at.desc(), alert.c.id.desc())
    if of_kiosk is not None:
        part_of = select(alert_member.c.alert).where(alert_member.c.kiosk == of_kiosk, alert_member.c.until.is_(None))
        wanted = wanted.where((alert.c.kiosk == of_kiosk) | alert.c.id.in_(part_of))
    if least is not None:
        wanted = wanted.where(rank >= rules.SEVERITIES.index(least))
    return connection.execute(wanted).all()


def find(connection: Connection, number: int) -> Row[Any] | None:
    """One alert, open or not."""
    return connection.execute(select(alert).where(alert.c.id == number)).first()


def history(
    connection: Connection, since: int, until: int, *, of_kiosk: str | None = None, limit: int = 1000
) -> Sequence[Row[Any]]:
    """Alerts opened in a period, the newest first."""
    wanted = select(alert).where(alert.c.opened_at >= since, alert.c.opened_at < until)
    if of_kiosk is not None:
        wanted = wanted.where(alert.c.kiosk == of_kiosk)
    return connection.execute(wanted.order_by(alert.c.opened_at.desc(), alert.c.id.desc()).limit(limit)).all()


def events(connection: Connection, number: int) -> Sequence[Row[Any]]:
    """What became of an alert, in order: rows of ``alert_event``."""
    wanted = select(alert_event).where(alert_event.c.alert == number)
    return connection.execute(wanted.order_by(alert_event.c.id)).all()


def members(connection: Connection, number: int) -> Sequence[Row[Any]]:
    """The kiosks of an alert of many: rows of ``alert_member``."""
    wanted = select(alert_member).where(alert_member.c.alert == number)
    return connection.execute(wanted.order_by(alert_member.c.kiosk)).all()


def acknowledge(connection: Connection, now: int, by: str, number: int) -> Row[Any]:
    """Someone has it in hand: it escalates no more. Audited. Raises AlertError."""
    row = _standing(connection, number)
    if row.state == ACKNOWLEDGED:
        raise AlertError(f"{row.acknowledged_by} has it in hand already")
    connection.execute(
        update(alert)
        .where(alert.c.id == number)
        .values(state=ACKNOWLEDGED, acknowledged_at=now, acknowledged_by=by, escalates_at=None)
    )
    book.note(connection, now, number, "acknowledged", by, audited=audit.Action.ALERT_ACKNOWLEDGED)
    return connection.execute(select(alert).where(alert.c.id == number)).one()


def escalate(connection: Connection, now: int, by: str, number: int, why: str) -> int:
    """Bring in whoever is next in line, without waiting until nobody has answered; how many are told. Audited. Raises
    AlertError."""
    row = _standing(connection, number)
    if row.level >= contacts.HIGHEST_LEVEL:
        raise AlertError("it has been escalated as far as it goes")
    return book.raise_level(connection, now, row, by, {"text": why})


def clear(connection: Connection, now: int, by: str, number: int) -> Row[Any]:
    """Settle by hand what a person must settle (a door, tampering, a refused command). Audited.

    Raises AlertError for what a device still reports: that clears by itself when it is mended.
    """
    row = _standing(connection, number)
    if not rules.settled_by_hand(row.code):
        raise AlertError("it clears by itself when the kiosk reports that it is over")
    of_it = (condition.c.kiosk == row.kiosk) & (condition.c.device == row.device) & (condition.c.code == row.code)
    connection.execute(update(condition).where(of_it).values(raised=False))
    book.clear(connection, now, number, by)
    return connection.execute(select(alert).where(alert.c.id == number)).one()


def _standing(connection: Connection, number: int) -> Row[Any]:
    row = connection.execute(select(alert).where(alert.c.id == number).with_for_update()).first()
    if row is None:
        raise AlertError("no such alert")
    if row.state == CLEARED:
        raise AlertError("it is over already")
    return row
