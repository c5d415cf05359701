"""What was read from a card: who issued it and whose it is. Shown masked wherever Python shows it by itself."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
NO_TERMINAL = "000000000000"
"""The terminal number where no PSAM is fitted."""


class CardVersion(StrEnum):
    """The generation of the card."""

    V1 = "1.0"
    V2 = "2.0"
    V3 = "3.0"


def card_version(text: str) -> CardVersion | None:
    """From record 03: only the first three characters count; empty is 1.0; None for one that is not known."""
    try:
        return CardVersion(text[:3]) if text else CardVersion.V1
    except ValueError:
        return None


def card_number_check(body: str) -> str:
    """The ninth character of a card number from its first eight. ValueError for characters that cannot stand there."""
    if len(body) != 8 or not (body.isascii() and body.isalnum() and body == body.upper()):
        raise ValueError("a card number's body is eight capital letters and digits")
    total = sum(weight * int(character, 36) for weight, character in zip(_WEIGHTS, body, strict=True))
    check = 11 - total % 11
    return "X" if check == 10 else "0" if check == 11 else str(check)


def card_number_is_consistent(number: str) -> bool:
    """Whether the check character fits. Real cards are known that fail: warn, do not reject."""
    try:
        return len(number) == 9 and card_number_check(number[:8]) == number[8]
    except ValueError:
        return False


def mask(text: str, first: int, last: int) -> str:
    """``first`` and ``last`` characters in clear, the rest as stars; all stars when that would hide nothing."""
    hidden = len(text) - first - last
    if hidden <= 0:
        return "*" * len(text)
    return text[:first] + "*" * hidden + text[len(text) - last :]


def chip_date(digits: str) -> date | None:
    """A date as on the chip (YYYYMMDD); None when unset or no date."""
    try:
        return date(int(digits[:4]), int(digits[4:6]), int(digits[6:8])) if len(digits) == 8 else None
    except ValueError:
        return None


@dataclass(frozen=True, slots=True)
class IssuerData:
    """EF05. Dates are ``YYYYMMDD`` as on the chip, empty when unset."""

    card_identifier: bytes = field(repr=False)
    card_class: str
    version_text: str
    initialiser: str
    issue_date: str
    valid_until: str
    card_number: str = field(repr=False)

    @property
    def region(self) -> str:
        """发卡地区行政区划代码: six digits."""
        return self.card_identifier[:3].hex().upper()

    @property
    def identifier(self) -> str:
        """The card identifier as 32 hexadecimal digits."""
        return self.card_identifier.hex().upper()

    @property
    def version(self) -> CardVersion | None:
        """None: a version this software does not know."""
        return card_version(self.version_text)


@dataclass(frozen=True, slots=True, repr=False)
class CardIdentity:
    """EF05 and EF06. ``sex``: 1, 2, 9. ``nation``: GB 3304. ``birthplace``: GB/T 2260. ``birth_date``: None when unset
    or no date.

    A blank card has empty number, name and card number. ``atr``: the whole answer to reset.
    """

    issuer: IssuerData
    social_security_number: str
    name: str
    sex: str
    nation: str
    birthplace: str
    birth_date: date | None
    atr: bytes

    @property
    def identifier(self) -> str:
        """The card identifier as 32 hexadecimal digits."""
        return self.issuer.identifier

    @property
    def blank(self) -> bool:
        """Whether nobody's data are on the card yet."""
        return not self.social_security_number

    @property
    def historical_bytes(self) -> bytes:
        """卡复位信息: the 13 historical bytes at the end of the answer to reset."""
        return historical_bytes(self.atr)

    def __repr__(self) -> str:
        number, name = mask(self.social_security_number, 3, 4), "*" * len(self.name)
        return f"CardIdentity({self.issuer.region}, version {self.issuer.version_text!r}, {number}, {name})"


def historical_bytes(atr: bytes) -> bytes:
    """The historical bytes of an answer to reset (ISO 7816-3): counted by the low half of T0, before a TCK."""
    if len(atr) < 2:
        return b""
    at, count, present = 2, atr[1] & 0x0F, atr[1] >> 4
    while True:
        at += present.bit_count()
        if not present & 0b1000 or at > len(atr):
            break
        present = atr[at - 1] >> 4
    return atr[at : at + count]


def bas_line(identity: CardIdentity, *, terminal_number: str = NO_TERMINAL, terminal_device: str = "") -> str:
    """The line of ``iReadCardBas`` (A11): eleven fields, a bar after each. It holds personal data in clear."""
    issuer = identity.issuer
    return "".join(
        f"{value}|"
        for value in (
            issuer.region,
            identity.social_security_number,
            issuer.card_number,
            issuer.identifier,
            identity.name,
            identity.historical_bytes.hex().upper(),
            issuer.version_text,
            issuer.issue_date,
            issuer.valid_until,
            terminal_number,
            terminal_device,
        )
    )
