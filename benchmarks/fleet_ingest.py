"""Ingest into PostgreSQL, sustained: whoever speaks, broker, workers and database are all on this machine, TLS and all.

While heartbeats and changes of devices' states come in (:mod:`benchmarks.fleet_load`), the workers store them; whoever
speaks goes no further ahead of the database than :data:`AHEAD` messages, and never waits for less. All 300,000 kiosks
are known before, as they are on any day but the first. In the end every message that was sent must have been stored
once. Beside it, in the same run, a bare COPY of the same rows into the same kind of tables: the least that the database
itself takes.
"""

from __future__ import annotations

import asyncio
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from sqlalchemy import Engine, text

from benchmarks import fleet_load
from benchmarks.figure import Figure
from benchmarks.fleet_postgres import Postgres
from benchmarks.processes import megabytes, processor_seconds
from kiosk.fleet.broker import Broker, free_port
from kiosk.fleet.broker_configuration import BrokerSettings, Users
from kiosk.fleet.connection import connect, ensure_streams
from kiosk.fleet.messages import Heartbeat, Telemetry, encode
from kiosk.fleet.pki import FleetPki, Paths
from kiosk.fleet.store import bulk, intake, tables
from kiosk.fleet.store.database import migrate, open_database

TARGET = 10_000
AHEAD = 60_000
WARM_SECONDS, SECONDS = 4.0, 15.0
LOOK_EVERY = 0.25
STORED_WITHIN = 60.0
COPIED = 100_000
DEARER = 1.25
"""How much dearer a message may be with two workers than with one: they also wait for one another."""


@dataclass(frozen=True, slots=True)
class Cost:
    """Processor seconds: of the workers, of the database, of the broker."""

    workers: float
    database: float
    broker: float

    @property
    def total(self) -> float:
        """All of it."""
        return self.workers + self.database + self.broker

    def since(self, before: Cost) -> Cost:
        """What was spent since."""
        return Cost(self.workers - before.workers, self.database - before.database, self.broker - before.broker)


@dataclass(frozen=True, slots=True)
class Run:
    """``cost`` of ``messages`` in ``seconds``; ``memory``: of one worker, in MB."""

    messages: int
    seconds: float
    cost: Cost
    memory: float

    @property
    def rate(self) -> float:
        """Messages a second."""
        return self.messages / self.seconds

    @property
    def each(self) -> float:
        """Processor microseconds a message, of all that take part."""
        return 1e6 * self.cost.total / self.messages


class Far:
    """The far end of one run: database, broker, workers; entered with ``async with``."""

    def __init__(self, postgres: Postgres, folder: Path, workers: int, database: str) -> None:
        self._postgres = postgres
        self._workers = workers
        self._folder = folder
        self.url = postgres.database(database)
        self.engine: Engine = open_database(self.url)
        pki = FleetPki.at(folder / "pki")
        files = pki.broker("bench", ["127.0.0.1"])
        self.broker = Broker(BrokerSettings("bench", folder / "broker", files, port=free_port()))
        self.paths = pki.service("ingest")
        self.running: list[subprocess.Popen[bytes]] = []

    async def __aenter__(self) -> Far:
        migrate(self.engine)
        await self.broker.start(Users(services=frozenset({"ingest"})))
        client = await connect([self.broker.url], self.paths, name="bench")
        await ensure_streams(client.jetstream())
        await client.close()
        return self

    async def __aexit__(self, *_: object) -> None:
        for each in self.running:
            each.send_signal(signal.SIGTERM)
            each.wait()
        self.engine.dispose()
        await self.broker.stop()

    def start_workers(self) -> None:
        """As ``kiosk fleet run --part ingest`` would, each a process."""
        with (self._folder / "workers.log").open("ab") as log:
            self.running = [_worker(self.broker.url, self.paths, self.url, log) for _ in range(self._workers)]

    def said(self) -> str:
        """The last words of the workers."""
        return (self._folder / "workers.log").read_text(errors="replace")[-2000:]

    def stored(self) -> int:
        """About how many messages were stored, by the database's own statistics: some second old, and for nothing."""
        wanted = (
            "SELECT coalesce(sum(n_tup_ins + n_tup_upd), 0) FROM pg_stat_user_tables "
            "WHERE relname IN ('presence', 'telemetry')"
        )
        with self.engine.connect() as connection:
            return int(connection.execute(text(wanted)).scalar_one())

    def cost(self) -> Cost:
        """So far. Raises RuntimeError if a worker has ended."""
        if any(each.poll() is not None for each in self.running):
            raise RuntimeError(f"a worker has ended: {self.said()}")
        return Cost(
            processor_seconds(*(each.pid for each in self.running)),
            self._postgres.processor_seconds(),
            processor_seconds(self.broker.pid or 0),
        )


