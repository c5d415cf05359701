"""How long sixty lines take at 115200 baud, against the time their bytes need on the wire.

    .venv/bin/python benchmarks/receipt_printer.py

The simulated printer takes bytes at the pace of the wire and prints in no time, so that only the driver's own delays
(status, fences, encoding) are seen. Limit: 1.05 times the line time.
"""

from __future__ import annotations

import json
import os
import queue
import statistics
import sys
import threading
import time
import tty

from devices.receipt_printer.contract import Printed
from devices.receipt_printer.encoder import Encoder
from devices.receipt_printer.escpos import EscposReceiptPrinter
from devices.receipt_printer.receipt import Receipt, Text
from devices.receipt_printer.simulator import EscposSimulator

BAUD = 115200
RUNS = 11
PIECE = 16
RECEIPT = Receipt(tuple(Text(f"{number:02} 社会保险缴费 2026年11月 ￥1,234.56 正常缴费") for number in range(60)))


class PacedWire:
    """A PTY with the printer behind a wire of :data:`BAUD` both ways, to a tenth of a millisecond: the bench's own line
    keeps time in milliseconds, too coarse to judge a driver by."""

    def __init__(self, printer: EscposSimulator) -> None:
        self.master, slave = os.openpty()
        tty.setraw(slave)
        self.url = os.ttyname(slave)
        self._slave = slave
        self._printer = printer
        self._answer_at = 0.0
        printer.attached(self)  # type: ignore[arg-type]
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
                self._printer.received(piece)


def main() -> int:
    encoded = Encoder().encode(RECEIPT)
    size = len(encoded.prologue) + sum(len(segment.data) for segment in encoded.segments)
    line_time = size * 10 / BAUD
    taken = []
    simulator = EscposSimulator(millimetres_per_second=0)
    printer = EscposReceiptPrinter(PacedWire(simulator).url, baud=BAUD)
    printer.open()
    for _ in range(RUNS):
        start = time.perf_counter()
        if not isinstance(printer.print(RECEIPT), Printed):
            return 1
        taken.append(time.perf_counter() - start)
        simulator.tear_off()
    printer.close()
    ratio = statistics.median(taken) / line_time
    result = {
        "lines": 60,
        "bytes": size,
        "line_seconds": round(line_time, 4),
        "median_seconds": round(statistics.median(taken), 4),
        "ratio": round(ratio, 4),
        "limit": 1.05,
    }
    sys.stdout.write(json.dumps(result) + "\n")
    return 0 if ratio <= 1.05 else 1


if __name__ == "__main__":
    raise SystemExit(main())
