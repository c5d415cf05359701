"""The remedies for a driver that does not come back: in their order, when they may be, and not for ever."""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
import pytest_asyncio

from devices.contract import DeviceError, DeviceState, Status
from devices.worker import DeviceWorker
from kiosk.clock import ManualClock
from kiosk.fleet.messages import Event
from kiosk.health.capabilities import Health
from kiosk.health.hung import DRIVER, HungDrivers
from kiosk.health.telemetry import Telemetry
from kiosk.health.watchdog import HELPED_WITHIN, Watchdog
from kiosk.journal.store import Journal

GENEROUS = 30.0
SILENT = Status(DeviceState.OFFLINE, "id_reader.no_answer")


class Reader:
    """``hangs``: its next call stands in read(2)."""

    def __init__(self, *, hangs: bool = False, there: bool = True) -> None:
        self.at, self.other_end = os.pipe()
        self.standing = threading.Event()
        self.hangs = hangs
        self.there = there
        self.done: list[str] = []

    def open(self) -> None:
        self.done.append("open")
        if not self.there:
            raise DeviceError("id_reader.not_connected")

    def close(self) -> None:
        self.done.append("close")

    def status(self) -> Status:
        if self.hangs:
            self.standing.set()
            os.read(self.at, 1)
        return Status(DeviceState.ONLINE if self.there else DeviceState.NO_DEVICE)

    def comes_back(self) -> None:
        self.hangs = False
        os.write(self.other_end, b"x")


@dataclass
class Stand:
    """A kiosk of one device."""

    clock: ManualClock
    journal: Journal
    health: Health
    reader: Reader
    worker: DeviceWorker[Reader]
    telemetry: Telemetry
    others: list[Reader] = field(default_factory=list)
    resting: bool = True
    done: list[str] = field(default_factory=list)
    encoder_forgotten: list[str] = field(default_factory=list)

    def begin(self, *, fresh: bool = True) -> HungDrivers:
        """As a process does."""
        tools = SimpleNamespace(
            devices={"id_reader": self.worker, "camera": None},
            health=self.health,
            encoder=SimpleNamespace(forget=lambda: self.encoder_forgotten.append("chip")),
            record=SimpleNamespace(counters=self.journal.counters),
        )
        hung = HungDrivers(
            cast("Any", tools),
            {"id_reader": self.another} if fresh else {},
            resting=lambda: self.resting,
            stop=lambda: self.done.append("stop"),
            changed=lambda: self.done.append("changed"),
            end=lambda: self.done.append("end"),
        )
        self.dog: Watchdog = Watchdog(self.clock, self.telemetry, [hung.sign], {DRIVER: hung.remedies})
        return hung

    def another(self) -> Any:
        return self.others.pop(0)

    async def hangs(self) -> asyncio.Task[Status]:
        self.reader.hangs = True
        task = asyncio.create_task(self.worker.call(lambda reader: reader.status()))
        assert await asyncio.to_thread(self.reader.standing.wait, GENEROUS)
        self.clock.advance(31)
        return task

    async def looks(self, *, after: float = 0.0) -> None:
        """The watchdog looks; what that began is done."""
        self.clock.advance(after)
        self.dog.look()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        if begun := [task for task in others if task.get_name().startswith("begin-again")]:
            await asyncio.wait(begun, timeout=GENEROUS)
        await asyncio.sleep(0)

    async def stops(self) -> None:
        """What it remembers is on the disk, and it ends."""
        async with asyncio.timeout(GENEROUS):
            while "stop" not in self.done:  # noqa: ASYNC110 -- a thread writes
                await asyncio.sleep(0.01)
        assert self.restarts == 1

    @property
    def told(self) -> list[tuple[str, str | None]]:
        return [(body.event.value, body.device) for body in self.telemetry._waiting if isinstance(body, Event)]

    @property
    def restarts(self) -> int:
        return self.journal.counters.value("restarted_for.id_reader")


@pytest_asyncio.fixture
async def stand(tmp_path: Path) -> AsyncIterator[Stand]:
    clock = ManualClock()
    journal = Journal(tmp_path / "journal.db", clock, "K0001")
    reader = Reader()
    worker = DeviceWorker("id_reader", reader, monotonic=clock.monotonic)
    health = Health(cast("Any", None), monotonic=clock.monotonic)
    health.saw("id_reader", Status(DeviceState.ONLINE))
    yield Stand(clock, journal, health, reader, worker, Telemetry(journal))
    reader.comes_back()
    journal.close()


async def gives_up(stand: Stand) -> None:
    hanging = await stand.hangs()
    await stand.looks()
    with pytest.raises(DeviceError, match=r"id_reader\.no_answer"):
        await asyncio.wait_for(hanging, GENEROUS)


