"""The manual clock runs what is planned, in order, at its own time; the system clock tells the truth."""

from __future__ import annotations

import asyncio
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.clock import ManualClock, SystemClock


def test_callbacks_run_in_order_at_their_own_time() -> None:
    clock = ManualClock()
    seen: list[tuple[str, float]] = []
    clock.call_later(5, lambda: seen.append(("second", clock.monotonic())))
    clock.call_later(2, lambda: seen.append(("first", clock.monotonic())))
    clock.call_later(5, lambda: seen.append(("third", clock.monotonic())))
    clock.call_later(9, lambda: seen.append(("later", clock.monotonic())))
    clock.advance(8)
    assert seen == [("first", 2.0), ("second", 5.0), ("third", 5.0)]
    assert clock.monotonic() == 8.0
    assert clock.next_due == 1.0


def test_a_callback_may_plan_another_within_the_same_span() -> None:
    clock = ManualClock()
    seen: list[float] = []

    def again() -> None:
        seen.append(clock.monotonic())
        if len(seen) < 3:
            clock.call_later(2, again)

    clock.call_later(2, again)
    clock.advance(100)
    assert seen == [2.0, 4.0, 6.0]


def test_a_cancelled_callback_does_not_run() -> None:
    clock = ManualClock()
    seen: list[str] = []
    handle = clock.call_later(1, lambda: seen.append("no"))
    clock.call_later(1, lambda: seen.append("yes"))
    handle.cancel()
    assert clock.pending == 1
    clock.advance(1)
    assert seen == ["yes"]
    handle.cancel()


def test_time_does_not_go_back() -> None:
    with pytest.raises(ValueError, match="does not go back"):
        ManualClock().advance(-1)


def test_today_is_the_day_in_shanghai() -> None:
    assert ManualClock(datetime(2026, 11, 21, 15, 59, 59, tzinfo=UTC)).today() == date(2026, 11, 21)
    assert ManualClock(datetime(2026, 11, 21, 16, 0, 0, tzinfo=UTC)).today() == date(2026, 11, 22)


def test_setting_the_wall_clock_moves_no_timer() -> None:
    clock = ManualClock(datetime(2026, 11, 22, 1, 0, tzinfo=UTC))
    seen: list[str] = []
    clock.call_later(10, lambda: seen.append("due"))
    clock.advance(4)
    clock.set_now(datetime(2030, 1, 1, tzinfo=UTC))
    assert clock.now() == datetime(2030, 1, 1, tzinfo=UTC)
    assert seen == []
    clock.advance(6)
    assert seen == ["due"]
    assert clock.now() == datetime(2030, 1, 1, 0, 0, 6, tzinfo=UTC)


async def test_sleep_wakes_when_the_clock_is_turned() -> None:
    clock = ManualClock()
    task = asyncio.create_task(clock.sleep(30))
    await clock.run_for(29)
    assert not task.done()
    await clock.run_for(1)
    assert task.done()


async def test_a_cancelled_sleep_leaves_nothing_planned() -> None:
    clock = ManualClock()
    task = asyncio.create_task(clock.sleep(30))
    await asyncio.sleep(0)
    assert clock.pending == 1
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert clock.pending == 0


async def test_run_for_lets_tasks_go_on_between_timers() -> None:
    clock = ManualClock()
    seen: list[float] = []

    async def three_times() -> None:
        for _ in range(3):
            await clock.sleep(2)
            seen.append(clock.monotonic())

    task = asyncio.create_task(three_times())
    await clock.run_for(100)
    await task
    assert seen == [2.0, 4.0, 6.0]


async def test_system_clock_plans_on_the_running_loop() -> None:
    clock = SystemClock()
    ran = asyncio.Event()
    clock.call_later(0.001, ran.set)
    await asyncio.wait_for(ran.wait(), 2)
    assert clock.now().utcoffset() == timedelta(0)
    assert abs(clock.now() - datetime.now(UTC)) < timedelta(seconds=5)
    assert clock.today() == (datetime.now(UTC) + timedelta(hours=8)).date()


@given(st.lists(st.floats(min_value=0, max_value=1000), max_size=30))
def test_everything_planned_runs_once_and_in_order(delays: list[float]) -> None:
    clock = ManualClock()
    seen: list[float] = []
    for delay in delays:
        clock.call_later(delay, lambda delay=delay: seen.append(delay))  # type: ignore[misc]
    clock.advance(1000)
    assert seen == sorted(delays)
