"""What stands on a card about its holder."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class Datum(StrEnum):
    """Names of the data a design can place."""

    NAME = "name"
    SOCIAL_SECURITY_NUMBER = "social_security_number"
    CARD_NUMBER = "card_number"
    ISSUED = "issued"
    VALID_UNTIL = "valid_until"
    ISSUER = "issuer"
    BANK = "bank"
    BANK_CARD_NUMBER = "bank_card_number"
    BANK_VALID_UNTIL = "bank_valid_until"


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class FaceData:
    """``name``: up to 30 bytes and an extension of 20 (GBK, as the chip's file has it; rare characters count what they
    count there). ``bank_card_number``: digits, no spaces. ``valid_until`` None: for ever (长期)."""

    name: str
    social_security_number: str
    card_number: str
    issued: date
    valid_until: date | None
    issuer: str
    bank: str
    bank_card_number: str
    bank_valid_until: date

    def __repr__(self) -> str:
        return "<FaceData>"

    def written(self, datum: Datum) -> str:
        """As it stands on the card, in Chinese: ``2026年11月22日``, ``6299 9900 …``, ``11/36``."""
        match datum:
            case Datum.ISSUED:
                return _day(self.issued)
            case Datum.VALID_UNTIL:
                return "长期" if self.valid_until is None else _day(self.valid_until)
            case Datum.BANK_CARD_NUMBER:
                digits = self.bank_card_number
                return " ".join(digits[start : start + 4] for start in range(0, len(digits), 4))
            case Datum.BANK_VALID_UNTIL:
                return f"{self.bank_valid_until:%m/%y}"
            case _:
                return str(getattr(self, datum.value)).strip()


def _day(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"
