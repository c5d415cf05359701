"""The card's own PIN on its way to the chip: packed two digits a byte, odd ones F filled (A6). Never a str."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from devices.card_reader.apdu import ResponseApdu, StatusWord
from devices.card_reader.social_security_card.refusal import accepted

SHORTEST, LONGEST = 4, 16
"""Digits that a card can hold. A keypad accepts 4 to 12; six are the norm."""


@dataclass(frozen=True, slots=True)
class PinNotNeeded:
    """The card has no PIN set, or it has been verified already."""


@dataclass(frozen=True, slots=True)
class PinNeeded:
    """``tries_left``: at least 1, from the chip."""

    tries_left: int


@dataclass(frozen=True, slots=True)
class PinLocked:
    """No tries are left. No further attempt is to be sent."""


@dataclass(frozen=True, slots=True)
class PinVerified:
    """The PIN was right, or has been changed."""


@dataclass(frozen=True, slots=True)
class WrongPin:
    """``tries_left``: at least 1, from the chip."""

    tries_left: int


PinState = PinNotNeeded | PinNeeded | PinLocked
VerifyResult = PinVerified | WrongPin | PinLocked


def wipe(buffer: bytearray) -> None:
    """Overwrite with zeros."""
    buffer[:] = bytes(len(buffer))


def pack(digits: bytes | bytearray) -> bytearray:
    """From ASCII digits. ValueError, without saying what they were, for anything but 4 to 16 digits."""
    if not SHORTEST <= len(digits) <= LONGEST or any(not 0x30 <= digit <= 0x39 for digit in digits):
        raise ValueError(f"a PIN has {SHORTEST} to {LONGEST} digits")
    packed = bytearray((len(digits) + 1) // 2)
    for index, digit in enumerate(digits):
        packed[index // 2] |= (digit & 0x0F) << (0 if index % 2 else 4)
    if len(digits) % 2:
        packed[-1] |= 0x0F
    return packed


@contextmanager
def packed(*parts: bytearray | bytes) -> Iterator[bytearray]:
    """The packed PINs, ``FF`` between two, wiped at the end."""
    pieces = [pack(part) for part in parts]
    buffer = bytearray(b"\xff".join(pieces))
    try:
        yield buffer
    finally:
        for piece in (*pieces, buffer):
            wipe(piece)


def verify_result(response: ResponseApdu, doing: str) -> VerifyResult:
    """The meaning of an answer to VERIFY or CHANGE PIN. 63C0 is locked already. Raises CardRefused."""
    if response.attempts_left is not None:
        return WrongPin(response.attempts_left) if response.attempts_left else PinLocked()
    if response.status is StatusWord.AUTHENTICATION_BLOCKED:
        return PinLocked()
    accepted(response, doing)
    return PinVerified()


def pin_state(response: ResponseApdu) -> PinState:
    """The meaning of an answer to an empty VERIFY. Raises CardRefused."""
    if response.attempts_left is not None:
        return PinNeeded(response.attempts_left) if response.attempts_left else PinLocked()
    if response.status is StatusWord.AUTHENTICATION_BLOCKED:
        return PinLocked()
    accepted(response, "VERIFY without a PIN")
    return PinNotNeeded()
