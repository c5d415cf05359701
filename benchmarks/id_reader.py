"""How long an ID card takes to read at 115200 baud, against the time its 1,295-byte frame needs on the wire."""

from __future__ import annotations

import statistics
import time

from benchmarks.figure import Figure
from benchmarks.paced_wire import BAUD, PacedWire
from devices.contract import Cancellation
from devices.id_reader.sam_v import SamVReader
from devices.id_reader.simulator import SamVSimulator

RUNS = 21
FRAME = 1295
CARD = {
    "kind": "citizen",
    "name": "李建国",
    "sex": "1",
    "nation_code": "01",
    "birth_date": "1974-08-25",
    "address": "示例省示例市新华区幸福路10号",
    "number": "990101197408250015",
    "authority": "示例市公安局",
    "valid_from": "2018-04-01",
    "valid_until": None,
}


def measure() -> list[Figure]:
    """One figure."""
    simulator = SamVSimulator(blind_after_read=False)
    reader = SamVReader(PacedWire(simulator).url, baud=BAUD)
    reader.open()
    simulator.lay(CARD)
    taken = []
    for _ in range(RUNS):
        if not reader.wait_for_card(Cancellation(), 5):
            raise RuntimeError("the card was not found")
        start = time.perf_counter()
        reader.read()
        taken.append(time.perf_counter() - start)
    reader.close()
    line_time = FRAME * 10 / BAUD
    name = "ID card read at 115200 baud"
    return [Figure(name, statistics.median(taken), "s", 1.05 * line_time, f"line time of {FRAME} bytes", line_time)]
