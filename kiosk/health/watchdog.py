"""Stuck is a state too: noticed, told, and healed by the mildest remedy that helps.

Four ways to be stuck, each with its own sign:

* *view*: the chart has stood in one state for longer than its own timers allow: a timer or an activity is lost;
* *device*: a device has said ``deviceBusy`` without a change for too long;
* *driver*: a call of a device's driver has not come back (:mod:`kiosk.health.hung`);
* *event_loop*: the loop has not come round. Seen by a thread, for nothing on the loop can see it.

Each has its remedies in order, the mildest first; the next is tried when the one before has not helped within
:data:`HELPED_WITHIN`. The last is the restart of the process, from which the journal brings everything back.
"""

from __future__ import annotations

import faulthandler
import os
import signal
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import structlog

from kiosk.clock import Clock
from kiosk.fleet.facts import Stuck
from kiosk.fleet.messages import Event, EventName
from kiosk.health.telemetry import Telemetry
from kiosk.journal.errors import JournalError

log = structlog.get_logger("watchdog")

LOOK_EVERY = 5.0
OF_A_DEVICE = frozenset({Stuck.DEVICE.value, Stuck.DRIVER.value})
"""What is stuck where the place is a device's name."""

HELPED_WITHIN = 30.0
"""Seconds a remedy is given."""
DEVICE_BUSY = 180.0
"""Seconds: writing a chip or printing both sides of a card takes 120 at most."""
UNSEEN = 90.0
"""Seconds between two looks at a device after which nobody knows what it did meanwhile."""
SLACK = 30.0
"""Seconds beyond its own timers that a state may last."""

ASK_EVERY = 1.0
"""Seconds between two questions to the loop."""
LOOP_BLOCKED = 5.0
"""Seconds without coming round after which the loop is blocked: the screens answer no touch."""
LOOP_LOST = 60.0
"""Seconds after which it will not come back by itself."""

Remedy = tuple[str, Callable[[], None] | None]
"""Its name, and what it does, at once, without waiting; None: not now, for a citizen is served."""

Remedies = Callable[[str], Iterable[Remedy] | None]
"""Given where it is stuck, the mildest first; None: none of them now."""


class Sign(Protocol):
    """Says what is stuck now, by key (``device:card_reader``), with seconds since it last changed."""

    def __call__(self, now: float) -> Mapping[str, float]:
        """``now``: monotonic seconds."""
        ...


@dataclass(slots=True)
class _Case:
    what: str
    where: str
    tried: int = 0
    tried_at: float = 0.0

    @property
    def device(self) -> str | None:
        return self.where if self.what in OF_A_DEVICE else None


class Watchdog:
    """``remedies``: by what is stuck, the part of a key before the colon; given the key's rest."""

    def __init__(
        self,
        clock: Clock,
        telemetry: Telemetry,
        signs: Sequence[Sign],
        remedies: Mapping[str, Remedies],
    ) -> None:
        self._clock = clock
        self._telemetry = telemetry
        self._signs = signs
        self._remedies = remedies
        self._cases: dict[str, _Case] = {}

    async def run(self) -> None:
        """Look for ever."""
        while True:
            await self._clock.sleep(LOOK_EVERY)
            self.look()

    def look(self) -> None:
        """Look once: what is stuck is told and given its next remedy, what no longer is, is told too."""
        now = self._clock.monotonic()
        stuck: dict[str, float] = {}
        for sign in self._signs:
            stuck.update(sign(now))
        for key in [key for key in self._cases if key not in stuck]:
            case = self._cases.pop(key)
            log.info("healed", what=case.what, where=case.where)
            self._telemetry.tell(
                Event(
                    event=EventName.HEALED,
                    device=case.device,
                    facts={"what": case.what, "where": case.where, "remedies": case.tried},
                )
            )
        for key, seconds in stuck.items():
            self._treat(key, seconds, now)

    def _treat(self, key: str, seconds: float, now: float) -> None:
        what, _, where = key.partition(":")
        case = self._cases.get(key)
        if case is None:
            case = self._cases[key] = _Case(what, where)
            log.error("stuck", what=what, where=where, seconds=round(seconds))
            self._telemetry.tell(
                Event(
                    event=EventName.STUCK,
                    device=case.device,
                    facts={"what": what, "where": where, "milliseconds": round(seconds * 1000)},
                )
            )
        elif now - case.tried_at < HELPED_WITHIN:
            return
        if (found := self._remedies[what](where)) is None:
            return
        remedies = list(found)
        if case.tried < len(remedies):
            named, remedy = remedies[case.tried]
            if remedy is None:
                return
            case.tried, case.tried_at = case.tried + 1, now
            log.warning("remedy", what=what, where=where, remedy=named)
            remedy()
        elif case.tried == len(remedies):
            case.tried += 1
            self._telemetry.tell(
                Event(event=EventName.NOT_HEALED, device=case.device, facts={"what": what, "where": where})
            )


