"""One thread a device, with an async face: deadline, cancellation, and a loud complaint at a call from elsewhere."""

from __future__ import annotations

import asyncio
import queue
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Concatenate, Generic, ParamSpec, TypeVar

from devices.contract import Cancellation, Device, DeviceError

D = TypeVar("D", bound=Device)
R = TypeVar("R")
P = ParamSpec("P")


@dataclass(slots=True)
class _Job:
    run: Callable[[], object]
    done: asyncio.Future[object]
    loop: asyncio.AbstractEventLoop


def _settle(future: asyncio.Future[object], result: object, error: BaseException | None) -> None:
    if future.cancelled():
        return
    if error is None:
        future.set_result(result)
    else:
        future.set_exception(error)


class DeviceWorker(Generic[D]):
    """Runs every call of one device, in order, on one thread of its own.

    ``await worker.call(Driver.read)`` runs ``Driver.read(device)`` there. For a call that waits (a card, a key press),
    ``worker.wait(Driver.wait_for_card)`` passes a :class:`Cancellation` as the first argument and sets it when
    the awaiting task is cancelled; the await ends only when the driver has really let go.
    """

    def __init__(self, name: str, device: D) -> None:
        self.name = name
        self.failed: Callable[[DeviceError], None] = lambda error: None
        """Told of every call that ends with an error of the device, on the device's thread. Must be quick."""
        self._device = device
        self._jobs: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._work, name=f"device-{name}", daemon=True)
        self._thread.start()

    def _work(self) -> None:
        while (job := self._jobs.get()) is not None:
            result: object = None
            error: BaseException | None = None
            try:
                result = job.run()
            except BaseException as raised:  # noqa: BLE001 -- handed to the caller, who awaits it
                error = raised
                if isinstance(raised, DeviceError):
                    self.failed(raised)
            try:
                job.loop.call_soon_threadsafe(_settle, job.done, result, error)
            except RuntimeError:  # the loop is closed: nobody is waiting any more
                return

    async def call(self, method: Callable[Concatenate[D, P], R], *args: P.args, **kwargs: P.kwargs) -> R:
        """Run a short call on the device's thread and return what it returns, or raise what it raises."""
        future = self._submit(lambda: method(self._device, *args, **kwargs))
        # Shielded: a device call that has begun is never abandoned half-way.
        return await self._finish(future, None)

    async def wait(self, method: Callable[Concatenate[D, Cancellation, P], R], *args: P.args, **kwargs: P.kwargs) -> R:
        """Run a call that waits; cancelling the awaiting task makes the driver let go first."""
        cancellation = Cancellation()
        future = self._submit(lambda: method(self._device, cancellation, *args, **kwargs))
        return await self._finish(future, cancellation)

    def _submit(self, run: Callable[[], R]) -> asyncio.Future[R]:
        if threading.current_thread() is self._thread:
            raise RuntimeError(f"device {self.name}: its own thread must call the driver directly, not the worker")
        if not self._thread.is_alive():
            raise RuntimeError(f"device {self.name}: its worker has been stopped")
        loop = asyncio.get_running_loop()
        future: asyncio.Future[R] = loop.create_future()
        self._jobs.put(_Job(run, future, loop))  # type: ignore[arg-type]
        return future

    async def _finish(self, future: asyncio.Future[R], cancellation: Cancellation | None) -> R:
        try:
            return await asyncio.shield(future)
        except asyncio.CancelledError:
            if cancellation is not None:
                await asyncio.get_running_loop().run_in_executor(None, cancellation.cancel)
            await asyncio.wait([future])
            if not future.cancelled():
                future.exception()  # seen: whoever wanted the outcome has gone
            raise

    def stop(self) -> None:
        """End the thread after the calls already queued; waits for it at most five seconds."""
        self._jobs.put(None)
        self._thread.join(5)
