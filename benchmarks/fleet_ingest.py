"""Ingest into PostgreSQL: broker, workers and database on this machine, TLS and all. Beside it, in the same run, a bare
COPY of the same rows into the same kind of tables: the least that the database itself takes.

What is ingested is what a fleet says in its daily round: a heartbeat of each kiosk (one in thirty seconds), and for
every eight of these two changes of a device's state. It is laid up in the broker's streams first, so that what is
measured is ingest and not the making of messages; a batch is acknowledged after its commit.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from nats.aio.client import Client
from sqlalchemy import Engine, create_engine, text

from benchmarks.figure import Figure
from benchmarks.processes import family, processor_seconds
from kiosk.fleet import subjects
from kiosk.fleet.broker import Broker, free_port
from kiosk.fleet.broker_configuration import BrokerSettings, Users
from kiosk.fleet.connection import connect, ensure_streams
from kiosk.fleet.messages import DeviceState, Heartbeat, Software, Telemetry, encode
from kiosk.fleet.pki import FleetPki, Paths
from kiosk.fleet.store import bulk, intake, tables
from kiosk.fleet.store.database import migrate, open_database

HEARTBEATS, CHANGES = 160_000, 40_000
TARGET = 10_000
JOURNAL = "0123456789abcdef"
NOW = 1_800_000_000_000
DEBIAN_USER = "postgres"
"""PostgreSQL refuses to run as root."""


class Postgres:
    """A server in a folder that is thrown away."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="bench-pg-"))
        self._bin = max(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda each: int(each.parent.name))
        self._as = {"user": DEBIAN_USER} if os.geteuid() == 0 else {}
        if self._as:
            shutil.chown(self.folder, DEBIAN_USER)
        self._run("initdb", "-D", "data", "-U", DEBIAN_USER, "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8")
        with (self.folder / "data" / "postgresql.conf").open("a") as settings:
            settings.write(f"unix_socket_directories = '{self.folder}'\nlisten_addresses = ''\n")
            settings.write("shared_buffers = 1GB\nmax_wal_size = 4GB\n")
        self._run("pg_ctl", "-D", "data", "-l", "server.log", "-w", "start")
        self.pid = int((self.folder / "data" / "postmaster.pid").read_text().splitlines()[0])

    def url(self, name: str = "postgres") -> str:
        return f"postgresql+psycopg://{DEBIAN_USER}@/{name}?host={self.folder}"

    def database(self, name: str) -> str:
        engine = create_engine(self.url(), isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.execute(text(f'CREATE DATABASE "{name}"'))
        engine.dispose()
        return self.url(name)

    def remove(self) -> None:
        self._run("pg_ctl", "-D", "data", "-m", "immediate", "stop")
        shutil.rmtree(self.folder, ignore_errors=True)

    def _run(self, program: str, *words: str) -> None:
        quiet = subprocess.DEVNULL
        subprocess.run(
            [self._bin / program, *words], cwd=self.folder, stdin=quiet, stdout=quiet, stderr=quiet, check=True,
            **self._as,
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Run:
    """``seconds`` from the first row to the last; ``processor``: of workers, of the database and of the broker."""

    messages: int
    seconds: float
    processor: tuple[float, float, float]

    @property
    def rate(self) -> float:
        return self.messages / self.seconds


def heartbeat(number: int, beat: int) -> Heartbeat:
    """Of kiosk ``number``."""
    return Heartbeat(
        kiosk=f"B{number:06}", boot=JOURNAL, number=beat, journal=JOURNAL, sequence=beat, sent_at=NOW + beat,
        uptime=86_400 + beat, software=Software(version="0.1.0", policy="a" * 64, region="990100"),
        works=("identify-card", "identify-id", "issue", "pay", "pin", "print", "query"), banks=("bank_a", "bank_b"),
        state="idle", clock_off=12, certificate_until=NOW + 10**9, disk_free=20 * 2**30, memory=200 * 2**20,
    )  # fmt: skip


def change(number: int, sequence: int) -> Telemetry:
    """A change of a device's state."""
    body = DeviceState(
        device="receipt_printer", kind="receipt_printer", state="online", model="escpos", words={"paper": "low"},
        measures={"sheets": sequence},
    )  # fmt: skip
    return Telemetry(
        kiosk=f"B{number:06}", journal=JOURNAL, sequence=sequence, boot=JOURNAL, happened_at=NOW, sent_at=NOW, body=body
    )


async def lay_up(client: Client) -> None:
    """All messages into the streams."""
    context = client.jetstream()
    await ensure_streams(context)
    for number in range(HEARTBEATS):
        await client.publish(subjects.heartbeat(f"B{number:06}"), encode(heartbeat(number, 1)))
        if number % (HEARTBEATS // CHANGES) == 0:
            message = change(number, 1)
            await client.publish(subjects.telemetry(message.kiosk, "device_state"), encode(message))
        if number % 2000 == 0:
            await client.flush(30)
    await client.flush(30)
    async with asyncio.timeout(60):
        while await laid_up(client) < HEARTBEATS + CHANGES:  # noqa: ASYNC110 -- another process
            await asyncio.sleep(0.1)


async def laid_up(client: Client) -> int:
    """Messages in the streams."""
    total = 0
    for stream in (subjects.TELEMETRY, subjects.HEARTBEATS):
        total += (await client.jetstream().stream_info(stream.name)).state.messages
    return total


async def ingested(postgres: Postgres, folder: Path, workers: int) -> Run:
    """Everything, by so many workers."""
    pki = FleetPki.at(folder / "pki")
    broker = Broker(BrokerSettings("bench", folder / "broker", pki.broker("bench", ["127.0.0.1"]), port=free_port()))
    await broker.start(Users(services=frozenset({"ingest"})))
    paths = pki.service("ingest")
    url = postgres.database(f"ingest{workers}")
    engine = open_database(url)
    migrate(engine)
    running: list[subprocess.Popen[bytes]] = []
    try:
        client = await connect([broker.url], paths, name="bench")
        await lay_up(client)
        database, of_broker = processor_seconds(*family(postgres.pid)), processor_seconds(broker.pid or 0)
        running = [_worker(broker.url, paths, url) for _ in range(workers)]
        stored = 0
        while not stored:
            await asyncio.sleep(0.02)
            stored = await asyncio.to_thread(_stored, engine)
        began, before = time.monotonic(), HEARTBEATS + CHANGES - stored
        own = processor_seconds(*(each.pid for each in running))
        # The database is asked, and seldom: the broker's own count of so many subjects costs it more than to give
        # them out.
        while await asyncio.to_thread(_stored, engine) < HEARTBEATS + CHANGES:  # noqa: ASYNC110
            await asyncio.sleep(0.25)
        seconds = time.monotonic() - began
        spent = (
            processor_seconds(*(each.pid for each in running)) - own,
            processor_seconds(*family(postgres.pid)) - database,
            processor_seconds(broker.pid or 0) - of_broker,
        )
        with engine.connect() as connection:
            for table, rows in (("presence", HEARTBEATS), ("telemetry", CHANGES), ("device_state", CHANGES)):
                found = connection.execute(text(f'SELECT count(*) FROM "{table}"')).scalar_one()
                if found != rows:
                    raise RuntimeError(f"{table}: {found} rows instead of {rows}")
        await client.close()
        return Run(before, seconds, spent)
    finally:
        for each in running:
            each.send_signal(signal.SIGTERM)
            each.wait()
        engine.dispose()
        await broker.stop()


def _stored(engine: Engine) -> int:
    count = "SELECT (SELECT count(*) FROM presence) + (SELECT count(*) FROM telemetry)"
    with engine.connect() as connection:
        return int(connection.execute(text(count)).scalar_one())


def copied(postgres: Postgres) -> Run:
    """The same rows by bare COPY, one transaction a table."""
    engine = open_database(postgres.database("copied"))
    migrate(engine)
    beats = [intake.presence_row(heartbeat(number, 1), NOW) for number in range(HEARTBEATS)]
    told = [change(number * (HEARTBEATS // CHANGES), 1) for number in range(CHANGES)]
    rows = [intake.telemetry_row(each, NOW, encode(each.body)) for each in told]
    before, began = processor_seconds(*family(postgres.pid)), time.monotonic()
    for table, values in ((tables.presence, beats), (tables.telemetry, rows)):
        with engine.begin() as connection:
            bulk.copy(connection, table, values)
    seconds = time.monotonic() - began
    spent = processor_seconds(*family(postgres.pid)) - before
    engine.dispose()
    return Run(HEARTBEATS + CHANGES, seconds, (0.0, spent, 0.0))


def _worker(broker: str, paths: Paths, database: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [
            sys.executable, "-m", "kiosk.fleet.ingest", "--broker", broker, "--certificate", str(paths.certificate),
            "--key", str(paths.key), "--authority", str(paths.authority), "--database", database,
        ],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
    )  # fmt: skip


def measure() -> list[Figure]:
    """Microseconds a message with one worker and with two; beside it the bare COPY."""
    postgres = Postgres()
    figures: list[Figure] = []
    try:
        limit = copied(postgres)
        for workers in (1, 2):
            with tempfile.TemporaryDirectory(prefix="bench-fleet-") as folder:
                run = asyncio.run(ingested(postgres, Path(folder), workers))
            own, database, broker = (1e6 * each / run.messages for each in run.processor)
            note = (
                f"{run.rate:.0f} messages a second; processor time a message: workers {own:.0f} us, "
                f"database {database:.0f} us, broker {broker:.0f} us"
            )
            name = f"ingest, {workers} worker{'s' if workers > 1 else ''}: time a message"
            figures.append(
                Figure(name, 1e6 / run.rate, "us", 1e6 / TARGET, "bare COPY of the rows", 1e6 / limit.rate, note)
            )
    finally:
        postgres.remove()
    return figures
