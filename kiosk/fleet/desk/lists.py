"""Alerts, tickets, stock, commands, the audit trail, the quarantine: as lists and one by one."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from sqlalchemy import Engine, Row, Select, exists, or_, select

from kiosk.fleet.alerts import desk as alert_desk
from kiosk.fleet.desk import reading
from kiosk.fleet.desk.errors import Unknown
from kiosk.fleet.desk.shapes import (
    AlertDetail,
    AlertRow,
    AlertStep,
    AuditCheck,
    AuditRow,
    CommandRow,
    QuarantineRow,
    Stock,
    StockRow,
    SupplyRow,
    TicketDetail,
    TicketNote,
    TicketRow,
)
from kiosk.fleet.store import audit
from kiosk.fleet.store import tickets as store_tickets
from kiosk.fleet.store.tables import capabilities, kiosk, quarantine, storage_unit, supply
from kiosk.fleet.store.tables_alerts import (
    alert,
    alert_member,
    command,
    command_reply,
    ticket,
)

PLACES = 10
"""Kiosks that a stock row names."""
SHOWN = 200
"""Bytes of a quarantined message that are shown."""


# -- alerts ------------------------------------------------------------------------------------------------------------


def alerts(
    engine: Engine,
    *,
    state: str | None = None,
    kiosk_id: str | None = None,
    severity: str | None = None,
    before: int | None = None,
    limit: int = 100,
) -> tuple[AlertRow, ...]:
    """The newest first. ``state``: ``open`` for all that are not cleared, or one state."""
    wanted = select(alert)
    if state == "open":
        wanted = wanted.where(alert.c.cleared_at.is_(None))
    elif state is not None:
        wanted = wanted.where(alert.c.state == state)
    if kiosk_id is not None:
        members = select(alert_member.c.alert).where(alert_member.c.kiosk == kiosk_id)
        wanted = wanted.where(or_(alert.c.kiosk == kiosk_id, alert.c.id.in_(members)))
    if severity is not None:
        wanted = wanted.where(alert.c.severity == severity)
    with engine.connect() as connection:
        rows = connection.execute(_page(wanted, alert.c.id, before, limit))
        return tuple(reading.alerts(connection, rows))


def one_alert(engine: Engine, number: int) -> AlertDetail:
    """With its history. Raises Unknown."""
    with engine.connect() as connection:
        found = alert_desk.find(connection, number)
        if found is None:
            raise Unknown(str(number))
        row = reading.alerts(connection, [found])[0]
        steps = alert_desk.events(connection, number)
    history = tuple(AlertStep(at=step.at, what=step.what, by=step.by, facts=step.facts) for step in steps)
    return AlertDetail(**row.model_dump(), history=history)


# -- tickets -----------------------------------------------------------------------------------------------------------


def tickets(
    engine: Engine,
    *,
    state: str | None = None,
    kiosk_id: str | None = None,
    before: int | None = None,
    limit: int = 100,
) -> tuple[TicketRow, ...]:
    """Open ones by when they are due, others the newest first. ``state``: ``unclosed`` for all that are not closed."""
    wanted = select(ticket)
    if state == "unclosed":
        wanted = wanted.where(ticket.c.state != "closed")
    elif state is not None:
        wanted = wanted.where(ticket.c.state == state)
    if kiosk_id is not None:
        wanted = wanted.where(ticket.c.kiosk == kiosk_id)
    if before is None and state == "unclosed":
        wanted = wanted.order_by(ticket.c.due_at, ticket.c.id).limit(limit)
    else:
        wanted = _page(wanted, ticket.c.id, before, limit)
    with engine.connect() as connection:
        return tuple(reading.ticket_row(row) for row in connection.execute(wanted))


def one_ticket(engine: Engine, number: int) -> TicketDetail:
    """With its notes. Raises Unknown."""
    with engine.connect() as connection:
        row = store_tickets.find(connection, number)
        if row is None:
            raise Unknown(str(number))
        notes = store_tickets.notes(connection, number)
    told = tuple(TicketNote(at=each.at, by=each.by, text=each.text, parts=each.parts) for each in notes)
    return TicketDetail(**reading.ticket_row(row).model_dump(), notes=told)


# -- stock -------------------------------------------------------------------------------------------------------------


def stock(engine: Engine) -> Stock:
    """What runs out, across the fleet. Cards in hoppers count from the devices, their use from the forecasts."""
    kept = kiosk.c.retired_at.is_(None)
    with engine.connect() as connection:
        hoppers = connection.execute(
            select(storage_unit.c.kiosk, storage_unit.c.bank, storage_unit.c["count"], storage_unit.c.level)
            .join(kiosk, kiosk.c.id == storage_unit.c.kiosk)
            .where(kept, storage_unit.c.bank.is_not(None), storage_unit.c.kind == "dispense")
        ).all()
        supplies = connection.execute(
            select(supply).join(kiosk, kiosk.c.id == supply.c.kiosk).where(kept).order_by(supply.c.kiosk)
        ).all()
        able = connection.execute(
            select(capabilities.c.banks).join(kiosk, kiosk.c.id == capabilities.c.kiosk).where(kept)
        ).all()
    cards: dict[str, dict[str, int | None]] = defaultdict(dict)
    for name, bank, count, _ in hoppers:
        before = cards[bank].get(name)
        cards[bank][name] = count if before is None else before + (count or 0)
    used: dict[tuple[str, str], Row[Any]] = {}
    others: dict[str, list[Row[Any]]] = defaultdict(list)
    for row in supplies:
        if row.bank is None:
            others[row.supply].append(row)
        else:
            used[row.bank, row.kiosk] = row
            cards[row.bank].setdefault(row.kiosk, row.left)
    makes = [bank for (banks,) in able for bank in banks]
    return Stock(
        banks=tuple(_bank(bank, cards[bank], used, makes.count(bank)) for bank in sorted(cards)),
        supplies=tuple(_supply(name, rows) for name, rows in sorted(others.items())),
    )


def _bank(bank: str, cards: dict[str, int | None], used: dict[tuple[str, str], Row[Any]], able: int) -> StockRow:
    forecasts = {name: used.get((bank, name)) for name in cards}
    soon = [name for name, row in forecasts.items() if row is not None and row.soon and cards[name] != 0]
    places = [(name, left, None if (row := forecasts[name]) is None else row.empty_on) for name, left in cards.items()]
    return StockRow(
        bank=bank,
        cards=sum(left or 0 for left in cards.values()),
        kiosks=len(cards),
        able=able,
        empty=sum(left == 0 for left in cards.values()),
        soon=len(soon),
        a_day=sum((row.a_day or 0) for row in forecasts.values() if row is not None),
        places=tuple(sorted(places, key=_first_empty)[:PLACES]),
    )


def _supply(name: str, rows: list[Row[Any]]) -> SupplyRow:
    places = [(row.kiosk, row.left, row.empty_on) for row in rows]
    empty = sum(row.left == 0 or row.level in ("empty", "out") for row in rows)
    soon = sum(bool(row.soon) and row.left != 0 for row in rows)
    return SupplyRow(
        supply=name, kiosks=len(rows), empty=empty, soon=soon, places=tuple(sorted(places, key=_first_empty)[:PLACES])
    )


def _first_empty(place: tuple[str, int | None, str | None]) -> tuple[bool, str, int, str]:
    name, left, empty_on = place
    return left != 0, empty_on or "9999", left if left is not None else 2**53, name


# -- commands ----------------------------------------------------------------------------------------------------------


def commands(
    engine: Engine, *, state: str | None = None, kiosk_id: str | None = None, limit: int = 100
) -> tuple[CommandRow, ...]:
    """The newest first."""
    wanted = select(command, _has_content()).order_by(command.c.issued_at.desc(), command.c.id).limit(limit)
    if state is not None:
        wanted = wanted.where(command.c.state == state)
    if kiosk_id is not None:
        wanted = wanted.where(command.c.kiosk == kiosk_id)
    with engine.connect() as connection:
        return tuple(command_row(row) for row in connection.execute(wanted))


def one_command(engine: Engine, order: str) -> CommandRow:
    """Raises Unknown."""
    with engine.connect() as connection:
        row = connection.execute(select(command, _has_content()).where(command.c.id == order)).first()
    if row is None:
        raise Unknown(order)
    return command_row(row)


def command_content(engine: Engine, order: str) -> tuple[bytes, str]:
    """What the kiosk that was asked sent back, and its media type. Raises Unknown."""
    wanted = (
        select(command_reply.c.content, command_reply.c.content_type)
        .join(command, (command.c.id == command_reply.c.command) & (command.c.kiosk == command_reply.c.kiosk))
        .where(command_reply.c.command == order, command_reply.c.content_type != "")
        .order_by(command_reply.c.step.desc())
    )
    with engine.connect() as connection:
        row = connection.execute(wanted).first()
    if row is None or not row.content:
        raise Unknown(order)
    return row.content, row.content_type


def _has_content() -> Any:
    own = (command_reply.c.command == command.c.id) & (command_reply.c.kiosk == command.c.kiosk)
    return exists().where(own, command_reply.c.content_type != "").label("has_content")


def command_row(row: Row[Any]) -> CommandRow:
    """One row of ``command``."""
    values = row._mapping
    return CommandRow(**{name: values[name] for name in CommandRow.model_fields if name in values})


# -- audit and quarantine ----------------------------------------------------------------------------------------------


def audit_trail(
    engine: Engine, *, subject: str | None = None, about: str = "", before: int | None = None, limit: int = 100
) -> tuple[AuditRow, ...]:
    """The newest first; see :func:`kiosk.fleet.store.audit.entries`."""
    with engine.connect() as connection:
        entries = audit.entries(connection, subject=subject, about=about, before=before, limit=limit)
    return tuple(
        AuditRow(
            number=each.number,
            at=each.at,
            actor=each.actor,
            action=each.action,
            subject=each.subject,
            facts=dict(each.facts),
        )
        for each in entries
    )


def audit_check(engine: Engine) -> AuditCheck:
    """Walk the whole chain."""
    with engine.connect() as connection:
        count, _ = audit.head(connection)
        return AuditCheck(entries=count, first_wrong=audit.verify(connection))


def quarantined(engine: Engine, *, before: int | None = None, limit: int = 100) -> tuple[QuarantineRow, ...]:
    """The newest first."""
    with engine.connect() as connection:
        rows = connection.execute(_page(select(quarantine), quarantine.c.id, before, limit)).all()
    return tuple(
        QuarantineRow(
            id=row.id,
            received_at=row.received_at,
            stream=row.stream,
            subject=row.subject,
            reason=row.reason,
            size=row.size,
            start="".join(chr(byte) if 32 <= byte < 127 else "·" for byte in row.payload[:SHOWN]),
        )
        for row in rows
    )


def _page(wanted: Select[Any], number: Any, before: int | None, limit: int) -> Select[Any]:
    if before is not None:
        wanted = wanted.where(number < before)
    return wanted.order_by(number.desc()).limit(limit)
