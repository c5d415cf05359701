"""A kiosk's life for the soak: the real controller as a process of its own, its clock turned over standard input.

One line of JSON in, one out. ``{"pass": seconds}`` lets time pass; ``{"stop": true}`` asks it to end as SIGTERM would;
``{"mark": true}`` collects garbage first, so that two measurements can be compared. The answer says where the chart is,
what is waited for, and what the process holds. It is killed with SIGKILL by whoever began it.
"""

from __future__ import annotations

import asyncio
import gc
import json
import os
import sys
import threading
from datetime import datetime
from pathlib import Path
from typing import Any

import pcsc_door

from kiosk import config, logs
from kiosk.clock import ManualClock
from kiosk.controller import Controller
from kiosk.runtime import Runtime
from statemachines.timing import Delay, Kind

LEAK = "SOAK_LEAK_KB"
"""Environment: so many kilobytes, and one open file, are lost at every mark. Shows that a leak would be found."""
PAGE = os.sysconf("SC_PAGE_SIZE")


def _waits_for(runtime: Runtime | None, delay: Delay | None) -> str:
    """What the state waits for. While the activity before it still lets go, no timer runs: it waits for the machine."""
    if runtime is None or delay is None:
        return ""
    entered = runtime._timer is not None or delay.kind is Kind.REST
    return (delay.kind if entered else Kind.MACHINE).value


class _Life:
    def __init__(self, controller: Controller, clock: ManualClock) -> None:
        self._controller = controller
        self._clock = clock
        self._lost: list[Any] = []
        self.running = asyncio.create_task(controller.run())

    def seen(self) -> dict[str, Any]:
        runtime = self._controller.runtime
        leaf = runtime.position.leaf if runtime is not None else None
        delay = runtime._delays[leaf.timeout] if runtime is not None and leaf is not None and leaf.timeout else None
        resident = int(Path("/proc/self/statm").read_text().split()[1]) * PAGE
        return {
            "state": "" if runtime is None else runtime.position.state,
            "kind": _waits_for(runtime, delay),
            "now": self._clock.now().isoformat(),
            "bytes": resident,
            "files": len([*Path("/proc/self/fd").iterdir()]),
            "threads": threading.active_count(),
            "ended": self.running.done(),
        }

    async def do(self, told: dict[str, Any]) -> dict[str, Any]:
        if "pass" in told:
            await self._clock.run_for(told["pass"])
        if told.get("stop"):
            self._controller.stop()
        if told.get("mark"):
            gc.collect()
            if leak := int(os.environ.get(LEAK, "0")):
                self._lost.append((os.urandom(leak * 1024), os.open("/dev/null", os.O_RDONLY)))
        return self.seen()


async def live(configuration: Path, start: datetime, service: dict[str, str]) -> None:
    """From the first line to the controller's end."""
    pcsc_door.lead_to(service)
    settings = config.load(configuration)
    logs.configure("controller", settings.log.directory, level="info", console=False, keep=99)
    clock = ManualClock(start)
    listening = asyncio.Event()
    life = _Life(Controller(settings, clock=clock, on_listening=listening.set), clock)
    waiting = asyncio.create_task(listening.wait())
    await asyncio.wait([life.running, waiting], return_when=asyncio.FIRST_COMPLETED)
    reader = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    print(json.dumps(life.seen()), flush=True)
    while not life.running.done():
        line = await reader.readline()
        if not line:
            break
        print(json.dumps(await life.do(json.loads(line))), flush=True)
    if life.running.done():
        await life.running


if __name__ == "__main__":
    asyncio.run(live(Path(sys.argv[1]), datetime.fromisoformat(sys.argv[2]), json.loads(sys.argv[3])))
