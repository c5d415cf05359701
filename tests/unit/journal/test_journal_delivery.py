"""The outbox told: nothing that one message does keeps the others from arriving."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, cast

from kiosk.clock import SystemClock
from kiosk.host.port import HostUnavailable
from kiosk.issuing_advice import tellers
from kiosk.journal.errors import JournalFull
from kiosk.journal.outbox import Message
from kiosk.record import Record


class QuickClock(SystemClock):
    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(0)


class Ear:
    """Whoever is told: which messages came."""

    def __init__(self) -> None:
        self.heard: list[str] = []

    async def __call__(self, message: Message) -> None:
        self.heard.append(message.id)


async def gone(message: Message) -> None:
    raise HostUnavailable


@asynccontextmanager
async def delivering(record: Record) -> AsyncIterator[None]:
    task = asyncio.create_task(record.deliver())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.wait([task])
        record.close()


async def until(ear: Ear, *ids: str) -> None:
    async with asyncio.timeout(5):
        while not set(ids) <= set(ear.heard):  # noqa: ASYNC110 -- it is looked at from outside
            await asyncio.sleep(0.01)


def record_with(tmp_path: Path, **also: Any) -> Record:
    return Record(tmp_path / "journal.sqlite", QuickClock(), "K0001", cast("Any", object()), also)


async def test_messages_for_a_payer_that_is_gone_do_not_hide_the_hosts(tmp_path: Path) -> None:
    ear = Ear()
    record = record_with(tmp_path, fee_capture=gone, issue_advise=ear)
    for number in range(130):
        record.journal.outbox.add("fee_capture", {"business": f"b{number}", "order": "o"}, f"capture/{number}")
    record.journal.outbox.add("issue_advise", {"business": "last"}, "advise")
    async with delivering(record):
        await until(ear, "advise")


async def test_a_disk_that_is_full_for_a_moment_ends_no_delivery(tmp_path: Path) -> None:
    ear = Ear()
    record = record_with(tmp_path, issue_advise=ear)
    sent, full = record.journal.outbox.sent, [True]

    def no_room(message: str) -> None:
        if full.pop() if full else False:
            raise JournalFull("no room")
        sent(message)

    record.journal.outbox.sent = no_room  # type: ignore[method-assign]
    record.journal.outbox.add("issue_advise", {"business": "b1"}, "first")
    record.journal.outbox.add("issue_advise", {"business": "b2"}, "second")
    async with delivering(record):
        await until(ear, "first", "second")


async def test_a_message_that_nobody_understands_is_left_to_a_person_and_the_rest_arrives(tmp_path: Path) -> None:
    ear = Ear()
    record = record_with(tmp_path, **{**tellers(cast("Any", object()), None), "pin_set": ear})
    record.journal.outbox.add("of_a_newer_release", {"business": "b1"}, "newer")
    advice = {"business": "b2", "application": "A", "serial": "0C000001", "whereabouts": "on_the_moon"}
    record.journal.outbox.add("issue_advise", advice, "nonsense")
    record.journal.outbox.add("issue_advise", {"business": "b3"}, "half")
    record.journal.outbox.add("pin_set", {"business": "b4"}, "last")
    async with delivering(record):
        await until(ear, "last")
        assert [each.id for each in record.journal.outbox.manual()] == ["newer", "nonsense", "half"]
