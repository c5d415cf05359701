"""A delivery's list of cards: a TOML file of ``[[card]]`` tables with ``serial`` and ``bank``, as the issuer's office
sends it along with the cards; whatever else stands in a table is not looked at."""

from __future__ import annotations

import tomllib
from pathlib import Path

FOLDER = "deliveries"
"""Where lists are put for the people at the machine, in the state directory; files named ``*.toml``."""


class DeliveryError(ValueError):
    """The list cannot be used; the message names file and entry."""


def read_delivery(file: Path) -> tuple[tuple[str, str], ...]:
    """Serials (8 hexadecimal digits, capitals) with their banks, in the order of the file. Raises DeliveryError."""
    try:
        told = tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise DeliveryError(f"{file.name}: {error}") from error
    cards = told.get("card")
    if not isinstance(cards, list) or not cards:
        raise DeliveryError(f"{file.name}: no [[card]] tables")
    found = []
    for position, card in enumerate(cards, 1):
        serial = card.get("serial") if isinstance(card, dict) else None
        bank = card.get("bank") if isinstance(card, dict) else None
        if not isinstance(serial, str) or len(serial) != 8 or not set(serial.upper()) <= set("0123456789ABCDEF"):
            raise DeliveryError(f"{file.name}: card {position}: serial must be 8 hexadecimal digits in quotes")
        if not isinstance(bank, str) or not bank:
            raise DeliveryError(f"{file.name}: card {position}: bank must be a bank's key in quotes")
        found.append((serial.upper(), bank))
    if len({serial for serial, _ in found}) != len(found):
        raise DeliveryError(f"{file.name}: a serial is named twice")
    return tuple(found)
