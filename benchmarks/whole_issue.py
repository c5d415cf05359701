"""A card from the first feed to the hand: the controller's own time, beyond what printer, chip and host take.

Own is all the time in which no question to any of them is under way: journal, drawing, inspection, charts, TLS, and the
drivers' pauses between looks. The printer is accelerated; nobody is waited for.
"""

from __future__ import annotations

import asyncio
import statistics
import threading
import time
from typing import Any

from benchmarks.figure import Figure
from benchmarks.issuing_hall import hall, proof

RUNS = 6


class _Elsewhere:
    """How long at least one question was under way."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self._open = 0
        self._since = 0.0
        self._lock = threading.Lock()

    def __call__(self, label: str) -> None:
        if label.startswith("journal:"):
            return
        with self._lock:
            if label.endswith(":before"):
                if not self._open:
                    self._since = time.perf_counter()
                self._open += 1
            elif label.endswith(":answered") and self._open:
                self._open -= 1
                if not self._open:
                    self.seconds += time.perf_counter() - self._since


def measure() -> list[Figure]:
    """One figure."""
    with hall() as bench:
        own, elsewhere = asyncio.run(_issues(bench))
    return [
        Figure(
            "whole issue: the controller's own time", statistics.median(own), "s", 1.5,
            "printer, chip and host, accelerated", statistics.median(elsewhere),
        )
    ]  # fmt: skip


async def _issues(bench: Any) -> tuple[list[float], list[float]]:
    side = proof("kiosk_side")
    watch = _Elsewhere()
    own, elsewhere = [], []

    def on_state(state: str) -> None:
        if state.endswith("take_new_card"):
            bench.take()

    async with side.KioskSide(side.Place.of(bench), on_state=on_state, point=watch) as kiosk:
        await kiosk.stock_up()
        for person in bench.get("/sandbox/people", social_side="none", limit=RUNS + 1):
            runtime = await kiosk.accepted(person)
            watch.seconds = 0.0
            begun = time.perf_counter()
            record = await kiosk.make(runtime)
            taken = time.perf_counter() - begun
            if record.ended is None:
                raise RuntimeError(f"no card came of it: {record.step}")
            own.append(taken - watch.seconds)
            elsewhere.append(watch.seconds)
    return own[1:], elsewhere[1:]
