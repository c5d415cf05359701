"""Ingest against a real broker and real databases: what is killed, cut or garbage loses nothing and counts nothing
twice, compared message by message."""

from __future__ import annotations

import asyncio
import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from pathlib import Path

import pytest
from fleet_databases import empty, engine, postgres
from fleet_ingest_stand import (
    START,
    count_of_outcomes,
    in_database,
    noise,
    outcomes,
    publish,
    reports,
    service,
    until,
    worker,
)
from fleet_stand import Fleet
from postgres_server import PostgresServer
from sqlalchemy import Engine, event, func, select

from kiosk.clock import SystemClock
from kiosk.fleet import ingest, subjects
from kiosk.fleet.connection import ensure_streams
from kiosk.fleet.messages import encode
from kiosk.fleet.orders import CommandReply, CommandState
from kiosk.fleet.simulate.fleet import Post
from kiosk.fleet.store import kiosks
from kiosk.fleet.store.tables import quarantine, telemetry

__all__ = ["empty", "engine", "postgres"]


async def test_everything_sent_twice_is_counted_once(fleet: Fleet, engine: Engine) -> None:
    posts, told = reports(20, 3)
    async with service(fleet) as client:
        await ensure_streams(client.jetstream())
        again = [Post(each.subject, each.data) for each in posts]  # no message id: the broker lets it through
        async with worker(client, engine) as at_work:
            await publish(client, posts)
            await publish(client, again)
            lane = at_work.tally[subjects.TELEMETRY.name]
            await until(lambda: lane.stored + lane.again == 2 * len(told))
        assert in_database(engine) == told
        assert count_of_outcomes(engine) == outcomes(told)
        with engine.connect() as connection:
            glances = kiosks.fleet(connection)
            assert len(glances) == 20
            assert all(each.works and each.seen_at for each in glances)
            assert all(kiosks.gaps(connection, each.id) == {} for each in glances)
        info = await client.jetstream().stream_info(subjects.TELEMETRY.name)
        assert info.state.messages == 0


async def test_garbage_on_every_subject_is_put_into_quarantine(fleet: Fleet, engine: Engine) -> None:
    posts, told = reports(2, 1)
    good = next(each for each in posts if each.message_id and "S00001" in each.subject)
    heartbeat = next(each for each in posts if not each.message_id and "S00001" in each.subject)
    reply = Post(subjects.reply("S00001"), encode(CommandReply(
        kiosk="S00001", command="0" * 16, step=1, state=CommandState.DONE, at=START, verb="test_device",
    )))  # fmt: skip
    state = next(each for each in posts if b"simulated" in each.data and each.message_id)
    nul = state.data.replace(b'"model":"simulated"', b'"model":"a\\u0000b"')
    beat_of_another = heartbeat.data.replace(b'"S00001"', b'"S00091"')
    endless = beat_of_another.replace(b'"clock_off":0', b'"clock_off":%d' % 10**30)  # no column takes it
    assert endless != beat_of_another
    bad = [
        (state.subject, nul),
        (good.subject, b""),
        (good.subject, b"\xff\xfe" * 50),
        (good.subject, b"[" * 100_000),
        (good.subject, good.data + b"{"),
        (subjects.telemetry("S99999", "event"), good.data),
        (good.subject.rpartition(".")[0] + ".counters", good.data),
        (subjects.telemetry("S00001", "nonsense"), good.data),
        (heartbeat.subject, b"null"),
        (subjects.heartbeat("S88888"), heartbeat.data),
        (subjects.reply("S00001"), b'{"command":"x"}'),
        (subjects.reply("S00001"), bytes(range(256))),
    ]
    for lane, genuine in zip(ingest.LANES, (good, heartbeat, reply), strict=True):
        for number, data in enumerate(noise(genuine.data, 60)):
            subject = genuine.subject.replace("S00001", f"S7{number:04}")  # of a heartbeat the last is kept
            with pytest.raises(ValueError):
                lane.read(subject, data)
            bad.append((subject, data))
    async with service(fleet) as client:
        context = client.jetstream()
        await ensure_streams(context)
        async with worker(client, engine) as at_work:
            for subject, data in bad:
                await context.publish(subject, data)
            await publish(client, posts)
            await context.publish(subjects.heartbeat("S00091"), endless)
            await until(lambda: sum(each.quarantined for each in at_work.tally.values()) == len(bad) + 1)
            await until(lambda: len(in_database(engine)) == len(told))
        assert told.items() <= in_database(engine).items()
        with engine.connect() as connection:
            rows = connection.execute(select(quarantine)).all()
        assert sorted((row.subject, row.payload) for row in rows if row.payload != endless) == sorted(
            (subject, data[: 64 * 1024]) for subject, data in bad
        )
        assert all(row.reason for row in rows)
        assert sum(row.reason.startswith("the database does not take it") for row in rows) == 1
        for name in (subjects.TELEMETRY.name, subjects.REPLIES.name):
            assert (await context.stream_info(name)).state.messages == 0


