"""The CRT-310's "02" frame, both ways. Pure.

Source: protocol page *card-dispenser*, B2. ``02 LENH LENL CM PM [data] 03 BCC``, BCC the XOR of 02 to 03, LEN the
length of ``CM PM data``, big-endian. The host sends a command, the reader answers ACK or NAK, **the host sends ENQ**,
and only then does the reader carry it out and reply with the same CM PM. Data may hold 02, 03, 05 and 06: a frame is
read by length.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum, IntEnum

from devices.creator_frame import Control as Control
from devices.creator_frame import DamagedFrame as DamagedFrame
from devices.creator_frame import FrameDecoder, framed

STX = 0x02
LONGEST_DATA = 264
LONGEST_TEXT = 2 + LONGEST_DATA


class Command(Enum):
    """CM and PM of every command that this driver sends."""

    RESET_IN_PLACE = bytes.fromhex("3030")
    """Moves nothing; the reply carries the firmware's name."""
    STATUS = bytes.fromhex("3130")
    SENSORS = bytes.fromhex("312F")
    MOVE_INSIDE = bytes.fromhex("322E")
    MOVE_TO_CONTACTS = bytes.fromhex("322F")
    MOVE_TO_GATE_AND_HOLD = bytes.fromhex("3231")
    MOVE_INTO_BIN = bytes.fromhex("3233")
    FORBID_ENTRY = bytes.fromhex("2F31")
    ALLOW_ENTRY = bytes.fromhex("2F33")
    """At the front, by the switch: any card, whatever its stripe. One byte of data for the rear."""
    STOP_INSIDE = bytes.fromhex("2E32")
    """An inserted card is drawn in and stops clear of the contacts."""
    CHIP_ON = bytes.fromhex("3330")
    CHIP_OFF = bytes.fromhex("3331")
    CHIP_COLD_RESET = bytes.fromhex("3730")
    CHIP_APDU_T0 = bytes.fromhex("3731")
    CHIP_APDU_T1 = bytes.fromhex("3732")
    LIGHT_ON = bytes.fromhex("4630")
    LIGHT_OFF = bytes.fromhex("4631")


REAR_FORBIDDEN = b"\x31"
"""Data of FORBID_ENTRY and ALLOW_ENTRY: no card comes in from behind."""


def blink(on: int, off: int) -> bytes:
    """The text of the command that makes the light blink, in units of 0.25 s (0 to 255)."""
    return bytes((0x49, on, off))


class Outcome(IntEnum):
    """The first byte of the reply to a motion or to a chip command."""

    DONE = 0x59
    DONE_T1 = 0x5A
    """A cold reset of a card that speaks T=1."""
    FAILED = 0x4E
    NO_CARD = 0x45
    WRONG_PLACE = 0x57


class RefusalCode(IntEnum):
    """The last byte of ``4E CM E``: why a command was not even tried."""

    COMMAND = 0x00
    PARAMETER = 0x01
    CANNOT_EXECUTE = 0x02
    DATA = 0x04
    SUPPLY_VOLTAGE = 0x05
    ABNORMAL_CARD = 0x06
    POWER_LOST = 0x07


class CardAt(IntEnum):
    """S1 of the status: where the card is."""

    LONG_CARD = 0x46
    SHORT_CARD = 0x47
    GATE_FREE = 0x48
    GATE_HELD = 0x49
    INSIDE = 0x4A
    CONTACTS = 0x4B
    REAR_HELD = 0x4C
    REAR_FREE = 0x4D
    NOWHERE = 0x4E


class FrontEntry(IntEnum):
    """S2 of the status: which cards the gate lets in."""

    MAGNETIC_AND_SWITCH = 0x49
    SWITCH = 0x4A
    MAGNETIC = 0x4B
    FORBIDDEN = 0x4E


def encode(text: bytes | bytearray) -> bytearray:
    """The frame of ``CM PM data``, in a buffer that the caller may zero. ValueError when it does not fit one."""
    if not 2 <= len(text) <= LONGEST_TEXT:
        raise ValueError(f"a frame holds 2 to {LONGEST_TEXT} bytes, not {len(text)}")
    return framed(bytes((STX,)), text)


def with_length(data: bytes | bytearray) -> bytearray:
    """What APDU commands carry: two bytes of length, big-endian, and the APDU. ValueError over 262 bytes."""
    if len(data) > LONGEST_DATA - 2:
        raise ValueError(f"an APDU of {len(data)} bytes does not fit")
    return bytearray(len(data).to_bytes(2, "big")) + data


def counted(data: bytes) -> bytes | None:
    """The opposite of :func:`with_length`; None when the length is not that of what follows."""
    if len(data) < 2 or int.from_bytes(data[:2], "big") != len(data) - 2:
        return None
    return data[2:]


@dataclass(frozen=True, slots=True)
class Reply:
    """What the reader said of the command ``head`` (CM PM). The data may be personal, so it is not shown."""

    head: bytes
    data: bytes = field(default=b"", repr=False)


@dataclass(frozen=True, slots=True)
class Refusal:
    """``4E CM E``: the command was not carried out. ``code``: see :class:`RefusalCode`."""

    command: int
    code: int


Event = Reply | Refusal | DamagedFrame | Control


def _read(text: bytes) -> Reply | Refusal:
    if text[0] == Outcome.FAILED and len(text) == 3:
        return Refusal(text[1], text[2])
    return Reply(text[:2], text[2:])


class Decoder(FrameDecoder[Reply | Refusal]):
    """Of the "02" frame."""

    START = STX
    HEAD = 3
    SHORTEST = 2
    LONGEST = LONGEST_TEXT

    def meaning(self, head: bytes, text: bytes) -> Reply | Refusal:
        """See the base class."""
        return _read(text)