class UnchangedState:
    """A sign: the chart stands where its timers should have taken it away. ``limit``: seconds that the state now may
    last, None for one that may last for ever; ``moves``: rises with every move and every sign of life."""

    def __init__(self, state: Callable[[], str], moves: Callable[[], int], limit: Callable[[], float | None]) -> None:
        self._state = state
        self._moves = moves
        self._limit = limit
        self._seen: int | None = None
        self._since = 0.0

    def __call__(self, now: float) -> Mapping[str, float]:
        moves = self._moves()
        if moves != self._seen:
            self._seen, self._since = moves, now
        limit = self._limit()
        unchanged = now - self._since
        return {f"{Stuck.VIEW}:{self._state()}": unchanged} if limit is not None and unchanged > limit + SLACK else {}


@dataclass(frozen=True, slots=True)
class _Busy:
    value: object
    since: float
    looked: float


class BusyDevices:
    """A sign: a device is busy and says nothing new. ``busy``: by name, a value that changes when the device does, and
    when it was last looked at. Only what was seen counts: nobody looks while a citizen is served."""

    def __init__(self, busy: Callable[[], Mapping[str, tuple[object, float]]], limit: float = DEVICE_BUSY) -> None:
        self._busy = busy
        self._limit = limit
        self._seen: dict[str, _Busy] = {}

    def __call__(self, now: float) -> Mapping[str, float]:
        seen: dict[str, _Busy] = {}
        for name, (value, looked) in self._busy().items():
            before = self._seen.get(name)
            same = before is not None and before.value == value and looked - before.looked <= UNSEEN
            seen[name] = _Busy(value, before.since if before is not None and same else looked, looked)
        self._seen = seen
        return {
            f"{Stuck.DEVICE}:{name}": each.looked - each.since
            for name, each in seen.items()
            if each.looked - each.since > self._limit
        }


class LoopWatch:
    """A thread that has the loop answer now and then. ``ask``: has its argument called on the loop.

    A loop that is blocked is written down at once, with where every thread stands in ``stacks``; one that does not come
    back is ended with the process, so that it is started again.
    """

    def __init__(
        self,
        ask: Callable[[Callable[[], None]], object],
        telemetry: Telemetry,
        stacks: Path,
        *,
        blocked: float = LOOP_BLOCKED,
        lost: float = LOOP_LOST,
        every: float = ASK_EVERY,
        end: Callable[[], None] = lambda: os.kill(os.getpid(), signal.SIGKILL),
    ) -> None:
        self._ask = ask
        self._telemetry = telemetry
        self._stacks = stacks
        self._blocked = blocked
        self._lost = lost
        self._every = min(every, blocked)
        self._end = end
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="loop-watch", daemon=True)

    def start(self) -> None:
        """Begin to watch."""
        self._thread.start()

    def stop(self) -> None:
        """Watch no longer."""
        self._ended.set()
        self._thread.join(2)

    def _watch(self) -> None:
        while not self._ended.wait(self._every):
            answered = threading.Event()
            try:
                self._ask(answered.set)
            except RuntimeError:  # the loop is closed
                return
            if answered.wait(self._blocked) or self._ended.is_set():
                continue
            self._write_stacks()
            self._tell(EventName.STUCK, {"what": Stuck.EVENT_LOOP.value, "milliseconds": round(self._blocked * 1000)})
            if answered.wait(self._lost - self._blocked):
                self._tell(EventName.HEALED, {"what": Stuck.EVENT_LOOP.value, "remedies": 0})
            elif not self._ended.is_set():
                log.critical("event_loop_lost", seconds=self._lost)
                self._tell(EventName.NOT_HEALED, {"what": Stuck.EVENT_LOOP.value, "remedy": "restart_application"})
                self._end()
                return

    def _write_stacks(self) -> None:
        log.error("event_loop_blocked", seconds=self._blocked, stacks=str(self._stacks))
        try:
            with self._stacks.open("w", encoding="utf-8") as out:
                faulthandler.dump_traceback(out, all_threads=True)
        except OSError as error:
            log.warning("stacks_not_written", error=str(error))

    def _tell(self, name: EventName, facts: dict[str, str | bool | int]) -> None:
        try:
            self._telemetry.write(Event(event=name, facts=facts))
        except JournalError as error:
            log.error("telemetry_not_written", error=type(error).__name__)
