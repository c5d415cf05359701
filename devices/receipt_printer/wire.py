"""Questions to an ESC/POS printer and its answers (protocol page C1). Pure.

Four kinds of answer share one line, told apart by their fixed bits: DLE EOT answers (bits 1 and 4 set, 0 and 7 clear),
automatic status (four bytes; in the first, bit 4 set, 0, 1 and 7 clear), GS r answers (bits 4 and 7 clear), and texts
of GS I (``5F`` … ``00``).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from devices.contract import DeviceState, PaperState
from devices.receipt_printer.contract import CoverState, CutterState, ReceiptPrinterStatus

QUERIES = {n: bytes((0x10, 0x04, n)) for n in (1, 2, 3, 4)}
"""DLE EOT n, answered at once whatever the printer is doing."""
FENCE = b"\x1dr\x01"
"""GS r 1, answered in its turn: when everything before it has been printed."""
FENCE_ANSWERS = frozenset((0x00, 0x03, 0x0C, 0x0F))

OFF_LINE = 0x08
COVER_OPEN, PAPER_STOP = 0x04, 0x20
RECOVERABLE, CUTTER_ERROR, UNRECOVERABLE, AUTO_RECOVERABLE = 0x04, 0x08, 0x20, 0x40
NEAR_END, NO_PAPER = 0x0C, 0x60

LONGEST_TEXT = 80


def identification_query(n: int) -> bytes:
    """GS I n: 1 model id, 2 type id, 65 firmware, 66 maker, 67 model, 68 serial number."""
    return bytes((0x1D, 0x49, n))


@dataclass(frozen=True, slots=True)
class StatusByte:
    """An answer to DLE EOT n; which n, only the order tells."""

    value: int


@dataclass(frozen=True, slots=True)
class FenceByte:
    """An answer to GS r 1."""

    value: int


@dataclass(frozen=True, slots=True)
class AutomaticStatus:
    """ASB: four bytes nobody asked for."""

    data: bytes


@dataclass(frozen=True, slots=True)
class Identification:
    """A text of GS I."""

    text: str


@dataclass(frozen=True, slots=True)
class Noise:
    """A byte no printer says."""

    value: int


Answer = StatusByte | FenceByte | AutomaticStatus | Identification | Noise


class AnswerReader:
    """Tells the printer's answers apart, from pieces of any size."""

    def __init__(self) -> None:
        self._held = bytearray()

    def feed(self, data: bytes) -> list[Answer]:
        """The answers that are whole now."""
        self._held += data
        return list(self._whole())

    def forget(self) -> None:
        """Drop an answer that never became whole."""
        self._held.clear()

    def _whole(self) -> Iterator[Answer]:
        while self._held:
            first = self._held[0]
            if first & 0x93 == 0x12:
                yield StatusByte(self._take(1)[0])
            elif first & 0x93 == 0x10:
                # An automatic status, unless one of the three bytes that follow cannot be one of its.
                if any(byte & 0x90 for byte in self._held[1:4]):
                    yield Noise(self._take(1)[0])
                elif len(self._held) < 4:
                    return
                else:
                    yield AutomaticStatus(self._take(4))
            elif first == 0x5F:
                end = self._held.find(0)
                if end < 0 and len(self._held) <= LONGEST_TEXT:
                    return
                if end < 0 or end > LONGEST_TEXT:
                    yield Noise(self._take(1)[0])
                else:
                    yield Identification(self._take(end + 1)[1:-1].decode("ascii", "replace"))
            elif first in FENCE_ANSWERS:
                yield FenceByte(self._take(1)[0])
            else:
                yield Noise(self._take(1)[0])

    def _take(self, count: int) -> bytes:
        taken = bytes(self._held[:count])
        del self._held[:count]
        return taken


FourAnswers = tuple[int | None, int | None, int | None, int | None]
"""What DLE EOT 1 to 4 brought; None: no answer."""
NO_ANSWERS: FourAnswers = (None, None, None, None)
ALL_FINE: FourAnswers = (0x12, 0x12, 0x12, 0x12)


def _fault(
    general: int | None, cause: int | None, error: int | None, paper: PaperState, cover: CoverState
) -> tuple[DeviceState, str | None]:
    """The device word and the first fault, the one a person should see to first."""
    wrong = error or 0
    if wrong & UNRECOVERABLE:
        return DeviceState.HARDWARE_ERROR, "receipt_printer.hardware"
    if cover is CoverState.OPEN:
        return DeviceState.USER_ERROR, "receipt_printer.cover_open"
    if paper is PaperState.OUT:
        return DeviceState.ONLINE, "receipt_printer.paper_out"
    if wrong & CUTTER_ERROR:
        return DeviceState.HARDWARE_ERROR, "receipt_printer.cutter_jammed"
    if wrong & AUTO_RECOVERABLE:
        return DeviceState.DEVICE_BUSY, "receipt_printer.head_hot"
    if wrong & RECOVERABLE:
        return DeviceState.HARDWARE_ERROR, "receipt_printer.error"
    if general is None:
        return DeviceState.OFFLINE, "receipt_printer.no_answer"
    if general & OFF_LINE:
        return DeviceState.OFFLINE, "receipt_printer.off_line"
    if cause is None or error is None or paper is PaperState.UNKNOWN:
        return DeviceState.ONLINE, "receipt_printer.no_answer"
    return DeviceState.ONLINE, "receipt_printer.paper_low" if paper is PaperState.LOW else None


def decode_status(
    answers: FourAnswers, *, near_end_sensor: bool = True, has_cutter: bool = True
) -> ReceiptPrinterStatus:
    """The four answers in words. Pure; what was not answered is unknown."""
    general, cause, error, roll = answers
    paper = PaperState.UNKNOWN
    if (cause or 0) & PAPER_STOP or (roll or 0) & NO_PAPER:
        paper = PaperState.OUT
    elif roll is not None:
        paper = PaperState.LOW if near_end_sensor and roll & NEAR_END else PaperState.FULL
    cover = CoverState.UNKNOWN
    if cause is not None:
        cover = CoverState.OPEN if cause & COVER_OPEN else CoverState.CLOSED
    cutter: CutterState | None = None
    if has_cutter and error is None:
        cutter = CutterState.UNKNOWN
    elif has_cutter:
        cutter = CutterState.JAMMED if (error or 0) & CUTTER_ERROR else CutterState.OK
    device, fault = _fault(general, cause, error, paper, cover)
    return ReceiptPrinterStatus(
        device=device, fault=fault, paper=paper, cover=cover, cutter=cutter, near_end_sensor=near_end_sensor
    )
