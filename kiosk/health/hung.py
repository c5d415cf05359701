"""A driver whose call does not come back: given up, so that the citizen is led home and what else works goes on.

The device's own limits, the chart's time-outs and the patience of whoever looks have all passed by then; what stands is
a thread in a kernel driver or a library, and no thread can be ended. In order, the mildest first:

1. The call is given up, at once, whoever is served. It ends with the device's fault ``no_answer``, as with a cable that
   was pulled out: the activity fails, the chart goes where it goes then, the menu says what still works. Whatever the
   call was moving is not moved again: its outcome is unknown, and the sensors are asked before anything else is.
2. Has the call come back after all, its driver begins again. Until then, once nobody is served, a new driver begins
   beside it, where a late end of the old call does no harm, as nothing of that device moves.
3. Once nobody is served the process is started anew, and the journal brings everything back: the card that stood in a
   reader, the issue that was under way. Once: not again before the device has answered, or the kiosk would spend its
   days starting.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import structlog

from devices.contract import Device, DeviceError, DeviceState, Status
from devices.worker import DeviceWorker, no_answer_of
from kiosk.fleet.facts import Stuck
from kiosk.health.capabilities import ENCODER, WORKING
from kiosk.health.watchdog import Remedy
from kiosk.journal.errors import JournalError
from kiosk.tools import Tools

log = structlog.get_logger("hung")

DRIVER = Stuck.DRIVER.value
"""What is stuck, in the watchdog's keys: ``driver:card_reader``."""

RESTARTED_FOR = "restarted_for."
"""With a device's name: the count that is 1 once the process was started anew for it, until it answers."""


class HungDrivers:
    """A sign of the watchdog's, and the remedies for it.

    ``fresh``: by device name, builds another driver for a device that moves nothing. ``resting``: whether nobody is
    served and nothing is under way, or a citizen has gone and left a card. ``stop``: ends the process in good order, to
    be started again; ``end``: ends it at once.
    ``changed``: what the kiosk can do is another thing now.
    """

    def __init__(
        self,
        tools: Tools,
        fresh: Mapping[str, Callable[[], Device]],
        *,
        resting: Callable[[], bool],
        stop: Callable[[], None],
        changed: Callable[[], None],
        end: Callable[[], None] = lambda: os._exit(70),
    ) -> None:
        self._tools = tools
        self._fresh = fresh
        self._resting = resting
        self._stop = stop
        self._changed = changed
        self._end = end
        self._in_vain: set[str] = set()
        """Devices for which the process was started anew, and which have not answered since."""
        self._noted: set[str] = set()
        """Those of which that is written down."""
        self._beginning: dict[str, asyncio.Task[None]] = {}
        self._not_opened: set[str] = set()
        """Devices whose new driver could not open them: the old one may have them still."""

    async def recall(self) -> None:
        """For which devices the process was already started anew. Raises JournalError."""
        counts = await asyncio.to_thread(self._tools.record.counters.all)
        self._in_vain = {
            name.removeprefix(RESTARTED_FOR)
            for name, value in counts.items()
            if value and name.startswith(RESTARTED_FOR)
        }
        self._noted = set(self._in_vain)

    def sign(self, now: float) -> Mapping[str, float]:
        """As :class:`kiosk.health.watchdog.Sign`. A call's time is the worker's own; a device that was given up is
        stuck until it has begun again, which it does here as soon as its call has come back."""
        stuck: dict[str, float] = {}
        for name, worker in self._tools.devices.items():
            if worker is None:
                continue
            if worker.given_up and worker.came_back:
                self._begin(name, worker, None)
            if self._answers(name):
                self._not_opened.discard(name)
            if overdue := worker.overdue:
                stuck[f"{DRIVER}:{name}"] = overdue
                if name in self._beginning:
                    self._give_up(name, worker)
            elif worker.given_up or name in self._beginning or name in self._not_opened:
                stuck[f"{DRIVER}:{name}"] = 0.0
            elif name in self._noted and self._answers(name):
                self._in_vain.discard(name)
                self._noted.discard(name)
                self._note(name, 0)
        return stuck

    def remedies(self, name: str) -> Iterable[Remedy]:
        """As :data:`kiosk.health.watchdog.Remedies`."""
        worker = self._tools.devices[name]
        assert worker is not None  # noqa: S101 -- it gave the sign
        resting = self._resting()
        found: list[Remedy] = [("give_up_call", lambda: self._give_up(name, worker))]
        if name in self._fresh:
            found.append(("begin_again", (lambda: self._begin(name, worker, self._fresh[name]())) if resting else None))
        if name not in self._in_vain:
            found.append(("restart_application", (lambda: self._restart(name)) if resting else None))
            found.append(("end_process", self._end if resting else None))
        return found

    # -- remedies ------------------------------------------------------------------------------------------------------

    def _give_up(self, name: str, worker: DeviceWorker[Any]) -> None:
        worker.give_up()
        if self._tools.encoder is not None and name in (ENCODER, "card_printer"):
            self._tools.encoder.forget()
        if self._tools.health.saw(name, Status(DeviceState.OFFLINE, no_answer_of(name))):
            self._changed()

    def _begin(self, name: str, worker: DeviceWorker[Any], device: Device | None) -> None:
        if name in self._beginning or not worker.given_up:
            return
        worker.begin_again(device)
        task = asyncio.create_task(self._open(name, worker, anew=device is not None), name=f"begin-again-{name}")
        self._beginning[name] = task
        task.add_done_callback(lambda _: self._beginning.pop(name, None))

    async def _open(self, name: str, worker: DeviceWorker[Any], *, anew: bool) -> None:
        def opened(device: Device) -> Status:
            device.open()
            return device.status()

        try:
            status = await worker.call(opened)
        except DeviceError as error:
            log.warning("not_begun_again", device=name, fault=error.code)
            if anew:
                self._not_opened.add(name)
            return
        log.info("begun_again", device=name, state=status.device.value)
        if self._tools.health.saw(name, status):
            self._changed()

    def _restart(self, name: str) -> None:
        self._noted.add(name)
        self._note(name, 1, then=self._stop)

    # -- what it remembers ---------------------------------------------------------------------------------------------

    def _answers(self, name: str) -> bool:
        status = self._tools.health.statuses.get(name)
        return status is not None and status.device in WORKING

    def _note(self, name: str, value: int, then: Callable[[], None] = lambda: None) -> None:
        task = asyncio.ensure_future(asyncio.to_thread(self._tools.record.counters.set, RESTARTED_FOR + name, value))

        def noted(done: asyncio.Future[None]) -> None:
            if done.cancelled() or isinstance(done.exception(), JournalError):
                log.error("restart_not_noted", device=name)  # unnoted it is not done: it might be done for ever
            else:
                then()

        task.add_done_callback(noted)
