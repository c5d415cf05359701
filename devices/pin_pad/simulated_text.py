"""How the simulated pad reads and writes values in command texts (pin-pad.md, D1)."""

from __future__ import annotations

from devices.pin_pad.simulated_keys import Refused


def from_hex(text: bytes) -> bytes:
    """Hexadecimal characters as bytes. E8 an odd number, E9 other characters."""
    if len(text) % 2:
        raise Refused(0xE8)
    try:
        return bytes.fromhex(text.decode("ascii"))
    except ValueError:
        raise Refused(0xE9) from None


def index_of(text: bytes) -> int:
    """A key index, the first two characters."""
    if len(text) < 2:
        raise Refused(0xE8)
    return from_hex(text[:2])[0]


def to_hex(value: bytes) -> bytes:
    """Upper-case hexadecimal characters."""
    return value.hex().upper().encode()
