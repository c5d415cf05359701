"""Ingest: from the broker into the database. Workers keep nothing of their own; run as many as are needed.

Each worker pulls batches of telemetry, heartbeats and replies, stores a batch in one transaction, and acknowledges it
when it is committed. A worker that is killed in between leaves a batch that another gets after a minute: it is stored
already, and counted once. Heartbeats are not acknowledged: one that is lost is worth nothing by then. While the
database is away, batches are held and tried again, and the broker keeps the rest.

``python -m kiosk.fleet.ingest --help`` runs one.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import signal
import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import nats.errors
import psycopg
import sqlalchemy.exc
import structlog
from nats.aio.client import Client
from sqlalchemy import Engine
from sqlalchemy.engine import Connection

from kiosk.clock import Clock, SystemClock
from kiosk.fleet import subjects
from kiosk.fleet.connection import connect
from kiosk.fleet.many_at_once import Pulled
from kiosk.fleet.messages import Heartbeat, Message, Telemetry, Unreadable, decode
from kiosk.fleet.orders import CommandReply
from kiosk.fleet.pki import Paths
from kiosk.fleet.pull import Pull
from kiosk.fleet.store import intake
from kiosk.fleet.store.database import check, open_database
from kiosk.fleet.store.intake import Garbage

log = structlog.get_logger("ingest")

BATCH = 2000
FIRST_PAUSE, LONGEST_PAUSE = 0.2, 5.0
"""Seconds until the next attempt while database or broker are away; twice as long each time."""

BAD_DATA = (
    psycopg.DataError, psycopg.IntegrityError, sqlalchemy.exc.DataError, sqlalchemy.exc.IntegrityError,
    sqlite3.DataError, sqlite3.IntegrityError, OverflowError, ValueError,
)  # fmt: skip
"""What the database says of a message that it cannot keep."""
AWAY = (psycopg.Error, sqlite3.Error, sqlalchemy.exc.SQLAlchemyError, OSError)
BROKER_AWAY = (nats.errors.Error, OSError)

M = TypeVar("M", Telemetry, Heartbeat, CommandReply)

Item = tuple[Any, int]
"""A message, and when the broker had it."""


@dataclass(slots=True)
class Tally:
    """What a lane has done since it began. ``again``: messages that were stored already."""

    stored: int = 0
    again: int = 0
    quarantined: int = 0
    batches: int = 0


@dataclass(frozen=True, slots=True)
class Lane:
    """One stream: how its messages are read and stored. ``store`` returns how many were new."""

    stream: subjects.Stream
    read: Callable[[str, bytes], Message]
    store: Callable[[Connection, list[Item], set[str]], int]


def read_telemetry(subject: str, data: bytes) -> Telemetry:
    """Raises Unreadable, also for telemetry on a subject that is not its own."""
    message = _of_its_subject(subject, decode(Telemetry, data))
    if subject.rpartition(".")[2] != message.body.__struct_config__.tag:
        raise Unreadable("its kind is not that of its subject")
    return message


def read_heartbeat(subject: str, data: bytes) -> Heartbeat:
    """Raises Unreadable, also for a heartbeat on another kiosk's subject."""
    return _of_its_subject(subject, decode(Heartbeat, data))


def read_reply(subject: str, data: bytes) -> CommandReply:
    """Raises Unreadable, also for a reply on another kiosk's subject."""
    return _of_its_subject(subject, decode(CommandReply, data))


def _of_its_subject(subject: str, message: M) -> M:
    if subjects.kiosk_of(subject) != message.kiosk:
        raise Unreadable("its kiosk is not that of its subject")
    return message


LANES = (
    Lane(
        subjects.TELEMETRY,
        read_telemetry,
        lambda connection, batch, known: intake.store_telemetry(connection, batch, known=known),
    ),
    Lane(
        subjects.HEARTBEATS,
        read_heartbeat,
        lambda connection, batch, known: intake.store_heartbeats(connection, batch, known=known),
    ),
    Lane(subjects.REPLIES, read_reply, lambda connection, batch, known: intake.store_replies(connection, batch)),
)


