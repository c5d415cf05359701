"""One thread a device, with an async face: cancellation, a loud complaint at a call from elsewhere, and a way on when a
call does not come back.

A driver has limits of its own, far below those here. A call can outlive them all the same: in a kernel driver, in a
library that waits for a service that hangs. Nothing can be done about a thread that stands in such a call, so the call
is given up: whoever awaits it is told, nothing more is sent to the device, and what was under way is not known.
"""

from __future__ import annotations

import asyncio
import queue
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Concatenate, Generic, ParamSpec, TypeVar

from devices.contract import Cancellation, Device, DeviceError

D = TypeVar("D", bound=Device)
R = TypeVar("R")
P = ParamSpec("P")

LONGEST_CALL = 30.0
"""Seconds that a call may honestly take: a chip's dozen commands, a module that is asked three times at 9600 baud."""

LONGEST_CALLS: Mapping[str, float] = {
    "card_printer": 90.0,  # a feed that is tried five times, two sides at the scanner; a print says itself how long
    "receipt_printer": 90.0,  # 1.5 m of paper, and what passes by itself meanwhile
}
"""By device name, where it is another."""

LET_GO = 30.0
"""Seconds in which a call that waits lets go once cancelled: it may be in the middle of a question to the host."""

CLASS_OF: Mapping[str, str] = {"encoder": "card_reader"}
"""The class whose faults a device has, where its name is another."""


def no_answer_of(name: str) -> str:
    """The fault of a device whose driver does not come back."""
    return f"{CLASS_OF.get(name, name)}.no_answer"


@dataclass(slots=True)
class _Job:
    run: Callable[[], object]
    done: asyncio.Future[object]
    loop: asyncio.AbstractEventLoop
    longest: float | None
    """None: it waits, and may do so until it is cancelled."""
    cancelled_at: float | None = None


@dataclass(slots=True)
class _Hand:
    """A thread and what it has to do."""

    jobs: queue.SimpleQueue[_Job | None] = field(default_factory=queue.SimpleQueue)
    job: _Job | None = None
    since: float = 0.0
    given_up: bool = False
    returned: bool = False
    """It was given up, and has come back all the same: the device is let go of."""


def _settle(future: asyncio.Future[object], result: object, error: BaseException | None) -> None:
    if future.done():
        return
    if error is None:
        future.set_result(result)
    else:
        future.set_exception(error)


