"""What the fleet does not keep for ever is deleted by age, a small transaction at a time: see ``retention.toml``.

Nothing that is counted changes by it: availability of any period, the sums of each day and the audit trail stay, and a
message that is sent twice is known the second time.

::

    group.create_task(Keeper(engine, clock).run())
"""

from __future__ import annotations

import asyncio
import tomllib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

import structlog
from sqlalchemy import ColumnElement, Engine, Row, Table, delete, exists, func, or_, select, tuple_, update
from sqlalchemy.exc import SQLAlchemyError

from kiosk.clock import KIOSK_ZONE, Clock
from kiosk.fleet.access.accounts import sign_in_failure
from kiosk.fleet.members import enrolment_code
from kiosk.fleet.store import audit
from kiosk.fleet.store.database import reading
from kiosk.fleet.store.tables import facet_change, kiosk, position, quarantine, telemetry
from kiosk.fleet.store.tables_alerts import alert, command_reply, contact, delivery

log = structlog.get_logger("retention")

FILE = Path(__file__).with_name("retention.toml")
KEPT = (
    "telemetry", "facet_change", "quarantine", "delivery", "command_content", "contact", "enrolment_code",
    "sign_in_failure",
)  # fmt: skip
"""What has an age, in the order in which it is looked through."""
DAY = 86_400_000

BATCH = 1000
"""Rows that a transaction deletes at most: on SQLite nobody else writes meanwhile."""
KIOSKS = 50
"""Kiosks, or journals of them, that are looked at together."""
PAUSE = 0.02
"""Seconds between two transactions, for everybody else."""
AT = time(3, 30)
"""When it is done, in the kiosks' zone: the halls are closed."""
PATIENCE = 600.0
"""Seconds until the next attempt when the database is away."""


class RetentionError(ValueError):
    """``retention.toml`` cannot be used; the text names the entry."""


@dataclass(frozen=True, slots=True)
class Age:
    """``days`` for which something is kept, ``newest`` that are kept whatever their age, and why."""

    days: int
    reason: str
    newest: int = 0


class Keeper:
    """Deletes what is too old: :meth:`run` once at the start and then every night, or :meth:`round` now. Any number of
    them may run."""

    def __init__(self, engine: Engine, clock: Clock, ages: Mapping[str, Age] | None = None) -> None:
        self._engine = engine
        self._clock = clock
        self._ages = load() if ages is None else ages

    async def run(self) -> None:
        """For ever; cancel it to end it. A database that is away is waited for."""
        while True:
            try:
                await self.round()
            except SQLAlchemyError as error:
                log.error("database_away", error=type(error).__name__)
                await self._clock.sleep(PATIENCE)
            else:
                await self._clock.sleep(seconds_until(AT, self._clock.now()))

    async def round(self) -> Mapping[str, int]:
        """Delete what is too old now; how many rows of what. Audited if there were any."""
        now = int(self._clock.now().timestamp() * 1000)
        gone: Counter[str] = Counter()
        steps = sweep(self._engine, now, self._ages)
        while (step := await asyncio.to_thread(next, steps, None)) is not None:
            gone[step[0]] += step[1]
            await self._clock.sleep(PAUSE)
        if gone.total():
            await asyncio.to_thread(self._write_down, now, dict(gone))
        return gone

    def _write_down(self, now: int, gone: Mapping[str, int]) -> None:
        log.info("old_rows_deleted", **gone)
        with self._engine.begin() as connection:
            audit.append(connection, now, "fleet", audit.Action.RETENTION_DELETED, "store", gone)


@cache
def load(file: Path = FILE) -> Mapping[str, Age]:
    """The ages by what they are of. Raises RetentionError."""
    try:
        entries = tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise RetentionError(f"{file}: {error}") from error
    if entries.keys() != set(KEPT):
        raise RetentionError(f"{file}: there must be {', '.join(KEPT)} and nothing else")
    return MappingProxyType({name: _age(name, entry) for name, entry in entries.items()})


