"""Ingest workers over a real broker, what simulated kiosks say to them, and what is in the database after it."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress

from fleet_far_end import stored
from fleet_stand import Fleet
from nats.aio.client import Client
from sqlalchemy import Engine, func, select
from sqlalchemy.exc import SQLAlchemyError

from kiosk.clock import Clock, SystemClock
from kiosk.fleet.connection import connect
from kiosk.fleet.ingest import IngestWorker
from kiosk.fleet.messages import Telemetry, decode
from kiosk.fleet.simulate.fleet import Post, SimulatedFleet
from kiosk.fleet.store.tables import outcome_day

START = 1_800_000_000_000
Told = dict[str, tuple[int, str]]


def reports(kiosks_count: int, visits: int) -> tuple[list[Post], Told]:
    """What simulated kiosks say within a minute, and what of it must be in the database in the end."""
    fleet = SimulatedFleet(kiosks_count, START, rates=None)
    posts = fleet.step(START + 30_000)
    for _ in range(visits):
        for machine in fleet.kiosks.values():
            machine.business(START + 40_000)
    posts += fleet.step(START + 60_000)
    messages = [decode(Telemetry, each.data) for each in posts if each.message_id]
    return posts, {each.message_id: (each.happened_at, each.body.__struct_config__.tag) for each in messages}


@asynccontextmanager
async def service(fleet: Fleet) -> AsyncIterator[Client]:
    client = await connect([fleet.broker.url], fleet.pki.service("ingest"), name="ingest", give_up_after=10)
    try:
        yield client
    finally:
        await client.close()


@asynccontextmanager
async def worker(
    client: Client, engine: Engine, batch: int = 100, clock: Clock | None = None
) -> AsyncIterator[IngestWorker]:
    at_work = IngestWorker(client, engine, clock or SystemClock(), batch=batch)
    task = asyncio.create_task(at_work.run())
    try:
        yield at_work
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def publish(client: Client, posts: list[Post]) -> None:
    """Telemetry and replies until the broker has them; heartbeats once."""
    simulated = SimulatedFleet(0, START, rates=None)
    await simulated.publish(client, SystemClock(), posts)


async def until(holds: Callable[[], bool], seconds: float = 30.0) -> None:
    async with asyncio.timeout(seconds):
        while not await asyncio.to_thread(holds):
            await SystemClock().sleep(0.05)  # another process works on it


def in_database(engine: Engine) -> Told:
    try:
        with engine.connect() as connection:
            return stored(connection)
    except SQLAlchemyError:
        return {}


def count_of_outcomes(engine: Engine) -> int:
    with engine.connect() as connection:
        return int(connection.execute(select(func.sum(outcome_day.c.count))).scalar_one())


def outcomes(told: Told) -> int:
    return sum(kind == "business_outcome" for _, kind in told.values())


def noise(genuine: bytes, count: int, seed: int = 17) -> list[bytes]:
    """Bytes of chance: half of them nothing at all, half a message in which something was altered, lost or put in."""
    chance = random.Random(seed)
    made = [chance.randbytes(chance.randrange(300)) for _ in range(count // 2)]
    while len(made) < count:
        altered = bytearray(genuine)
        for _ in range(chance.randint(1, 4)):
            at = chance.randrange(len(altered))
            match chance.randrange(3):
                case 0:
                    altered[at] ^= 1 << chance.randrange(8)
                case 1:
                    del altered[at : at + chance.randint(1, 9)]
                case _:
                    altered[at:at] = chance.randbytes(chance.randint(1, 9))
        made.append(bytes(altered))
    return made
