"""The reader as something to ask and to tell, connected when it has to be, shared by the driver's two threads."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from types import MappingProxyType

from devices.card_reader.crt310 import faults
from devices.card_reader.crt310.line import Crt310Line, ReplyLost
from devices.card_reader.crt310.wire import CardAt, Command, FrontEntry, Outcome, Refusal, Reply
from devices.card_reader.motorised import CardPosition
from devices.contract import DeviceError

ASK_TRIES = 2
"""How often a question is asked whose answer got lost."""

_POSITION: Mapping[int, CardPosition] = MappingProxyType(
    {
        CardAt.LONG_CARD: CardPosition.ABNORMAL,
        CardAt.SHORT_CARD: CardPosition.ABNORMAL,
        CardAt.GATE_HELD: CardPosition.AT_GATE,
        CardAt.INSIDE: CardPosition.INSIDE,
        CardAt.CONTACTS: CardPosition.CONTACTS,
        CardAt.REAR_HELD: CardPosition.REAR,
        CardAt.REAR_FREE: CardPosition.REAR,
        CardAt.NOWHERE: CardPosition.NONE,
    }
)


@dataclass(frozen=True, slots=True)
class Patience:
    """Seconds for the reply to a question, to a chip command, and to a motion."""

    answer: float
    chip: float
    motion: float


@dataclass(frozen=True, slots=True)
class Reading:
    """One look at the reader. ``front``: S2, None for a value that the page does not know."""

    position: CardPosition
    front: FrontEntry | None

    @classmethod
    def of(cls, data: bytes) -> Reading:
        """From the data of a status reply. Raises DeviceError ``card_reader.unexpected_answer``."""
        if len(data) < 2:
            raise DeviceError("card_reader.unexpected_answer", f"a status of {len(data)} bytes")
        front = FrontEntry(data[1]) if data[1] in FrontEntry.__members__.values() else None
        if data[0] == CardAt.GATE_FREE:
            # With the entry open it is on its way in; we shut the entry before we hand a card out.
            shut = front is FrontEntry.FORBIDDEN
            return cls(CardPosition.AT_GATE if shut else CardPosition.ENTERING, front)
        return cls(_POSITION.get(data[0], CardPosition.UNKNOWN), front)


class Crt310Link:
    """``lock`` is held around each exchange, and by the driver around what must not be interrupted.

    A lost line is opened again by the next question, unless :meth:`close` was called. After each connection the reader
    is reset *in place*: no card moves.
    """

    def __init__(self, at: str, baud: int, patience: Patience) -> None:
        self.lock = threading.RLock()
        self.firmware = ""
        self._line = Crt310Line(at, baud)
        self._patience = patience
        self._closed = False

    @property
    def epoch(self) -> int:
        """Counts connections; 0 before the first."""
        return self._line.epoch

    @property
    def is_open(self) -> bool:
        """Whether there is a line, for what it is worth."""
        return self._line.is_open

    def open(self) -> None:
        """Connect anew. Raises DeviceError."""
        with self.lock:
            self._closed = False
            self._line.close()
            self._connect()

    @property
    def damaged(self) -> int:
        """Replies that could not be understood, so far."""
        return self._line.damaged

    def close(self) -> None:
        """Let go of the line, for good until :meth:`open`."""
        with self.lock:
            self._closed = True
            self._line.close()

    def ask(self, command: Command | bytes, data: bytes = b"") -> Reply:
        """What may be said twice: a question, or a setting. Raises DeviceError."""
        with self.lock:
            for _ in range(ASK_TRIES - 1):
                with suppress(ReplyLost):
                    return self._connected_exchange(_text(command, data), self._patience.answer)
            try:
                return self._connected_exchange(_text(command, data), self._patience.answer)
            except ReplyLost as error:
                raise DeviceError(error.code, str(error)) from error

    def sense(self) -> Reading:
        """Where the card is now. Raises DeviceError."""
        return Reading.of(self.ask(Command.STATUS).data)

    def move(self, command: Command) -> int | None:
        """One motion, never repeated, over the present connection only: after another one it is sensed first.

        Returns the reader's word for how it went (:class:`Outcome`), None if no word came. Raises DeviceError where
        nothing moved.
        """
        with self.lock:
            try:
                reply = self._exchange(command.value, self._patience.motion)
            except ReplyLost:
                return None
            return reply.data[0] if reply.data else Outcome.FAILED

    def chip(self, command: Command, data: bytes | bytearray = b"") -> Reply:
        """One chip command, never repeated, over the present connection only. Raises DeviceError, ReplyLost."""
        with self.lock:
            text = bytearray(command.value)
            text += data
            try:
                return self._exchange(text, self._patience.chip)
            finally:
                text[:] = bytes(len(text))

    def _connected_exchange(self, text: bytes, seconds: float) -> Reply:
        """Over the present line, or a new one where that turns out to be broken before anything was carried out."""
        if self._line.is_open:
            try:
                return self._exchange(text, seconds)
            except DeviceError as error:
                if error.code != "card_reader.absent":
                    raise
        self._connect()
        return self._exchange(text, seconds)

    def _connect(self) -> None:
        if self._closed:
            raise DeviceError("card_reader.absent", "the reader has been closed")
        self._line.open()
        try:
            reply = self._exchange(Command.RESET_IN_PLACE.value, self._patience.motion)
            self.firmware = reply.data.decode("ascii", "replace").strip("\0 ")
            self._exchange(Command.STOP_INSIDE.value, self._patience.answer)
        except ReplyLost as error:
            self._line.close()
            raise DeviceError(error.code, str(error)) from error
        except DeviceError:
            self._line.close()
            raise

    def _exchange(self, text: bytes | bytearray, seconds: float) -> Reply:
        reply = self._line.exchange(text, seconds)
        if isinstance(reply, Refusal):
            code = faults.OF_REFUSAL.get(reply.code, "card_reader.unexpected_answer")
            raise DeviceError(code, f"refusal {reply.code:02X} of command {reply.command:02X}")
        return reply


def _text(command: Command | bytes, data: bytes) -> bytes:
    return (command.value if isinstance(command, Command) else command) + data
