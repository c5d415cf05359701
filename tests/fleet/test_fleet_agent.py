"""The kiosk's agent against a real broker: in order, counted once, through every outage; heard when it is there."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest
from fleet_stand import Fleet
from nats.aio.client import Client
from nats.js import JetStreamContext

from kiosk.clock import SystemClock
from kiosk.fleet import subjects
from kiosk.fleet.connection import connect, ensure_streams
from kiosk.fleet.enrolment_messages import Enrolled
from kiosk.fleet.messages import Counters, Event, EventName, Heartbeat, Software, Telemetry, decode, encode
from kiosk.health.agent import FleetAgent
from kiosk.health.telemetry import Telemetry as TelemetryWriter
from kiosk.journal.store import Journal

SLOW = 30.0


def join(fleet: Fleet, kiosk: str, folder: Path) -> Path:
    """A kiosk's membership, as enrolment leaves it."""
    paths = fleet.kiosk(kiosk)
    folder.mkdir(parents=True)
    (folder / "member.pem").write_bytes(paths.certificate.read_bytes() + paths.key.read_bytes())
    (folder / "brokers.pem").write_bytes(paths.authority.read_bytes())
    answer = Enrolled(
        kiosk=kiosk,
        certificate=paths.certificate.read_text(),
        authority=paths.authority.read_text(),
        keys=(),
        brokers=(fleet.broker.url,),
    )
    (folder / "membership.json").write_bytes(encode(answer))
    return folder


class Kiosk:
    """A journal and an agent, as in a controller."""

    def __init__(
        self, folder: Path, kiosk: str, journal_file: Path, *, now: Callable[[], datetime] | None = None
    ) -> None:
        clock = SystemClock()
        if now is not None:
            clock.now = now  # type: ignore[method-assign]
        self.journal = Journal(journal_file, clock, kiosk)
        self.telemetry = TelemetryWriter(self.journal)
        self.heard: asyncio.Queue[bytes] = asyncio.Queue()
        self.agent = FleetAgent(
            kiosk,
            folder,
            self.journal,
            clock,
            heartbeat=lambda number: Heartbeat(
                kiosk=kiosk,
                boot=self.telemetry.boot,
                number=number,
                journal=self.journal.telemetry.journal,
                sequence=self.journal.telemetry.backlog().last,
                sent_at=1,
                uptime=1,
                software=Software(version="test"),
            ),
            hear=self._hear,
            reconnect_seconds=1,
        )
        self.telemetry.on_news = self.agent.news
        self.task: asyncio.Task[None] | None = None

    async def _hear(self, data: bytes) -> None:
        self.heard.put_nowait(data)

    def start(self) -> None:
        self.task = asyncio.create_task(self.agent.run())

    async def end(self) -> None:
        if self.task is not None:
            self.task.cancel()
            await asyncio.wait([self.task])
        self.journal.close()

    async def write(self, first: int, count: int) -> None:
        for number in range(first, first + count):
            await asyncio.to_thread(self.telemetry.write, Counters(values={"n": number}))


@pytest.fixture
async def service(fleet: Fleet) -> AsyncIterator[Client]:
    client = await connect([fleet.broker.url], fleet.pki.service("ingest"), name="ingest")
    await ensure_streams(client.jetstream())
    yield client
    await client.close()


async def collect(context: JetStreamContext, count: int, before: Sequence[Telemetry] = ()) -> list[Telemetry]:
    """Take messages off the stream, as ingest does, until there are so many, those of ``before`` among them; what a
    killed broker hands out again comes again here too and is not counted."""
    got = list(before)
    async with asyncio.timeout(SLOW):
        pull = await context.pull_subscribe_bind(consumer="ingest-telemetry", stream="TELEMETRY")
        while len({each.message_id for each in got}) < count:
            try:
                batch = await pull.fetch(100, timeout=1)
            except TimeoutError:
                continue
            for message in batch:
                telemetry = decode(Telemetry, message.data)
                assert message.headers is not None
                assert message.headers["Nats-Msg-Id"] == telemetry.message_id
                assert subjects.kiosk_of(message.subject) == telemetry.kiosk
                got.append(telemetry)
                await message.ack_sync()
    return got


def numbers(got: list[Telemetry]) -> list[int]:
    return [each.body.values["n"] for each in got if isinstance(each.body, Counters)]


async def test_what_was_written_before_there_was_a_network_comes_in_order(
    fleet: Fleet, service: Client, tmp_path: Path
) -> None:
    kiosk = Kiosk(join(fleet, "K0001", tmp_path / "member"), "K0001", tmp_path / "journal.db")
    await kiosk.write(0, 150)
    kiosk.start()
    got = await collect(service.jetstream(), 150)
    assert numbers(got) == list(range(150))
    assert [each.sequence for each in got] == list(range(1, 151))
    assert {each.late for each in got} == {False}
    await kiosk.end()
    assert (await service.jetstream().stream_info("TELEMETRY")).state.messages == 0


