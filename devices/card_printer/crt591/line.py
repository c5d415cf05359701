"""One CRT-591 on one serial line: command, ACK, reply, ACK, and what may be said again and what may not.

Source: protocol page *card-dispenser*, B1. The unit begins at its ACK. A question that is not acknowledged is sent
again; a motion or an APDU is sent again after a NAK alone, which says that it was not understood: with the ACK lost on
the way, a second one would move a second card. A reply that came damaged is asked for again with NAK, which repeats the
reply and not the command. EOT would stop a motion half-way, so it ends an unanswered question only.
"""

from __future__ import annotations

import logging
import time
from collections import deque
from collections.abc import Iterator

import serial

from devices.card_printer.crt591.wire import (
    LONGEST_REPLY,
    Answer,
    Control,
    DamagedFrame,
    Decoder,
    Event,
    Refusal,
    Reply,
    encode,
)
from devices.contract import DeviceError
from devices.serial_bytes import LOST, open_port, read_some, write_all

log = logging.getLogger(__name__)

ACKNOWLEDGE_SECONDS = 0.3
"""Within this the unit has taken a command, or has not heard it (page: 300 ms)."""
TRIES = 3
"""How often a command is sent that was surely not carried out."""
REPLY_TRIES = 2
"""How often a damaged reply is asked for again."""
GAP_SECONDS = 0.1
"""Silence within a frame after which the rest will not come."""
DRAIN_SECONDS = 1.0
"""The longest reply takes 1.1 s at 9600 baud; what is drained is shorter."""


class ReplyLost(Exception):
    """The command went out, and no whole reply came: what was done, only sensors and counters can tell.

    ``begun``: the unit acknowledged it. ``code``: the fault to report where it did not matter whether it was done.
    """

    def __init__(self, detail: str, code: str, *, begun: bool) -> None:
        super().__init__(detail)
        self.code = code
        self.begun = begun