class IngestWorker:
    """One worker. ``received_at``: when a message was had, in milliseconds; by the broker's clock unless a test says
    otherwise. ``batch``: messages stored in one transaction, at most."""

    def __init__(
        self,
        client: Client,
        engine: Engine,
        clock: Clock,
        *,
        batch: int = BATCH,
        received_at: Callable[[Pulled], int] | None = None,
    ) -> None:
        self._client = client
        self._engine = engine
        self._clock = clock
        self._batch = batch
        self._received_at = received_at or had_by_broker
        self._known: set[str] = set()
        self.tally = {lane.stream.name: Tally() for lane in LANES}

    async def run(self) -> None:
        """Until cancelled; what is being stored then is stored, and acknowledged if there is time."""
        async with asyncio.TaskGroup() as group:
            for lane in LANES:
                group.create_task(self._run(lane), name=f"ingest-{lane.stream.name}")

    async def _run(self, lane: Lane) -> None:
        pull = Pull(self._client, lane.stream, self._batch)
        storing: asyncio.Task[None] | None = None
        await pull.start()
        try:
            while True:
                messages = await self._next(pull, lane)
                if storing is not None:
                    await storing
                    storing = None
                if messages:
                    storing = asyncio.create_task(self._take(pull, lane, messages))
        finally:
            if storing is not None:
                storing.cancel()
                await asyncio.wait([storing])
            with contextlib.suppress(*BROKER_AWAY):
                await pull.stop()

    async def _next(self, pull: Pull, lane: Lane) -> list[Pulled]:
        try:
            messages = await pull.next()
        except BROKER_AWAY as error:
            log.warning("broker_away", stream=lane.stream.name, error=type(error).__name__)
            messages = []
        if not messages:
            await self._clock.sleep(FIRST_PAUSE)
        return messages

    async def _take(self, pull: Pull, lane: Lane, messages: list[Pulled]) -> None:
        items: list[tuple[Pulled, Item]] = []
        garbage: list[Garbage] = []
        for message in messages:
            received = self._received_at(message)
            try:
                items.append((message, (lane.read(message.subject, message.data), received)))
            except ValueError as error:
                garbage.append(self._garbage(lane, message, received, str(error)))
        pause = FIRST_PAUSE
        while True:
            try:
                await asyncio.to_thread(self._store, lane, items, garbage)
                break
            except AWAY as error:
                log.error("database_away", stream=lane.stream.name, error=type(error).__name__)
                await self._clock.sleep(pause)
                pause = min(2 * pause, LONGEST_PAUSE)
        self.tally[lane.stream.name].batches += 1
        if not lane.stream.consumer.acknowledges:
            return
        with contextlib.suppress(*BROKER_AWAY):  # given out again, known, acknowledged then
            await pull.acknowledge(messages)

    def _store(self, lane: Lane, items: list[tuple[Pulled, Item]], garbage: list[Garbage]) -> None:
        known = self._known  # a kiosk that a rollback takes away again is added again, for then all is forgotten
        tally = self.tally[lane.stream.name]
        try:
            with self._engine.begin() as connection:
                new = lane.store(connection, [item for _, item in items], known) if items else 0
                if garbage:
                    intake.store_garbage(connection, garbage)
        except BAD_DATA as error:
            self._known = set()
            self._store_apart(lane, items, garbage, error)
            return
        except BaseException:
            self._known = set()
            raise
        tally.stored += new
        tally.again += len(items) - new
        tally.quarantined += len(garbage)
        for each in garbage:
            log.warning("quarantined", stream=each.stream, reason=each.reason[:200])

    def _store_apart(
        self, lane: Lane, items: list[tuple[Pulled, Item]], garbage: list[Garbage], error: Exception
    ) -> None:
        """One of them cannot be kept: find it by halves, put it into quarantine, keep the others."""
        if garbage:
            self._store(lane, [], garbage)
        if len(items) == 1:
            message, (_, received) = items[0]
            reason = f"the database does not take it: {type(error).__name__}"
            self._store(lane, [], [self._garbage(lane, message, received, reason)])
            return
        half = len(items) // 2
        self._store(lane, items[:half], [])
        self._store(lane, items[half:], [])

    @staticmethod
    def _garbage(lane: Lane, message: Pulled, received: int, reason: str) -> Garbage:
        return Garbage(lane.stream.name, delivered(message)[0], received, message.subject, reason, message.data)


def had_by_broker(message: Pulled) -> int:
    """When the broker had a message, in milliseconds by its clock."""
    return delivered(message)[1] // 1_000_000


def delivered(message: Pulled) -> tuple[int, int]:
    """Sequence in the stream, and nanoseconds since 1970, from the subject that JetStream is answered on:
    ``$JS.ACK.[domain.account.]stream.consumer.times.sequence.sequence.nanoseconds.pending[.token]``."""
    tokens = message.reply.split(".")
    first = 5 if len(tokens) == 9 else 7
    return int(tokens[first]), int(tokens[first + 2])


async def ingest(
    urls: Sequence[str],
    paths: Paths,
    database: str,
    *,
    name: str = "ingest",
    batch: int = BATCH,
    clock: Clock | None = None,
) -> None:
    """One worker with a connection and a database of its own, until cancelled."""
    engine = open_database(database)
    try:
        await asyncio.to_thread(check, engine)
        client = await connect(urls, paths, name=name)
        try:
            await IngestWorker(client, engine, clock or SystemClock(), batch=batch).run()
        finally:
            await client.close()
    finally:
        engine.dispose()


def main(words: Sequence[str] | None = None) -> None:
    """The command."""
    parser = argparse.ArgumentParser(prog="python -m kiosk.fleet.ingest", description="One ingest worker.")
    parser.add_argument("--broker", action="append", required=True, metavar="URL")
    for each in ("certificate", "key", "authority"):
        parser.add_argument(f"--{each}", type=Path, required=True)
    parser.add_argument("--database", required=True, metavar="URL")
    parser.add_argument("--batch", type=int, default=BATCH, help="messages stored in one transaction, at most")
    given = parser.parse_args(words)
    paths = Paths(given.certificate, given.key, given.authority)

    async def until_told() -> None:
        task = asyncio.current_task()
        assert task is not None  # noqa: S101 -- within a running loop
        for each in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(each, task.cancel)
        with contextlib.suppress(asyncio.CancelledError):
            await ingest(given.broker, paths, given.database, batch=given.batch)

    asyncio.run(until_told())


if __name__ == "__main__":
    main()
