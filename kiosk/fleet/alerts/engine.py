"""The alert engine: looks at the kiosks that have said something, at the silent ones, and at what nobody acknowledges.

It looks at states, not at messages: what came and went while a kiosk was cut off is history and is never told; what
still stands when the kiosk has told everything is told then. Any number of engines may run; one at a time works.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

import structlog
from sqlalchemy import Engine, Row, delete, func, insert, or_, select, update
from sqlalchemy.engine import Connection
from sqlalchemy.exc import DataError, IntegrityError, SQLAlchemyError

from kiosk.clock import Clock
from kiosk.fleet.alerts import book, rules
from kiosk.fleet.alerts.findings import CERTIFICATE_LEFT, CLOCK_OFF, DISK_FREE, Finding, Known, findings
from kiosk.fleet.alerts.silence import Silence, Standing, silence
from kiosk.fleet.messages import LATE_AFTER
from kiosk.fleet.store import commands, database
from kiosk.fleet.store.tables import attention, condition, device_state, kiosk, position, presence, supply
from kiosk.fleet.store.tables_alerts import alert, alert_member
from kiosk.fleet.store.tables_alerts import silence as silence_table

log = structlog.get_logger("alerts")

LOOK_EVERY = 0.25
SILENCE_EVERY = 5.0
"""Seconds between two looks at who has said something, and at who has not."""
GRACE = 45.0
"""Seconds for which nobody is judged silent after a start, or after the database was away: heartbeats come in first."""
PATIENCE = 5.0
"""Seconds until the next attempt when the database is away."""
LOCK = 718202
VITAL_CODES = ("fleet.clock_wrong", "fleet.certificate_ending", "fleet.disk_low")
OF_SILENCE = (rules.SILENT, rules.MANY_SILENT)


class AlertEngine:
    """``clock``: the fleet's. :meth:`look` and :meth:`look_for_silence` block; each is a transaction of its own."""

    def __init__(self, engine: Engine, clock: Clock) -> None:
        self._engine = engine
        self._clock = clock

    async def run(self) -> None:
        """For ever; cancel it to end it. A database that is away is waited for."""
        silence_due = self._clock.monotonic() + GRACE
        while True:
            try:
                await asyncio.to_thread(self.look)
                if self._clock.monotonic() >= silence_due:
                    silence_due = self._clock.monotonic() + SILENCE_EVERY
                    await asyncio.to_thread(self.look_for_silence)
            except SQLAlchemyError as error:
                log.error("database_away", error=type(error).__name__)
                await self._clock.sleep(PATIENCE)
                silence_due = self._clock.monotonic() + GRACE
            else:
                await self._clock.sleep(LOOK_EVERY)

    def look(self) -> int:
        """Judge the kiosks that have said something since the last look; how many were judged."""
        with self._engine.begin() as connection:
            if not _alone(connection):
                return 0
            rows = connection.execute(select(attention.c.id, attention.c.kiosk).order_by(attention.c.id).limit(20_000))
            seen = rows.all()
        try:
            return self._look_at(seen)
        except (IntegrityError, DataError):
            log.exception("kiosks_judged_apart", kiosks=len({row.kiosk for row in seen}))
            return self._look_apart(seen)

    def _look_at(self, seen: Sequence[Any]) -> int:
        with self._engine.begin() as connection:
            if not seen or not _alone(connection):
                return 0
            behind = self._judge(connection, {row.kiosk for row in seen})
            last = {row.kiosk: row.id for row in seen if row.kiosk in behind}
            _seen_to(connection, [row.id for row in seen if row.id != last.get(row.kiosk)])
            return len({row.kiosk for row in seen} - behind)

    def _look_apart(self, seen: Sequence[Any]) -> int:
        """The database takes the alerts of one of them not: it is passed over, and the others are judged."""
        judged = 0
        for name in sorted({row.kiosk for row in seen}):
            of_it = [row for row in seen if row.kiosk == name]
            try:
                judged += self._look_at(of_it)
            except (IntegrityError, DataError):
                log.exception("kiosk_not_judged", kiosk=name)
                with self._engine.begin() as connection:
                    _seen_to(connection, [row.id for row in of_it])
        return judged

    def look_for_silence(self) -> Silence:
        """Judge who is silent, who is back, what nobody has acknowledged in time, and what has expired."""
        with self._engine.begin() as connection:
            if not _alone(connection):
                return Silence(frozenset(), {}, frozenset())
            now = self._now()
            self._look_at_vitals(connection, now)
            found = self._judge_silence(connection, now)
            book.escalate(connection, now)
            commands.expire(connection, now)
            return found

    # -- what kiosks say -----------------------------------------------------------------------------------------------

    def _judge(self, connection: Connection, names: set[str]) -> set[str]:
        """Those that are still telling of the past are left for later, and returned."""
        now = self._now()
        behind: set[str] = set()
        for part in _parts(names):
            beats = {row.kiosk: row for row in connection.execute(select(presence).where(presence.c.kiosk.in_(part)))}
            places: dict[str, Row[Any]] = {}
            for row in connection.execute(
                select(position).where(position.c.kiosk.in_(part)).order_by(position.c.last_received_at)
            ):
                places[row.kiosk] = row
            devices = _by_kiosk(connection, device_state, part)
            supplies = _by_kiosk(connection, supply, part)
            conditions = _by_kiosk(connection, condition, part)
            standing: dict[str, list[Row[Any]]] = defaultdict(list)
            for row in connection.execute(
                select(alert).where(
                    alert.c.cleared_at.is_(None), alert.c.kiosk.in_(part), alert.c.code.not_in(OF_SILENCE)
                )
            ):
                standing[row.kiosk].append(row)
            for each in sorted(part):
                if _is_behind(places.get(each), beats.get(each)):
                    behind.add(each)
                    continue
                known = Known(devices[each], supplies[each], conditions[each], beats.get(each))
                try:
                    found = findings(known, now)
                except Exception:  # what is known of one makes no sense: the others are watched all the same
                    log.exception("kiosk_not_judged", kiosk=each)
                    continue
                _settle(connection, now, each, found, standing[each])
        return behind

    def _look_at_vitals(self, connection: Connection, now: int) -> None:
        ill = or_(
            presence.c.sent_at - presence.c.seen_at > CLOCK_OFF,
            presence.c.seen_at - presence.c.sent_at > CLOCK_OFF,
            presence.c.certificate_until < now + CERTIFICATE_LEFT,
            presence.c.disk_free < DISK_FREE,
        )
        names = set(connection.execute(select(presence.c.kiosk).where(ill)).scalars())
        alarmed = set(
            connection.execute(
                select(alert.c.kiosk).where(alert.c.cleared_at.is_(None), alert.c.code.in_(VITAL_CODES))
            ).scalars()
        )
        if wanted := [{"kiosk": each} for each in sorted(names ^ alarmed)]:
            connection.execute(insert(attention), wanted)

    # -- what kiosks do not say ----------------------------------------------------------------------------------------

    def _judge_silence(self, connection: Connection, now: int) -> Silence:
        rows = connection.execute(
            select(kiosk.c.id, kiosk.c.line, kiosk.c.site, kiosk.c.online, presence.c.seen_at)
            .join(presence, presence.c.kiosk == kiosk.c.id)
            .where(kiosk.c.retired_at.is_(None))
        ).all()
        standing = {
            row.device: row
            for row in connection.execute(
                select(alert).where(alert.c.cleared_at.is_(None), alert.c.code == rules.MANY_SILENT)
            )
        }
        members = {scope: _members(connection, row.id) for scope, row in standing.items()}
        offline_before = frozenset(row.id for row in rows if not row.online)
        fleet = [Standing(row.id, row.line, row.site, row.seen_at) for row in rows]
        found = silence(fleet, now, members, offline_before)
        seen = {row.id: row.seen_at for row in rows}
        _went_or_came(connection, found.offline, offline_before, seen)
        for scope, group in found.together.items():
            if scope not in standing:
                finding = Finding(scope, rules.MANY_SILENT, min(seen[each] for each in group), facts=_facts(group))
                number = book.open_alert(connection, now, "", finding, members=group)
            else:
                number = standing[scope].id
                book.join(connection, now, number, group - members[scope])
                book.leave(connection, now, number, members[scope] - group)
                if group != members[scope]:
                    book.learned(connection, standing[scope], _facts(group))
        for scope, row in standing.items():
            if scope not in found.together:
                book.clear(connection, now, row.id)
        alone = {
            row.kiosk: row
            for row in connection.execute(
                select(alert).where(alert.c.cleared_at.is_(None), alert.c.code == rules.SILENT)
            )
        }
        for each in sorted(found.alone - alone.keys()):
            book.open_alert(connection, now, each, Finding("kiosk", rules.SILENT, seen[each]))
        for each in sorted(alone.keys() - found.alone):
            book.clear(connection, now, alone[each].id)
        return found

    def _now(self) -> int:
        return int(self._clock.now().timestamp() * 1000)


