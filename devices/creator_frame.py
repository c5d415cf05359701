"""What the frames of all Creator readers and dispensers have in common, both ways. Pure.

Source: protocol page *card-dispenser*, B1 and B2. ``START [ADDR] LENH LENL TEXT 03 BCC``, BCC the XOR of everything
before it, LEN the length of TEXT, big-endian. Single control bytes stand between the frames. Data may hold the start
byte, 03 and every control byte: a frame is read by length.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from enum import IntEnum
from functools import reduce
from operator import xor
from typing import ClassVar, Generic, TypeVar

ETX = 0x03
TAIL = 2
"""Bytes after the text: 03 and BCC."""

E = TypeVar("E")


class Control(IntEnum):
    """Single bytes between the frames."""

    EOT = 0x04
    ENQ = 0x05
    ACK = 0x06
    NAK = 0x15


@dataclass(frozen=True, slots=True)
class DamagedFrame:
    """A frame that ended in a wrong 03 or BCC, or broke off. ``length`` is its LEN."""

    length: int


def check_character(data: bytes | bytearray) -> int:
    """BCC: XOR of all bytes."""
    return reduce(xor, data, 0)


def framed(head: bytes, text: bytes | bytearray) -> bytearray:
    """``head`` (START, and ADDR where there is one), the length, the text, 03, BCC; the caller may zero it."""
    frame = bytearray(head)
    frame += len(text).to_bytes(2, "big")
    frame += text
    frame.append(ETX)
    frame.append(check_character(frame))
    return frame


class FrameDecoder(ABC, Generic[E]):
    """Takes bytes in pieces of any size and gives what they say: what :meth:`meaning` makes of a frame,
    :class:`Control`, or :class:`DamagedFrame`.

    What lies between frames and is no control byte is thrown away and counted in ``garbage``. After a damaged frame the
    search goes on right behind its start, so that a good frame swallowed by a wrong LEN is still found; bytes of a
    damaged frame are never taken for control bytes.
    """

    START: ClassVar[int]
    HEAD: ClassVar[int]
    """Bytes before the text; the last two are LEN."""
    SHORTEST: ClassVar[int]
    LONGEST: ClassVar[int]
    """Of the text, in bytes."""

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._suspect = 0
        self.garbage = 0

    @abstractmethod
    def meaning(self, head: bytes, text: bytes) -> E:
        """What a whole frame says; ``head`` is all before the text."""

    @property
    def pending(self) -> int:
        """Bytes of a frame that has begun and not ended."""
        return len(self._buffer)

    def feed(self, data: bytes) -> list[E | DamagedFrame | Control]:
        """Take ``data``; return what it completes, in order."""
        self._buffer += data
        return self._events()

    def quiet(self) -> list[E | DamagedFrame | Control]:
        """The line has fallen silent: a frame half received will not end. It is told as damaged, and searched."""
        events: list[E | DamagedFrame | Control] = []
        while self._buffer:
            events.append(DamagedFrame(int.from_bytes(self._buffer[self.HEAD - 2 : self.HEAD], "big")))
            self._give_up_frame()
            events += self._events()
        return events

    def _events(self) -> list[E | DamagedFrame | Control]:
        events = []
        while (event := self._next()) is not None:
            events.append(event)
        return events

    def _next(self) -> E | DamagedFrame | Control | None:
        buffer = self._buffer
        while buffer:
            if buffer[0] != self.START:
                first, trusted = buffer[0], not self._suspect
                self._drop(1)
                if trusted and first in Control.__members__.values():
                    return Control(first)
                self.garbage += 1
                continue
            if len(buffer) < self.HEAD:
                return None
            length = int.from_bytes(buffer[self.HEAD - 2 : self.HEAD], "big")
            if not self.SHORTEST <= length <= self.LONGEST:
                self.garbage += 1
                self._drop(1)
                continue
            end = self.HEAD + length + TAIL
            if len(buffer) < end:
                return None
            if buffer[end - TAIL] != ETX or check_character(buffer[:end]) != 0:
                self._give_up_frame(end)
                return DamagedFrame(length)
            head, text = bytes(buffer[: self.HEAD]), bytes(buffer[self.HEAD : end - TAIL])
            self._drop(end)
            return self.meaning(head, text)
        return None

    def _give_up_frame(self, end: int | None = None) -> None:
        self._suspect = max(self._suspect, len(self._buffer) if end is None else end)
        self.garbage += 1
        self._drop(1)

    def _drop(self, count: int) -> None:
        del self._buffer[:count]
        self._suspect = max(0, self._suspect - count)
