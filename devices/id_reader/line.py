"""One module on one serial line: a command out, its answer back, with the patience that a real line needs.

Source: protocol page *id-card-reader*, B1 and B2. Bytes are taken as they come (no fixed pauses, no fixed counts), so
an answer is there when its last bit has passed. Every command only asks or reads, so each is safe to send again.
"""

from __future__ import annotations

import select
import termios
import time

import serial

from devices.contract import Cancellation, DeviceError
from devices.id_reader import faults
from devices.id_reader.wire import (
    LONGEST_FRAME,
    Answer,
    BoardTimeout,
    Command,
    DamagedFrame,
    Decoder,
    Frame,
    Response,
    encode,
)

TRIES = 3
"""How often a command is sent whose answer comes damaged."""
SILENT_TRIES = 2
"""How often a command is sent that nobody answers."""
GAP_SECONDS = 0.3
"""Silence within a frame after which the rest will not come: USB serial adapters gather bytes for up to 16 ms, and a
busy controller adds some scheduling."""
CANCEL_SECONDS = 0.05
"""How often a wait for an answer looks at its cancellation."""

_OK_LENGTHS: dict[Command, tuple[Answer, frozenset[int]]] = {
    Command.FIND: (Answer.CARD_FOUND, frozenset({4})),
    Command.SELECT: (Answer.OK, frozenset({8})),
    Command.SAM_ID: (Answer.OK, frozenset({16})),
    Command.READ: (Answer.OK, frozenset({1284})),
    Command.READ_WITH_FINGERPRINT: (Answer.OK, frozenset({1286, 2310})),
    Command.RESET: (Answer.OK, frozenset({0})),
    Command.SAM_STATUS: (Answer.OK, frozenset({0})),
}
"""The good answer of a command and the lengths of its data; for the others see :func:`_belongs`."""

_OWN_FAILURES = {
    Answer.FIND_FAILED: frozenset({Command.FIND}),
    Answer.SELECT_FAILED: frozenset({Command.SELECT}),
    Answer.NO_CONTENT: frozenset({Command.READ, Command.READ_WITH_FINGERPRINT, Command.READ_ADDRESS}),
}
"""Failures that only these commands can meet."""

_LOST = (OSError, termios.error)  # serial.SerialException is an OSError


def _belongs(command: Command, response: Response) -> bool:
    """Whether a response can be this command's, and not a late one of a command given up before.

    A module answers in order. So a late reading comes before the answers to the find and the select of the next card,
    is seen not to be theirs, and cannot be taken for the next holder's.
    """
    answer = response.answer
    if answer is None:
        return True
    if answer in (Answer.OK, Answer.CARD_FOUND):
        if command in _OK_LENGTHS:
            good, lengths = _OK_LENGTHS[command]
            return answer == good and len(response.data) in lengths
        return answer == Answer.OK and len(response.data) < 1284
    return command in _OWN_FAILURES.get(answer, frozenset({command}))


class SamVLine:
    """Opens on demand, and again after the line was lost.

    ``timeout``: seconds to wait for the first byte of an answer. ``misses``: calls in a row that nobody answered.
    ``damaged``: answers that came and could not be understood; ``retries``: commands sent again. ``epoch``:
    connections so far; what the module was told before the last one may be forgotten.
    """

    def __init__(self, at: str, baud: int, timeout: float) -> None:
        self.at = at
        self.baud = baud
        self.timeout = timeout
        self.misses = 0
        self.damaged = 0
        self.retries = 0
        self.epoch = 0
        self._port: serial.SerialBase | None = None
        self._decoder = Decoder()

    def close(self) -> None:
        """Let go; harmless when closed."""
        port, self._port = self._port, None
        if port is not None:
            try:
                port.close()
            except _LOST:
                return  # a line that has gone cannot be closed any better

    def ask(self, command: Command, cancellation: Cancellation | None = None) -> Response:
        """Send a command and return its answer, whatever it says.

        A lost line is opened once more, a damaged or missing answer asked for again. Raises DeviceError with the codes
        ``not_connected``, ``no_answer``, ``module_timeout``, ``line_noise``, ``unexpected_answer``; OperationCancelled.
        """
        reason = ""
        for _ in range(2):
            try:
                response = self._ask(self._connected(), command, cancellation)
            except _LOST as error:
                self.close()
                reason = str(error)
            else:
                self.misses = 0
                return response
        self.misses += 1
        raise DeviceError(faults.NOT_CONNECTED, f"{self.at}: {reason}")

    def _connected(self) -> serial.SerialBase:
        if self._port is None:
            try:
                self._port = serial.serial_for_url(
                    self.at, baudrate=self.baud, timeout=0, write_timeout=self.timeout, exclusive=True
                )
            except ValueError as error:  # an address of no kind that pyserial knows
                raise serial.SerialException(str(error)) from error
            self.epoch += 1
            self._decoder = Decoder()
        return self._port

    def _ask(self, port: serial.SerialBase, command: Command, cancellation: Cancellation | None) -> Response:
        code = faults.NO_ANSWER
        silent = 0
        for attempt in range(TRIES):
            self.retries += attempt > 0
            self._discard_late_bytes(port)
            port.write(encode(command))
            frame = self._answer(port, command, cancellation)
            if frame is None:
                silent += 1
                if silent == SILENT_TRIES:
                    break
            elif isinstance(frame, BoardTimeout):
                code = faults.MODULE_TIMEOUT
            elif isinstance(frame, DamagedFrame) or frame.answer in (Answer.CHECKSUM_ERROR, Answer.LENGTH_ERROR):
                self.damaged += 1
                code = faults.LINE_NOISE
            elif _belongs(command, frame):
                return frame
            else:
                code = faults.UNEXPECTED_ANSWER
        self.misses = self.misses + 1 if code == faults.NO_ANSWER else 0
        raise DeviceError(code, f"{command.name} at {self.at}")

    def _answer(self, port: serial.SerialBase, command: Command, cancellation: Cancellation | None) -> Frame | None:
        """The command's answer. When time is up: None if nothing came, an answer of another command if that is all that
        came, a DamagedFrame if bytes came that make no frame."""
        deadline = time.monotonic() + self.timeout
        latest = deadline + self.timeout + LONGEST_FRAME * 10 / self.baud
        nothing_better: Frame | None = None
        while (left := min(deadline, latest) - time.monotonic()) > 0:
            if cancellation is not None:
                cancellation.check()
                left = min(left, CANCEL_SECONDS)
            data = _read(port, left)
            if not data:
                continue
            frames = self._decoder.feed(data)
            for frame in frames:
                if not isinstance(frame, Response) or _belongs(command, frame):
                    return frame
                nothing_better = frame
                deadline = time.monotonic() + self.timeout  # it is alive and behindhand
            if self._decoder.pending:
                deadline = time.monotonic() + GAP_SECONDS
            if nothing_better is None:
                nothing_better = DamagedFrame(0)
        return nothing_better

    def _discard_late_bytes(self, port: serial.SerialBase) -> None:
        """Bytes of an answer that nobody waits for any more."""
        while data := _read(port, 0):
            self._decoder.feed(data)
        self._decoder.clear()


def _read(port: serial.SerialBase, seconds: float) -> bytes:
    """What has come, as soon as something has; empty after that many seconds."""
    ready, _, _ = select.select([port.fileno()], [], [], seconds)
    return bytes(port.read(4096)) if ready else b""
