"""A controller whose event loop is blocked on purpose: ``stuck_kiosk.py SETTINGS.json BLOCK_SECONDS``.

Run as a process by :mod:`test_fleet_stuck`: it has no device, a host that is there, and a fleet it never reached. The
loop is blocked for so many seconds as soon as the first look is over (0: never). When its watchdog has told that the
loop is back, it ends by itself.
"""

from __future__ import annotations

import asyncio
import json
import sys
import threading
import time
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import cast

from kiosk.config import Settings
from kiosk.controller import Controller
from kiosk.fleet.messages import EventName
from kiosk.health import guard
from kiosk.health.watchdog import LoopWatch
from kiosk.host.port import Host

BLOCKED, LOST = 0.5, 3.0
PATIENCE = 30.0


class ToldWatch(LoopWatch):
    """A watch that lets wait for what it tells."""

    healed = threading.Event()

    def _tell(self, name: EventName, facts: dict[str, str | bool | int]) -> None:
        super()._tell(name, facts)
        if name is EventName.HEALED:
            self.healed.set()


class AnsweringHost:
    """A host that is there and is asked nothing else."""

    async def ping(self) -> datetime:
        """A sign of life."""
        return datetime.now(UTC)

    async def close(self) -> None:
        """Nothing is held."""


async def run(settings: Settings, block: float) -> None:
    """The whole controller."""
    controller = Controller(settings, host=cast("Host", AnsweringHost()))

    async def hook() -> None:
        while controller.runtime is None or controller.runtime.position.state != "out_of_service":  # noqa: ASYNC110
            await asyncio.sleep(0.05)
        if block:
            ToldWatch.healed.clear()
            time.sleep(block)  # noqa: ASYNC251 -- what it is for
            await asyncio.to_thread(ToldWatch.healed.wait, PATIENCE)
        controller.stop()

    hooked = asyncio.create_task(hook())
    await controller.run()
    await hooked


if __name__ == "__main__":
    guard.LoopWatch = partial(ToldWatch, blocked=BLOCKED, lost=LOST)  # type: ignore[misc, assignment]
    asyncio.run(run(Settings.model_validate(json.loads(Path(sys.argv[1]).read_text())), float(sys.argv[2])))