async def test_a_broker_that_is_killed_loses_nothing(fleet: Fleet, engine: Engine) -> None:
    posts, told = reports(20, 5)
    half = len(posts) // 2
    async with service(fleet) as client, service(fleet) as speaker:
        await ensure_streams(client.jetstream())
        async with worker(client, engine, batch=50):
            await publish(speaker, posts[:half])
            await fleet.broker.kill()
            await publish(speaker, posts[half:])
            await until(lambda: len(in_database(engine)) == len(told), 60)
    assert in_database(engine) == told
    assert count_of_outcomes(engine) == outcomes(told)


@asynccontextmanager
async def away(engine: Engine, postgres: PostgresServer) -> AsyncIterator[None]:
    """PostgreSQL as if its power were cut; a SQLite that another keeps locked for longer than anyone waits."""
    if engine.dialect.name == "postgresql":
        await asyncio.to_thread(postgres.stop, how="immediate")
        try:
            yield
        finally:
            await asyncio.to_thread(postgres.start)
        return
    engine.dispose()
    event.listen(engine, "connect", lambda connection, _: connection.execute("PRAGMA busy_timeout = 50"))
    with closing(sqlite3.connect(str(engine.url.database), isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        yield


async def test_a_database_that_is_away_is_waited_for(
    fleet: Fleet, engine: Engine, postgres: PostgresServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """For longer than the broker lends a message out: what a worker holds comes to it again meanwhile. A minute in
    life, a second here."""
    monkeypatch.setattr(ingest, "LONGEST_PAUSE", 0.2)
    posts, told = reports(20, 5)
    half = len(posts) // 2
    async with service(fleet) as client:
        context = client.jetstream()
        await ensure_streams(context)
        stream, consumer = subjects.TELEMETRY.name, subjects.TELEMETRY.consumer.name
        config = (await context.consumer_info(stream, consumer)).config
        config.ack_wait = 1
        await context.add_consumer(stream, config)
        async with worker(client, engine, batch=2000) as at_work:
            await publish(client, posts[:half])
            async with away(engine, postgres):
                await publish(client, posts[half:])
                async with asyncio.timeout(30):
                    while not (await context.consumer_info(stream, consumer)).num_redelivered:
                        await SystemClock().sleep(0.05)
                assert at_work.tally[stream].stored < len(told)
            await until(lambda: len(in_database(engine)) == len(told), 60)
            await until(lambda: at_work.tally[stream].stored == len(told) and bool(at_work.tally[stream].again))
    assert in_database(engine) == told
    assert count_of_outcomes(engine) == outcomes(told)


@pytest.mark.parametrize("kills", [4])
async def test_workers_that_are_killed_lose_nothing(fleet: Fleet, engine: Engine, kills: int, tmp_path: Path) -> None:
    posts, told = reports(20, 100)
    paths = fleet.pki.service("ingest")
    command = [
        sys.executable, "-m", "kiosk.fleet.ingest", "--broker", fleet.broker.url, "--certificate",
        str(paths.certificate), "--key", str(paths.key), "--authority", str(paths.authority), "--database",
        engine.url.render_as_string(hide_password=False), "--batch", "20",
    ]  # fmt: skip

    def start() -> subprocess.Popen[bytes]:
        return subprocess.Popen(command, stdin=subprocess.DEVNULL, cwd=Path(__file__).parents[2])

    async with service(fleet) as client:
        context = client.jetstream()
        await ensure_streams(context)
        # what a killed worker held is given out again after 3 s instead of a minute
        consumer = await context.consumer_info(subjects.TELEMETRY.name, subjects.TELEMETRY.consumer.name)
        consumer.config.ack_wait = 3
        await context.add_consumer(subjects.TELEMETRY.name, consumer.config)
        await publish(client, posts)
        workers = [start()]
        try:
            for _ in range(kills):
                before = len(in_database(engine))
                await until(lambda before=before: len(in_database(engine)) > min(before, len(told) - 1), 60)  # type: ignore[misc]
                os.kill(workers[-1].pid, signal.SIGKILL)
                workers.append(start())
            await until(lambda: len(in_database(engine)) == len(told), 60)
            consumer = await context.consumer_info(subjects.TELEMETRY.name, subjects.TELEMETRY.consumer.name)
            assert consumer.delivered is not None
            assert consumer.delivered.consumer_seq > len(told), "no message was given out twice: nothing was tried"
            async with asyncio.timeout(60):
                while (await context.stream_info(subjects.TELEMETRY.name)).state.messages:
                    await SystemClock().sleep(0.1)
        finally:
            for each in workers:
                each.kill()
                each.wait()
    assert in_database(engine) == told
    assert count_of_outcomes(engine) == outcomes(told)
    with engine.connect() as connection:
        assert connection.execute(select(func.count()).select_from(telemetry)).scalar_one() == len(told)
