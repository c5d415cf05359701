"""The whole kiosk as it stands in a hall: start, a citizen's way to the balance, touches, idleness, memory.

Everything is real but the citizen: controller, Kivy window on a virtual display with software rendering, pcscd, serial
lines without pacing, the host over mutual TLS. Beside it, Chromium in kiosk mode on a static page of the same look.
"""

from __future__ import annotations

import asyncio
import json
import statistics
import tempfile
import time
from datetime import datetime
from pathlib import Path

from benchmarks.chromium import chromium
from benchmarks.figure import Figure, p95
from benchmarks.finger import Finger
from benchmarks.processes import megabytes, processor_seconds
from kiosk.demo.stand import Stand
from statemachines.views import Drawn

JOURNEYS = 50
TOUCHES = 50
IDLE_SECONDS = 20.0
PERSON = "wang_xiulan"
TIMING = {"farewell": 0.2}


def measure() -> list[Figure]:
    """All figures of a kiosk in service."""
    return asyncio.run(_measure())


async def _measure() -> list[Figure]:
    with tempfile.TemporaryDirectory() as folder:
        async with Stand(Path(folder), timing=TIMING, people_in_host=200) as stand:
            await stand.glass.page("Attract")
            finger = Finger(stand.display or "")
            stand.glass.finger = finger.touch
            idle, memory = await _idle(stand)
            journeys, shares = await _journeys(stand)
            touches = await _touches(stand)
            start = await _start(stand)
            finger.close()
            await stand.children["screens"].end()
            peer = await chromium(stand.display or "", IDLE_SECONDS)
    return [
        Figure(
            "card seen by pcscd to balance drawn, p95", p95(journeys), "ms", 250, "median", statistics.median(journeys)
        ),
        Figure("of that, the controller's processor time, mean", statistics.mean(shares), "ms", 15),
        Figure("touch to next view drawn, p95", p95(touches), "ms", 100, "median", statistics.median(touches)),
        Figure(
            "process start to first screen that can be touched",
            start,
            "s",
            min(2.5, peer.start),
            "Chromium",
            peer.start,
        ),
        Figure("idle: controller and screens, of one core", idle * 100, "%", 1.0, "Chromium", peer.idle * 100),
        Figure("memory (PSS): controller and screens", memory, "MB", 260, "Chromium", peer.memory),
    ]


def _pids(stand: Stand) -> tuple[int, int]:
    return stand.children["controller"].pid, stand.children["screens"].pid


async def _idle(stand: Stand) -> tuple[float, float]:
    await asyncio.sleep(8)
    before, since = processor_seconds(*_pids(stand)), time.perf_counter()
    await asyncio.sleep(IDLE_SECONDS)
    return (processor_seconds(*_pids(stand)) - before) / (time.perf_counter() - since), megabytes(*_pids(stand))


async def _journeys(stand: Stand) -> tuple[list[float], list[float]]:
    """Milliseconds from the card being seen to the balance drawn, and of processor time in the controller."""
    whole, shares = [], []
    log = stand.logs / "controller.log"
    controller = stand.children["controller"].pid
    for _ in range(JOURNEYS):
        shown = await stand.glass.page("Attract")
        await stand.glass.touch("start")
        await stand.glass.page("Notice", after=shown.number)
        await stand.glass.touch("agree")
        await stand.glass.page("Identify", after=shown.number)
        size, before = log.stat().st_size, processor_seconds(controller)
        await stand.bench.insert_card(PERSON)
        await stand.glass.page("PinEntry", after=shown.number)
        await stand.bench.wait_scene("pin-pad", lambda scene: scene["input"] != "off")
        await stand.bench.type(PERSON, own_pin=True, then="enter")
        await stand.glass.page("Menu", after=shown.number)
        await stand.glass.touch("choose", "medical_account")
        await stand.glass.page("Amount", after=shown.number)
        drawn = time.time()
        shares.append((processor_seconds(controller) - before) * 1000)
        whole.append((drawn - _seen(log, size)) * 1000)
        await stand.glass.touch("leave")
        await stand.glass.page("TakeCard", after=shown.number)
        await stand.bench.take_card(PERSON)
    return whole, shares


def _seen(log: Path, size: int) -> float:
    """When the card was seen, by the controller's log after byte ``size``."""
    with log.open("rb") as lines:
        lines.seek(size)
        for line in lines:
            entry = json.loads(line)
            if entry["event"] == "card_slot" and entry["after"] == "present":
                return datetime.fromisoformat(entry["timestamp"]).timestamp()
    raise RuntimeError("the log does not say when the card was seen")


async def _touches(stand: Stand) -> list[float]:
    """Milliseconds from a touch to the next view on the glass: to the notice, and back."""
    taken = []
    for _ in range(TOUCHES):
        for page, intent in (("Attract", "start"), ("Notice", "leave")):
            shown = await stand.glass.page(page, after=0)
            begun = time.perf_counter()
            await stand.glass.touch(intent)
            await _next(stand, shown)
            taken.append((time.perf_counter() - begun) * 1000)
        while stand.glass.shown is None or stand.glass.shown.page != "Attract":
            await stand.glass.page("Attract")
    return taken


async def _next(stand: Stand, shown: Drawn) -> None:
    changed = asyncio.Event()
    stand.glass.on_drawn = lambda drawn: changed.set() if drawn.number > shown.number else None
    if stand.glass.shown is not shown:
        changed.set()
    await asyncio.wait_for(changed.wait(), 10)
    stand.glass.on_drawn = lambda _: None


async def _start(stand: Stand) -> float:
    """Seconds from starting controller and screens to a first page with something to touch."""
    await stand.children["screens"].end()
    await stand.children["controller"].end()
    begun = time.perf_counter()
    await asyncio.gather(stand.start_controller(), stand.start_screens())
    await stand.glass.page("Attract", after=0)
    return time.perf_counter() - begun
