"""A whole controller and a real broker: what it tells, what it hears, what it does."""

from __future__ import annotations

import asyncio
import dataclasses
import hashlib
import secrets
import shutil
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from fleet_stand import Fleet
from nats.aio.client import Client
from test_fleet_agent import join

from kiosk.catalogue.policy import REGIONS
from kiosk.clock import SystemClock
from kiosk.config import Settings
from kiosk.controller import Controller
from kiosk.fleet import subjects
from kiosk.fleet.connection import connect, ensure_streams
from kiosk.fleet.enrolment_messages import Enrolled
from kiosk.fleet.keys import CommandSigner
from kiosk.fleet.messages import Fact, Heartbeat, Telemetry, decode, encode
from kiosk.fleet.orders import Command, CommandReply
from kiosk.fleet.pki import certificate_in
from kiosk.health.fleet_side import FleetSide
from kiosk.health.guard import Guard
from kiosk.host.port import Host
from kiosk.journal.errors import JournalError
from kiosk.journal.telemetry import TelemetryLane
from kiosk.tools import Tools

PATIENCE = 30.0


class AnsweringHost:
    """A host that is there and is asked nothing else: this kiosk has no device to serve anyone with."""

    async def ping(self) -> datetime:
        """A sign of life."""
        return datetime.now(UTC)

    async def close(self) -> None:
        """Nothing is held."""


class Far:
    """The far end, by hand: reads what has come, sends signed commands."""

    def __init__(self, client: Client, signer: CommandSigner) -> None:
        self._client = client
        self.signer = signer
        self.telemetry: list[Telemetry] = []
        self.replies: list[CommandReply] = []

    async def until(self, enough: Callable[[], bool]) -> None:
        context = self._client.jetstream()
        told = await context.pull_subscribe_bind(consumer="ingest-telemetry", stream="TELEMETRY")
        replied = await context.pull_subscribe_bind(consumer="ingest-replies", stream="REPLIES")
        async with asyncio.timeout(PATIENCE):
            while not enough():
                for pull in (told, replied):
                    try:
                        batch = await pull.fetch(50, timeout=0.3)
                    except TimeoutError:
                        continue
                    for message in batch:
                        if pull is told:
                            self.telemetry.append(decode(Telemetry, message.data))
                        else:
                            self.replies.append(decode(CommandReply, message.data))
                        await message.ack()

    async def order(self, verb: str, *, approved_by: str = "", **arguments: Fact) -> bytes:
        now = int(SystemClock().now().timestamp() * 1000)
        command = Command(
            id=secrets.token_hex(8),
            kiosk="K0001",
            verb=verb,
            issued_by="wang",
            approved_by=approved_by,
            issued_at=now,
            expires_at=now + 60_000,
            nonce="0" * 32,
            key="0" * 16,
            arguments=arguments,
        )
        data = encode(self.signer.sign(command))
        await self._client.publish(subjects.command("K0001"), data)
        return data

    async def send(self, data: bytes) -> None:
        await self._client.publish(subjects.command("K0001"), data)

    def events(self) -> list[str]:
        return [each.body.event.value for each in self.telemetry if hasattr(each.body, "event")]


@pytest.fixture
async def far(fleet: Fleet) -> AsyncIterator[Far]:
    client = await connect([fleet.broker.url], fleet.pki.service("ingest"), name="ingest")
    await ensure_streams(client.jetstream())
    far = Far(client, CommandSigner(Ed25519PrivateKey.generate()))
    yield far
    await client.close()


def settings(fleet: Fleet, far: Far, folder: Path) -> Settings:
    member = join(fleet, "K0001", folder / "member")
    rest = decode(Enrolled, (member / "membership.json").read_bytes())
    known = Enrolled(
        kiosk=rest.kiosk,
        certificate=rest.certificate,
        authority=rest.authority,
        keys=(far.signer.key,),
        brokers=rest.brokers,
    )
    (member / "membership.json").write_bytes(encode(known))
    return Settings.model_validate(
        {
            "kiosk": {
                "id": "K0001",
                "place_zh": "示例",
                "place_en": "Example",
                "region": "990100",
                "state_directory": folder / "state",
            },
            "host": {
                "url": "https://127.0.0.1:1",
                "authority_file": folder / "a",
                "certificate_file": folder / "c",
                "key_file": folder / "k",
            },
            "link": {"socket": folder / "link.sock"},
            "fleet": {"office_url": "https://127.0.0.1:1", "directory": member, "reconnect_seconds": 1},
        }
    )


