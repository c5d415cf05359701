"""Stuck is noticed, told, and given the mildest remedy first."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path

import pytest

from kiosk.clock import ManualClock
from kiosk.fleet.messages import Event
from kiosk.health.standing import Standing
from kiosk.health.telemetry import Telemetry
from kiosk.health.watchdog import BusyDevices, LoopWatch, UnchangedState, Watchdog
from kiosk.journal.store import Journal


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(datetime(2026, 3, 2, 8, 0, tzinfo=UTC))


@pytest.fixture
def journal(tmp_path: Path, clock: ManualClock) -> Iterator[Journal]:
    journal = Journal(tmp_path / "journal.db", clock, "K0001")
    yield journal
    journal.close()


def told(telemetry: Telemetry) -> list[str]:
    return [body.event.value for body in telemetry._waiting if isinstance(body, Event)]


async def test_remedies_come_mildest_first_and_each_is_given_time(journal: Journal, clock: ManualClock) -> None:
    telemetry = Telemetry(journal)
    stuck: dict[str, float] = {}
    done: list[str] = []
    dog = Watchdog(
        clock,
        telemetry,
        [lambda now: stuck],
        {"view": lambda where: [(name, lambda name=name: done.append(name)) for name in ("mild", "strong")]},  # type: ignore[misc]
    )
    dog.look()
    assert told(telemetry) == []
    stuck["view:in_service.session.menu"] = 130.0
    dog.look()
    dog.look()
    assert (done, told(telemetry)) == (["mild"], ["stuck"])
    clock.advance(29)
    dog.look()
    assert done == ["mild"]
    clock.advance(1)
    dog.look()
    assert done == ["mild", "strong"]
    clock.advance(30)
    dog.look()
    clock.advance(60)
    dog.look()
    assert told(telemetry) == ["stuck", "not_healed"]
    stuck.clear()
    dog.look()
    assert told(telemetry) == ["stuck", "not_healed", "healed"]


def test_a_state_that_outlives_its_timers() -> None:
    moves, limit = [0], [65.0]
    sign = UnchangedState(lambda: "in_service.session.menu", lambda: moves[0], lambda: limit[0])
    assert sign(0.0) == {}
    assert sign(95.0) == {}
    assert sign(95.1) == {"view:in_service.session.menu": 95.1}
    moves[0] = 1
    assert sign(96.0) == {}


def test_a_state_of_rest_may_last() -> None:
    sign = UnchangedState(lambda: "in_service.attract", lambda: 0, lambda: None)
    assert (sign(0.0), sign(1e6)) == ({}, {})


async def test_what_cannot_be_done_now_is_done_as_soon_as_it_can(journal: Journal, clock: ManualClock) -> None:
    telemetry, serving, done = Telemetry(journal), [True], list[str]()
    dog = Watchdog(
        clock,
        telemetry,
        [lambda now: {"device:card_reader": 200.0}],
        {"device": lambda where: None if serving[0] else [("restart_device", lambda: done.append(where))]},
    )
    for _ in range(20):
        dog.look()
        clock.advance(30)
    assert (done, told(telemetry)) == ([], ["stuck"])
    serving[0] = False
    dog.look()
    assert (done, told(telemetry)) == (["card_reader"], ["stuck"])


def test_a_device_that_is_busy_and_says_nothing_new() -> None:
    busy: dict[str, tuple[object, float]] = {"card_printer": ("printing", 0.0)}
    sign = BusyDevices(lambda: busy, limit=180)
    assert sign(0.0) == {}
    for at in (60.0, 120.0, 180.0):
        busy["card_printer"] = ("printing", at)
        assert sign(at) == {}
    assert sign(999.0) == {}  # nobody has looked since
    busy["card_printer"] = ("printing", 210.0)
    assert sign(210.0) == {"device:card_printer": 210.0}
    assert sign(999.0) == {"device:card_printer": 210.0}
    busy["card_printer"] = ("ejecting", 240.0)
    assert sign(240.0) == {}
    busy["card_printer"] = ("ejecting", 900.0)  # a long visit in between: who knows what it did
    assert sign(900.0) == {}
    busy.clear()
    assert sign(999.0) == {}


class Loop:
    """An event loop that answers, or does not."""

    def __init__(self) -> None:
        self.blocked = False
        self.asked = threading.Event()

    def ask(self, callback: object) -> None:
        if not self.blocked:
            callback()  # type: ignore[operator]
        else:
            self.waiting = callback
            self.asked.set()


def _kept(journal: Journal) -> list[Mapping[str, object]]:
    return [kept.body for kept in journal.telemetry.oldest()]


def test_a_loop_that_is_blocked_is_written_down_with_where_it_stands(journal: Journal, tmp_path: Path) -> None:
    loop, told_ = Loop(), threading.Event()
    telemetry = Telemetry(journal)
    telemetry.on_news = told_.set
    watch = LoopWatch(loop.ask, telemetry, tmp_path / "stacks.txt", blocked=0.05, lost=10)
    loop.blocked = True
    watch.start()
    assert told_.wait(30)
    told_.clear()
    loop.blocked = False
    loop.waiting()  # type: ignore[operator]
    assert told_.wait(30)
    watch.stop()
    assert [body["event"] for body in _kept(journal)] == ["stuck", "healed"]
    assert "_watch" in (tmp_path / "stacks.txt").read_text(encoding="utf-8")


def test_a_loop_that_is_lost_ends_the_process(journal: Journal, tmp_path: Path) -> None:
    loop, ended = Loop(), threading.Event()
    loop.blocked = True
    watch = LoopWatch(loop.ask, Telemetry(journal), tmp_path / "s", blocked=0.05, lost=0.1, end=ended.set)
    watch.start()
    assert ended.wait(30)
    watch.stop()
    assert [body["event"] for body in _kept(journal)] == ["stuck", "not_healed"]


async def test_a_real_loop_that_comes_round_is_left_alone(journal: Journal, tmp_path: Path) -> None:
    loop, asked, enough = asyncio.get_running_loop(), [0], asyncio.Event()

    def ask(callback: Callable[[], None]) -> None:
        asked[0] += 1
        loop.call_soon_threadsafe(callback)
        if asked[0] == 3:  # the first two have been answered
            loop.call_soon_threadsafe(enough.set)

    watch = LoopWatch(ask, Telemetry(journal), tmp_path / "s", blocked=30, every=0.01)
    watch.start()
    await asyncio.wait_for(enough.wait(), 30)
    await asyncio.to_thread(watch.stop)
    assert _kept(journal) == []
    assert not (tmp_path / "s").exists()


async def test_standing_lets_wait_for_a_state() -> None:
    standing = Standing("in_service.session.menu")
    assert standing.serving
    waiting = asyncio.create_task(standing.until_free())
    await asyncio.sleep(0)
    standing.moved("in_service.session.query")
    await asyncio.sleep(0)
    assert not waiting.done()
    standing.moved("in_service.checking")
    await asyncio.wait_for(waiting, 30)
