"""Driver and simulator face to face, in one thread, in a time of their own."""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Callable

from devices.receipt_printer.channel import ChannelError
from devices.receipt_printer.escpos import EscposReceiptPrinter
from devices.receipt_printer.simulator import EscposSimulator


class Planned:
    def __init__(self, action: Callable[[], None]) -> None:
        self.action = action
        self.cancelled = False

    def cancel(self) -> None:
        self.cancelled = True


class VirtualLine:
    """The printer's port and the driver's channel. ``on_write`` sees what the driver sends, before the printer does."""

    def __init__(self, simulator: EscposSimulator) -> None:
        self.now = 0.0
        self.simulator = simulator
        self.sent = bytearray()
        self.writes: list[bytes] = []
        self.on_write: Callable[[bytes], None] = lambda data: None
        self.on_answer: Callable[[bytes], bytes] = lambda data: data
        self.plugged = True
        self.connections = 0
        self._answers = bytearray()
        self._timers: list[tuple[float, int, Planned]] = []
        self._order = itertools.count()
        simulator.attached(self)

    def printer(self, **options: object) -> EscposReceiptPrinter:
        return EscposReceiptPrinter("virtual:", connect=self.connect, clock=lambda: self.now, **options)  # type: ignore[arg-type]

    def connect(self, at: str, baud: int, write_seconds: float) -> VirtualLine:
        if not self.plugged:
            raise ChannelError("nothing there")
        self.connections += 1
        return self

    def unplug(self) -> None:
        self.plugged = False
        self._answers.clear()
        self.simulator.detached()

    def plug(self) -> None:
        self.plugged = True
        self.simulator.attached(self)

    # the simulator's port

    def send(self, data: bytes) -> None:
        if self.plugged:
            self._answers += self.on_answer(data)

    def after(self, seconds: float, action: Callable[[], None]) -> Planned:
        planned = Planned(action)
        heapq.heappush(self._timers, (self.now + seconds, next(self._order), planned))
        return planned

    # the driver's channel

    def write(self, data: bytes) -> None:
        if not self.plugged:
            raise ChannelError("unplugged")
        self.writes.append(data)
        self.sent += data
        self.on_write(data)
        if not self.plugged:
            raise ChannelError("unplugged")
        self.simulator.received(data)

    def read(self, seconds: float) -> bytes:
        end = self.now + seconds
        while self.plugged and not self._answers and self._timers and self._timers[0][0] <= end:
            self.now, _, planned = heapq.heappop(self._timers)
            if not planned.cancelled:
                planned.action()
        if not self.plugged:
            raise ChannelError("unplugged")
        if not self._answers:
            self.now = end
        data = bytes(self._answers)
        self._answers.clear()
        return data

    def close(self) -> None:
        self._answers.clear()
