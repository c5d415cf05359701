"""One CRT-310 on one serial line: command, ACK, ENQ, reply, and what may be said again and what may not.

Source: protocol page *card-dispenser*, B2. Before the host's ENQ nothing is carried out, so until then a command is
sent again at no risk. After it a motion or an APDU has happened or not: it is never repeated, :class:`ReplyLost` says
so, and the driver asks the reader where the card is. A reply that came damaged is asked for again with NAK, which
repeats the reply and not the command.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator

import serial

from devices.card_reader.crt310.wire import (
    LONGEST_TEXT,
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
"""Within this the reader has taken a command, or has not heard it (page: 300 ms)."""
TRIES = 3
"""How often a command is sent that is not acknowledged."""
REPLY_TRIES = 2
"""How often a damaged reply is asked for again."""
GAP_SECONDS = 0.1
"""Silence within a frame after which the rest will not come: USB serial adapters gather bytes for up to 16 ms, and a
busy controller adds some scheduling."""

DRAIN_SECONDS = 1.0
"""The longest reply takes 0.3 s at 9600 baud."""


class ReplyLost(Exception):
    """The reader was told to go, and no whole reply came: whether it did, only its sensors can tell.

    ``code``: the fault to report where it did not matter whether it did.
    """

    def __init__(self, detail: str, code: str) -> None:
        super().__init__(detail)
        self.code = code


class Crt310Line:
    """Opened by :meth:`open` alone. Not thread-safe: the driver's lock is held around every call.

    ``epoch`` counts connections: what the reader was told in an earlier one may be forgotten.
    """

    def __init__(self, at: str, baud: int) -> None:
        self.at = at
        self.baud = baud
        self.epoch = 0
        self._port: serial.SerialBase | None = None
        self.damaged = 0
        """Replies that could not be understood."""
        self._decoder = Decoder()
        self._unfinished = False

    @property
    def is_open(self) -> bool:
        """Whether the address is open; says nothing of the reader."""
        return self._port is not None

    def open(self) -> None:
        """Open the address anew. Raises DeviceError ``card_reader.absent``."""
        self.close()
        try:
            self._port = open_port(self.at, self.baud)
        except (*LOST, ValueError) as error:  # ValueError: an address of no kind that pyserial knows
            raise DeviceError("card_reader.absent", f"{self.at}: {error}") from error
        self.epoch += 1
        self._decoder = Decoder()
        self._unfinished = True  # whoever spoke to it before may have gone half-way

    def close(self) -> None:
        """Let go of the address. Never raises."""
        port, self._port = self._port, None
        if port is not None:
            try:
                port.close()
            except LOST as error:
                log.debug("closing a line that had already gone: %s", type(error).__name__)

    def exchange(self, text: bytes | bytearray, seconds: float) -> Reply | Refusal:
        """Send ``CM PM data`` and return the reply, waited for ``seconds`` after the ENQ.

        Raises DeviceError ``card_reader.absent``, ``.no_answer`` or ``.line_noise``, all before anything was carried
        out, and ReplyLost after. A line that breaks is closed.
        """
        port = self._port
        if port is None:
            raise DeviceError("card_reader.absent", f"{self.at} is not open")
        told = False
        try:
            self._settle(port)
            self._hand_over(port, text)
            told = True
            self._unfinished = True
            write_all(port, bytes((Control.ENQ,)))
            reply = self._reply(port, text[0], text[1], seconds)
        except LOST as error:
            self.close()
            if told:
                raise ReplyLost(f"{self.at}: {error}", "card_reader.absent") from error
            raise DeviceError("card_reader.absent", f"{self.at}: {error}") from error
        self._unfinished = False
        return reply

    def _settle(self, port: serial.SerialBase) -> None:
        """Nothing of an earlier exchange is left on the line: the reader is told to forget it, and late bytes go."""
        if self._unfinished:
            write_all(port, bytes((Control.EOT,)))
            self._drain(port, GAP_SECONDS)
            self._unfinished = False
        self._drain(port, 0)
        self._decoder.quiet()

    def _drain(self, port: serial.SerialBase, silence: float) -> None:
        """Throw away what comes, until nothing has come for ``silence``; a line that never falls silent is noisy."""
        until = time.monotonic() + DRAIN_SECONDS
        while data := read_some(port, silence):
            self._decoder.feed(data)
            if time.monotonic() > until:
                raise DeviceError("card_reader.line_noise", f"{self.at} does not fall silent")

    def _hand_over(self, port: serial.SerialBase, text: bytes | bytearray) -> None:
        """Send the command until it is acknowledged."""
        refused = False
        for _ in range(TRIES):
            frame = encode(text)
            try:
                write_all(port, frame)
            finally:
                frame[:] = bytes(len(frame))  # a PIN may have passed through here
            for event in self._listen(port, ACKNOWLEDGE_SECONDS):
                if event is Control.ACK:
                    return
                if event is Control.NAK:
                    refused = True
                    break
        code = "card_reader.line_noise" if refused else "card_reader.no_answer"
        raise DeviceError(code, f"{TRIES} times command {text[0]:02X} {text[1]:02X} at {self.at}")

    def _reply(self, port: serial.SerialBase, cm: int, pm: int, seconds: float) -> Reply | Refusal:
        damaged = 0
        for event in self._listen(port, seconds):
            if isinstance(event, Reply) and event.head == bytes((cm, pm)):
                return event
            if isinstance(event, Refusal) and event.command == cm:
                return event
            if isinstance(event, DamagedFrame):
                damaged += 1
                self.damaged += 1
                if damaged > REPLY_TRIES:
                    break
                write_all(port, bytes((Control.NAK,)))
        told = f"{'damaged' if damaged else 'no'} reply to {cm:02X} {pm:02X} at {self.at}"
        raise ReplyLost(told, "card_reader.line_noise" if damaged else "card_reader.no_answer")

    def _listen(self, port: serial.SerialBase, seconds: float) -> Iterator[Event]:
        """What comes, until ``seconds`` are over and no frame is on its way."""
        until = time.monotonic() + seconds
        latest = until + (LONGEST_TEXT + 5) * 10 / self.baud + GAP_SECONDS
        while (now := time.monotonic()) < (latest if self._decoder.pending else until):
            data = read_some(port, GAP_SECONDS if self._decoder.pending else until - now)
            yield from self._decoder.feed(data) if data else self._decoder.quiet()
