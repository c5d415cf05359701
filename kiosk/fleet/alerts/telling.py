"""Who is told of an alert, and when: contacts by level, severity and hall; quiet hours. Fills the outbox ``delivery``;
:mod:`kiosk.fleet.delivery` empties it."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Row, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection

from kiosk.clock import KIOSK_ZONE
from kiosk.fleet.alerts import rules
from kiosk.fleet.store.database import is_postgresql
from kiosk.fleet.store.tables import kiosk
from kiosk.fleet.store.tables_alerts import alert, alert_member, contact, delivery

WAITING, SENT, DEAD = "waiting", "sent", "dead"
THERE = contact.c.removed_at.is_(None)
TOLD = THERE & contact.c.paused_at.is_(None)
TEST = "test"
"""What a message is about that only shows that it arrives."""


def tell(connection: Connection, now: int, number: int, what: str, *, level: int = 0, people: int = 1) -> int:
    """Tell the contacts of a level; how many. At least ``people`` of them: if the level has not enough, the next one's
    contacts are told too."""
    row, sites = _alert(connection, number)
    suitable = [
        each
        for each in connection.execute(select(contact).where(TOLD).order_by(contact.c.level, contact.c.id))
        if each.level >= level
        and rules.SEVERITIES.index(each.least) <= rules.SEVERITIES.index(row.severity)
        and (not each.site or each.site in sites)
    ]
    told: list[Row[Any]] = []
    for each in suitable:
        if each.level == level or len({one.name for one in told}) < people:
            told.append(each)
    for each in told:
        _put(connection, now, row, sites, what, level, each)
    return len(told)


def tell_cleared(connection: Connection, now: int, number: int) -> int:
    """Tell those who were told of an alert that it is over; whoever was not reached yet is not told at all, and of what
    could not be brought so far (it may have been, unnoticed) no more is tried: it would come after its end, as if new.
    """
    row, sites = _alert(connection, number)
    of_it = delivery.c.alert == number
    unsent = of_it & (delivery.c.state == WAITING)
    connection.execute(
        delivery.update().where(unsent).values(state=DEAD, trouble="over before it was brought", ended_at=now)
    )
    reached = select(delivery.c.contact).where(of_it, ~((delivery.c.state == DEAD) & (delivery.c.attempts == 0)))
    contacts = connection.execute(select(contact).where(TOLD, contact.c.id.in_(reached))).all()
    for each in contacts:
        _put(connection, now, row, sites, "cleared", row.level, each)
    return len(contacts)


def highest_level(connection: Connection) -> int:
    """The last level that anyone is at."""
    return int(connection.execute(select(func.coalesce(func.max(contact.c.level), 0)).where(TOLD)).scalar_one())


def after_quiet_hours(now: int, quiet_from: int | None, quiet_until: int | None) -> int:
    """The first instant from ``now`` on that is not quiet; the hours may run over midnight."""
    if quiet_from is None or quiet_until is None or quiet_from == quiet_until:
        return now
    local = datetime.fromtimestamp(now / 1000, UTC).astimezone(KIOSK_ZONE)
    minute = local.hour * 60 + local.minute
    over_midnight = quiet_from > quiet_until
    quiet = minute >= quiet_from or minute < quiet_until if over_midnight else quiet_from <= minute < quiet_until
    if not quiet:
        return now
    end = local.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(minutes=quiet_until)
    if end <= local:
        end += timedelta(days=1)
    return int(end.timestamp() * 1000)


def try_out(connection: Connection, now: int, number: int) -> int:
    """A message to one contact that only shows that it arrives, whatever the hour; the number of its delivery."""
    content = {"version": 1, "what": TEST, "sent_at": now}
    made = connection.execute(
        delivery.insert()
        .values(
            key=f"{TEST}-{number}-{secrets.token_hex(8)}", contact=number, made_at=now, due_at=now, state=WAITING,
            content=content,
        )
        .returning(delivery.c.id)
    )  # fmt: skip
    return int(made.scalar_one())


def message(connection: Connection, number: int, what: str) -> dict[str, Any]:
    """An alert as other systems are told of it now: see :func:`content`."""
    row, sites = _alert(connection, number)
    return content(row, sites, what, _members(connection, number))


def _alert(connection: Connection, number: int) -> tuple[Row[Any], frozenset[str]]:
    row = connection.execute(select(alert).where(alert.c.id == number)).one()
    members = select(alert_member.c.kiosk).where(alert_member.c.alert == number)
    at = select(kiosk.c.site).where((kiosk.c.id == row.kiosk) | kiosk.c.id.in_(members))
    return row, frozenset(connection.execute(at).scalars())


def _put(
    connection: Connection, now: int, row: Row[Any], sites: frozenset[str], what: str, level: int, to: Row[Any]
) -> None:
    due = now if row.severity == "critical" else after_quiet_hours(now, to.quiet_from, to.quiet_until)
    insert = postgresql.insert if is_postgresql(connection) else sqlite.insert
    connection.execute(
        insert(delivery)
        .values(
            key=f"{row.id}-{what}-{level}-{to.id}", alert=row.id, contact=to.id, made_at=now, due_at=due,
            state=WAITING, content=content(row, sites, what, _members(connection, row.id)),
        )
        .on_conflict_do_nothing()
    )  # fmt: skip


def _members(connection: Connection, number: int) -> Sequence[str]:
    wanted = select(alert_member.c.kiosk).where(alert_member.c.alert == number).order_by(alert_member.c.kiosk)
    return connection.execute(wanted).scalars().all()


def content(row: Row[Any], sites: frozenset[str], what: str, members: Sequence[str]) -> dict[str, Any]:
    """An alert as other systems are told of it: the body of a webhook, and what a letter is written from."""
    rule = rules.rule(row.code)
    return {
        "version": 1,
        "what": what,
        "alert": row.id,
        "kiosk": row.kiosk,
        "kiosks": list(members) or [row.kiosk],
        "sites": sorted(each for each in sites if each),
        "device": row.device,
        "code": row.code,
        "severity": row.severity,
        "words": {"zh": rule.words.zh, "en": rule.words.en},
        "remedy": {"zh": rule.remedy.zh, "en": rule.remedy.en},
        "happened_at": row.happened_at,
        "opened_at": row.opened_at,
        "late": row.late,
        "facts": row.facts,
    }
