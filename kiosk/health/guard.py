"""The kiosk's own watchdog, whole: what may be stuck, and what is done about it. A fleet is told, if there is one."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Iterable, Mapping

import structlog

from devices.contract import Device, DeviceState
from kiosk.fleet.facts import Stuck
from kiosk.health.hung import HungDrivers
from kiosk.health.standing import serving
from kiosk.health.watchdog import LOOK_EVERY, BusyDevices, LoopWatch, Remedy, UnchangedState, Watchdog
from kiosk.runtime import Runtime
from kiosk.tools import Tools

log = structlog.get_logger("guard")

IDLE = frozenset({"in_service.attract", "out_of_service"})
"""States in which nobody is served and nothing is under way."""


class Guard:
    """``fresh``: as :class:`kiosk.health.hung.HungDrivers` takes it. ``stop``: ends the process in good order, to be
    started again. ``changed``: what the kiosk can do is another thing now."""

    def __init__(
        self,
        tools: Tools,
        runtime: Runtime,
        fresh: Mapping[str, Callable[[], Device]],
        *,
        stop: Callable[[], None],
        changed: Callable[[], None],
    ) -> None:
        self._tools = tools
        self._runtime = runtime
        self._stop = stop
        self._hung = HungDrivers(tools, fresh, resting=self._resting, stop=stop, changed=changed)
        state = UnchangedState(lambda: runtime.position.state, lambda: runtime.signs, lambda: runtime.patience)
        self._watchdog = Watchdog(
            tools.clock,
            tools.record.telemetry,
            [state, BusyDevices(self._busy), self._hung.sign],
            {
                Stuck.VIEW.value: self._remedies_of_view,
                Stuck.DEVICE.value: self._remedies_of_device,
                Stuck.DRIVER.value: self._hung.remedies,
            },
        )

    async def run(self) -> None:
        """For ever: a look that fails is begun anew, and brings nothing down."""
        stacks = self._tools.settings.kiosk.state_directory / "event-loop-stacks.txt"
        loop_watch = LoopWatch(asyncio.get_running_loop().call_soon_threadsafe, self._tools.record.telemetry, stacks)
        loop_watch.start()
        try:
            while True:
                try:
                    await self._hung.recall()
                    await self._watchdog.run()
                except Exception as error:
                    log.exception("not_watched", error=type(error).__name__)
                    await self._tools.clock.sleep(LOOK_EVERY)
        finally:
            loop_watch.stop()

    # -- what the watchdog asks for ------------------------------------------------------------------------------------

    def _resting(self) -> bool:
        state = self._runtime.position.state
        return state in IDLE or state.endswith(".card_left")

    def _busy(self) -> Mapping[str, tuple[object, float]]:
        health = self._tools.health
        return {
            name: (status, health.looked_at[name])
            for name, status in health.statuses.items()
            if status is not None and status.device is DeviceState.DEVICE_BUSY
        }

    def _remedies_of_view(self, where: str) -> Iterable[Remedy]:
        return (
            ("time_out", self._runtime.time_out),
            ("restart_application", self._stop),
            ("end_process", lambda: os._exit(70)),
        )

    def _remedies_of_device(self, where: str) -> Iterable[Remedy] | None:
        if serving(self._runtime.position.state):
            return None
        worker = self._tools.devices.get(where)
        if worker is None:
            return ()

        def reopen() -> None:
            def anew(device: Device) -> None:
                device.close()
                device.open()

            task = asyncio.ensure_future(worker.call(anew))
            task.add_done_callback(lambda done: done.cancelled() or done.exception())

        return (("restart_device", reopen),)
