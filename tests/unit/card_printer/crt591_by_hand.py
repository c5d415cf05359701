"""The simulated CRT-591 on a port that owns time, and a host that says each command whole."""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Callable

from devices.card_printer.simulator.crt591_line import framed


class Planned:
    def __init__(self, action: Callable[[], None]) -> None:
        self.action = action
        self.cancelled = False

    def cancel(self) -> None:
        self.cancelled = True


class HandPort:
    """``sent``: what the device has said."""

    def __init__(self) -> None:
        self.now = 0.0
        self.sent = bytearray()
        self._timers: list[tuple[float, int, Planned]] = []
        self._order = itertools.count()

    def send(self, data: bytes) -> None:
        self.sent += data

    def after(self, seconds: float, action: Callable[[], None]) -> Planned:
        planned = Planned(action)
        heapq.heappush(self._timers, (self.now + seconds, next(self._order), planned))
        return planned

    def run(self, seconds: float = 20.0) -> None:
        """Time passes."""
        end = self.now + seconds
        while self._timers and self._timers[0][0] <= end:
            self.now, _, planned = heapq.heappop(self._timers)
            if not planned.cancelled:
                planned.action()
        self.now = end


def command(text: str) -> bytes:
    """The frame of ``CM PM data`` in hexadecimal digits."""
    return framed(0, b"C" + bytes.fromhex(text))