def _age(name: str, entry: Any) -> Age:
    try:
        age = Age(**entry)
    except TypeError as error:
        raise RetentionError(f"{name}: {error}") from error
    if not (isinstance(age.days, int) and age.days > 0 and isinstance(age.newest, int) and age.newest >= 0):
        raise RetentionError(f"{name}: days are a whole number from 1, newest from 0")
    if not isinstance(age.reason, str) or not age.reason.strip():
        raise RetentionError(f"{name}: say why")
    return age


def sweep(engine: Engine, now: int, ages: Mapping[str, Age]) -> Iterator[tuple[str, int]]:
    """Look through everything; after each transaction that deletes: rows of what, and how many."""
    yield from _telemetry(engine, now - ages["telemetry"].days * DAY, ages["telemetry"].newest)
    yield from _facet_changes(engine, now - ages["facet_change"].days * DAY)
    yield from _quarantine(engine, now - ages["quarantine"].days * DAY)
    yield from _deliveries(engine, now - ages["delivery"].days * DAY)
    yield from _contents(engine, now - ages["command_content"].days * DAY)
    yield from _contacts(engine, now - ages["contact"].days * DAY)
    code, failure = enrolment_code.c, sign_in_failure.c
    ended = now - ages["enrolment_code"].days * DAY
    yield from _by_key(engine, "enrolment_code", enrolment_code, code.digest, code.expires_at < ended)
    tried = now - ages["sign_in_failure"].days * DAY
    yield from _by_key(engine, "sign_in_failure", sign_in_failure, failure.id, failure.at < tried)


def seconds_until(at: time, now: datetime) -> float:
    """From ``now`` to the next time that it is ``at`` in the kiosks' zone."""
    local = now.astimezone(KIOSK_ZONE)
    due = local.replace(hour=at.hour, minute=at.minute, second=at.second, microsecond=0)
    return ((due if due > local else due + timedelta(days=1)) - local).total_seconds()


OldPart = tuple[ColumnElement[bool], int]
"""Of a journal: its rows, and the sequence up to which all of them are old."""


def _telemetry(engine: Engine, before: int, newest: int) -> Iterator[tuple[str, int]]:
    """By journal, along the key: messages are received in its order, so what is old is at its beginning."""
    after = ("", "")
    while journals := _journals(engine, before, after):
        parts = _old_parts(engine, journals, before, newest)
        while parts:
            if done := _delete_some(engine, parts):
                yield "telemetry", done
        after = (journals[-1].kiosk, journals[-1].journal)


def _journals(engine: Engine, before: int, after: tuple[str, str]) -> list[Row[Any]]:
    key = tuple_(position.c.kiosk, position.c.journal)
    wanted = select(position.c.kiosk, position.c.journal, position.c.highest)
    wanted = wanted.where(position.c.began_at < before, key > after).order_by(position.c.kiosk, position.c.journal)
    with reading(engine).connect() as connection:
        return list(connection.execute(wanted.limit(KIOSKS)))


def _old_parts(engine: Engine, journals: Iterable[Row[Any]], before: int, newest: int) -> list[OldPart]:
    sequence, found = telemetry.c.sequence, []
    with reading(engine).connect() as connection:
        for row in journals:
            of_it = (telemetry.c.kiosk == row.kiosk) & (telemetry.c.journal == row.journal)
            in_order = select(sequence).where(of_it).order_by(sequence).limit(1)
            first_young = connection.execute(in_order.where(telemetry.c.received_at >= before)).scalar()
            until = row.highest - newest if first_young is None else min(row.highest - newest, first_young - 1)
            if connection.execute(in_order.where(sequence <= until)).first() is not None:
                found.append((of_it, until))
    return found


def _delete_some(engine: Engine, parts: list[OldPart]) -> int:
    """In one transaction; takes away the parts that are gone."""
    sequence, room = telemetry.c.sequence, BATCH
    with engine.begin() as connection:
        while parts and room:
            of_it, until = parts[0]
            first = connection.execute(select(func.min(sequence)).where(of_it)).scalar()
            if first is None or first > until:
                del parts[0]
                continue
            some = sequence.between(first, min(until, first + room - 1))
            room -= connection.execute(delete(telemetry).where(of_it, some)).rowcount
    return BATCH - room


