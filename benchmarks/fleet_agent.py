"""What belonging to a fleet costs a kiosk: the whole controller at rest, once in a fleet and once in none.

In the fleet its agent, reporter, watchdog and certificates' keeper are at work, connected over TLS to a far end on this
machine. Processor time is by the scheduler's own account (nanoseconds), over two heartbeats; memory is the proportional
set size of the controller's process.
"""

from __future__ import annotations

import asyncio
import tempfile
import time
from pathlib import Path

from benchmarks.figure import Figure
from benchmarks.processes import megabytes, scheduled_seconds
from kiosk.demo.far_end import FarEnd
from kiosk.demo.stand import COMMAND, Stand

SETTLE, SECONDS = 12.0, 60.0
SHARE, MEGABYTES = 0.2, 10.0


async def at_rest(folder: Path, far_end: FarEnd | None) -> tuple[float, float]:
    """Share of a core in percent, and memory in MB, of the controller."""
    async with Stand(folder, people_in_host=200, far_end=far_end) as stand:
        await stand.glass.page("Attract")
        await asyncio.sleep(SETTLE)
        pid = stand.children["controller"].pid
        before, since = scheduled_seconds(pid), time.monotonic()
        await asyncio.sleep(SECONDS)
        return 100 * (scheduled_seconds(pid) - before) / (time.monotonic() - since), megabytes(pid)


async def _measure() -> list[Figure]:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        alone = await at_rest(folder / "alone", None)
        far_end = FarEnd(folder / "fleet", COMMAND, neighbours=1)
        member = await at_rest(folder / "member", far_end)
    beside = "the whole controller without a fleet"
    return [
        Figure("agent on the kiosk, of one core", member[0] - alone[0], "%", SHARE, beside, alone[0]),
        Figure("agent on the kiosk, memory (PSS)", member[1] - alone[1], "MB", MEGABYTES, beside, alone[1]),
    ]


def measure() -> list[Figure]:
    """Processor time and memory."""
    return asyncio.run(_measure())
