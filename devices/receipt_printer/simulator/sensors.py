"""What the printer's sensors say, in the bits of protocol page C1."""

from __future__ import annotations

from collections.abc import Mapping

from devices.receipt_printer.simulator.paper import Paper
from devices.simulation import FaultValue


class Sensors:
    """Reads the fault switches and the paper; ``cover_open`` and ``cutter_error`` are states of the mechanism."""

    def __init__(self, faults: Mapping[str, FaultValue], paper: Paper, near_end_sensor: bool) -> None:
        self._faults = faults
        self._paper = paper
        self._near_end_sensor = near_end_sensor
        self.cover_open = False
        self.cutter_error = False

    @property
    def paper_out(self) -> bool:
        """No paper under the sensor."""
        return bool(self._faults["paper_out"]) or self._paper.out

    @property
    def near_end(self) -> bool:
        """Little paper, as far as this model can tell."""
        return self._near_end_sensor and (bool(self._faults["paper_near_end"]) or self._paper.near_end)

    @property
    def paper_word(self) -> str:
        """out, low or full."""
        return "out" if self.paper_out else "low" if self.near_end else "full"

    @property
    def _error(self) -> int:
        return (
            (0x04 if self._faults["recoverable_error"] else 0)
            | (0x08 if self.cutter_error else 0)
            | (0x20 if self._faults["unrecoverable_error"] else 0)
            | (0x40 if self._faults["head_hot"] else 0)
        )

    @property
    def stopped(self) -> bool:
        """Whether the buffer is not being processed: the printer is off-line."""
        return bool(
            self.cover_open or self.paper_out or self._error or self._faults["off_line"] or self._faults["feed_button"]
        )

    def may_cut(self) -> bool:
        """Move the knife; False when it sticks, which is an error from now on."""
        if self._faults["cutter_stuck"]:
            self.cutter_error = True
        return not self.cutter_error

    def real_time(self, n: int) -> bytes:
        """The answer to DLE EOT n."""
        if n == 1:
            bits = (0x08 if self.stopped else 0) | (0x40 if self._faults["feed_button"] else 0)
        elif n == 2:
            bits = (
                (0x04 if self.cover_open else 0)
                | (0x08 if self._faults["feed_button"] else 0)
                | (0x20 if self.paper_out else 0)
                | (0x40 if self._error else 0)
            )
        elif n == 3:
            bits = self._error
        else:
            # At the end of the roll the near-end sensor has nothing before it either (7E on the page).
            bits = (0x0C if self.near_end or (self.paper_out and self._near_end_sensor) else 0) | (
                0x60 if self.paper_out else 0
            )
        return bytes((0x12 | bits,))

    def paper_answer(self) -> bytes:
        """The answer to GS r 1."""
        return bytes(((0x03 if self.near_end else 0) | (0x0C if self.paper_out else 0),))

    def automatic(self) -> bytes:
        """The four bytes of automatic status."""
        first = (
            0x10
            | (0x08 if self.stopped else 0)
            | (0x20 if self.cover_open else 0)
            | (0x40 if self._faults["feed_button"] else 0)
        )
        return bytes((first, self._error, self.paper_answer()[0], 0x00))
