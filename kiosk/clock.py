"""Time, as something handed in: the machine's own clock, and one that a test turns by hand.

Instants are aware datetimes in UTC. The kiosk's day is China Standard Time: one zone, UTC+8, without summer time since
1991, hence a fixed offset and no need of a time zone database on the machine.
"""

from __future__ import annotations

import asyncio
import heapq
import itertools
import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Protocol

KIOSK_ZONE = timezone(timedelta(hours=8), "Asia/Shanghai")
"""The zone of the days and hours that people read."""


class Handle(Protocol):
    """A planned callback."""

    def cancel(self) -> None:
        """The callback will not run. Harmless when it ran already."""
        ...


class Clock(Protocol):
    """What the rest of the kiosk knows of time. All of it on the event loop's thread, except now and monotonic."""

    def now(self) -> datetime:
        """The instant, aware, UTC. May jump when the machine's clock is set."""
        ...

    def monotonic(self) -> float:
        """Seconds from an arbitrary start; never goes back. For measuring durations."""
        ...

    def today(self) -> date:
        """The day in :data:`KIOSK_ZONE`."""
        ...

    def call_later(self, seconds: float, callback: Callable[[], None]) -> Handle:
        """Run ``callback`` on the event loop ``seconds`` from now, measured by :meth:`monotonic`."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Wait; cancellation ends it at once. For back-off between attempts, never in place of an event."""
        ...


class SystemClock:
    """The machine's clock. :meth:`call_later` and :meth:`sleep` need a running asyncio loop."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    def monotonic(self) -> float:
        return time.monotonic()

    def today(self) -> date:
        return self.now().astimezone(KIOSK_ZONE).date()

    def call_later(self, seconds: float, callback: Callable[[], None]) -> Handle:
        return asyncio.get_running_loop().call_later(max(0.0, seconds), callback)

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(max(0.0, seconds))


class _Planned:
    def __init__(self, due: float, callback: Callable[[], None]) -> None:
        self.due = due
        self.callback: Callable[[], None] | None = callback

    def cancel(self) -> None:
        self.callback = None


class ManualClock:
    """A clock that stands still until told to move.

    :meth:`advance` runs what falls due, in order of time and then of planning, each with the clock at its own due time;
    what a callback plans within the span runs as well. An exception of a callback leaves :meth:`advance`, with the
    clock where it happened.
    """

    def __init__(self, start: datetime = datetime(2026, 11, 22, 1, 0, tzinfo=UTC)) -> None:
        if start.tzinfo is None:
            raise ValueError("the start must be an aware datetime")
        self._start = start.astimezone(UTC)
        self._elapsed = 0.0
        self._order = itertools.count()
        self._queue: list[tuple[float, int, _Planned]] = []

    def now(self) -> datetime:
        return self._start + timedelta(seconds=self._elapsed)

    def monotonic(self) -> float:
        return self._elapsed

    def today(self) -> date:
        return self.now().astimezone(KIOSK_ZONE).date()

    def call_later(self, seconds: float, callback: Callable[[], None]) -> Handle:
        planned = _Planned(self._elapsed + max(0.0, seconds), callback)
        heapq.heappush(self._queue, (planned.due, next(self._order), planned))
        return planned

    async def sleep(self, seconds: float) -> None:
        done = asyncio.get_running_loop().create_future()
        handle = self.call_later(seconds, lambda: None if done.done() else done.set_result(None))
        try:
            await done
        finally:
            handle.cancel()

    @property
    def pending(self) -> int:
        """How many callbacks are planned and not cancelled."""
        return sum(1 for _, _, planned in self._queue if planned.callback is not None)

    @property
    def next_due(self) -> float | None:
        """Seconds until the next planned callback, or None."""
        self._drop_cancelled()
        return self._queue[0][0] - self._elapsed if self._queue else None

    def set_now(self, instant: datetime) -> None:
        """Set the wall clock, as NTP or an engineer would: :meth:`monotonic` and the timers do not notice."""
        self._start = instant.astimezone(UTC) - timedelta(seconds=self._elapsed)

    def advance(self, seconds: float) -> None:
        """Move time on by ``seconds`` and run what falls due. Raises ValueError for a negative span."""
        if seconds < 0:
            raise ValueError("time does not go back")
        until = self._elapsed + seconds
        while (planned := self._take_due(until)) is not None:
            planned()
        self._elapsed = until

    async def run_for(self, seconds: float) -> None:
        """As :meth:`advance`, letting the tasks of the loop go on after each callback and at the end."""
        if seconds < 0:
            raise ValueError("time does not go back")
        until = self._elapsed + seconds
        await _settle()
        while (planned := self._take_due(until)) is not None:
            planned()
            await _settle()
        self._elapsed = until
        await _settle()

    def _drop_cancelled(self) -> None:
        while self._queue and self._queue[0][2].callback is None:
            heapq.heappop(self._queue)

    def _take_due(self, until: float) -> Callable[[], None] | None:
        self._drop_cancelled()
        if not self._queue or self._queue[0][0] > until:
            return None
        due, _, planned = heapq.heappop(self._queue)
        self._elapsed = max(self._elapsed, due)
        callback, planned.callback = planned.callback, None
        return callback


async def _settle(turns: int = 20) -> None:
    for _ in range(turns):
        await asyncio.sleep(0)
