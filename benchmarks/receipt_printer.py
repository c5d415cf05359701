"""How long sixty lines take at 115200 baud, against the time their bytes need on the wire.

The simulated printer takes bytes at the pace of the wire and prints in no time, so that only the driver's own delays
(status, fences, encoding) are seen.
"""

from __future__ import annotations

import statistics
import time

from benchmarks.figure import Figure
from benchmarks.paced_wire import BAUD, PacedWire
from devices.receipt_printer.contract import Printed
from devices.receipt_printer.encoder import Encoder
from devices.receipt_printer.escpos import EscposReceiptPrinter
from devices.receipt_printer.receipt import Receipt, Text
from devices.receipt_printer.simulator import EscposSimulator

RUNS = 11
RECEIPT = Receipt(tuple(Text(f"{number:02} 社会保险缴费 2026年11月 ￥1,234.56 正常缴费") for number in range(60)))


def measure() -> list[Figure]:
    """One figure."""
    encoded = Encoder().encode(RECEIPT)
    size = len(encoded.prologue) + sum(len(segment.data) for segment in encoded.segments)
    line_time = size * 10 / BAUD
    taken = []
    simulator = EscposSimulator(millimetres_per_second=0)
    printer = EscposReceiptPrinter(PacedWire(simulator).url, baud=BAUD)
    printer.open()
    for _ in range(RUNS):
        start = time.perf_counter()
        outcome = printer.print(RECEIPT)
        if not isinstance(outcome, Printed):
            raise RuntimeError(f"the receipt was not printed: {type(outcome).__name__}")
        taken.append(time.perf_counter() - start)
        simulator.tear_off()
    printer.close()
    median = statistics.median(taken)
    name = "receipt of 60 lines at 115200 baud"
    return [Figure(name, median, "s", 1.05 * line_time, f"line time of {size} bytes", line_time)]