class Crt591Line:
    """Opened by :meth:`open` alone; belongs to the driver's thread. ``epoch`` counts connections."""

    def __init__(self, at: str, baud: int, address: int) -> None:
        self.at = at
        self.baud = baud
        self.address = address
        self.epoch = 0
        self._port: serial.SerialBase | None = None
        self.damaged = 0
        """Replies that could not be understood."""
        self._decoder = Decoder()
        self._heard: deque[Event] = deque()
        self._unfinished = False
        self._moving = False
        """It may be in the middle of something that must not be cut short; until it answers again."""

    @property
    def is_open(self) -> bool:
        """Whether the address is open; says nothing of the unit."""
        return self._port is not None

    def open(self, baud: int) -> None:
        """Open the address anew, at a rate. Raises DeviceError ``card_printer.absent``."""
        self.close()
        self.baud = baud
        try:
            self._port = open_port(self.at, baud)
        except (*LOST, ValueError) as error:  # ValueError: an address of no kind that pyserial knows
            raise DeviceError("card_printer.absent", f"{self.at}: {error}") from error
        self.epoch += 1
        self._decoder = Decoder()
        # Whoever spoke to it before may have left it in the middle of a motion.
        self._unfinished = self._moving = True

    def close(self) -> None:
        """Let go of the address. Never raises."""
        port, self._port = self._port, None
        if port is not None:
            try:
                port.close()
            except LOST as error:
                log.debug("closing a line that had already gone: %s", type(error).__name__)

    def exchange(self, text: bytes | bytearray, seconds: float, *, once: bool, tries: int = TRIES) -> Answer:
        """Send ``CM PM data`` and return the answer. ``once``: it may be carried out once only.

        Raises DeviceError ``card_printer.absent``, ``.no_answer``, ``card_dispenser.line_noise``, all before anything
        was carried out (or where it does not matter), and ReplyLost after. A line that breaks is closed.
        """
        port = self._port
        if port is None:
            raise DeviceError("card_printer.absent", f"{self.at} is not open")
        told = False
        try:
            self._settle(port)
            self._unfinished = True
            self._moving = self._moving or once
            told = True
            answer = self._converse(port, text, seconds, once=once, tries=tries)
        except LOST as error:
            self.close()
            if told and once:
                raise ReplyLost(f"{self.at}: {error}", "card_printer.absent", begun=True) from error
            raise DeviceError("card_printer.absent", f"{self.at}: {error}") from error
        self._unfinished = self._moving = False
        return answer

    def _converse(
        self, port: serial.SerialBase, text: bytes | bytearray, seconds: float, *, once: bool, tries: int
    ) -> Answer:
        refused = False
        for _ in range(tries):
            heard = self._hand_over(port, text)
            if heard is Control.NAK:
                refused = True
                continue
            if isinstance(heard, Reply | Refusal):
                return heard
            if heard is Control.ACK or once:
                return self._reply(port, text, seconds, begun=heard is Control.ACK)
        self._unfinished = not refused
        code = "card_dispenser.line_noise" if refused else "card_printer.no_answer"
        raise DeviceError(code, f"{tries} times command {text[0]:02X} {text[1]:02X} at {self.at}")

    def _settle(self, port: serial.SerialBase) -> None:
        """Nothing of an earlier exchange is left on the line; late bytes go."""
        if self._unfinished:
            if not self._moving:
                write_all(port, bytes((Control.EOT,)))
            self._drain(port, GAP_SECONDS)
            self._unfinished = False
        self._drain(port, 0)
        self._decoder.quiet()
        self._heard.clear()

    def _drain(self, port: serial.SerialBase, silence: float) -> None:
        until = time.monotonic() + DRAIN_SECONDS
        while data := read_some(port, silence):
            self._decoder.feed(data)
            if time.monotonic() > until:
                raise DeviceError("card_dispenser.line_noise", f"{self.at} does not fall silent")

    def _hand_over(self, port: serial.SerialBase, text: bytes | bytearray) -> Event | None:
        """Send the command once: ACK, NAK, the answer itself where the ACK got lost, or None."""
        frame = encode(self.address, text)
        try:
            write_all(port, frame)
        finally:
            frame[:] = bytes(len(frame))  # a PIN may have passed through here
        for event in self._listen(port, ACKNOWLEDGE_SECONDS):
            if event in (Control.ACK, Control.NAK):
                return event
            if self._answers(event, text):
                write_all(port, bytes((Control.ACK,)))
                return event
        return None

    def _answers(self, event: Event, text: bytes | bytearray) -> bool:
        ours = isinstance(event, Reply | Refusal) and event.address == self.address
        return ours and event.head == bytes(text[:2])  # type: ignore[union-attr]

    def _reply(self, port: serial.SerialBase, text: bytes | bytearray, seconds: float, *, begun: bool) -> Answer:
        damaged = 0
        for event in self._listen(port, seconds):
            if isinstance(event, DamagedFrame):
                damaged += 1
                self.damaged += 1
                if damaged > REPLY_TRIES:
                    break
                write_all(port, bytes((Control.NAK,)))
            elif isinstance(event, Reply | Refusal) and event.address == self.address:
                write_all(port, bytes((Control.ACK,)))  # also a late one: it is not to be repeated
                if self._answers(event, text):
                    return event
        told = f"{'damaged' if damaged else 'no'} reply to {text[0]:02X} {text[1]:02X} at {self.at}"
        code = "card_dispenser.line_noise" if damaged else "card_printer.no_answer"
        raise ReplyLost(told, code, begun=begun or damaged > 0)

    def _listen(self, port: serial.SerialBase, seconds: float) -> Iterator[Event]:
        """What comes, until ``seconds`` are over and no frame is on its way."""
        while self._heard:
            yield self._heard.popleft()
        until = time.monotonic() + seconds
        latest = until + (LONGEST_REPLY + 6) * 10 / self.baud + GAP_SECONDS
        while (now := time.monotonic()) < (latest if self._decoder.pending else until):
            data = read_some(port, GAP_SECONDS if self._decoder.pending else until - now)
            self._heard.extend(self._decoder.feed(data) if data else self._decoder.quiet())
            while self._heard:  # what is left of it when the caller stops listening is for the next
                yield self._heard.popleft()
