"""What kiosks say, into the tables: a batch at a time, in the caller's transaction, each message counted once.

What is *latest* is replaced only by something newer, so that two workers may store batches of one kiosk in any order.
Rows go in by the order of their keys: workers that meet wait for each other and never in a circle.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

import msgspec
from sqlalchemy import select
from sqlalchemy.engine import Connection

from kiosk.fleet.messages import (
    BusinessOutcome,
    Capabilities,
    Counters,
    DeviceState,
    Event,
    Heartbeat,
    Supplies,
    Telemetry,
)
from kiosk.fleet.orders import CommandReply
from kiosk.fleet.store import bulk, commands, tables
from kiosk.fleet.store.conditions import SERVICE_EVENTS, conditions_of
from kiosk.fleet.store.database import is_postgresql

KEPT_OF_GARBAGE = 64 * 1024
_ZONE, _DAY, _EPOCH = 8 * 3_600_000, 86_400_000, date(1970, 1, 1).toordinal()

_encode = msgspec.json.Encoder().encode


def _columns(table: Any) -> tuple[str, ...]:
    return tuple(column.name for column in table.columns)


KIOSK = bulk.Target(tables.kiosk, ("id", "name", "site", "line", "added_at", "online"))
_TELEMETRY = bulk.Target(tables.telemetry, _columns(tables.telemetry))
_FACET = bulk.Target(tables.facet_change, _columns(tables.facet_change))
_PRESENCE = bulk.latest(tables.presence, 'excluded."seen_at" >= "presence"."seen_at"')
_DEVICE = bulk.latest(tables.device_state)
_STORAGE = bulk.latest(tables.storage_unit)
_SUPPLY = bulk.latest(tables.supply)
_CAPABILITIES = bulk.latest(tables.capabilities)
_CONDITION = bulk.latest(tables.condition)
_COUNTER = bulk.latest(tables.counter_day)
_OUTCOME = bulk.adding(tables.outcome_day, "count")
_STEP = bulk.adding(tables.step_day, "milliseconds", "visits")
_HIGHER = 'CASE WHEN excluded."highest" > "position"."highest" THEN excluded."{0}" ELSE "position"."{0}" END'
_POSITION = bulk.Target(
    tables.position,
    _columns(tables.position),
    {
        "highest": _HIGHER.format("highest"),
        "last_late": _HIGHER.format("last_late"),
        "last_received_at": _HIGHER.format("last_received_at"),
        "stored": '"position"."stored" + excluded."stored"',
    },
)
_ATTENTION = bulk.Target(tables.attention, ("kiosk",))
_QUARANTINE = bulk.Target(
    tables.quarantine,
    ("received_at", "stream", "stream_sequence", "digest", "subject", "reason", "size", "payload"),
)


@dataclass(frozen=True, slots=True)
class Garbage:
    """What could not be read, and why."""

    stream: str
    stream_sequence: int
    received_at: int
    subject: str
    reason: str
    payload: bytes


def store_telemetry(connection: Connection, batch: Iterable[tuple[Telemetry, int]], *, known: set[str]) -> int:
    """Messages, each with when the broker had it; how many were new. ``known``: kiosks that are in the table; those
    that are not are added to both, so after a rollback it must be thrown away."""
    rows: dict[tuple[str, str, int], tuple[Telemetry, int, bytes]] = {}
    for message, received in batch:
        key = (message.kiosk, message.journal, message.sequence)
        rows.setdefault(key, (message, received, _encode(message.body)))
    ordered = [rows[key] for key in sorted(rows)]
    _acquaint(connection, ((message.kiosk, received) for message, received, _ in ordered), known)
    values = [telemetry_row(*each) for each in ordered]
    new = bulk.put_new(connection, _TELEMETRY, values)
    if len(new) < len(values):
        fresh = {row[:3] for row in new}
        ordered = [each for each in ordered if (each[0].kiosk, each[0].journal, each[0].sequence) in fresh]
    if ordered:
        _Derived(ordered).store(connection)
    return len(new)


def store_heartbeats(connection: Connection, batch: Iterable[tuple[Heartbeat, int]], *, known: set[str]) -> int:
    """Heartbeats, each with when the broker had it; how many kiosks they were of. Not waited for to reach the disk."""
    if is_postgresql(connection):
        connection.exec_driver_sql("SET LOCAL synchronous_commit TO OFF")
    newest: dict[str, tuple[Heartbeat, int]] = {}
    for message, seen in batch:
        if message.kiosk not in newest or newest[message.kiosk][1] <= seen:
            newest[message.kiosk] = (message, seen)
    _acquaint(connection, ((name, seen) for name, (_, seen) in newest.items()), known)
    bulk.put(connection, _PRESENCE, [presence_row(*newest[name]) for name in sorted(newest)])
    return len(newest)


def store_replies(connection: Connection, batch: Iterable[tuple[CommandReply, int]]) -> int:
    """Replies to commands, each with when the broker had it; how many were new."""
    return sum(
        commands.answered(
            connection,
            received,
            {
                "kiosk": reply.kiosk, "command": reply.command, "step": reply.step, "state": reply.state.value,
                "at": reply.at, "received_at": received, "content": reply.content or None,
                "refusal": None if reply.refusal is None else reply.refusal.value, "facts": dict(reply.facts),
                "content_type": reply.content_type,
            },
        )
        for reply, received in batch
    )  # fmt: skip


def store_garbage(connection: Connection, batch: Iterable[Garbage]) -> None:
    """Put away what could not be read, once each."""
    values = [
        (
            each.received_at, each.stream, each.stream_sequence, hashlib.sha256(each.payload).hexdigest(),
            each.subject.replace("\0", "?"), each.reason.replace("\0", "?")[:2000], len(each.payload),
            each.payload[:KEPT_OF_GARBAGE],
        )
        for each in batch
    ]  # fmt: skip
    bulk.put(connection, _QUARANTINE, values)


class _Derived:
    """Everything that follows from messages that are new, ordered by kiosk, journal, sequence."""

    def __init__(self, messages: Sequence[tuple[Telemetry, int, bytes]]) -> None:
        self._positions: dict[tuple[str, str], list[Any]] = {}
        self._latest: dict[bulk.Target, dict[tuple[Any, ...], tuple[Any, ...]]] = {}
        self._dropped: dict[Any, dict[tuple[Any, ...], tuple[Any, ...]]] = {}
        self._sums: dict[bulk.Target, dict[tuple[Any, ...], list[int]]] = {}
        self._facets: dict[tuple[Any, ...], tuple[Any, ...]] = {}
        self._attention: set[str] = set()
        for message, received, _ in messages:
            self._place(message, received)
            self._body(message, (message.journal, message.sequence, message.happened_at, received))

    def store(self, connection: Connection) -> None:
        bulk.put(connection, _POSITION, [(*key, *self._positions[key]) for key in sorted(self._positions)])
        for table, parents in self._dropped.items():
            names = ("kiosk",) if table is tables.supply else ("kiosk", "device")
            bulk.drop_older(connection, table, names, [parents[key] for key in sorted(parents)])
        for target in (_DEVICE, _STORAGE, _SUPPLY, _CAPABILITIES, _CONDITION, _COUNTER):
            rows = self._latest.get(target, {})
            bulk.put(connection, target, [rows[key] for key in sorted(rows)])
        for target in (_OUTCOME, _STEP):
            sums = self._sums.get(target, {})
            bulk.put(connection, target, [(*key, *sums[key]) for key in sorted(sums)])
        bulk.put_new(connection, _FACET, [self._facets[key] for key in sorted(self._facets)])
        bulk.put(connection, _ATTENTION, [(name,) for name in sorted(self._attention)])

    def _place(self, message: Telemetry, received: int) -> None:
        key = (message.kiosk, message.journal)
        # began_at, highest, stored, last_received_at, last_late: in the order of the table
        place = self._positions.setdefault(key, [received, 0, 0, received, False])
        place[1] = message.sequence
        place[2] += 1
        place[3] = received
        place[4] = message.late
        if message.late:
            self._attention.add(message.kiosk)

    def _body(self, message: Telemetry, origin: tuple[str, int, int, int]) -> None:
        name, body = message.kiosk, message.body
        if isinstance(body, DeviceState):
            self._device(name, body, origin)
        elif isinstance(body, Supplies):
            self._attention.add(name)
            self._dropped.setdefault(tables.supply, {})[(name,)] = (name, origin[0], origin[1], origin[3])
            for each in body.supplies:
                self._put(_SUPPLY, (name, each.supply), (
                    each.unit, each.left, each.capacity, each.level, each.a_day, each.empty_on, each.soon, each.bank,
                    *origin,
                ))  # fmt: skip
        elif isinstance(body, Capabilities):
            self._put(_CAPABILITIES, (name,), (_text(body.works), _text(body.banks), _text(body.lost), *origin))
            for facet in {*body.works, *body.lost}:
                self._facet(name, facet, origin, facet in body.works)
        elif isinstance(body, Counters):
            for counter, value in body.values.items():
                self._put(_COUNTER, (name, _day(origin[2]), counter), (value, *origin))
        elif isinstance(body, BusinessOutcome):
            day = _day(origin[2])
            key = (name, day, body.service, body.result.value, body.step or "", body.reason or "")
            self._add(_OUTCOME, key, 1)
            for step in body.steps:
                self._add(_STEP, (name, day, body.service, step.step), step.milliseconds, step.visits)
        elif isinstance(body, Event):
            if body.event in SERVICE_EVENTS:
                self._facet(name, "service", origin, SERVICE_EVENTS[body.event])
            for device, code, raised, facts in conditions_of(body):
                self._attention.add(name)
                self._put(_CONDITION, (name, device, code), (raised, message.late, _text(facts), *origin))

    def _device(self, name: str, body: DeviceState, origin: tuple[str, int, int, int]) -> None:
        self._attention.add(name)
        ribbon = None if body.ribbon is None else _text(body.ribbon)
        self._put(_DEVICE, (name, body.device), (
            body.kind, body.state, body.model, body.fault, _text(body.faults), _text(body.words), _text(body.measures),
            ribbon, *origin,
        ))  # fmt: skip
        if body.storage:
            parent = (name, body.device)
            self._dropped.setdefault(tables.storage_unit, {})[parent] = (*parent, origin[0], origin[1], origin[3])
        for each in body.storage:
            self._put(_STORAGE, (name, body.device, each.unit), (
                each.kind, each.level, each.count, each.threshold, each.bank, *origin,
            ))  # fmt: skip

    def _put(self, target: bulk.Target, key: tuple[Any, ...], values: tuple[Any, ...]) -> None:
        """In order of sequence, and of two journals in a batch, the one received last stays."""
        rows = _of(self._latest, target)
        if (before := rows.get(key)) is None or before[-4] == values[-4] or before[-1] <= values[-1]:
            rows[key] = (*key, *values)

    def _add(self, target: bulk.Target, key: tuple[Any, ...], *amounts: int) -> None:
        sums = _of(self._sums, target).setdefault(key, [0] * len(amounts))
        for place, amount in enumerate(amounts):
            sums[place] += amount

    def _facet(self, name: str, facet: str, origin: tuple[str, int, int, int], up: bool) -> None:
        key = (name, facet, origin[0], origin[1])
        self._facets[key] = (*key, origin[2], up)


def _of(by_target: dict[bulk.Target, dict[Any, Any]], target: bulk.Target) -> dict[Any, Any]:
    return by_target.setdefault(target, {})


def _acquaint(connection: Connection, heard: Iterable[tuple[str, int]], known: set[str]) -> None:
    if not known:  # a worker that begins, or that a rollback made forget
        known.update(connection.execute(select(tables.kiosk.c.id)).scalars())
    new = {name: at for name, at in heard if name not in known}
    bulk.put_new(connection, KIOSK, [(name, "", "", "", new[name], True) for name in sorted(new)])
    known.update(new)


def telemetry_row(message: Telemetry, received: int, body: bytes) -> tuple[Any, ...]:
    """A message as a row of ``telemetry``; ``body``: its body as JSON."""
    return (
        message.kiosk, message.journal, message.sequence, message.boot, message.happened_at, message.sent_at, received,
        message.late, message.body.__struct_config__.tag, body.decode(),
    )  # fmt: skip


def presence_row(beat: Heartbeat, seen: int) -> tuple[Any, ...]:
    """A heartbeat as a row of ``presence``."""
    return (
        beat.kiosk, seen, beat.boot, beat.number, beat.journal, beat.sequence, beat.sent_at, beat.uptime,
        beat.software.version, beat.software.policy, beat.software.region, " ".join(beat.works), " ".join(beat.banks),
        beat.state, beat.serving, beat.unsent, beat.dropped, beat.clock_off, beat.certificate_until, beat.disk_free,
        beat.memory,
    )  # fmt: skip


def _text(value: Any) -> str:
    return _encode(value).decode()


@lru_cache(64)
def _day_of(number: int) -> str:
    return date.fromordinal(_EPOCH + number).isoformat()


def _day(instant: int) -> str:
    """The day in the kiosk's zone."""
    return _day_of((instant + _ZONE) // _DAY)
