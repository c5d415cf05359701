"""Rows of the store as values, where several views need the same."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Connection, Row, select

from kiosk.fleet.alerts import rules
from kiosk.fleet.alerts.book import ESCALATED
from kiosk.fleet.desk.shapes import AlertRow, AlertStep, Bilingual, TicketRow
from kiosk.fleet.store.tables_alerts import alert, alert_event, alert_member

NOTED = "noted"
"""What the event of a note is called."""


def words(code: str) -> Bilingual:
    """What is the matter."""
    found = rules.rule(code).words
    return Bilingual(zh=found.zh, en=found.en)


def remedy(code: str) -> Bilingual:
    """What is done about it."""
    found = rules.rule(code).remedy
    return Bilingual(zh=found.zh, en=found.en)


def alerts(connection: Connection, rows: Iterable[Row[Any]]) -> list[AlertRow]:
    """Rows of ``alert``, with the kiosks of those of many."""
    found = list(rows)
    many = [row.id for row in found if not row.kiosk]
    members: dict[int, list[str]] = {number: [] for number in many}
    if many:
        wanted = select(alert_member.c.alert, alert_member.c.kiosk).where(alert_member.c.alert.in_(many))
        for number, kiosk in connection.execute(wanted.order_by(alert_member.c.kiosk)):
            members[number].append(kiosk)
    notes: dict[int, list[AlertStep]] = {}
    if found:
        of_them = alert_event.c.alert.in_([row.id for row in found]) & alert_event.c.what.in_((NOTED, ESCALATED))
        for row in connection.execute(select(alert_event).where(of_them).order_by(alert_event.c.id)):
            if "text" not in row.facts:
                continue  # the engine escalates without a word
            step = AlertStep(at=row.at, what=row.what, by=row.by, facts=row.facts)
            notes.setdefault(row.alert, []).append(step)
    return [alert_row(row, tuple(members.get(row.id, ())), tuple(notes.get(row.id, ()))) for row in found]


def alert_row(row: Row[Any], kiosks: tuple[str, ...] = (), notes: tuple[AlertStep, ...] = ()) -> AlertRow:
    """One row of ``alert``."""
    values = row._mapping
    fields = {name: values[name] for name in AlertRow.model_fields if name in alert.c}
    by_hand = rules.settled_by_hand(row.code)
    return AlertRow(
        **fields, words=words(row.code), remedy=remedy(row.code), by_hand=by_hand, kiosks=kiosks, notes=notes
    )


def ticket_row(row: Row[Any]) -> TicketRow:
    """One row of ``ticket``."""
    values = row._mapping
    fields = {name: values[name] for name in TicketRow.model_fields if name in values}
    return TicketRow(**fields, words=words(row.code), remedy=remedy(row.code))
