"""The published TEST keys (``devices/card_reader/test_keys.toml``): masters of the virtual card's own keys."""

from __future__ import annotations

import tomllib
from enum import IntEnum
from functools import cache
from pathlib import Path

TEST_KEYS = Path(__file__).parent.parent / "test_keys.toml"


class KeyId(IntEnum):
    """Key identifiers on the user card (A6). Ids of a DF's own keys begin with 8."""

    INTERNAL = 0x00
    TRANSFER = 0x02
    UPDATE_ENVIRONMENT = 0x04
    BLOCK = 0x05
    PIN_UNBLOCK = 0x06
    READ_ENVIRONMENT = 0x0A
    DF_READ = 0x80


@cache
def master_keys(algorithm: int) -> dict[int, bytes]:
    """Key id -> 16 bytes, for algorithm 01 or 03."""
    tables = tomllib.loads(TEST_KEYS.read_text(encoding="utf-8"))
    return {
        int(key_id, 16): bytes.fromhex(value)
        for table in tables.values()
        if int(table["algorithm"], 16) == algorithm
        for key_id, value in table.items()
        if key_id != "algorithm"
    }
