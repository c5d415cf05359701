"""What the reader's line adds to a chip command: its bytes, and little else."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

from motorised_desk import CARD

from devices import registry
from devices.bench.line import Line
from devices.card_reader.apdu import CommandApdu
from devices.contract import Cancellation, MediaState

BAUD = 38400
SELECT = CommandApdu(0x00, 0xA4, 0x04, 0x00, bytes.fromhex("7378312E73682EC9E7BBE1B1A3D5CF"), le=0)


def test_a_chip_command_costs_its_bytes_on_the_line_and_few_milliseconds(tmp_path: Path) -> None:
    """SELECT over T=0 is two exchanges (61xx, GET RESPONSE), each of them command, ACK, ENQ, reply."""
    simulator: Any = registry.simulator("card-reader", "crt310", motion_seconds=0.02)
    with Line(simulator, f"pty:{tmp_path}/card-reader", baud=BAUD) as line:
        reader: Any = registry.driver("card-reader", "crt310", line.url, baud=BAUD, poll_seconds=0.01)
        reader.open()
        line.call(lambda: simulator.insert(CARD))
        arrived = Cancellation()
        reader.watch(arrived, lambda media: arrived.cancel() if media is MediaState.PRESENT else None)
        chip = reader.connect()
        beyond = []
        for _ in range(10):
            sent, begun = line.sent, time.perf_counter()
            assert chip.transmit(SELECT).ok
            beyond.append(time.perf_counter() - begun - (line.sent - sent) * 10 / BAUD)
        reader.close()
    assert 0 <= min(beyond) <= 2 * 0.004
