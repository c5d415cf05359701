"""Tickets: work to be done at a kiosk, with a clock, notes and spare parts (F95). Part of the caller's transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Row, insert, select, update
from sqlalchemy.engine import Connection

from kiosk.fleet.store import audit
from kiosk.fleet.store.tables_alerts import ticket, ticket_note

OPEN, WORKING, CLOSED = "open", "working", "closed"
HOUR = 3_600_000
DUE = {"high": 4 * HOUR, "normal": 24 * HOUR, "low": 48 * HOUR}
"""Milliseconds until a ticket is due, by urgency; ``high``: on site within four hours."""


class TicketError(ValueError):
    """It cannot be done to this ticket; the text says why."""


def open_ticket(
    connection: Connection,
    now: int,
    by: str,
    of_kiosk: str,
    device: str,
    code: str,
    urgency: str,
    facts: Mapping[str, object] | None = None,
    *,
    alert: int | None = None,
) -> int:
    """A new ticket; its number. Audited. Raises TicketError."""
    if urgency not in DUE:
        raise TicketError(f"urgency is one of {', '.join(DUE)}")
    number = connection.execute(
        insert(ticket)
        .values(
            alert=alert, kiosk=of_kiosk, device=device, code=code, urgency=urgency, state=OPEN, opened_at=now,
            opened_by=by, due_at=now + DUE[urgency], facts=dict(facts or {}),
        )
        .returning(ticket.c.id)
    ).scalar_one()  # fmt: skip
    noted = {"kiosk": of_kiosk, "device": device, "code": code, "urgency": urgency}
    audit.append(connection, now, by, audit.Action.TICKET_OPEN, f"ticket:{number}", noted)
    return int(number)


def open_tickets(connection: Connection, *, of_kiosk: str | None = None) -> Sequence[Row[Any]]:
    """Those not closed, the most pressing first."""
    wanted = select(ticket).where(ticket.c.state != CLOSED).order_by(ticket.c.due_at, ticket.c.id)
    if of_kiosk is not None:
        wanted = wanted.where(ticket.c.kiosk == of_kiosk)
    return connection.execute(wanted).all()


def find(connection: Connection, number: int) -> Row[Any] | None:
    """One ticket."""
    return connection.execute(select(ticket).where(ticket.c.id == number)).first()


def of_alert(connection: Connection, number: int) -> Row[Any] | None:
    """The ticket of an alert that is not closed."""
    wanted = select(ticket).where(ticket.c.alert == number, ticket.c.state != CLOSED)
    return connection.execute(wanted).first()


def notes(connection: Connection, number: int) -> Sequence[Row[Any]]:
    """The notes of a ticket in order."""
    return connection.execute(
        select(ticket_note).where(ticket_note.c.ticket == number).order_by(ticket_note.c.id)
    ).all()


def note(
    connection: Connection, now: int, by: str, number: int, text: str, parts: Mapping[str, int] | None = None
) -> int:
    """Add a note with the spare parts used; its number. Audited. Raises TicketError."""
    _standing(connection, number)
    if not text.strip() and not parts:
        raise TicketError("an empty note")
    if any(count < 1 for count in (parts or {}).values()):
        raise TicketError("parts are counted from 1")
    values = {"ticket": number, "at": now, "by": by, "text": text.strip(), "parts": dict(parts or {})}
    made = connection.execute(insert(ticket_note).values(**values).returning(ticket_note.c.id)).scalar_one()
    audit.append(
        connection, now, by, audit.Action.TICKET_NOTE, f"ticket:{number}", {"note": made, "parts": dict(parts or {})}
    )
    return int(made)


def take(connection: Connection, now: int, by: str, number: int, assignee: str) -> None:
    """Someone works on it. Audited. Raises TicketError."""
    _standing(connection, number)
    connection.execute(update(ticket).where(ticket.c.id == number).values(state=WORKING, assignee=assignee))
    audit.append(connection, now, by, audit.Action.TICKET_TAKE, f"ticket:{number}", {"assignee": assignee})


def learned(connection: Connection, number: int, facts: Mapping[str, object]) -> None:
    """What is known of the matter has changed, such as the forecast."""
    connection.execute(update(ticket).where(ticket.c.id == number).values(facts=dict(facts)))


def close(connection: Connection, now: int, by: str, number: int) -> None:
    """It is done. Audited. Raises TicketError."""
    _standing(connection, number)
    connection.execute(update(ticket).where(ticket.c.id == number).values(state=CLOSED, closed_at=now, closed_by=by))
    audit.append(connection, now, by, audit.Action.TICKET_CLOSE, f"ticket:{number}")


def _standing(connection: Connection, number: int) -> Row[Any]:
    row = connection.execute(select(ticket).where(ticket.c.id == number).with_for_update()).first()
    if row is None:
        raise TicketError("no such ticket")
    if row.state == CLOSED:
        raise TicketError("it is closed")
    return row