class DeviceWorker(Generic[D]):
    """Runs every call of one device, in order, on one thread of its own.

    ``await worker.call(Driver.read)`` runs ``Driver.read(device)`` there. For a call that waits (a card, a key press),
    ``worker.wait(Driver.wait_for_card)`` passes a :class:`Cancellation` as the first argument and sets it when
    the awaiting task is cancelled; the await ends only when the driver has really let go, or was given up.

    ``monotonic``: seconds, by which a call's time is measured.
    """

    def __init__(self, name: str, device: D, *, monotonic: Callable[[], float] = time.monotonic) -> None:
        self.name = name
        self.failed: Callable[[DeviceError], None] = lambda error: None
        """Told of every call that ends with an error of the device, on the device's thread; of one that is given up,
        on that of whoever gives it up. Must be quick."""
        self._monotonic = monotonic
        self._longest = LONGEST_CALLS.get(name, LONGEST_CALL)
        self._lock = threading.Lock()
        self._begin(device)

    def _begin(self, device: D) -> None:
        self._device = device
        self._hand = _Hand()
        self._thread = threading.Thread(
            target=self._work, args=(self._hand, device), name=f"device-{self.name}", daemon=True
        )
        self._thread.start()

    def _work(self, hand: _Hand, device: D) -> None:
        while (job := hand.jobs.get()) is not None:
            with self._lock:
                hand.job, hand.since = job, self._monotonic()
            result: object = None
            error: BaseException | None = None
            try:
                result = job.run()
            except BaseException as raised:  # noqa: BLE001 -- handed to the caller, who awaits it
                error = raised
            with self._lock:
                hand.job = None
                given_up = hand.given_up
            if given_up:
                device.close()  # whoever goes on with the device does so by a line of their own
                hand.returned = True
                return
            if isinstance(error, DeviceError):
                self.failed(error)
            try:
                job.loop.call_soon_threadsafe(_settle, job.done, result, error)
            except RuntimeError:  # the loop is closed: nobody is waiting any more
                return

    async def call(self, method: Callable[Concatenate[D, P], R], *args: P.args, **kwargs: P.kwargs) -> R:
        """Run a short call on the device's thread and return what it returns, or raise what it raises; DeviceError
        ``<class>.no_answer`` for one that was given up, and for any after it."""
        return await self.call_within(self._longest, method, *args, **kwargs)

    async def call_within(
        self, seconds: float, method: Callable[Concatenate[D, P], R], *args: P.args, **kwargs: P.kwargs
    ) -> R:
        """As :meth:`call`, for one that may honestly take another time than the device's others."""
        future, _ = self._submit(lambda: method(self._device, *args, **kwargs), seconds)
        # Shielded: a device call that has begun is never abandoned half-way.
        try:
            return await asyncio.shield(future)
        except asyncio.CancelledError:
            await self._until_done(future)
            raise

    async def wait(self, method: Callable[Concatenate[D, Cancellation, P], R], *args: P.args, **kwargs: P.kwargs) -> R:
        """Run a call that waits; cancelling the awaiting task makes the driver let go first."""
        cancellation = Cancellation()
        future, job = self._submit(lambda: method(self._device, cancellation, *args, **kwargs), None)
        try:
            return await asyncio.shield(future)
        except asyncio.CancelledError:
            job.cancelled_at = self._monotonic()
            # Of no pool: what a driver does to let go may hang as well, and a pool is waited for at the end.
            threading.Thread(target=cancellation.cancel, name=f"cancel-{self.name}", daemon=True).start()
            await self._until_done(future)
            raise

    def _submit(self, run: Callable[[], R], longest: float | None) -> tuple[asyncio.Future[R], _Job]:
        if threading.current_thread() is self._thread:
            raise RuntimeError(f"device {self.name}: its own thread must call the driver directly, not the worker")
        loop = asyncio.get_running_loop()
        future: asyncio.Future[R] = loop.create_future()
        job = _Job(run, future, loop, longest)  # type: ignore[arg-type]
        with self._lock:
            if self._hand.given_up:
                raise self._given_up()
            if not self._thread.is_alive():
                raise RuntimeError(f"device {self.name}: its worker has been stopped")
            self._hand.jobs.put(job)
        return future, job

    @staticmethod
    async def _until_done(future: asyncio.Future[R]) -> None:
        await asyncio.wait([future])
        if not future.cancelled():
            future.exception()  # seen: whoever wanted the outcome has gone

    # -- a call that does not come back --------------------------------------------------------------------------------

    @property
    def overdue(self) -> float:
        """Seconds since the call began that is under way longer than it honestly can be; 0.0 while none is."""
        now = self._monotonic()
        with self._lock:
            job, since = self._hand.job, self._hand.since
            if job is None:
                return 0.0
            begun, longest = since, job.longest
            if longest is None:
                if job.cancelled_at is None:
                    return 0.0
                begun, longest = max(since, job.cancelled_at), LET_GO
        return now - since if now - begun > longest else 0.0

    @property
    def given_up(self) -> bool:
        """Whether a call was given up and the device has not begun again: every call raises at once."""
        return self._hand.given_up

    @property
    def came_back(self) -> bool:
        """Whether the call that was given up has ended after all, so that the same driver may begin again."""
        return self._hand.returned

    def give_up(self) -> None:
        """Nobody waits any longer for the call that is under way, nor for those behind it. What it did is not known."""
        with self._lock:
            hand = self._hand
            if hand.given_up or hand.job is None:
                return
            hand.given_up = True
            jobs = [hand.job]
            while not hand.jobs.empty():
                if (job := hand.jobs.get_nowait()) is not None:
                    jobs.append(job)
        error = self._given_up()
        self.failed(error)
        for job in jobs:
            job.loop.call_soon_threadsafe(_settle, job.done, None, self._given_up())

    def begin_again(self, device: D | None = None) -> None:
        """Serve calls again, on a new thread: with the driver there was if its last call has come back, else with
        another, which must do no harm beside a call that may still be under way. The caller opens it.

        Raises RuntimeError where neither is so.
        """
        with self._lock:
            if not self._hand.given_up or (device is None and not self._hand.returned):
                raise RuntimeError(f"device {self.name}: its call has not come back")
            self._begin(self._device if device is None else device)

    def _given_up(self) -> DeviceError:
        return DeviceError(no_answer_of(self.name), "a call of its driver has not come back")

    # -- the end -------------------------------------------------------------------------------------------------------

    async def close(self, patience: float = 5.0) -> None:
        """Let go of the device and end the thread; one that does not come back within ``patience`` seconds is left."""
        if self._hand.given_up:
            return
        closing = asyncio.ensure_future(self.call(lambda device: device.close()))
        closing.add_done_callback(lambda done: done.cancelled() or done.exception())
        await asyncio.wait({closing}, timeout=patience)
        if closing.done():
            self.stop()

    def stop(self) -> None:
        """End the thread after the calls already queued; waits for it at most five seconds."""
        self._hand.jobs.put(None)
        self._thread.join(5)
