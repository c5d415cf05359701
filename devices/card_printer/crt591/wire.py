"""The CRT-591's "F2" frame, both ways. Pure.

Source: protocol page *card-dispenser*, B1. ``F2 ADDR LENH LENL TEXT 03 BCC``; TEXT to the device is ``43 CM PM data``,
back ``50 CM PM st0 st1 st2 data``, or ``4E CM PM e1 e0 data`` for an error (some units head it 45).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum

from devices.creator_frame import Control as Control
from devices.creator_frame import DamagedFrame as DamagedFrame
from devices.creator_frame import FrameDecoder, framed

START = 0xF2
LONGEST_DATA = 512
LONGEST_TEXT = 3 + LONGEST_DATA
LONGEST_REPLY = 1024 - 6
"""A whole package holds 1024 bytes at most."""
HIGHEST_ADDRESS = 0x0F
_COMMAND, _DONE, _REFUSED = 0x43, 0x50, (0x4E, 0x45)


class Command(Enum):
    """CM and PM of every command that this driver sends."""

    INITIALISE = bytes.fromhex("3033")
    """Leaves a card where it is, clears errors, forbids entry; the reply carries the firmware's name."""
    INITIALISE_AND_COUNT = bytes.fromhex("3037")
    """The same, and counts what falls into the error bin from now on."""
    STATUS = bytes.fromhex("3130")
    STATUS_AND_SENSORS = bytes.fromhex("3131")
    MOVE_TO_GATE_AND_HOLD = bytes.fromhex("3230")
    MOVE_TO_CONTACT = bytes.fromhex("3231")
    """Feeds a card from the stacker when none is inside."""
    MOVE_TO_CONTACTLESS = bytes.fromhex("3232")
    """Where the unit itself carries a card that is put in; feeds none."""
    MOVE_INTO_BIN = bytes.fromhex("3233")
    CHIP_COLD_RESET = bytes.fromhex("5130")
    CHIP_OFF = bytes.fromhex("5131")
    CHIP_APDU = bytes.fromhex("5139")
    """In whichever protocol the chip speaks."""
    READ_SERIAL_NUMBER = bytes.fromhex("A230")
    READ_CONFIGURATION = bytes.fromhex("A330")
    READ_VERSION = bytes.fromhex("A430")
    READ_BIN_COUNTER = bytes.fromhex("A530")
    SET_BIN_COUNTER = bytes.fromhex("A531")
    """Three ASCII digits of data."""


@dataclass(frozen=True, slots=True)
class Reply:
    """The command ``head`` (CM PM) was carried out. ``states``: st0 st1 st2. The data may be personal: not shown."""

    address: int
    head: bytes
    states: bytes
    data: bytes = field(default=b"", repr=False)


@dataclass(frozen=True, slots=True)
class Refusal:
    """It failed. ``code``: two ASCII characters, such as ``A0``; *anything* where a unit sends what no page knows."""

    address: int
    head: bytes
    code: str
    data: bytes = field(default=b"", repr=False)


@dataclass(frozen=True, slots=True)
class Foreign:
    """A whole frame that is no answer: too short, a command of another host, or of a head that nobody knows."""

    address: int


Answer = Reply | Refusal
Event = Answer | Foreign | DamagedFrame | Control


def encode(address: int, text: bytes | bytearray) -> bytearray:
    """The frame of ``CM PM data`` to the unit of an address, 0 to 15, in a buffer that the caller may zero.

    ValueError for what does not fit."""
    if not 0 <= address <= HIGHEST_ADDRESS:
        raise ValueError(f"an address is 0 to {HIGHEST_ADDRESS}, not {address}")
    if not 2 <= len(text) <= LONGEST_TEXT - 1:
        raise ValueError(f"a command holds 2 to {LONGEST_TEXT - 1} bytes, not {len(text)}")
    whole = bytearray((_COMMAND,))
    whole += text
    try:
        return framed(bytes((START, address)), whole)
    finally:
        whole[:] = bytes(len(whole))


class Decoder(FrameDecoder[Answer | Foreign]):
    """What a unit says."""

    START = START
    HEAD = 4
    SHORTEST = 1
    LONGEST = LONGEST_REPLY

    def meaning(self, head: bytes, text: bytes) -> Answer | Foreign:
        """See the base class."""
        address = head[1]
        if text[0] == _DONE and len(text) >= 6:
            return Reply(address, text[1:3], text[3:6], text[6:])
        if text[0] in _REFUSED and len(text) >= 5:
            return Refusal(address, text[1:3], text[3:5].decode("ascii", "replace"), text[5:])
        return Foreign(address)
