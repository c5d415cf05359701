"""Modbus RTU as far as a cabinet's contacts need it: inputs (02) and holding registers (03). Pure.

Source: protocol page *peripherals*, "Cabinet I/O"; MODBUS over Serial Line 1.02 (CRC-16, low byte first, 8 data bits),
MODBUS Application Protocol 1.1b3, 6.2 and 6.3 (requests and answers), 7 (exceptions).
"""

from __future__ import annotations

from dataclasses import dataclass

READ_INPUTS = 0x02
READ_REGISTERS = 0x03
EXCEPTION = 0x80
MOST_INPUTS, MOST_REGISTERS = 2000, 125


class WireError(ValueError):
    """Bytes that are no answer to what was asked; the text says why."""


@dataclass(frozen=True, slots=True)
class Refused:
    """The unit understood and will not. ``code``: 1 no such function, 2 no such address, 3 value, 4 its own failure."""

    code: int


def crc(data: bytes) -> bytes:
    """CRC-16 of Modbus (polynomial A001 reflected, from FFFF), low byte first."""
    value = 0xFFFF
    for byte in data:
        value ^= byte
        for _ in range(8):
            value = value >> 1 ^ 0xA001 if value & 1 else value >> 1
    return value.to_bytes(2, "little")


@dataclass(frozen=True, slots=True)
class Ask:
    """A question. ``function``: :data:`READ_INPUTS` or :data:`READ_REGISTERS`; ``first``: address from 0; ``count``."""

    unit: int
    function: int
    first: int
    count: int

    def encode(self) -> bytes:
        """As it goes over the line."""
        body = bytes((self.unit, self.function)) + self.first.to_bytes(2, "big") + self.count.to_bytes(2, "big")
        return body + crc(body)

    @property
    def data_bytes(self) -> int:
        """How many bytes of data the answer has."""
        return (self.count + 7) // 8 if self.function == READ_INPUTS else 2 * self.count

    @property
    def answer_length(self) -> int:
        """Bytes of a good answer."""
        return 5 + self.data_bytes


def answer_in(ask: Ask, heard: bytes) -> bytes | Refused | None:
    """The data of the answer that ``heard`` begins with, None while it is too short. Raises WireError."""
    if len(heard) < 5:
        return None
    if heard[0] == ask.unit and heard[1] == ask.function | EXCEPTION:
        if crc(heard[:3]) != heard[3:5]:
            raise WireError("check sum")
        return Refused(heard[2])
    if heard[:3] != bytes((ask.unit, ask.function, ask.data_bytes)):
        raise WireError("another unit, function or length")
    if len(heard) < ask.answer_length:
        return None
    frame = heard[: ask.answer_length]
    if crc(frame[:-2]) != frame[-2:]:
        raise WireError("check sum")
    return frame[3:-2]


def inputs(data: bytes, count: int) -> tuple[bool, ...]:
    """The inputs in their order: the lowest bit of the first byte is the first."""
    return tuple(bool(data[at // 8] >> at % 8 & 1) for at in range(count))


def register(data: bytes, nth: int = 0) -> int:
    """A register as a signed number of 16 bits."""
    return int.from_bytes(data[2 * nth : 2 * nth + 2], "big", signed=True)
