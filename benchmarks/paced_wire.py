"""A PTY with a simulated device behind a wire of a given rate, kept to a tenth of a millisecond."""

from __future__ import annotations

import os
import queue
import threading
import time
import tty

from devices.simulation import Simulator

BAUD = 115200
PIECE = 16


class PacedWire:
    """A PTY with the device behind a wire of :data:`BAUD` both ways, to a tenth of a millisecond: the bench's own line
    keeps time in milliseconds, too coarse to judge a driver by."""

    def __init__(self, device: Simulator) -> None:
        self.master, slave = os.openpty()
        tty.setraw(slave)
        self.url = os.ttyname(slave)
        self._slave = slave
        self._device = device
        self._answer_at = 0.0
        device.attached(self)  # type: ignore[arg-type]
        self._heard: queue.SimpleQueue[tuple[bytes, float]] = queue.SimpleQueue()
        threading.Thread(target=self._listen, daemon=True).start()
        threading.Thread(target=self._run, daemon=True).start()

    def send(self, data: bytes) -> None:
        self._answer_at = self._wait(max(self._answer_at, time.perf_counter()) + len(data) * 10 / BAUD)
        os.write(self.master, data)

    def after(self, seconds: float, action: object) -> None:
        raise AssertionError("the mechanism takes no time here")

    @staticmethod
    def _wait(until: float) -> float:
        if (left := until - time.perf_counter()) > 0:
            time.sleep(left)
        return until

    def _listen(self) -> None:
        while True:
            self._heard.put((os.read(self.master, 4096), time.perf_counter()))

    def _run(self) -> None:
        free_at = 0.0
        while True:
            data, came = self._heard.get()
            free_at = max(free_at, came)
            for at in range(0, len(data), PIECE):
                piece = data[at : at + PIECE]
                free_at = self._wait(free_at + len(piece) * 10 / BAUD)
                self._device.received(piece)
