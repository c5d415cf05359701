"""How an alert is opened, changed and cleared: the row, its events, the audit trail, the ticket, the command and those
who are told. Part of the caller's transaction."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import structlog
from sqlalchemy import Row, insert, select, update
from sqlalchemy.engine import Connection

from kiosk.fleet.alerts import rules, telling
from kiosk.fleet.alerts.findings import Finding
from kiosk.fleet.store import audit, commands, tickets
from kiosk.fleet.store.tables_alerts import alert, alert_event, alert_member

log = structlog.get_logger("alerts")

OPENED, ACKNOWLEDGED, ESCALATED, CLEARED = "opened", "acknowledged", "escalated", "cleared"
FLEET = "fleet"
"""Who did what the fleet did by itself."""


def open_alert(
    connection: Connection, now: int, of_kiosk: str, finding: Finding, *, members: Iterable[str] = ()
) -> int:
    """A new alert with all that follows from it; its number. ``members``: the kiosks of an alert of many."""
    rule = rules.rule(finding.code)
    after = rules.ESCALATES_AFTER[rule.severity]
    number = connection.execute(
        insert(alert)
        .values(
            kiosk=of_kiosk, device=finding.device, code=finding.code, severity=rule.severity, state=OPENED, level=0,
            late=finding.late, happened_at=min(finding.happened_at, now), opened_at=now,
            escalates_at=None if after is None else now + after, facts=dict(finding.facts),
        )
        .returning(alert.c.id)
    ).scalar_one()  # fmt: skip
    noted = audit.facts_of(kiosk=of_kiosk, device=finding.device, code=finding.code, severity=rule.severity)
    note(connection, now, number, OPENED, FLEET, noted, audited=audit.Action.ALERT_OPENED)
    log.warning("alert_opened", alert=number, kiosk=of_kiosk, device=finding.device, code=finding.code)
    join(connection, now, number, members)
    if rule.ticket is not None:
        facts = dict(finding.facts)
        tickets.open_ticket(
            connection, now, FLEET, of_kiosk, finding.device, finding.code, rule.ticket, facts, alert=number
        )
    if rule.command is not None and of_kiosk:
        _command(connection, now, number, of_kiosk, rule)
    telling.tell(connection, now, number, OPENED, people=rule.people)
    return int(number)


def clear(connection: Connection, now: int, number: int, by: str = FLEET) -> None:
    """It is over: whoever was told is told so; its ticket, unless someone works on it, is closed."""
    connection.execute(
        update(alert)
        .where(alert.c.id == number)
        .values(state=CLEARED, cleared_at=now, cleared_by=by, escalates_at=None)
    )
    connection.execute(
        update(alert_member).where(alert_member.c.alert == number, alert_member.c.until.is_(None)).values(until=now)
    )
    note(connection, now, number, CLEARED, by, audited=audit.Action.ALERT_CLEARED)
    found = tickets.of_alert(connection, number)
    if found is not None and found.state == tickets.OPEN:
        tickets.close(connection, now, by, found.id)
    telling.tell_cleared(connection, now, number)


def escalate(connection: Connection, now: int) -> int:
    """Raise by one level what nobody has acknowledged in time; how many."""
    due = alert.c.escalates_at.is_not(None) & (alert.c.escalates_at <= now) & alert.c.cleared_at.is_(None)
    rows = connection.execute(select(alert).where(due).with_for_update()).all()
    for row in rows:
        raise_level(connection, now, row, FLEET, {})
    return len(rows)


def raise_level(connection: Connection, now: int, row: Row[Any], by: str, facts: Mapping[str, Any]) -> int:
    """Raise a standing alert by one level; how many of that level are told."""
    level = row.level + 1
    after = rules.ESCALATES_AFTER[row.severity]
    further = after is not None and level < telling.highest_level(connection)
    connection.execute(
        update(alert)
        .where(alert.c.id == row.id)
        .values(state=ESCALATED, level=level, escalates_at=now + (after or 0) if further else None)
    )
    facts = {"level": level, **facts}
    note(connection, now, row.id, ESCALATED, by, facts, audited=audit.Action.ALERT_ESCALATED)
    return telling.tell(connection, now, row.id, ESCALATED, level=level)


def learned(connection: Connection, row: Row[Any], facts: Mapping[str, Any]) -> None:
    """What is known of a standing alert has changed, such as a forecast; nobody is told anew."""
    connection.execute(update(alert).where(alert.c.id == row.id).values(facts=dict(facts)))
    if (found := tickets.of_alert(connection, row.id)) is not None:
        tickets.learned(connection, found.id, facts)


def join(connection: Connection, now: int, number: int, kiosks: Iterable[str]) -> None:
    """Kiosks become part of an alert of many, or are part of it again."""
    for each in sorted(kiosks):
        there = (alert_member.c.alert == number) & (alert_member.c.kiosk == each)
        if not connection.execute(update(alert_member).where(there).values(until=None)).rowcount:
            connection.execute(insert(alert_member).values(alert=number, kiosk=each, since=now))
        note(connection, now, number, "joined", FLEET, {"kiosk": each})


def leave(connection: Connection, now: int, number: int, kiosks: Iterable[str]) -> None:
    """Kiosks of an alert of many are back."""
    for each in sorted(kiosks):
        there = (alert_member.c.alert == number) & (alert_member.c.kiosk == each)
        connection.execute(update(alert_member).where(there).values(until=now))
        note(connection, now, number, "left", FLEET, {"kiosk": each})


def note(
    connection: Connection,
    now: int,
    number: int,
    what: str,
    by: str,
    facts: Mapping[str, Any] | None = None,
    *,
    audited: audit.Action | None = None,
) -> None:
    """Add an event to an alert; ``audited``: and this to the audit trail."""
    connection.execute(insert(alert_event).values(alert=number, at=now, what=what, by=by, facts=dict(facts or {})))
    if audited is not None:
        audit.append(connection, now, by, audited, f"alert:{number}", facts)


def _command(connection: Connection, now: int, number: int, of_kiosk: str, rule: rules.Rule) -> None:
    verb = rule.command or ""
    arguments = {"reason": rule.code} if verb == "take_out_of_service" else {}
    try:
        made = commands.propose(connection, now, FLEET, of_kiosk, verb, arguments, alert=number)
    except commands.CommandError as error:
        log.error("alert_command_not_given", alert=number, kiosk=of_kiosk, reason=str(error))
        note(connection, now, number, "not_commanded", FLEET, {"verb": verb, "reason": str(error)})
    else:
        note(connection, now, number, "commanded", FLEET, {"verb": verb, "command": made.id})