async def _its_vitals(side: FleetSide, setting: Settings, far: Far, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a heartbeat says of process, disk, clock, certificates, software and policy; what is wrong is told once."""
    assert setting.fleet is not None
    beat = await asyncio.to_thread(side._heartbeat, 2)
    assert beat.software.version == version("social-security-card-kiosk")
    assert beat.software.policy == hashlib.sha256((REGIONS / "990100.toml").read_bytes()).hexdigest()
    member = certificate_in((setting.fleet.directory / "member.pem").read_text())
    assert beat.certificate_until == int(member.not_valid_after_utc.timestamp() * 1000)
    assert beat.clock_off is not None
    assert abs(beat.clock_off) < 5000
    free = shutil.disk_usage(setting.kiosk.state_directory).free
    assert beat.disk_free == pytest.approx(free, rel=0.2)
    assert beat.memory is not None
    assert 20 << 20 < beat.memory < 4 << 30
    assert (beat.works, beat.banks, beat.dropped) == (("query",), (), 0)

    def refuses(*_: object) -> None:
        raise JournalError("the disk is full")

    with monkeypatch.context() as broken:
        broken.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=0))
        broken.setattr(side._tools.record.telemetry, "write", refuses)
        assert (await asyncio.to_thread(side._heartbeat, 2)).disk_free == 0
    assert (await asyncio.to_thread(side._heartbeat, 2)).disk_free != 0
    with monkeypatch.context() as full:
        full.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=100 << 20))
        for number in (3, 4):
            assert (await asyncio.to_thread(side._heartbeat, number)).disk_free == 100 << 20
    runtime = side._runtime
    assert runtime is not None
    guard = Guard(side._tools, runtime, {}, stop=side._stop, changed=lambda: None)
    remedies = guard._remedies_of_view("in_service.session.menu")
    assert [(name, remedy) for name, remedy in remedies][:2] == [
        ("time_out", runtime.time_out),
        ("restart_application", side._stop),
    ]
    lane = side.agent._journal.telemetry
    monkeypatch.setattr(lane, "backlog", lambda: dataclasses.replace(TelemetryLane.backlog(lane), dropped=7))
    for number in (5, 6):
        assert (await asyncio.to_thread(side._heartbeat, number)).dropped == 7
    await far.until(lambda: "telemetry_dropped" in far.events())
    assert [name for name in far.events() if name in ("disk_low", "telemetry_dropped")] == [
        "disk_low",
        "telemetry_dropped",
    ]


async def test_a_kiosk_in_its_fleet(fleet: Fleet, far: Far, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    setting = settings(fleet, far, tmp_path)
    heart = await far._client.subscribe(subjects.heartbeat("K0001"))
    controller = Controller(setting, host=cast("Host", AnsweringHost()))
    sides: list[FleetSide] = []
    made = controller._fleet

    def make(tools: Tools) -> FleetSide | None:
        if (side := made(tools)) is not None:
            sides.append(side)
        return side

    monkeypatch.setattr(controller, "_fleet", make)
    running = asyncio.create_task(controller.run())
    beat = decode(Heartbeat, (await heart.next_msg(timeout=PATIENCE)).data)
    assert (beat.kiosk, beat.number, beat.serving) == ("K0001", 1, False)
    assert beat.software.region == "990100"
    assert len(beat.software.policy) == 64

    await far.until(lambda: "out_of_service" in far.events())
    assert [each.sequence for each in far.telemetry] == list(range(1, len(far.telemetry) + 1))
    kinds = {type(each.body).__name__ for each in far.telemetry}
    assert {"Event", "DeviceState", "Capabilities"} <= kinds
    assert far.events()[0] == "started"

    await _its_vitals(sides[0], setting, far, monkeypatch)

    await far.order("test_device", device="camera")
    await far.until(lambda: bool(far.replies) and far.replies[-1].state == "failed")
    assert far.replies[-1].facts == {"reason": "not_fitted"}

    await far.order("take_out_of_service")
    await far.until(lambda: far.replies[-1].state == "done")
    assert controller.tools is not None
    assert controller.tools.wishes.closed

    data = await far.order("page_attendant")
    await far.until(lambda: "attendant_paged" in far.events())
    await far.send(data)
    await far.until(lambda: "command_refused" in far.events())
    assert [each.body.facts for each in far.telemetry if getattr(each.body, "event", "") == "command_refused"] == [
        {"reason": "replayed", "verb": "page_attendant"}
    ]

    before = len(far.replies)
    await far.order("restart_application")
    await asyncio.wait_for(running, PATIENCE)
    again = Controller(setting, host=cast("Host", AnsweringHost()))
    running = asyncio.create_task(again.run())
    await far.until(lambda: len(far.replies) > before and far.replies[-1].state == "done")
    assert [reply.state.value for reply in far.replies[before:]] == ["received", "running", "done"]
    assert again.tools is not None
    assert again.tools.wishes.closed  # from before the restart
    await far.order("put_into_service")
    await far.until(lambda: far.replies[-1].facts == {"closed": False})
    assert [each.sequence for each in far.telemetry] == list(range(1, len(far.telemetry) + 1))
    assert len({each.boot for each in far.telemetry}) == 2
    again.stop()
    await asyncio.wait_for(running, PATIENCE)
