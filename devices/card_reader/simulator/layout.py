"""The tree of A3 and A4 as a table: which files there are, what is in them, who may read and write them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from devices.card_reader.simulator.files import ALWAYS, NEVER, PIN, Access, RecordKind, all_of, any_of
from devices.card_reader.simulator.test_keys import KeyId

ENVIRONMENT_NAME = bytes.fromhex("7378312E73682EC9E7BBE1B1A3D5CF")
"""``sx1.sh.社会保障`` in GBK."""
APPLICATION_PREFIX = bytes.fromhex("D156000005")

Format = Literal["cn", "an", "b"]


@dataclass(frozen=True, slots=True)
class Item:
    """A record's tag, the format of its value (cn packed digits, an characters, b bytes) and its length."""

    tag: int
    format: Format
    length: int


@dataclass(frozen=True, slots=True)
class FilePlan:
    """One EF. ``kind`` None: transparent, of ``size`` bytes. ``maximum``: how many records a cyclic file holds."""

    kind: RecordKind | None
    read: Access
    write: Access
    update_key: int
    items: tuple[Item, ...] = ()
    size: int = 0
    maximum: int = 0


def _items(text: str) -> tuple[Item, ...]:
    """``"20 an02, 21 an50"``: tag, format, hexadecimal length."""
    items = []
    for part in text.split(", "):
        tag, form = part.split(" ")
        kind: Format = "cn" if form.startswith("cn") else "an" if form.startswith("an") else "b"
        items.append(Item(int(tag, 16), kind, int(form.lstrip("acnb"), 16)))
    return tuple(items)


_UK = KeyId.UPDATE_ENVIRONMENT
_RK = KeyId.READ_ENVIRONMENT
_PIN_OR_KEY = any_of(PIN, KeyId.DF_READ, _RK)
_ISSUER = _items("01 cn10, 02 an01, 03 an04, 04 cn0C, 05 cn04, 06 cn04, 07 an09")
_HOLDER_1 = _items("08 an12, 09 an1E, 0A an01, 0B cn01, 0C cn03, 0D cn04")
_HOLDER_2 = _items("08 an12, 09 an1E, 4E an14, 0A an01, 0B cn01, 0C cn03, 0D cn04")


def environment(version: str) -> Mapping[int, FilePlan]:
    """The EFs directly below the SSSE environment, by version ``1.0``, ``2.0`` or ``3.0``."""
    holder = _HOLDER_1 if version == "1.0" else _HOLDER_2
    holder_read = any_of(_RK) if version == "3.0" else ALWAYS
    files = {
        0xEF05: FilePlan(RecordKind.VARIABLE, ALWAYS, any_of(_UK), _UK, _ISSUER),
        0xEF06: FilePlan(RecordKind.VARIABLE, holder_read, any_of(_UK), _UK, holder),
        0xEF07: FilePlan(None, any_of(_RK), any_of(_UK), _UK, size=0x300),
    }
    if version != "1.0":
        files[0xEF08] = FilePlan(None, any_of(_RK), any_of(_UK), _UK, size=0x1000)
    return files


def _df(read: Access, number: int, items: str) -> FilePlan:
    key = KeyId.DF_READ + number
    return FilePlan(RecordKind.VARIABLE, read, any_of(key), key, _items(items))


def _cyclic(read: Access, write: Access, number: int, size: int, maximum: int) -> FilePlan:
    return FilePlan(RecordKind.CYCLIC, read, write, KeyId.DF_READ + number, size=size, maximum=maximum)


_RESERVED = FilePlan(None, _PIN_OR_KEY, any_of(KeyId.DF_READ + 8), KeyId.DF_READ + 8, size=0x128)

APPLICATIONS: Mapping[int, Mapping[int, FilePlan]] = {
    0xDF01: {
        0xEF05: _df(_PIN_OR_KEY, 1, "20 an02, 21 an50, 0E cn03"),
        0xEF06: _df(_PIN_OR_KEY, 2, "23 an50, 24 cn03, 28 an0F, 2C an32, 2D an0F"),
        0xEF07: _df(_PIN_OR_KEY, 3, "29 an01"),
        0xEF08: _df(_PIN_OR_KEY, 4, "2B an01"),
        0xEF09: _df(_PIN_OR_KEY, 5, "2E an46, 30 an09, 32 an02"),
        0xEF0A: _df(_PIN_OR_KEY, 6, "37 an03, 38 an02, 39 cn04"),
        0xEF15: _df(_PIN_OR_KEY, 7, "2A cn01, 40 b20"),
        **{0xEF00 + n: _RESERVED for n in range(0x16, 0x1B)},
    },
    0xDF02: {
        0xEF05: _df(_PIN_OR_KEY, 1, "40 b20"),
        0xEF06: _df(_PIN_OR_KEY, 2, "40 b20"),
        0xEF07: _cyclic(_PIN_OR_KEY, any_of(KeyId.DF_READ + 3), 3, 0x20, 4),
        0xEF09: _df(_PIN_OR_KEY, 4, "40 b20"),
        0xEF15: _df(_PIN_OR_KEY, 5, "40 b20"),
        0xEF16: _cyclic(_PIN_OR_KEY, any_of(KeyId.DF_READ + 6), 6, 0x20, 4),
    },
    0xDF03: {
        0xEF05: _df(_PIN_OR_KEY, 1, "40 b20"),
        0xEF06: _df(_PIN_OR_KEY, 2, "40 b20"),
        0xEF07: _df(_PIN_OR_KEY, 3, "70 an03, 71 cn03, 6E cn04, 6C cn04, 6F cn04, 73 cn04"),
        0xEF15: _df(_PIN_OR_KEY, 4, "40 b20"),
        0xEF16: _df(_PIN_OR_KEY, 5, "40 b20"),
        0xEF17: _df(_PIN_OR_KEY, 6, "40 b20"),
        0xEF18: _df(_PIN_OR_KEY, 7, "40 b20"),
        0xEF19: FilePlan(
            RecordKind.FIXED, _PIN_OR_KEY, any_of(KeyId.DF_READ + 8), KeyId.DF_READ + 8, size=0x20, maximum=4
        ),
    },
    0xDF04: {
        0xEF05: _df(
            _PIN_OR_KEY,
            1,
            "81 an08, 84 cn03, 87 an11, 8C cn01, 80 cn04, 8B an1D, 8A an0F, 83 an09, 86 an09, 89 an09, 8F an01",
        ),
        0xEF06: FilePlan(
            RecordKind.VARIABLE,
            all_of(PIN, KeyId.DF_READ),
            any_of(KeyId.DF_READ + 2),
            KeyId.DF_READ + 2,
            _items("90 an01, 92 cn04, 93 an02"),
        ),
        0xEF08: _cyclic(any_of(PIN), NEVER, 3, 0x1C, 30),
        0xEF15: _cyclic(_PIN_OR_KEY, any_of(KeyId.DF_READ + 4), 4, 0x1C, 8),
    },
    0xDF07: {number: _df(any_of(KeyId.DF_READ), number - 0xEF04, "40 b20") for number in (0xEF05, 0xEF06, 0xEF07)},
}
"""DF -> EF. Items that the page does not list are given as one opaque record 40 of 32 bytes."""

APPLICATION_BYTE = {0xDF01: 0x00, 0xDF02: 0x01, 0xDF03: 0x02, 0xDF04: 0x03, 0xDF07: 0x04}
"""Last byte of a DF's name, after APPLICATION_PREFIX."""