async def sustained(postgres: Postgres, folder: Path, workers: int) -> Run:
    """So many workers for :data:`SECONDS`."""
    async with Far(postgres, folder, workers, f"ingest{workers}") as far:
        acquaint(far.engine)
        await asyncio.to_thread(postgres.settle)
        far.start_workers()
        before = far.stored()
        speaking = _speaking(far.broker.url, far.paths)
        assert speaking.stdin is not None
        try:
            begun, marks = time.monotonic(), []
            sent = 0
            for due in (WARM_SECONDS, WARM_SECONDS + SECONDS):
                while time.monotonic() < begun + due:
                    stored = await asyncio.to_thread(far.stored) - before
                    sent = max(sent, stored + AHEAD)
                    speaking.stdin.write(f"{sent}\n".encode())
                    speaking.stdin.flush()
                    await asyncio.sleep(LOOK_EVERY)
                marks.append((time.monotonic(), await asyncio.to_thread(far.stored), far.cost()))
            memory = megabytes(far.running[0].pid)
            await asyncio.to_thread(_end, speaking)
            try:
                await _all_stored(far.engine, sent)
            except RuntimeError as error:
                raise RuntimeError(f"{error}; the workers say: {far.said()}") from None
        finally:
            if speaking.poll() is None:
                speaking.kill()
            speaking.wait()
        (since, first, spent), (until, last, spent_then) = marks
        return Run(last - first, until - since, spent_then.since(spent), memory)


def acquaint(engine: Engine) -> None:
    """All kiosks as they were before: each with a heartbeat."""
    kiosks = [(fleet_load.name(number), "", "", "", fleet_load.NOW, True) for number in range(fleet_load.KIOSKS)]
    beats = [intake.presence_row(fleet_load.heartbeat(number, 0), 0) for number in range(fleet_load.KIOSKS)]
    with engine.begin() as connection:
        bulk.put_new(connection, intake.KIOSK, kiosks)
        bulk.copy(connection, tables.presence, beats)


async def _all_stored(engine: Engine, sent: int) -> None:
    """Every message once. Raises RuntimeError."""
    wanted = (
        'SELECT (SELECT sum("number") FROM presence), (SELECT count(*) FROM telemetry), '
        "(SELECT sum(stored) FROM position)"
    )
    changes = sent // (fleet_load.HEARTBEATS_A_CHANGE + 1)
    until = time.monotonic() + STORED_WITHIN
    found: tuple[int, ...] = ()
    while found != (sent - changes, changes, changes):
        if time.monotonic() > until:
            told = f"{sent - changes} heartbeats and {changes} changes were sent"
            raise RuntimeError(f"{told}; stored: {found[0]} and {found[1]}, {found[2]} counted")
        await asyncio.sleep(0.5)
        with engine.connect() as connection:
            found = tuple(int(each or 0) for each in connection.execute(text(wanted)).one())


def copied(postgres: Postgres) -> Run:
    """The same rows by bare COPY, one transaction a table."""
    engine = open_database(postgres.database("copied"))
    migrate(engine)
    source = fleet_load.messages()
    beats, told = [], []
    for each in (next(source) for _ in range(COPIED)):
        if isinstance(each, Heartbeat):
            beats.append(intake.presence_row(each, fleet_load.NOW))
        elif isinstance(each, Telemetry):
            told.append(intake.telemetry_row(each, fleet_load.NOW, encode(each.body)))
    before, began = postgres.processor_seconds(), time.monotonic()
    for table, values in ((tables.presence, beats), (tables.telemetry, told)):
        with engine.begin() as connection:
            bulk.copy(connection, table, values)
    seconds = time.monotonic() - began
    spent = postgres.processor_seconds() - before
    engine.dispose()
    return Run(COPIED, seconds, Cost(0.0, spent, 0.0), 0.0)


def _worker(broker: str, paths: Paths, database: str, log: IO[bytes]) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [
            sys.executable, "-m", "kiosk.fleet.ingest", "--broker", broker, "--certificate", str(paths.certificate),
            "--key", str(paths.key), "--authority", str(paths.authority), "--database", database,
        ],
        stdin=subprocess.DEVNULL,
        stdout=log,
        stderr=log,
    )  # fmt: skip


def _speaking(broker: str, paths: Paths) -> subprocess.Popen[bytes]:
    files = (str(each) for each in (paths.certificate, paths.key, paths.authority))
    return subprocess.Popen([sys.executable, "-m", "benchmarks.fleet_load", broker, *files], stdin=subprocess.PIPE)


def _end(speaking: subprocess.Popen[bytes]) -> None:
    speaking.communicate(timeout=60)
    if speaking.returncode:
        raise RuntimeError("whoever speaks for the kiosks has failed")


def measure() -> list[Figure]:
    """Messages a second with one worker and with two; what a message costs with one, and with two."""
    with Postgres() as postgres:
        limit = copied(postgres)
        runs = []
        for workers in (1, 2):
            with tempfile.TemporaryDirectory(prefix="bench-fleet-") as folder:
                runs.append(asyncio.run(sustained(postgres, Path(folder), workers)))
    figures = []
    for workers, run in enumerate(runs, 1):
        own, database, broker = (
            1e6 * each / run.messages for each in (run.cost.workers, run.cost.database, run.cost.broker)
        )
        note = (
            f"processor time a message: workers {own:.0f} us, database {database:.0f} us, broker {broker:.0f} us; "
            f"a worker takes {run.memory:.0f} MB"
        )
        name = f"ingest, sustained, {workers} worker{'s' if workers > 1 else ''}"
        beside = "bare COPY of the rows"
        figures.append(Figure(name, run.rate, "messages/s", TARGET, beside, limit.rate, note, at_least=True))
    one, two = runs
    figures.append(
        Figure("a message's processor time, 2 workers", two.each, "us", DEARER * one.each, "with 1 worker", one.each)
    )
    return figures
