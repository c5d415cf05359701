"""A driver's call that really does not come back: it stands in read(2) on a pipe that nobody writes to."""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest

from devices.contract import Cancellation, DeviceError, DeviceState, Status
from devices.worker import LET_GO, LONGEST_CALL, LONGEST_CALLS, DeviceWorker

GENEROUS = 30.0


@dataclass
class Clock:
    now: float = 1000.0

    def __call__(self) -> float:
        return self.now


class Reader:
    """Reads from a pipe."""

    def __init__(self) -> None:
        self.at, self.other_end = os.pipe()
        self.reading = threading.Event()
        self.closed = threading.Event()
        self.done: list[str] = []

    def open(self) -> None:
        self.done.append("open")

    def close(self) -> None:
        self.done.append("close")
        self.closed.set()

    def status(self) -> Status:
        return Status(DeviceState.ONLINE)

    def read(self) -> bytes:
        self.reading.set()
        return os.read(self.at, 1)

    def wait_for_card(self, cancellation: Cancellation) -> bytes:
        """Deaf to the cancellation."""
        return self.read()

    def comes_back(self) -> None:
        """What was waited for comes after all."""
        os.write(self.other_end, b"x")


@dataclass
class Bench:
    reader: Reader
    clock: Clock
    worker: DeviceWorker[Reader]
    failed: list[str] = field(default_factory=list)

    async def hangs(self) -> asyncio.Task[bytes]:
        task = asyncio.create_task(self.worker.call(Reader.read))
        await asyncio.to_thread(self.reader.reading.wait, GENEROUS)
        return task

    async def comes_back(self) -> None:
        self.reader.comes_back()
        assert await asyncio.to_thread(self.reader.closed.wait, GENEROUS)
        await asyncio.to_thread(self.worker._thread.join, GENEROUS)


@pytest.fixture
def bench() -> Iterator[Bench]:
    reader, clock = Reader(), Clock()
    bench = Bench(reader, clock, DeviceWorker("id_reader", reader, monotonic=clock))
    bench.worker.failed = lambda error: bench.failed.append(error.code)
    yield bench
    reader.comes_back()


async def no_answer(task: asyncio.Task[bytes]) -> str:
    with pytest.raises(DeviceError) as raised:
        await asyncio.wait_for(task, GENEROUS)
    return raised.value.code


async def test_a_call_is_overdue_only_beyond_the_longest_that_it_can_honestly_take(bench: Bench) -> None:
    assert bench.worker.overdue == 0.0
    task = await bench.hangs()
    bench.clock.now += LONGEST_CALL
    assert bench.worker.overdue == 0.0
    bench.clock.now += 0.5
    assert bench.worker.overdue == LONGEST_CALL + 0.5
    bench.reader.comes_back()
    assert await asyncio.wait_for(task, GENEROUS) == b"x"
    assert bench.worker.overdue == 0.0


async def test_a_call_says_itself_when_it_takes_another_time(bench: Bench) -> None:
    task = asyncio.create_task(bench.worker.call_within(240.0, Reader.read))
    await asyncio.to_thread(bench.reader.reading.wait, GENEROUS)
    bench.clock.now += 240.0
    assert bench.worker.overdue == 0.0
    bench.clock.now += 1.0
    assert bench.worker.overdue == 241.0
    bench.reader.comes_back()
    await task
    assert LONGEST_CALLS["card_printer"] > LONGEST_CALL


async def test_whoever_awaits_a_call_that_is_given_up_is_told_and_so_is_whoever_comes_after(bench: Bench) -> None:
    hanging = await bench.hangs()
    behind = asyncio.create_task(bench.worker.call(Reader.read))
    await asyncio.sleep(0)
    bench.worker.give_up()
    assert await no_answer(hanging) == "id_reader.no_answer"
    assert await no_answer(behind) == "id_reader.no_answer"
    with pytest.raises(DeviceError, match=r"id_reader\.no_answer"):
        await bench.worker.call(Reader.status)
    assert bench.failed == ["id_reader.no_answer"]
    bench.worker.give_up()  # twice is once
    assert bench.failed == ["id_reader.no_answer"]


async def test_a_task_that_was_cancelled_waits_for_the_driver_and_no_longer_than_until_it_is_given_up(
    bench: Bench,
) -> None:
    task = await bench.hangs()
    task.cancel()
    await asyncio.wait({task}, timeout=0.05)
    assert not task.done()  # a device call that has begun is not abandoned half-way
    bench.worker.give_up()
    with pytest.raises(asyncio.CancelledError):
        await asyncio.wait_for(task, GENEROUS)


async def test_a_call_that_waits_may_do_so_for_ever_and_has_to_let_go_once_cancelled(bench: Bench) -> None:
    task = asyncio.create_task(bench.worker.wait(Reader.wait_for_card))
    await asyncio.to_thread(bench.reader.reading.wait, GENEROUS)
    bench.clock.now += 86_400
    assert bench.worker.overdue == 0.0
    task.cancel()
    await asyncio.wait({task}, timeout=0.05)
    bench.clock.now += LET_GO
    assert bench.worker.overdue == 0.0
    bench.clock.now += 1
    assert bench.worker.overdue > LET_GO
    bench.worker.give_up()
    with pytest.raises(asyncio.CancelledError):
        await asyncio.wait_for(task, GENEROUS)


async def test_a_call_that_comes_back_late_lets_go_of_the_device_and_tells_nobody(bench: Bench) -> None:
    task = await bench.hangs()
    bench.worker.give_up()
    await no_answer(task)
    assert not bench.worker.came_back
    with pytest.raises(RuntimeError, match="has not come back"):
        bench.worker.begin_again()
    await asyncio.wait_for(bench.comes_back(), GENEROUS)
    assert bench.reader.done == ["close"]
    bench.worker.begin_again()
    assert not bench.worker.given_up
    assert (await bench.worker.call(Reader.status)).device is DeviceState.ONLINE
    assert bench.failed == ["id_reader.no_answer"]
    bench.worker.stop()


async def test_another_driver_begins_beside_a_call_that_still_hangs(bench: Bench) -> None:
    task = await bench.hangs()
    bench.worker.give_up()
    await no_answer(task)
    other = Reader()
    bench.worker.begin_again(other)
    await bench.worker.call(Reader.open)
    assert (other.done, bench.reader.done) == (["open"], [])
    assert (bench.worker.given_up, bench.worker.overdue) == (False, 0.0)
    bench.worker.stop()


async def test_a_call_that_hangs_does_not_hold_up_the_end_of_the_process(bench: Bench) -> None:
    task = await bench.hangs()
    await asyncio.wait_for(bench.worker.close(patience=0.05), GENEROUS)
    bench.worker.give_up()
    await no_answer(task)
    await asyncio.wait_for(bench.worker.close(), GENEROUS)


async def test_a_device_that_is_well_is_closed_at_the_end(bench: Bench) -> None:
    await bench.worker.close()
    assert bench.reader.done == ["close"]
    with pytest.raises(RuntimeError, match="stopped"):
        await bench.worker.call(Reader.status)
    bench.worker.give_up()  # nothing is under way
    assert not bench.worker.given_up