def _is_behind(place: Row[Any] | None, beat: Row[Any] | None) -> bool:
    """Whether what is known of a kiosk is of the past. It is still telling of it: its last message was late, and no
    heartbeat since says that this was the last. Or ingest is far behind: the broker had the last one long before the
    latest heartbeat, which says that there are more."""
    if place is None:
        return False
    if beat is None or beat.journal != place.journal:
        return bool(place.last_late)
    if place.last_late:
        return bool(beat.sequence > place.highest or beat.seen_at < place.last_received_at)
    return bool(beat.sequence > place.highest and beat.seen_at - place.last_received_at > LATE_AFTER * 1000)


def _seen_to(connection: Connection, numbers: Sequence[int]) -> None:
    for start in range(0, len(numbers), 500):
        connection.execute(delete(attention).where(attention.c.id.in_(numbers[start : start + 500])))


def _settle(
    connection: Connection,
    now: int,
    of: str,
    found: dict[tuple[str, str], Finding],
    standing: Iterable[Row[Any]],
) -> None:
    rows = {(row.device, row.code): row for row in standing}
    for key in sorted(found.keys() - rows.keys()):
        book.open_alert(connection, now, of, found[key])
    for key in sorted(rows.keys() - found.keys()):
        book.clear(connection, now, rows[key].id)
    for key in sorted(rows.keys() & found.keys()):
        if dict(found[key].facts) != rows[key].facts:
            book.learned(connection, rows[key], found[key].facts)


