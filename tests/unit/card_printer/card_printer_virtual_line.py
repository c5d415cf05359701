"""Driver and simulator face to face, in one thread, in a time of their own."""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Callable
from typing import Any

from PIL import Image, ImageDraw

from devices.card_printer.evolis import EvolisPrinter
from devices.card_printer.evolis.transport import LinkError
from devices.card_printer.faces import SIZE, Face, Faces
from devices.card_printer.simulator import EvolisSimulator


class Planned:
    def __init__(self, action: Callable[[], None]) -> None:
        self.action = action
        self.cancelled = False

    def cancel(self) -> None:
        self.cancelled = True


class VirtualLine:
    """The simulator's port and the driver's transport. ``on_request`` may raise LinkError in the driver's place."""

    has_connections = True

    def __init__(self, simulator: EvolisSimulator) -> None:
        self.now = 0.0
        self.simulator = simulator
        self.plugged = True
        self.requests: list[bytes] = []
        self.replies: list[bytes] = []
        self.on_request: Callable[[bytes], None] = lambda data: None
        self.after_request: Callable[[bytes], None] = lambda data: None
        self._reply = bytearray()
        self._ended = False
        self._timers: list[tuple[float, int, Planned]] = []
        self._order = itertools.count()
        simulator.attached(self)

    def printer(self, **options: Any) -> EvolisPrinter:
        return EvolisPrinter(
            "virtual:",
            connect=lambda at, seconds: self,
            clock=lambda: self.now,
            pause=self.pass_time,
            today=lambda: 1750000000.0,
            **options,
        )

    # the simulator's port

    def send(self, data: bytes) -> None:
        self._reply += data

    def hang_up(self) -> None:
        self._ended = True

    def after(self, seconds: float, action: Callable[[], None]) -> Planned:
        planned = Planned(action)
        heapq.heappush(self._timers, (self.now + seconds, next(self._order), planned))
        return planned

    # time

    def pass_time(self, seconds: float) -> None:
        self._run(self.now + seconds, lambda: False)

    def _run(self, end: float, reached: Callable[[], bool]) -> None:
        while not reached() and self._timers and self._timers[0][0] <= end:
            self.now, _, planned = heapq.heappop(self._timers)
            if not planned.cancelled:
                planned.action()
        if not reached():
            self.now = max(self.now, end)

    # the driver's transport

    def exchange(self, data: bytes, seconds: float) -> bytes:
        self.requests.append(data)
        if not self.plugged:
            raise LinkError("nothing there", 0)
        self.on_request(data)
        self._reply.clear()
        self._ended = False
        self.simulator.received(data)
        self.simulator.input_ended()
        self.after_request(data)
        self._run(self.now + seconds, lambda: self._ended)
        if not self.plugged or not self._reply:
            raise LinkError("no answer", len(data) or 1)
        self.replies.append(bytes(self._reply))
        return bytes(self._reply)

    def close(self) -> None:
        self._reply.clear()


def drawn(text: str, colour: tuple[int, int, int] = (200, 30, 30)) -> Image.Image:
    """A card's face with a coloured corner and black words."""
    picture = Image.new("RGB", SIZE, (250, 250, 235))
    pen = ImageDraw.Draw(picture)
    pen.rectangle((0, 0, 200, 120), fill=colour)
    pen.text((300, 200), text, fill=(0, 0, 0), font_size=60)
    return picture


FRONT = Face.of(drawn("FRONT 990001"))
BACK = Face.of(drawn("BACK", (20, 80, 160)))
BOTH = Faces(FRONT, BACK)
