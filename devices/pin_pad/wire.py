"""The SZZT frame (pin-pad.md, D1), pure: ``02 | LLL | content | 03 | LRC2`` in both directions.

LLL is three decimal digits, the length of the content (a command's text; a reply's RTN byte and data). LRC2 is the XOR
over LLL, content and 03 as two upper-case hexadecimal characters. Content longer than 999 has LLL ``000``; a reply may
then carry its length in four more digits. Bytes outside frames are key presses.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto
from functools import reduce
from operator import xor

STX = 0x02
ETX = 0x03
LONGEST = 9999
"""Characters of content; what four digits can tell."""

_DIGITS = frozenset(b"0123456789")


@dataclass(frozen=True, slots=True, repr=False)
class Frame:
    """The content of a sound frame. It may hold keys or card numbers: its repr shows none of it."""

    content: bytes

    @property
    def rtn(self) -> int:
        """A reply's first byte."""
        return self.content[0]

    @property
    def data(self) -> bytes:
        """A reply's content after RTN."""
        return self.content[1:]

    def __repr__(self) -> str:
        return f"<Frame {len(self.content)} bytes>"


@dataclass(frozen=True, slots=True, repr=False)
class RawKey:
    """A byte outside frames: a key press. Its repr does not say which."""

    code: int

    def __repr__(self) -> str:
        return "<RawKey>"


@dataclass(slots=True)
class Counters:
    """What a decoder has seen. ``damaged``: frames given up; ``discarded``: bytes thrown away with them."""

    frames: int = 0
    keys: int = 0
    damaged: int = 0
    discarded: int = 0


class _Verdict(Enum):
    MORE = auto()
    DAMAGED = auto()


def lrc(data: bytes | bytearray) -> bytes:
    """XOR over ``data`` as two upper-case hexadecimal characters."""
    return b"%02X" % reduce(xor, data, 0)


def encode(content: bytes, *, long_length: bool = False) -> bytes:
    """Frame ``content``. ``long_length``: a content over 999 also gets its four-digit length (replies may).

    Raises ValueError for an empty content or one over 9999.
    """
    if not 0 < len(content) <= LONGEST:
        raise ValueError(f"a frame holds 1 to {LONGEST} characters, not {len(content)}")
    short = b"%03d" % len(content)
    long = b"000%04d" % len(content) if long_length else b"000"
    body = (short if len(content) <= 999 else long) + content + bytes([ETX])
    return bytes([STX]) + body + lrc(body)


class Decoder:
    """Takes bytes as they come and gives frames and key presses in order.

    After damage it would rather lose a key than invent one: until the next 02 or until :meth:`quiet`, bytes are thrown
    away. ``long_length``: whether four digits after ``000`` are a length (True for replies, whose content begins with a
    byte of 60 or more; False for commands, which may begin with a digit).
    """

    def __init__(self, *, long_length: bool = True) -> None:
        self.counters = Counters()
        self._long_length = long_length
        self._frame: bytearray | None = None
        self._lost = False

    def feed(self, data: bytes) -> list[Frame | RawKey]:
        """What these bytes complete."""
        events: list[Frame | RawKey] = []
        for byte in data:
            self._take(byte, events)
        return events

    def quiet(self) -> list[Frame | RawKey]:
        """The line has been silent for several character times: whatever is unfinished will not be finished."""
        events: list[Frame | RawKey] = []
        while self._frame is not None:
            self._give_up(events)
        self._lost = False
        return events

    def _take(self, byte: int, events: list[Frame | RawKey]) -> None:
        if self._frame is None:
            if byte == STX:
                self._frame = bytearray()
                self._lost = False
            elif self._lost:
                self.counters.discarded += 1
            else:
                self.counters.keys += 1
                events.append(RawKey(byte))
            return
        self._frame.append(byte)
        verdict = self._judge(self._frame)
        if isinstance(verdict, Frame):
            self._frame = None
            self.counters.frames += 1
            events.append(verdict)
        elif verdict is _Verdict.DAMAGED:
            self._give_up(events)

    def _judge(self, frame: bytearray) -> Frame | _Verdict:
        """The frame when complete, else whether it may still become one."""
        size = len(frame)
        if size <= 3:
            return _Verdict.MORE if frame[-1] in _DIGITS else _Verdict.DAMAGED
        start, length = 3, int(frame[:3])
        if length == 0:
            if not (self._long_length and frame[3] in _DIGITS):
                return self._judge_open(frame)
            if size <= 7:
                if frame[-1] not in _DIGITS:
                    return _Verdict.DAMAGED
                if size < 7:
                    return _Verdict.MORE
            start, length = 7, int(frame[3:7])
            if length <= 999:
                return _Verdict.DAMAGED
        end = start + length
        if size > end and frame[end] != ETX:
            return _Verdict.DAMAGED
        if size < end + 3:
            return _Verdict.MORE
        if frame[end + 1 :] != lrc(frame[: end + 1]):
            return _Verdict.DAMAGED
        return Frame(bytes(frame[start:end]))

    @staticmethod
    def _judge_open(frame: bytearray) -> Frame | _Verdict:
        """A long frame without a length ends at the first 03 past 999 characters whose LRC fits."""
        end = len(frame) - 3
        if end > 3 + 999 and frame[end] == ETX and frame[end + 1 :] == lrc(frame[: end + 1]):
            return Frame(bytes(frame[3:end]))
        return _Verdict.MORE if end <= 3 + LONGEST else _Verdict.DAMAGED

    def _give_up(self, events: list[Frame | RawKey]) -> None:
        """Drop the frame begun; if another 02 is in it, begin there."""
        frame = self._frame or bytearray()
        self._frame = None
        self._lost = True
        self.counters.damaged += 1
        again = frame.find(STX)
        self.counters.discarded += 1 + (len(frame) if again < 0 else again)
        if again >= 0:
            for byte in bytes(frame[again:]):
                self._take(byte, events)
