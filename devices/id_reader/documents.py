"""The four layouts of the 256-byte text block, as data, and the one decoder for all.

Source: protocol page *id-card-reader*, B3. UTF-16LE, padded with spaces; the mark at offset 248 says which layout.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from devices.id_reader.contract import (
    CitizenCard,
    ForeignerCard2017,
    ForeignerCard2023,
    IdCard,
    ResidencePermit,
    Sex,
)
from devices.id_reader.wire import TEXT_BYTES

FOREVER = "长期"
MARK_AT = 248


class CardDataError(ValueError):
    """A text block that is none of the four layouts. Names the field at fault, never what stood in it."""


@dataclass(frozen=True, slots=True)
class TextField:
    """One field: where its bytes lie, in one or more pieces (offset, length), and how they are read."""

    name: str
    pieces: tuple[tuple[int, int], ...]
    read: Callable[[str], Any] = str


@dataclass(frozen=True, slots=True)
class Layout:
    """The fields of one document, and the class that holds them."""

    card: type[IdCard]
    fields: tuple[TextField, ...]


def _day(text: str) -> date:
    if len(text) != 8 or not set(text) <= set("0123456789"):
        raise ValueError("not YYYYMMDD")
    return date(int(text[:4]), int(text[4:6]), int(text[6:]))


def _until(text: str) -> date | None:
    return None if text == FOREVER else _day(text)


_PERIOD = (TextField("valid_from", ((188, 16),), _day), TextField("valid_until", ((204, 16),), _until))

LAYOUTS: dict[str, Layout] = {
    " ": Layout(
        CitizenCard,
        (
            TextField("name", ((0, 30),)),
            TextField("sex", ((30, 2),), Sex),
            TextField("nation_code", ((32, 4),)),
            TextField("birth_date", ((36, 16),), _day),
            TextField("address", ((52, 70),)),
            TextField("number", ((122, 36),)),
            TextField("authority", ((158, 30),)),
            *_PERIOD,
        ),
    ),
    "J": Layout(
        ResidencePermit,
        (
            TextField("name", ((0, 30),)),
            TextField("sex", ((30, 2),), Sex),
            TextField("birth_date", ((36, 16),), _day),
            TextField("address", ((52, 70),)),
            TextField("number", ((122, 36),)),
            TextField("authority", ((158, 30),)),
            *_PERIOD,
            TextField("pass_number", ((220, 18),)),
            TextField("issue_count", ((238, 4),)),
        ),
    ),
    "I": Layout(
        ForeignerCard2017,
        (
            TextField("english_name", ((0, 120),)),
            TextField("sex", ((120, 2),), Sex),
            TextField("number", ((122, 30),)),
            TextField("nationality", ((152, 6),)),
            TextField("chinese_name", ((158, 30),)),
            *_PERIOD,
            TextField("birth_date", ((220, 16),), _day),
            TextField("version", ((236, 4),)),
            TextField("authority_code", ((240, 8),)),
        ),
    ),
    "Y": Layout(
        ForeignerCard2023,
        (
            TextField("chinese_name", ((0, 30),)),
            TextField("sex", ((30, 2),), Sex),
            TextField("renewal_count", ((32, 4),)),
            TextField("birth_date", ((36, 16),), _day),
            TextField("english_name", ((52, 70), (220, 22))),
            TextField("number", ((122, 36),)),
            *_PERIOD,
            TextField("nationality", ((242, 6),)),
            TextField("link", ((250, 6),)),
        ),
    ),
}
"""Type mark -> layout."""


def _characters(raw: bytes) -> str | None:
    try:
        return raw.decode("utf-16-le").rstrip(" ")
    except UnicodeDecodeError:
        return None


def _value(field: TextField, block: bytes) -> Any:
    # Nothing is raised within an except clause here: the first error holds what stood on the card.
    text = _characters(b"".join(block[at : at + length] for at, length in field.pieces))
    if text is not None:
        try:
            return field.read(text)
        except ValueError:
            text = None
    raise CardDataError(f"field {field.name} is not what its layout says")


def decode_card(block: bytes, photo: bytes, fingerprint: bytes = b"") -> IdCard:
    """The card in a text block. Raises CardDataError: not 256 bytes, an unknown type mark, or a field out of form."""
    if len(block) != TEXT_BYTES:
        raise CardDataError(f"the text block has {len(block)} bytes, not {TEXT_BYTES}")
    layout = LAYOUTS.get(chr(int.from_bytes(block[MARK_AT : MARK_AT + 2], "little")))
    if layout is None:
        raise CardDataError("the type mark is unknown")
    values = {field.name: _value(field, block) for field in layout.fields}
    if "name" not in values:
        values["name"] = values["chinese_name"] or values["english_name"]
    return layout.card(photo=photo, fingerprint=fingerprint, **values)


def decode_address(data: bytes) -> str:
    """The appended address: UTF-16LE, space padded. Raises CardDataError."""
    text = _characters(data)
    if text is None:
        raise CardDataError("the appended address is not text")
    return text
