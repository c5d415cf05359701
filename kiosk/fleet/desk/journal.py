"""What kiosks told, searched from afar (F97): by kiosk, time, kind, event, device, fault, service, result; as CSV.

Card serials and business numbers cannot be searched for here: telemetry has no place for them. Whoever needs them asks
the kiosk itself (the verb ``search_journal``), whose journal has them. What is shown is masked once more all the same:
a kiosk that tells what it should not is shown nowhere.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Engine, Row, or_, select, tuple_
from sqlalchemy.exc import OperationalError

from kiosk.clock import KIOSK_ZONE
from kiosk.fleet.desk.errors import Wrong
from kiosk.fleet.desk.reports import cell
from kiosk.fleet.desk.shapes_reports import Found
from kiosk.fleet.store.database import is_postgresql
from kiosk.fleet.store.tables import telemetry
from kiosk.masking import mask_text

DAY = 86_400_000
LONGEST = 31 * DAY
"""Milliseconds that a search may cover, of one kiosk or of all."""
MOST_IN_CSV = 10_000
PATIENCE = 15_000
"""Milliseconds a search may take on PostgreSQL: kiosks are judged on the same machine."""
AHEAD = DAY
"""Milliseconds by which a kiosk's clock may be ahead of the fleet's and still be found."""


@dataclass(frozen=True, slots=True)
class Search:
    """``since``, ``until``: when it happened, by the kiosk's clock. ``words``: of the body's fields ``event``,
    ``device``, ``service``, ``result``; ``fault``: a code. ``before``: the key of the oldest one seen."""

    since: int
    until: int
    kiosk: str = ""
    kind: str = ""
    event: str = ""
    device: str = ""
    fault: str = ""
    service: str = ""
    result: str = ""
    before: str = ""


def search(engine: Engine, wanted: Search, limit: int = 200) -> tuple[Found, ...]:
    """What fits, the newest first. Raises Wrong."""
    if not 0 <= wanted.until - wanted.since <= LONGEST:
        raise Wrong("from the beginning to the end, 31 days at most", "journal.wrong_time")
    query = select(telemetry).where(*_conditions(wanted)).order_by(*(each.desc() for each in _ORDER)).limit(limit)
    with engine.connect() as connection:
        _hurry(connection)
        try:
            rows = connection.execute(query).all()
        except OperationalError as error:
            if "statement timeout" in str(error):
                raise Wrong("that takes too long: name a kiosk, or fewer days", "journal.too_long") from None
            raise
    return tuple(map(_found, rows))


def search_csv(engine: Engine, wanted: Search) -> Iterator[str]:
    """One line a message, at most :data:`MOST_IN_CSV`. With a byte order mark: spreadsheets then read UTF-8. Raises
    Wrong at once."""
    return _lines(search(engine, wanted, MOST_IN_CSV))


def _lines(found: Sequence[Found]) -> Iterator[str]:
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\r\n")
    buffer.write("\ufeff")
    writer.writerow(("happened_at", "received_at", "late", "kiosk", "journal", "sequence", "kind", "body"))
    for each in found:
        body = json.dumps(each.body, ensure_ascii=False, sort_keys=True)
        instants = (_iso(each.happened_at), _iso(each.received_at))
        line = (*instants, each.late, each.kiosk, each.journal, each.sequence, each.kind, body)
        writer.writerow([cell(value) for value in line])
        yield buffer.getvalue()
        buffer.seek(0)
        buffer.truncate()
    yield buffer.getvalue()


_ORDER = (telemetry.c.happened_at, telemetry.c.kiosk, telemetry.c.journal, telemetry.c.sequence)


def _conditions(wanted: Search) -> Iterator[ColumnElement[bool]]:
    yield telemetry.c.happened_at.between(wanted.since, wanted.until)
    yield telemetry.c.received_at >= wanted.since - AHEAD  # by its index, where no kiosk is named
    if wanted.kiosk:
        yield telemetry.c.kiosk == wanted.kiosk
    if wanted.kind:
        yield telemetry.c.kind == wanted.kind
    for field in ("event", "device", "service", "result"):
        if value := getattr(wanted, field):
            yield telemetry.c.body[field].as_string() == value
    if wanted.fault:
        fault = telemetry.c.body["fault"].as_string()
        yield or_(fault == wanted.fault, fault.startswith(f"{wanted.fault}.", autoescape=True))
    if wanted.before:
        yield tuple_(*_ORDER) < tuple_(*_place(wanted.before))


def _place(key: str) -> tuple[int, str, str, int]:
    try:
        happened, kiosk, journal, sequence = key.split(".")
        return int(happened), kiosk, journal, int(sequence)
    except ValueError:
        raise Wrong("not a key of this search") from None


def _hurry(connection: Connection) -> None:
    if is_postgresql(connection):
        connection.exec_driver_sql(f"SET LOCAL statement_timeout = {PATIENCE}")


def _found(row: Row[Any]) -> Found:
    return Found(
        key=f"{row.happened_at}.{row.kiosk}.{row.journal}.{row.sequence}",
        kiosk=row.kiosk,
        journal=row.journal,
        sequence=row.sequence,
        kind=row.kind,
        happened_at=row.happened_at,
        received_at=row.received_at,
        late=row.late,
        body=_masked(row.body),
    )


def _masked(value: Any) -> Any:
    match value:
        case str():
            return mask_text(value)
        case Mapping():
            return {name: _masked(inner) for name, inner in value.items() if name != "type"}
        case list() | tuple():
            return [_masked(inner) for inner in value]
        case int() if not isinstance(value, bool) and mask_text(str(value)) != str(value):
            return mask_text(str(value))
    return value


def _iso(milliseconds: int) -> str:
    return datetime.fromtimestamp(milliseconds / 1000, KIOSK_ZONE).isoformat(timespec="milliseconds")