async def test_old_news_is_marked_late(fleet: Fleet, service: Client, tmp_path: Path) -> None:
    day = [datetime(2026, 3, 2, 8, 0, tzinfo=UTC)]
    kiosk = Kiosk(join(fleet, "K0001", tmp_path / "m"), "K0001", tmp_path / "journal.db", now=lambda: day[0])
    await kiosk.write(0, 2)
    day[0] = datetime(2026, 3, 3, 8, 0, tzinfo=UTC)
    await kiosk.write(2, 1)
    kiosk.start()
    got = await collect(service.jetstream(), 3)
    assert [each.late for each in got] == [True, True, False]
    assert [each.sent_at - each.happened_at for each in got] == [86_400_000, 86_400_000, 0]
    await kiosk.end()


async def test_the_broker_is_killed_under_load_and_nothing_is_lost_or_doubled(
    fleet: Fleet, service: Client, tmp_path: Path
) -> None:
    kiosk = Kiosk(join(fleet, "K0001", tmp_path / "member"), "K0001", tmp_path / "journal.db")
    kiosk.start()
    writing = asyncio.create_task(kiosk.write(0, 300))
    context = service.jetstream(timeout=2)
    got = await collect(context, 20)
    await fleet.broker.kill()
    await writing
    again = await connect([fleet.broker.url], fleet.pki.service("api"), name="api")
    got = await collect(again.jetstream(), 300, got)
    first_seen = list(dict.fromkeys(each.sequence for each in got))
    assert first_seen == list(range(1, 301))
    assert len({each.message_id for each in got}) == 300
    await again.close()
    await kiosk.end()
    assert kiosk.agent.connected is False


async def test_a_cut_after_sending_sends_again_and_the_broker_counts_once(
    fleet: Fleet, service: Client, tmp_path: Path
) -> None:
    folder, file = join(fleet, "K0001", tmp_path / "member"), tmp_path / "journal.db"
    kiosk = Kiosk(folder, "K0001", file)
    await kiosk.write(0, 10)
    kiosk.journal.telemetry.sent = lambda up_to: None  # type: ignore[method-assign]  # power goes before it is noted
    kiosk.start()
    got = await collect(service.jetstream(), 10)
    await kiosk.end()
    second = Kiosk(folder, "K0001", file)
    await second.write(10, 1)
    second.start()
    got += await collect(service.jetstream(), 1)
    assert numbers(got) == list(range(11))
    assert got[0].boot != got[-1].boot
    assert got[0].journal == got[-1].journal
    await second.end()


async def test_a_full_stream_refuses_and_the_kiosk_keeps(fleet: Fleet, service: Client, tmp_path: Path) -> None:
    context = service.jetstream()
    config = (await context.stream_info("TELEMETRY")).config
    config.max_msgs = 5
    await context.update_stream(config)
    kiosk = Kiosk(join(fleet, "K0001", tmp_path / "member"), "K0001", tmp_path / "journal.db")
    await kiosk.write(0, 12)
    kiosk.start()
    got = await collect(context, 12)
    assert numbers(got) == list(range(12))
    await kiosk.end()


async def test_heartbeats_come_and_only_the_latest_is_kept(fleet: Fleet, service: Client, tmp_path: Path) -> None:
    kiosk = Kiosk(join(fleet, "K0001", tmp_path / "member"), "K0001", tmp_path / "journal.db")
    live = await service.subscribe(subjects.heartbeat("*"))
    await service.flush()
    kiosk.start()
    message = await live.next_msg(timeout=SLOW)
    heartbeat = decode(Heartbeat, message.data)
    assert (heartbeat.kiosk, heartbeat.number, heartbeat.boot) == ("K0001", 1, kiosk.telemetry.boot)
    await kiosk.end()


async def test_a_command_is_heard(fleet: Fleet, service: Client, tmp_path: Path) -> None:
    kiosk = Kiosk(join(fleet, "K0001", tmp_path / "member"), "K0001", tmp_path / "journal.db")
    live = await service.subscribe(subjects.heartbeat("*"))
    await service.flush()
    kiosk.start()
    await live.next_msg(timeout=SLOW)
    await service.publish(subjects.command("K0001"), b"an order")
    assert await asyncio.wait_for(kiosk.heard.get(), SLOW) == b"an order"
    await kiosk.end()


async def test_two_kiosks_do_not_disturb_each_other(fleet: Fleet, service: Client, tmp_path: Path) -> None:
    kiosks = [Kiosk(join(fleet, id_, tmp_path / id_), id_, tmp_path / f"{id_}.db") for id_ in ("K0001", "K0002")]
    for kiosk in kiosks:
        await kiosk.write(0, 20)
        kiosk.telemetry.write(Event(event=EventName.STARTED))
        kiosk.start()
    got = await collect(service.jetstream(), 42)
    for id_ in ("K0001", "K0002"):
        own = [each for each in got if each.kiosk == id_]
        assert [each.sequence for each in own] == list(range(1, 22))
    for kiosk in kiosks:
        await kiosk.end()


async def test_a_kiosk_that_is_not_enrolled_waits_quietly(tmp_path: Path) -> None:
    kiosk = Kiosk(tmp_path / "nothing", "K0001", tmp_path / "journal.db")
    kiosk.start()
    await asyncio.sleep(0.05)
    assert kiosk.task is not None
    assert not kiosk.task.done()
    await kiosk.end()
