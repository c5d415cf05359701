"""The SAM_V frame, both ways: a command to bytes, bytes from the module to frames. Pure.

Source: protocol page *id-card-reader*, B2. Host to module ``AA AA AA 96 69 | LEN | CMD PARA | DATA | CHK``, module to
host ``AA AA AA 96 69 | LEN | SW1 SW2 SW3 | DATA | CHK``. LEN is two bytes, big-endian, and counts what follows it; CHK
is the XOR of everything from LEN to the last data byte.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum, IntEnum
from functools import reduce
from operator import xor

PREAMBLE = bytes.fromhex("AAAAAA9669")
BOARD_TIMEOUT = bytes.fromhex("00050505 05")
"""What follows the preamble when the reader's own board got no answer from the module (a vendor's quirk): a LEN of five
with three bytes behind it, so it is no frame at all."""

TEXT_BYTES = 256
PHOTO_BYTES = 1024
FINGERPRINT_BYTES = 1024
LONGEST = 3 + 6 + TEXT_BYTES + PHOTO_BYTES + FINGERPRINT_BYTES + 1
"""The greatest LEN that a module sends; a greater one is a damaged length."""
LONGEST_FRAME = len(PREAMBLE) + 2 + LONGEST


class Command(Enum):
    """CMD and PARA."""

    RESET = bytes.fromhex("10FF")
    SAM_STATUS = bytes.fromhex("11FF")
    SAM_ID = bytes.fromhex("12FF")
    FIND = bytes.fromhex("2001")
    SELECT = bytes.fromhex("2002")
    READ = bytes.fromhex("3001")
    READ_WITH_FINGERPRINT = bytes.fromhex("3010")
    READ_ADDRESS = bytes.fromhex("3003")
    BAUD_115200 = bytes.fromhex("6000")
    BAUD_57600 = bytes.fromhex("6001")
    BAUD_38400 = bytes.fromhex("6002")
    BAUD_19200 = bytes.fromhex("6003")
    BAUD_9600 = bytes.fromhex("6004")


class Answer(IntEnum):
    """SW3: what the module says of a command."""

    CHECKSUM_ERROR = 0x10
    LENGTH_ERROR = 0x11
    UNKNOWN_COMMAND = 0x21
    NO_PERMISSION = 0x23
    UNRECOGNISED = 0x24
    CARD_TO_SAM_AUTHENTICATION_FAILED = 0x31
    SAM_TO_CARD_AUTHENTICATION_FAILED = 0x32
    VERIFY_FAILED = 0x33
    UNKNOWN_CARD_TYPE = 0x40
    READ_FAILED = 0x41
    RANDOM_FAILED = 0x47
    SELF_TEST_FAILED = 0x60
    SAM_NOT_AUTHORISED = 0x66
    FIND_FAILED = 0x80
    SELECT_FAILED = 0x81
    OK = 0x90
    NO_CONTENT = 0x91
    CARD_FOUND = 0x9F


def checksum(data: bytes | bytearray) -> int:
    """XOR of all bytes."""
    return reduce(xor, data, 0)


def encode(command: Command) -> bytes:
    """The whole frame of a command."""
    body = (len(command.value) + 1).to_bytes(2, "big") + command.value
    return PREAMBLE + body + bytes([checksum(body)])


@dataclass(frozen=True, slots=True)
class Response:
    """A frame that came whole. ``card_sw``: SW1 SW2, for some answers the card's own. ``code``: SW3."""

    card_sw: bytes
    code: int
    data: bytes = field(default=b"", repr=False)

    @property
    def answer(self) -> Answer | None:
        """SW3 as a member of :class:`Answer`; None for a code that the page does not know."""
        return Answer(self.code) if self.code in Answer.__members__.values() else None


@dataclass(frozen=True, slots=True)
class DamagedFrame:
    """A frame whose checksum is wrong. ``length`` is its LEN."""

    length: int


@dataclass(frozen=True, slots=True)
class BoardTimeout:
    """The reader's board says that the module did not answer it."""


Frame = Response | DamagedFrame | BoardTimeout


class Decoder:
    """Takes bytes in pieces of any size and gives the frames in them.

    What lies between frames is thrown away and counted in ``garbage``. After a damaged frame the search for a preamble
    goes on right behind its own preamble, so that a good frame swallowed by a wrong LEN is still found.
    """

    def __init__(self) -> None:
        self._buffer = bytearray()
        self.garbage = 0

    @property
    def pending(self) -> int:
        """Bytes of a frame that has begun and not ended."""
        return len(self._buffer)

    def feed(self, data: bytes) -> list[Frame]:
        """Take ``data``; return the frames it completes, in order."""
        self._buffer += data
        frames = []
        while (frame := self._next()) is not None:
            frames.append(frame)
        return frames

    def clear(self) -> None:
        """Give up a frame half received; its bytes count as garbage."""
        self._discard(len(self._buffer))

    def _discard(self, count: int) -> None:
        self.garbage += count
        del self._buffer[:count]

    def _next(self) -> Frame | None:
        buffer = self._buffer
        while True:
            self._to_preamble()
            start = len(PREAMBLE)
            if not buffer.startswith(PREAMBLE):
                return None
            if buffer.startswith(BOARD_TIMEOUT, start):
                del buffer[: start + len(BOARD_TIMEOUT)]
                return BoardTimeout()
            if len(buffer) < start + 2:
                return None
            length = int.from_bytes(buffer[start : start + 2], "big")
            if not 4 <= length <= LONGEST:
                self._discard(start)
                continue
            end = start + 2 + length
            if len(buffer) < end:
                return None
            if checksum(buffer[start:end]) != 0:
                self._discard(start)
                return DamagedFrame(length)
            body = bytes(buffer[start + 2 : end - 1])
            del buffer[:end]
            return Response(body[:2], body[2], body[3:])

    def _to_preamble(self) -> None:
        """Throw away what cannot begin a frame; keep a tail that may."""
        at = self._buffer.find(PREAMBLE)
        if at < 0:
            keep = next(
                (n for n in range(len(PREAMBLE) - 1, 0, -1) if self._buffer.endswith(PREAMBLE[:n])),
                0,
            )
            at = len(self._buffer) - keep
        if at:
            self._discard(at)


def reading_parts(data: bytes) -> tuple[bytes, bytes, bytes] | None:
    """Text, photo and fingerprint of the data of a read (30 01 or 30 10); None when the lengths do not add up.

    The fingerprint is empty when the card has none, or was not asked for. The lengths lead, two bytes each.
    """
    for header, fields in ((4, 2), (6, 3)):
        lengths = [int.from_bytes(data[n * 2 : n * 2 + 2], "big") for n in range(fields)]
        if lengths[:2] == [TEXT_BYTES, PHOTO_BYTES] and len(data) == header + sum(lengths):
            photo_at = header + TEXT_BYTES
            finger_at = photo_at + PHOTO_BYTES
            return data[header:photo_at], data[photo_at:finger_at], data[finger_at:]
    return None


def sam_id_text(data: bytes) -> str:
    """The 16 bytes of a SAM id as printed on the module: ``05.01-20240101-0001234567-0007654321``. Empty if not 16."""
    if len(data) != 16:
        return ""
    day, batch, serial = (int.from_bytes(data[at : at + 4], "little") for at in (4, 8, 12))
    return f"{data[0]:02d}.{data[2]:02d}-{day:08d}-{batch:010d}-{serial:010d}"
