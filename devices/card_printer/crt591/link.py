"""The unit as something to ask and to tell, found at whatever rate it speaks, and woken when it has just come up."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass

from devices.card_printer.crt591 import faults
from devices.card_printer.crt591.line import Crt591Line, ReplyLost
from devices.card_printer.crt591.models import Quirks, of_firmware
from devices.card_printer.crt591.wire import Answer, Command, Refusal, Reply
from devices.contract import DeviceError

log = logging.getLogger(__name__)

ASK_TRIES = 2
"""How often a question is asked whose answer got lost."""


@dataclass(frozen=True, slots=True)
class Patience:
    """Seconds for the reply to a question, to a chip command, to a motion, and to the first command of all."""

    answer: float
    chip: float
    motion: float
    initialise: float


class Crt591Link:
    """``rates``: tried in this order until one is answered; the rate that was, is tried first from then on.

    A lost line is opened again by the next question, unless :meth:`close` was called. A unit that says that it was not
    initialised has lost its power: it is woken again, no card moves, and the question is asked once more; what may be
    carried out once only is refused.
    """

    def __init__(self, at: str, rates: Sequence[int], address: int, quirks: Quirks, patience: Patience) -> None:
        self.firmware = ""
        self.restarts = 0
        """Counts how often the unit was found to have lost its power."""
        self._rates = tuple(rates)
        self._line = Crt591Line(at, self._rates[0], address)
        self._quirks = quirks
        self._patience = patience
        self._closed = False

    @property
    def baud(self) -> int:
        """The rate at which it answered, or is being tried."""
        return self._line.baud

    @property
    def is_open(self) -> bool:
        """Whether there is a line, for what it is worth."""
        return self._line.is_open

    @property
    def session(self) -> tuple[int, int]:
        """Changes with every connection and every restart: a chip has lost its power by then."""
        return self._line.epoch, self.restarts

    def open(self) -> None:
        """Connect anew, at any of the rates. Raises DeviceError."""
        self._closed = False
        self.firmware = ""
        self._line.close()
        self._connect()

    @property
    def damaged(self) -> int:
        """Replies that could not be understood, so far."""
        return self._line.damaged

    def close(self) -> None:
        """Let go of the line, for good until :meth:`open`."""
        self._closed = True
        self._line.close()

    def ask(self, command: Command, data: bytes = b"") -> Reply:
        """What may be said twice: a question, or a setting. Raises DeviceError."""
        for left in range(ASK_TRIES - 1, -1, -1):
            try:
                answer = self._connected(command.value + data)
            except ReplyLost as error:
                if not left:
                    raise DeviceError(error.code, str(error)) from error
                continue
            if isinstance(answer, Refusal) and answer.code == faults.NOT_INITIALISED and left:
                self._restarted()
                self._initialise(1)
                continue
            break
        return self._accepted(command, answer)

    def move(self, command: Command) -> Reply:
        """One motion, never repeated, over the present line only. Raises DeviceError where the unit refused it or it
        was surely not begun, and ReplyLost."""
        answer = self._line.exchange(command.value, self._patience.motion, once=True)
        return self._accepted(command, answer)

    def chip(self, command: Command, data: bytes | bytearray = b"") -> Answer:
        """One chip command, never repeated, over the present line only. Raises DeviceError, ReplyLost."""
        text = bytearray(command.value)
        text += data
        try:
            return self._line.exchange(text, self._patience.chip, once=True)
        finally:
            text[:] = bytes(len(text))

    def initialise(self) -> None:
        """Have it forget its errors; nothing moves. Raises DeviceError."""
        if not self._line.is_open:
            self._connect()
        else:
            self._initialise(ASK_TRIES)

    def _accepted(self, command: Command, answer: Answer) -> Reply:
        if isinstance(answer, Refusal):
            raise DeviceError(faults.of_refusal(command, answer.code), f"error {answer.code} of {command.name}")
        return answer

    def _connected(self, text: bytes) -> Answer:
        """Over the present line, or a new one where that turns out to be broken."""
        if self._line.is_open:
            try:
                return self._line.exchange(text, self._patience.answer, once=False)
            except DeviceError as error:
                if error.code != "card_printer.absent":
                    raise
        self._connect()
        return self._line.exchange(text, self._patience.answer, once=False)

    def _connect(self) -> None:
        if self._closed:
            raise DeviceError("card_printer.absent", "the dispenser has been closed")
        known = self._line.baud
        rates = (known, *(rate for rate in self._rates if rate != known))
        for rate in rates:
            self._line.open(rate)
            try:
                self._see_whether_it_restarted()
                self._initialise(ASK_TRIES)
            except DeviceError as error:
                self._line.close()
                silent = error.code in ("card_printer.no_answer", "card_dispenser.line_noise")
                if not silent or rate == rates[-1] or self.firmware:
                    self._line.baud = known
                    raise
            else:
                return

    def _see_whether_it_restarted(self) -> None:
        """A unit that learns its rate from the first initialisation is deaf to this, and has then restarted."""
        try:
            answer = self._line.exchange(Command.STATUS.value, self._patience.answer, once=False, tries=1)
        except ReplyLost:
            return
        except DeviceError as error:
            if error.code == "card_printer.absent":
                raise
            self._restarted()
            return
        if isinstance(answer, Refusal) and answer.code == faults.NOT_INITIALISED:
            self._restarted()

    def _restarted(self) -> None:
        self.restarts += 1
        log.info("the dispenser has come up anew")

    def _initialise(self, tries: int) -> None:
        """Raises DeviceError, also ``card_dispenser.wrong_model``, before anything has been told to move."""
        command = self._quirks.initialise
        while True:
            tries -= 1
            try:
                answer = self._line.exchange(command.value, self._patience.initialise, once=False)
                break
            except ReplyLost as error:
                if tries <= 0:
                    raise DeviceError(error.code, str(error)) from error
        name = self._accepted(command, answer).data.decode("ascii", "replace").strip("\0 ")
        told, wanted = of_firmware(name), of_firmware(self._quirks.firmware)
        if told is not None and told != wanted:
            raise DeviceError("card_dispenser.wrong_model", f"configured {wanted}, and it is {told}")
        self.firmware = name