def _facet_changes(engine: Engine, before: int) -> Iterator[tuple[str, int]]:
    """What says again what was so already. Availability reads changes in this order."""
    key = (facet_change.c.kiosk, facet_change.c.facet, facet_change.c.journal, facet_change.c.sequence)
    after = ""
    while names := _kiosks(engine, after):
        up_before = func.lag(facet_change.c.up).over(
            partition_by=(facet_change.c.kiosk, facet_change.c.facet),
            order_by=(facet_change.c.happened_at, facet_change.c.sequence),
        )
        among = facet_change.c.kiosk.between(names[0], names[-1]) & (facet_change.c.happened_at < before)
        seen = select(*key, facet_change.c.up, up_before.label("up_before")).where(among).subquery()
        repeats = select(*(seen.c[each.name] for each in key)).where(seen.c.up == seen.c.up_before)
        with reading(engine).connect() as connection:
            rows = [tuple(row) for row in connection.execute(repeats)]
        for start in range(0, len(rows), BATCH // len(key)):
            with engine.begin() as connection:
                some = tuple_(*key).in_(rows[start : start + BATCH // len(key)])
                done = connection.execute(delete(facet_change).where(some)).rowcount
            yield "facet_change", done
        after = names[-1]


def _kiosks(engine: Engine, after: str) -> list[str]:
    wanted = select(kiosk.c.id).where(kiosk.c.id > after).order_by(kiosk.c.id).limit(KIOSKS)
    with reading(engine).connect() as connection:
        return list(connection.execute(wanted).scalars())


def _quarantine(engine: Engine, before: int) -> Iterator[tuple[str, int]]:
    yield from _by_number(engine, "quarantine", quarantine, quarantine.c.received_at < before)


def _deliveries(engine: Engine, before: int) -> Iterator[tuple[str, int]]:
    open_still = exists().where(alert.c.id == delivery.c.alert, alert.c.cleared_at.is_(None))
    yield from _by_number(engine, "delivery", delivery, (delivery.c.ended_at < before) & ~open_still)


def _contacts(engine: Engine, before: int) -> Iterator[tuple[str, int]]:
    named = exists().where(delivery.c.contact == contact.c.id)
    yield from _by_number(engine, "contact", contact, (contact.c.removed_at < before) & ~named)


def _by_number(engine: Engine, name: str, table: Any, too_old: ColumnElement[bool]) -> Iterator[tuple[str, int]]:
    return _by_key(engine, name, table, table.c.id, too_old)


def _by_key(
    engine: Engine, name: str, table: Table, key: ColumnElement[Any], too_old: ColumnElement[bool]
) -> Iterator[tuple[str, int]]:
    """Rows of a table with a key of one column, from the lowest on; the condition is asked again when deleting."""
    left = too_old
    while True:
        with reading(engine).connect() as connection:
            keys = list(connection.execute(select(key).where(left).order_by(key).limit(BATCH)).scalars())
        if not keys:
            return
        with engine.begin() as connection:
            among = key.between(keys[0], keys[-1])
            done = connection.execute(delete(table).where(among, too_old)).rowcount
        yield name, done
        left = too_old & (key > keys[-1])


def _contents(engine: Engine, before: int) -> Iterator[tuple[str, int]]:
    key = (command_reply.c.command, command_reply.c.step, command_reply.c.kiosk)
    wanted = select(*key).where(
        or_(command_reply.c.content.is_not(None), command_reply.c.content_type != ""),
        command_reply.c.received_at < before,
    )
    while True:
        with reading(engine).connect() as connection:
            rows = [tuple(row) for row in connection.execute(wanted.limit(KIOSKS))]
        if not rows:
            return
        with engine.begin() as connection:
            emptied = update(command_reply).where(tuple_(*key).in_(rows)).values(content=None, content_type="")
            done = connection.execute(emptied).rowcount
        yield "command_content", done
