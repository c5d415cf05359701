"""The kiosk's desk for commands: believed when signed, new, in time, and for this kiosk; run once."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

sys.path.insert(0, str(Path(__file__).parents[2] / "fleet"))
from fleet_ingest_stand import noise

from kiosk.clock import ManualClock
from kiosk.fleet.facts import Failure
from kiosk.fleet.keys import CommandSigner, signature_holds
from kiosk.fleet.messages import Event, Fact, Unreadable, decode, encode
from kiosk.fleet.orders import Command, CommandReply, Refusal
from kiosk.health.commands import MOST_TOLD, TOLD_WITHIN, CommandDesk, CommandFailed, Performed
from kiosk.health.standing import Standing
from kiosk.health.telemetry import Telemetry
from kiosk.journal.store import Journal


class Bench:
    """A desk on a real journal, with verbs that only remember that they were run."""

    def __init__(self, folder: Path) -> None:
        self.clock = ManualClock(datetime(2026, 3, 2, 8, 0, tzinfo=UTC))
        self.path = folder / "journal.db"
        self.signer = CommandSigner(Ed25519PrivateKey.generate())
        self.ran: list[str] = []
        self.restarted = asyncio.Event()
        self.standing = Standing("in_service.attract")
        self.open()

    def open(self) -> None:
        self.journal = Journal(self.path, self.clock, "K0001")
        self.telemetry = Telemetry(self.journal)
        self.replied = asyncio.Event()
        self.desk = CommandDesk(
            "K0001",
            lambda: (self.signer.key,),
            self.journal,
            self.clock,
            self.telemetry,
            performers={
                "test_device": self.perform,
                "page_attendant": self.perform,
                "restart_application": self.restart,
                "restart_machine": self.perform,
                "restart_device": self.fail,
            },
            serving=lambda: self.standing.serving,
            free=self.standing.until_free,
        )
        loop = asyncio.get_running_loop()
        self.desk.on_reply = lambda: loop.call_soon_threadsafe(self.replied.set) and None
        self.task = asyncio.create_task(self.desk.run())

    async def close(self) -> None:
        self.task.cancel()
        await asyncio.wait([self.task])
        self.journal.close()

    async def perform(self, arguments: Mapping[str, Fact]) -> Performed:
        self.ran.append(str(arguments.get("device", "")))
        return Performed({"state": "online"})

    async def fail(self, arguments: Mapping[str, Fact]) -> Performed:
        if arguments["device"] == "scanner":
            raise RuntimeError("what no one thought of")
        raise CommandFailed(Failure.NOT_FITTED)

    async def restart(self, arguments: Mapping[str, Fact]) -> Performed:
        def then() -> None:
            self.ran.append("restart")
            self.restarted.set()

        return Performed(then=then)

    @property
    def now(self) -> int:
        return int(self.clock.now().timestamp() * 1000)

    def command(self, verb: str = "page_attendant", **changes: object) -> Command:
        fields: dict[str, object] = {
            "id": "00000000000000a1",
            "kiosk": "K0001",
            "verb": verb,
            "issued_by": "wang",
            "issued_at": self.now,
            "expires_at": self.now + 600_000,
            "nonce": "0" * 32,
            "key": self.signer.key.id,
        }
        return Command(**(fields | changes))  # type: ignore[arg-type]

    def signed(self, verb: str = "page_attendant", **changes: object) -> bytes:
        return encode(self.signer.sign(self.command(verb, **changes)))

    def replies(self) -> list[CommandReply]:
        return [decode(CommandReply, content) for _, content in self.journal.orders.replies(100)]

    async def until(self, *states: str) -> list[CommandReply]:
        async with asyncio.timeout(30):
            while [reply.state for reply in self.replies()][-len(states) :] != list(states):
                self.replied.clear()
                if [reply.state for reply in self.replies()][-len(states) :] != list(states):
                    await self.replied.wait()
        return self.replies()

    def refused(self) -> list[object]:
        return [body.facts.get("reason") for body in self.telemetry._waiting]  # type: ignore[union-attr]


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[Bench]:
    bench = Bench(tmp_path)
    yield bench
    await bench.close()


async def test_a_command_is_run_and_every_step_told(bench: Bench) -> None:
    await bench.desk.hear(bench.signed("test_device", arguments={"device": "camera"}))
    replies = await bench.until("received", "running", "done")
    assert [reply.step for reply in replies] == [1, 2, 3]
    assert (bench.ran, replies[-1].facts) == (["camera"], {"state": "online"})


async def test_the_same_bytes_again_are_a_replay(bench: Bench) -> None:
    data = bench.signed()
    await bench.desk.hear(data)
    await bench.until("done")
    await bench.desk.hear(data)
    assert (bench.ran, bench.refused()) == ([""], ["replayed"])
    assert len(bench.replies()) == 3


async def test_a_replay_is_known_after_a_restart(bench: Bench) -> None:
    data = bench.signed()
    await bench.desk.hear(data)
    await bench.until("done")
    await bench.close()
    bench.open()
    await bench.desk.hear(data)
    assert (bench.ran, bench.refused()) == ([""], ["replayed"])


async def test_sent_once_more_it_is_answered_and_not_run(bench: Bench) -> None:
    await bench.desk.hear(bench.signed())
    await bench.until("done")
    await bench.desk.hear(bench.signed())
    replies = await bench.until("done", "done")
    assert (bench.ran, replies[-1].step, bench.refused()) == ([""], 4, [])


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"verb": "restart_application"}, "signature"),
        ({"arguments": {"device": "x"}}, "signature"),
        ({"approved_by": "li"}, "signature"),
        ({"expires_at": 4_000_000_000_000}, "signature"),
        ({"nonce": "f" * 32}, "signature"),
        ({"kiosk": "K0002"}, "another_kiosk"),
        ({"key": "0" * 16}, "unknown_key"),
        ({"signature": b""}, "signature"),
    ],
)
async def test_an_altered_command_is_not_believed(bench: Bench, changes: dict[str, object], reason: str) -> None:
    altered = msgspec.structs.replace(bench.signer.sign(bench.command()), **changes)
    await bench.desk.hear(encode(altered))
    assert (bench.ran, bench.replies(), bench.refused()) == ([], [], [reason])


async def test_every_flipped_byte_is_refused(bench: Bench) -> None:
    data = bench.signed()
    for position in range(0, len(data), 7):
        flipped = bytearray(data)
        flipped[position] ^= 0x01
        await bench.desk.hear(bytes(flipped))
    assert (bench.ran, bench.replies()) == ([], [])
    assert bench.desk.not_believed == len(range(0, len(data), 7))


async def test_a_key_of_another_fleet_is_not_believed(bench: Bench) -> None:
    other = CommandSigner(Ed25519PrivateKey.generate())
    signed = other.sign(bench.command())
    assert signature_holds(signed, (other.key,)) is True
    await bench.desk.hear(encode(signed))
    await bench.desk.hear(encode(msgspec.structs.replace(signed, key=bench.signer.key.id)))
    assert (bench.ran, bench.refused()) == ([], ["unknown_key", "signature"])


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"expires_at": 1}, "expired"),
        ({"issued_at": 4_000_000_000_000}, "too_early"),
        ({"verb": "open_vault"}, "unknown_verb"),
        ({"verb": "test_device"}, "arguments"),
        ({"verb": "restart_machine"}, "second_person"),
        ({"verb": "restart_machine", "approved_by": "wang"}, "second_person"),
    ],
)
async def test_what_cannot_be_done_is_answered_with_the_reason(
    bench: Bench, changes: dict[str, object], refusal: str
) -> None:
    await bench.desk.hear(bench.signed(**changes))  # type: ignore[arg-type]
    (reply,) = bench.replies()
    assert (reply.state, reply.refusal, bench.ran) == ("refused", refusal, [])


async def test_a_risky_command_with_a_second_person_is_run(bench: Bench) -> None:
    await bench.desk.hear(bench.signed("restart_machine", approved_by="li"))
    await bench.until("done")
    assert bench.ran == [""]


async def test_it_waits_for_the_citizen_in_front(bench: Bench) -> None:
    bench.standing.moved("in_service.session.menu")
    await bench.desk.hear(bench.signed("test_device", arguments={"device": "camera"}))
    await bench.until("received", "waiting")
    assert bench.ran == []
    bench.standing.moved("in_service.attract")
    await bench.until("running", "done")
    assert bench.ran == ["camera"]


async def test_it_does_not_wait_for_ever(bench: Bench) -> None:
    bench.standing.moved("in_service.session.menu")
    await bench.desk.hear(bench.signed("test_device", arguments={"device": "camera"}))
    await bench.until("received", "waiting")
    bench.clock.advance(601)
    replies = await bench.until("waiting", "refused")
    assert (replies[-1].refusal, bench.ran) == ("citizen_in_front", [])


@pytest.mark.parametrize(
    ("device", "facts"),
    [("camera", {"reason": "not_fitted"}), ("scanner", {"reason": "unexpected", "error": "RuntimeError"})],
)
async def test_a_failure_is_told_by_its_reason(bench: Bench, device: str, facts: dict[str, str]) -> None:
    await bench.desk.hear(bench.signed("restart_device", arguments={"device": device}))
    replies = await bench.until("running", "failed")
    assert replies[-1].facts == facts


async def test_a_restart_is_done_when_the_process_is_back(bench: Bench) -> None:
    await bench.desk.hear(bench.signed("restart_application"))
    await bench.until("received", "running")
    await asyncio.wait_for(bench.restarted.wait(), 30)
    await bench.close()
    bench.open()
    replies = await bench.until("running", "done")
    assert (bench.ran, replies[-1].facts) == (["restart"], {"restarted": True})


async def test_what_a_cut_interrupted_is_not_run_again(bench: Bench) -> None:
    bench.task.cancel()
    await asyncio.wait([bench.task])
    await bench.desk.hear(bench.signed("test_device", arguments={"device": "camera"}))
    bench.journal.orders.changed("00000000000000a1", "running", 2)
    await bench.close()
    bench.open()
    replies = await bench.until("failed")
    assert (bench.ran, replies[-1].facts) == ([], {"reason": "interrupted"})


@pytest.mark.parametrize("data", [b"", b"\xff", b"{}", b"null", b"[" * 100_000])
async def test_garbage_is_an_event(bench: Bench, data: bytes) -> None:
    await bench.desk.hear(data)
    assert (bench.refused(), bench.replies()) == (["unreadable"], [])


def says_the_same(data: bytes, genuine: bytes) -> bool:
    """A space between two fields, or a bit of base64 that counts for nothing, alters no command."""
    try:
        return decode(Command, data) == decode(Command, genuine)
    except Unreadable:
        return False


async def test_noise_on_the_command_subject_is_counted_and_nothing_is_done(bench: Bench) -> None:
    genuine = bench.signed()
    sent = [data for data in noise(genuine, 300) if not says_the_same(data, genuine)]
    for data in sent:
        await bench.desk.hear(data)
    assert bench.desk.not_believed == len(sent)
    assert len(bench.refused()) == MOST_TOLD
    assert set(bench.refused()) <= {each.value for each in Refusal}
    assert (bench.ran, bench.replies()) == ([], [])
    bench.clock.advance(TOLD_WITHIN)
    await bench.desk.hear(b"")
    last = bench.telemetry._waiting[-1]
    assert isinstance(last, Event)
    assert last.facts == {"reason": "unreadable", "untold": len(sent) - MOST_TOLD}
    await bench.desk.hear(genuine)
    await bench.until("done")
    assert bench.ran == [""]
