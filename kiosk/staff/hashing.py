"""Codes and numbers that are never kept, only recognised: Argon2id (RFC 9106) over a buffer that is never copied here.

A code of six digits falls to whoever has the file and a day's time: the file's mode and the count of failures are what
protects it, the hash buys the time to change it.
"""

from __future__ import annotations

import os

from cryptography.exceptions import InvalidKey
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from devices.pin_pad.secret import SecretDigits, wipe

ITERATIONS, LANES, MEMORY_KIB = 3, 4, 65536
"""RFC 9106, section 4, second recommendation: 64 MiB, some 0.1 s."""

NOBODY = "$argon2id$v=19$m=65536,t=3,p=4$5SdHrh2k/gWYzaIUDxVqag$lLPDSRPlopr0tzmt2DTIISSL9dZ7sGRQjqi3+C1a5rw"
"""A hash that is nobody's: what an unknown number is compared with, so that it takes as long as a known one."""

PATTERN = r"^\$argon2id\$v=19\$m=[0-9]{4,7},t=[0-9]{1,2},p=[0-9]{1,2}\$[A-Za-z0-9+/]{11,86}\$[A-Za-z0-9+/]{22,86}$"
"""The PHC string format, within reasonable costs."""


def hashed(secret: SecretDigits) -> str:
    """The PHC string of a code, with a salt of its own."""
    return secret.apply(hashed_bytes)


def matches(secret: SecretDigits, phc: str) -> bool:
    """Whether it is the code that was hashed. Takes the same time for a right and a wrong one."""
    return secret.apply(lambda digits: matches_bytes(digits, phc))


def number_hashed(number: str) -> str:
    """The PHC string of an identity number, whatever the case of its last character."""
    buffer = _number(number)
    try:
        return hashed_bytes(buffer)
    finally:
        wipe(buffer)


def number_matches(number: str, phc: str) -> bool:
    """Whether it is the identity number that was hashed."""
    buffer = _number(number)
    try:
        return matches_bytes(buffer, phc)
    finally:
        wipe(buffer)


def _number(number: str) -> bytearray:
    return bytearray(number.strip().upper().encode("ascii", "replace"))


def hashed_bytes(content: bytearray | bytes) -> str:
    """The PHC string of anything secret."""
    kdf = Argon2id(salt=os.urandom(16), length=32, iterations=ITERATIONS, lanes=LANES, memory_cost=MEMORY_KIB)
    return kdf.derive_phc_encoded(content)  # type: ignore[arg-type]  # takes any buffer, without a copy


def matches_bytes(content: bytearray | bytes, phc: str) -> bool:
    """Whether it is what was hashed."""
    try:
        Argon2id.verify_phc_encoded(content, phc)  # type: ignore[arg-type]  # as above
    except InvalidKey:
        return False
    return True
