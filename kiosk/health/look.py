"""Looks at every device and at the host, each with its own patience."""

from __future__ import annotations

import asyncio
from typing import Any

from devices.contract import DeviceState, Status
from devices.worker import DeviceWorker
from kiosk.tools import Tools

PATIENCE = 8.0
"""Seconds a device may take to say how it is; a driver's own limits are far below."""


async def look(tools: Tools) -> bool:
    """Ask everything at once; True if what can be done for a citizen has changed."""

    async def ask(name: str, worker: DeviceWorker[Any] | None) -> bool:
        if worker is None:
            return tools.health.saw(name, None)
        answer: asyncio.Task[Status] = asyncio.create_task(worker.call(lambda device: device.status()))
        await asyncio.wait({answer}, timeout=PATIENCE)
        # A driver that hangs is left to its own limit; meanwhile the device counts as gone.
        return tools.health.saw(name, answer.result() if answer.done() else Status(DeviceState.OFFLINE))

    changed = await asyncio.gather(*(ask(*each) for each in tools.devices.items()), tools.health.ask_host())
    return any(changed)
