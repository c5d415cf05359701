"""Published TEST keys of the virtual card. They protect nothing: real keys live in an HSM or SAM and never here.

Each is a national master key; a card holds keys derived from it by province, city and card
(:mod:`devices.card_reader.simulator.security`). The sandbox host's HSM uses the same table.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import IntEnum
from types import MappingProxyType


class KeyId(IntEnum):
    """Key identifiers on the user card (A6). Ids of a DF's own keys begin with 8."""

    INTERNAL = 0x00
    TRANSFER = 0x02
    UPDATE_ENVIRONMENT = 0x04
    BLOCK = 0x05
    PIN_UNBLOCK = 0x06
    READ_ENVIRONMENT = 0x0A
    DF_READ = 0x80


def _named(name: str) -> bytes:
    return f"TEST KEY {name}".ljust(16).encode("ascii")


TEST_MASTER_KEYS: Mapping[int, bytes] = MappingProxyType(
    {
        KeyId.INTERNAL: _named("IRK"),
        KeyId.TRANSFER: _named("STK"),
        KeyId.UPDATE_ENVIRONMENT: _named("UKSSSE"),
        KeyId.BLOCK: _named("BK"),
        KeyId.PIN_UNBLOCK: _named("PUK"),
        KeyId.READ_ENVIRONMENT: _named("RKSSSE"),
        KeyId.DF_READ: _named("RKDF"),
        **{0x80 + n: _named(f"UKDF{n:02X}") for n in range(1, 16)},
    }
)
"""Key id -> 16 bytes, used both as a two-key 3DES key and as an SM4 key."""