def _went_or_came(
    connection: Connection, offline: frozenset[str], before: frozenset[str], seen: dict[str, int]
) -> None:
    for each in sorted(offline - before):
        connection.execute(update(kiosk).where(kiosk.c.id == each).values(online=False, silent_since=seen[each]))
        known = select(silence_table.c.kiosk).where(
            silence_table.c.kiosk == each, silence_table.c.began_at == seen[each]
        )
        if connection.execute(known).first() is None:
            connection.execute(insert(silence_table).values(kiosk=each, began_at=seen[each]))
    for each in sorted(before - offline):
        connection.execute(update(kiosk).where(kiosk.c.id == each).values(online=True, silent_since=None))
        still = (silence_table.c.kiosk == each) & silence_table.c.ended_at.is_(None)
        connection.execute(update(silence_table).where(still).values(ended_at=seen[each]))


def _facts(group: Iterable[str]) -> dict[str, Any]:
    names = sorted(group)
    return {"kiosks": names, "count": len(names)}


def _members(connection: Connection, number: int) -> frozenset[str]:
    wanted = select(alert_member.c.kiosk).where(alert_member.c.alert == number, alert_member.c.until.is_(None))
    return frozenset(connection.execute(wanted).scalars())


def _by_kiosk(connection: Connection, table: Any, names: list[str]) -> dict[str, list[Row[Any]]]:
    found: dict[str, list[Row[Any]]] = defaultdict(list)
    for row in connection.execute(select(table).where(table.c.kiosk.in_(names))):
        found[row.kiosk].append(row)
    return found


def _parts(names: set[str], size: int = 400) -> Iterable[list[str]]:
    ordered = sorted(names)
    return (ordered[start : start + size] for start in range(0, len(ordered), size))


def _alone(connection: Connection) -> bool:
    """Whether no other engine is at work now. On SQLite the transaction itself sees to it."""
    if not database.is_postgresql(connection):
        return True
    return bool(connection.execute(select(func.pg_try_advisory_xact_lock(LOCK))).scalar_one())