async def test_the_call_is_given_up_at_once_whoever_is_served(stand: Stand) -> None:
    stand.resting = False
    stand.begin()
    await gives_up(stand)
    assert stand.health.statuses["id_reader"] == SILENT
    assert stand.done == ["changed"]
    assert stand.told == [("stuck", "id_reader")]
    for _ in range(5):
        await stand.looks(after=HELPED_WITHIN)
    assert (stand.done, stand.told, stand.restarts) == (["changed"], [("stuck", "id_reader")], 0)


async def test_a_call_that_comes_back_gives_the_device_back_though_somebody_is_served(stand: Stand) -> None:
    stand.resting = False
    stand.begin()
    await gives_up(stand)
    stand.reader.comes_back()
    await asyncio.to_thread(stand.worker._thread.join, GENEROUS)
    await stand.looks()
    assert stand.reader.done == ["close", "open"]
    assert stand.health.statuses["id_reader"] == Status(DeviceState.ONLINE)
    await stand.looks()
    assert stand.told == [("stuck", "id_reader"), ("healed", "id_reader")]
    assert stand.done == ["changed", "changed"]
    stand.worker.stop()


async def test_another_driver_once_nobody_is_served(stand: Stand) -> None:
    stand.begin()
    await gives_up(stand)
    stand.others.append(other := Reader())
    await stand.looks(after=HELPED_WITHIN)
    assert (other.done, stand.reader.done) == (["open"], [])
    await stand.looks()
    assert stand.told[-1] == ("healed", "id_reader")
    assert "stop" not in stand.done
    stand.worker.stop()


async def test_one_that_cannot_open_what_the_old_one_holds_has_not_healed_it(stand: Stand) -> None:
    stand.begin()
    await gives_up(stand)
    stand.others.append(other := Reader(there=False))
    await stand.looks(after=HELPED_WITHIN)
    await stand.looks()
    assert (other.done, stand.told) == (["open"], [("stuck", "id_reader")])
    await stand.looks(after=HELPED_WITHIN)
    await stand.stops()
    stand.worker.stop()


async def test_one_that_hangs_as_well_is_given_up_as_well(stand: Stand) -> None:
    stand.begin()
    await gives_up(stand)
    stand.others.append(other := Reader(hangs=True))
    stand.clock.advance(HELPED_WITHIN)
    stand.dog.look()
    assert await asyncio.to_thread(other.standing.wait, GENEROUS)
    stand.clock.advance(29)
    stand.dog.look()
    assert stand.worker.overdue == 0.0
    stand.clock.advance(2)
    await stand.looks()
    assert stand.worker.given_up
    assert stand.told == [("stuck", "id_reader")]
    await stand.looks(after=HELPED_WITHIN)
    await stand.stops()
    other.comes_back()


async def test_what_moves_gets_no_second_driver_but_a_new_process_once(stand: Stand) -> None:
    stand.begin(fresh=False)
    await gives_up(stand)
    await stand.looks(after=HELPED_WITHIN - 1)
    assert stand.restarts == 0
    await stand.looks(after=1)
    await stand.stops()
    await stand.looks(after=HELPED_WITHIN)  # it did not end: a card stands in a reader that cannot let it go
    assert stand.done[-1] == "end"


async def test_a_process_that_was_started_anew_in_vain_is_not_again_and_a_person_is_called(stand: Stand) -> None:
    stand.journal.counters.set("restarted_for.id_reader", 1)
    await stand.begin(fresh=False).recall()
    await gives_up(stand)
    for _ in range(5):
        await stand.looks(after=HELPED_WITHIN)
    assert stand.done == ["changed"]
    assert stand.told == [("stuck", "id_reader"), ("not_healed", "id_reader")]


async def test_a_device_that_answers_has_its_restart_again(stand: Stand) -> None:
    stand.journal.counters.set("restarted_for.id_reader", 1)
    stand.health.saw("id_reader", SILENT)
    await stand.begin(fresh=False).recall()
    await stand.looks()
    assert stand.restarts == 1
    stand.health.saw("id_reader", Status(DeviceState.ONLINE))
    await stand.looks()
    async with asyncio.timeout(GENEROUS):
        while stand.restarts:  # noqa: ASYNC110 -- a thread writes
            await asyncio.sleep(0.01)
    await gives_up(stand)
    await stand.looks(after=HELPED_WITHIN)
    await stand.stops()


async def test_a_device_that_is_well_is_left_alone(stand: Stand) -> None:
    stand.begin()
    await stand.worker.call(lambda reader: reader.status())
    await stand.looks(after=1000)
    assert (stand.told, stand.done) == ([], [])
    stand.worker.stop()
