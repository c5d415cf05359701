"""A kiosk is cut off for a day: everything comes in order in the end, and nothing that was over by then is told as new.

The kiosk's own journal, reporter and agent; a cable that is cut; a real broker, ingest, alert engine and courier, and
someone who is told over HTTP. Only the day is simulated.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest
from cryptography.fernet import Fernet
from fleet_databases import empty, engine, postgres
from fleet_ingest_stand import until
from fleet_stand import Fleet
from sqlalchemy import Engine, select
from test_fleet_agent import join

from devices.contract import DeviceState, Status
from kiosk.clock import ManualClock, SystemClock
from kiosk.fleet.alerts import contacts, desk
from kiosk.fleet.alerts.contacts import Contact
from kiosk.fleet.alerts.engine import AlertEngine
from kiosk.fleet.connection import connect, ensure_streams
from kiosk.fleet.contact_secrets import ContactSecrets
from kiosk.fleet.delivery import Courier, WebhookSender
from kiosk.fleet.enrolment_messages import Enrolled
from kiosk.fleet.ingest import IngestWorker
from kiosk.fleet.many_at_once import Pulled
from kiosk.fleet.messages import Body, BusinessOutcome, Event, EventName, Heartbeat, Result, Software, decode, encode
from kiosk.fleet.messages import Telemetry as Message
from kiosk.fleet.store import kiosks
from kiosk.fleet.store.tables import telemetry
from kiosk.health.agent import FleetAgent
from kiosk.health.capabilities import Health
from kiosk.health.reporter import Reporter
from kiosk.health.telemetry import Telemetry
from kiosk.journal.store import Journal

__all__ = ["empty", "engine", "postgres"]

SECRETS = ContactSecrets(Fernet.generate_key())
HOUR = 3600
BUSY, GONE = "receipt_printer.paper_out", "pin_pad.no_answer"


class Cable:
    """Leads to a port of this machine; once cut, nothing goes through and nobody is let in."""

    def __init__(self, port: int) -> None:
        self._to = port
        self._server: asyncio.Server | None = None
        self._ends: set[asyncio.StreamWriter] = set()
        self._threads: set[asyncio.Task[None]] = set()
        self.port = 0

    async def mend(self) -> None:
        self._server = await asyncio.start_server(self._through, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def cut(self) -> None:
        assert self._server is not None
        self._server.close()
        for end in self._ends:
            end.transport.abort()
        await asyncio.gather(*self._threads)

    async def _through(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self._to)
        self._ends |= {writer, far_writer}
        for source, sink in ((reader, far_writer), (far_reader, writer)):
            thread = asyncio.create_task(self._one_way(source, sink))
            self._threads.add(thread)
            thread.add_done_callback(self._threads.discard)

    async def _one_way(self, source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            while data := await source.read(65536):
                sink.write(data)
                await sink.drain()
        sink.close()
        self._ends.discard(sink)


class Kiosk:
    """What a controller has of it: journal, reporter, agent."""

    def __init__(self, member: Path, journal: Path, clock: ManualClock) -> None:
        self.journal = Journal(journal, clock, "K0001")
        self.telemetry = Telemetry(self.journal)
        self.health = Health(host=None)  # type: ignore[arg-type]
        self.reporter = Reporter(self.telemetry, self.journal, self.health, clock, models={}, banks={})
        self.health.noticed = self.reporter.noticed
        lane = self.journal.telemetry

        def heartbeat(number: int) -> Heartbeat:
            now = int(clock.now().timestamp() * 1000)
            return Heartbeat(
                kiosk="K0001", boot=self.telemetry.boot, number=number, journal=lane.journal,
                sequence=lane.backlog().last, sent_at=now, uptime=1, software=Software(version="test"),
            )  # fmt: skip

        async def hear(data: bytes) -> None:
            raise AssertionError(data)

        self.agent = FleetAgent(
            "K0001", member, self.journal, clock, heartbeat=heartbeat, hear=hear, reconnect_seconds=1
        )
        loop, self._news, self._told = asyncio.get_running_loop(), asyncio.Event(), 0

        def news() -> None:
            self.agent.news()
            loop.call_soon_threadsafe(self._news.set)

        self.telemetry.on_news = news
        tell = self.telemetry.tell

        def counted(*bodies: Body) -> None:
            self._told += len(bodies)
            tell(*bodies)

        self.telemetry.tell = counted  # type: ignore[method-assign]
        self.written: list[tuple[int, dict[str, Any], int]] = []
        lane.add = self._noted(lane.add)  # type: ignore[method-assign]
        self._clock = clock

    def _noted(self, add: Any) -> Any:
        def noted(body: dict[str, Any], boot: str) -> int:
            sequence: int = add(body, boot)
            self.written.append((sequence, json.loads(json.dumps(body)), int(self._clock.now().timestamp() * 1000)))
            return sequence

        return noted

    async def has_written(self) -> None:
        """All that it was told to tell."""
        async with asyncio.timeout(30):
            while len(self.written) < self._told:
                self._news.clear()
                await self._news.wait()

    def device(self, name: str, fault: str | None) -> None:
        self.health.saw(name, Status(DeviceState.OFFLINE if fault == GONE else DeviceState.ONLINE, fault))

    def tells(self, name: EventName, **facts: str | bool | int) -> None:
        self.telemetry.tell(Event(event=name, facts=facts))

    def serves(self) -> None:
        self.telemetry.tell(BusinessOutcome(service="query", result=Result.DONE, means="card"))


class Told:
    """Someone who is told over HTTP."""

    def __init__(self) -> None:
        self.messages: list[dict[str, Any]] = []

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
        length = int(head.partition("content-length:")[2].split()[0])
        self.messages.append(json.loads(await reader.readexactly(length)))
        writer.write(b"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n")
        await writer.drain()
        writer.close()

    def of(self) -> Counter[tuple[str, str, bool]]:
        return Counter((each["what"], each["code"], each["late"]) for each in self.messages)


class FarEnd:
    """Ingest, whose every transaction the alert engine looks at; the courier after it."""

    def __init__(self, engine: Engine, worker: IngestWorker, clock: ManualClock, courier: Courier) -> None:
        self.engine = engine
        self.alerts = AlertEngine(engine, clock)
        self.courier = courier
        store = worker._store

        def stored_and_looked(*what: Any) -> None:
            store(*what)
            self.alerts.look()

        worker._store = stored_and_looked  # type: ignore[method-assign]

    async def looks(self) -> None:
        await asyncio.to_thread(self.alerts.look)
        await asyncio.to_thread(self.alerts.look_for_silence)
        while await self.courier.round():
            pass

    def seen(self) -> int:
        with self.engine.connect() as connection:
            return max((each.seen_at or 0 for each in kiosks.fleet(connection)), default=0)

    def stored(self) -> list[tuple[int, dict[str, Any], int]]:
        with self.engine.connect() as connection:
            rows = connection.execute(select(telemetry).order_by(telemetry.c.sequence)).all()
        return [(row.sequence, row.body, row.happened_at) for row in rows]


@asynccontextmanager
async def running(*parts: Any) -> AsyncIterator[None]:
    tasks = [asyncio.create_task(part) for part in parts]
    ended: list[object] = []
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        ended = await asyncio.gather(*tasks, return_exceptions=True)
    assert [each for each in ended if not isinstance(each, asyncio.CancelledError)] == []


@pytest.mark.parametrize("empty", ["sqlite"], indirect=True)
async def test_a_day_without_a_network(fleet: Fleet, engine: Engine, tmp_path: Path) -> None:
    clock = ManualClock()
    now = lambda: int(clock.now().timestamp() * 1000)  # noqa: E731
    cable = Cable(fleet.broker.settings.port)
    await cable.mend()
    member = join(fleet, "K0001", tmp_path / "member")
    enrolled = decode(Enrolled, (member / "membership.json").read_bytes())
    through = msgspec.structs.replace(enrolled, brokers=(f"tls://127.0.0.1:{cable.port}",))
    (member / "membership.json").write_bytes(encode(through))
    kiosk = Kiosk(member, tmp_path / "journal.db", clock)
    came: list[str] = []

    def received(message: Pulled) -> int:
        if ".telemetry." in message.subject:
            came.append(decode(Message, message.data).message_id)
        return now()

    told = Told()
    receiver = await asyncio.start_server(told.serve, "127.0.0.1", 0)
    service = await connect([fleet.broker.url], fleet.pki.service("ingest"), name="ingest")
    await ensure_streams(service.jetstream())
    worker = IngestWorker(service, engine, SystemClock(), batch=7, received_at=received)
    client = httpx.AsyncClient()
    far = FarEnd(engine, worker, clock, Courier(engine, clock, {"webhook": WebhookSender(client, SECRETS)}))
    with engine.begin() as connection:
        address = f"http://127.0.0.1:{receiver.sockets[0].getsockname()[1]}/"
        contacts.add(connection, now(), "ann", Contact("desk", "webhook", address, least="notice"), SECRETS)

    async def everything_is_there() -> None:
        await until(lambda: bool(kiosk.written) and far.stored() == kiosk.written)

    async with running(kiosk.agent.run(), kiosk.telemetry.run(), worker.run()):
        kiosk.device("receipt_printer", None)
        kiosk.device("pin_pad", None)
        kiosk.tells(EventName.IN_SERVICE)
        await until(lambda: bool(far.seen()))
        await kiosk.has_written()
        await everything_is_there()
        await far.looks()
        assert told.messages == []
        before = len(kiosk.written)

        await cable.cut()
        cut_at = now()
        await clock.run_for(95)
        await far.looks()
        assert told.of() == {("opened", "fleet.silent", False): 1}
        for hour in range(24):
            await clock.run_for(HOUR)
            for _ in range(5):
                kiosk.serves()
            match hour:
                case 2:
                    kiosk.device("receipt_printer", BUSY)  # a fault that comes and goes
                case 4:
                    kiosk.device("receipt_printer", None)
                case 6:
                    kiosk.tells(EventName.STOCK_DIFFERENCE, bank="a", ledger=3, counted=2)
                case 8:
                    kiosk.tells(EventName.STOCK_COUNTED, bank="a")
                case 10:
                    kiosk.tells(EventName.OUT_OF_SERVICE)
                case 11:
                    kiosk.tells(EventName.IN_SERVICE)
                case 20:
                    kiosk.device("pin_pad", GONE)  # and one that stays
                    gone_at = now()
            await kiosk.has_written()
            await far.looks()
        assert len(told.messages) == 1
        assert len(kiosk.written) > before + 120
        assert len(far.stored()) == before

        await cable.mend()
        async with asyncio.timeout(60):
            while far.stored() != kiosk.written or far.seen() <= cut_at + 24 * HOUR * 1000:
                await clock.run_for(1)
                await far.looks()
                await SystemClock().sleep(0.02)  # the cable, the broker and the database take their own time
        for _ in range(12):
            await clock.run_for(60)
            last_seen = far.seen()
            await until(lambda seen=last_seen: far.seen() > seen)  # type: ignore[misc]
            await far.looks()

    journal = kiosk.journal.telemetry.journal
    assert list(dict.fromkeys(came)) == [f"K0001-{journal}-{number}" for number, _, _ in kiosk.written]
    assert far.stored() == kiosk.written
    with engine.connect() as connection:
        assert kiosks.gaps(connection, "K0001") == {}
        rows = connection.execute(select(telemetry).order_by(telemetry.c.sequence)).all()
        late = [row.sequence for row in rows if row.late]
        assert late == [row.sequence for row in rows if row.sent_at - row.happened_at > 90_000]
        assert late == list(range(before + 1, len(rows) - 4))  # all but the five of just now
        history = sorted(row.code for row in desk.history(connection, 0, now()))
        (standing,) = desk.open_alerts(connection)
    assert history == ["fleet.silent", GONE]
    assert (standing.happened_at, standing.late) == (gone_at, True)
    assert told.of() == {
        ("opened", "fleet.silent", False): 1,
        ("cleared", "fleet.silent", False): 1,
        ("opened", GONE, True): 1,
    }
    receiver.close()
    await client.aclose()
    await service.close()
    kiosk.journal.close()
