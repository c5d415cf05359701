"""What stands on a personalised card: the records of the chip, in the order of writing, and the two faces.

EF06 first, then EF05 with the card number last: a card that was cut off half-way has no card number and is nobody's.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from devices.card_reader.social_security_card.declaration import CardFile
from devices.card_reader.social_security_card.environment import UPDATE_KEY, HolderFile, IssuerFile
from kiosk.host.issuing_values import ChipRecord, HolderRecord
from kiosk.host.port import RefusalCode
from kiosk.host.sandbox.refusals import Refused

RECORD_KEY = UPDATE_KEY
"""UKSSSE: the key of every record here."""
VALID_YEARS = 10
_NAME, _EXTENSION = 0x1E, 0x14
_SEX = {"male": "1", "female": "2"}
_NO_NATION = "99"


def valid_until(issued: date) -> date:
    """The last day of the bank side."""
    leap_day = (issued.month, issued.day) == (2, 29)
    return issued.replace(year=issued.year + VALID_YEARS, day=28 if leap_day else issued.day)


def chip_records(holder: HolderRecord, card_number: str, issued: date) -> tuple[ChipRecord, ...]:
    """Raises Refused (not_allowed) for a name that the chip cannot hold."""
    return tuple(
        ChipRecord(position, f"{file.identifier:04X}", record.hex().upper())
        for position, (file, record) in enumerate(_records(holder, card_number, issued), start=1)
    )


def _records(holder: HolderRecord, card_number: str, issued: date) -> Iterator[tuple[type[CardFile], bytes]]:
    name, extension = _split(holder.name)
    values: tuple[tuple[type[CardFile], str, Any], ...] = (
        (HolderFile, "social_security_number", holder.number),
        (HolderFile, "name", name),
        (HolderFile, "name_extension", extension),
        (HolderFile, "sex", _SEX.get(holder.sex, "9")),
        (HolderFile, "nation", holder.nation or _NO_NATION),
        (HolderFile, "birthplace", holder.birthplace),
        (HolderFile, "birth_date", f"{holder.birth_date:%Y%m%d}"),
        (IssuerFile, "card_class", "3"),
        (IssuerFile, "issue_date", f"{issued:%Y%m%d}"),
        (IssuerFile, "valid_until", f"{valid_until(issued):%Y%m%d}"),
        (IssuerFile, "card_number", card_number),
    )
    for file, item, value in values:
        yield file, file.item(item).encode_record(value)


def _split(name: str) -> tuple[bytes, bytes]:
    """The name's 30 bytes and its extension's 20; no character is cut."""
    head = name
    while len(head.encode("gb18030")) > _NAME:
        head = head[:-1]
    rest = name[len(head) :].encode("gb18030")
    if len(rest) > _EXTENSION:
        raise Refused(RefusalCode.NOT_ALLOWED, "the name does not fit the chip")
    return head.encode("gb18030").ljust(_NAME, b"\0"), rest.ljust(_EXTENSION, b"\0")
