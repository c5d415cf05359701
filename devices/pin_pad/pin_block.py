"""PIN block formats, the reference arithmetic of the simulated pad (pin-pad.md, D4; ISO 9564-1; GB/T 32907).

``pin``: a sequence of digit values 0 to 9, 4 to 12 of them. ``pan12``: twelve digits, left of the check digit. Clear
blocks are bytearrays for the caller to zero.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

Nibble = Callable[[int, int], int]
"""``nibble(low, high)``: a random value between both, inclusive."""


def _pack(nibbles: Sequence[int]) -> bytearray:
    block = bytearray(len(nibbles) // 2)
    for at in range(len(block)):
        block[at] = nibbles[2 * at] << 4 | nibbles[2 * at + 1]
    return block


def _with_pan(block: bytearray, pan12: str) -> bytearray:
    """XOR the twelve digits into the last six bytes."""
    for at in range(6):
        block[len(block) - 6 + at] ^= int(pan12[2 * at]) << 4 | int(pan12[2 * at + 1])
    return block


def _checked(pin: Sequence[int]) -> Sequence[int]:
    if not 4 <= len(pin) <= 12:
        raise ValueError(f"a PIN has 4 to 12 digits, not {len(pin)}")
    return pin


def iso_0(pin: Sequence[int], pan12: str) -> bytearray:
    """Format 0: ``0L PIN F...`` XOR ``0000 PAN12``."""
    return _with_pan(_pack([0, len(_checked(pin)), *pin, *[0xF] * (14 - len(pin))]), pan12)


def iso_1(pin: Sequence[int], nibble: Nibble) -> bytearray:
    """Format 1: ``1L PIN random``; no card number."""
    return _pack([1, len(_checked(pin)), *pin, *(nibble(0, 15) for _ in range(14 - len(pin)))])


def iso_2(pin: Sequence[int]) -> bytearray:
    """Format 2: ``2L PIN F...``, for an ICC."""
    return _pack([2, len(_checked(pin)), *pin, *[0xF] * (14 - len(pin))])


def iso_3(pin: Sequence[int], pan12: str, nibble: Nibble) -> bytearray:
    """Format 3: ``3L PIN`` and random A to F, XOR ``0000 PAN12``."""
    return _with_pan(_pack([3, len(_checked(pin)), *pin, *(nibble(10, 15) for _ in range(14 - len(pin)))]), pan12)


def iso_4_plain(pin: Sequence[int], nibble: Nibble) -> bytearray:
    """Format 4's PIN field, 16 bytes: ``4L PIN A...`` and eight random bytes."""
    return _pack(
        [4, len(_checked(pin)), *pin, *[0xA] * (14 - len(pin)), *(nibble(0, 15) for _ in range(16))],
    )


def iso_4_pan(pan: str) -> bytearray:
    """Format 4's card number field, 16 bytes: length over 12, the whole number, zeros."""
    digits = pan.rjust(12, "0")
    return _pack([len(digits) - 12, *map(int, digits), *[0] * (31 - len(digits))])


def iso_4(key: bytes, pin: Sequence[int], pan: str, nibble: Nibble) -> bytes:
    """Format 4, encrypted: AES(AES(PIN field) XOR PAN field)."""
    plain = iso_4_plain(pin, nibble)
    inner = Cipher(algorithms.AES(key), modes.ECB()).encryptor()  # noqa: S305 -- as the standard says
    middle = bytes(a ^ b for a, b in zip(inner.update(plain), iso_4_pan(pan), strict=True))
    plain[:] = bytes(len(plain))
    outer = Cipher(algorithms.AES(key), modes.ECB()).encryptor()  # noqa: S305 -- as the standard says
    return outer.update(middle)


def sm4_block(pin: Sequence[int], pan12: str) -> bytearray:
    """The Chinese 16-byte block, to be encrypted with SM4-ECB: ``0L PIN F...`` XOR ``(20 zeros) PAN12``."""
    return _with_pan(_pack([0, len(_checked(pin)), *pin, *[0xF] * (30 - len(pin))]), pan12)


def ibm_3624(pin: Sequence[int], pad: int) -> bytearray:
    """IBM 3624: the digits, then the pad's lower nibble."""
    return _pack([*_checked(pin), *[pad & 0xF] * (16 - len(pin))])


def ascii_block(pin: Sequence[int], pad: int) -> bytearray:
    """ASCII digits, then the pad byte; raises ValueError for more than eight digits."""
    if len(_checked(pin)) > 8:
        raise ValueError("an ASCII block holds eight digits")
    return bytearray([*(0x30 + digit for digit in pin), *[pad & 0xFF] * (8 - len(pin))])
