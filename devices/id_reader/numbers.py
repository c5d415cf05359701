"""Numbers and dates of identity documents: check digits, what is wrong with a number, age, validity.

Pure; "today" is always given. Sources: GB 11643 (citizens; protocol page B5), protocol page B3 for the others. How old
is old enough is policy and not decided here.
"""

from __future__ import annotations

from datetime import date
from enum import StrEnum

_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECK_CHARACTERS = "10X98765432"
_DIGITS = frozenset("0123456789")
_LETTERS = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
PERMIT_PREFIXES = ("810000", "820000", "830000")
"""Hong Kong, Macao, Taiwan."""


class NumberFault(StrEnum):
    """The first thing that is wrong with a number."""

    LENGTH = "length"
    CHARACTERS = "characters"
    PREFIX = "prefix"
    BIRTH_DATE = "birth-date"
    CHECK_DIGIT = "check-digit"


class Validity(StrEnum):
    """A document on a given day."""

    VALID = "valid"
    NOT_YET_VALID = "not-yet-valid"
    EXPIRED = "expired"


def _digits(text: str) -> bool:
    # str.isdigit() accepts far more than ten characters
    return _DIGITS.issuperset(text)


def check_character(first17: str) -> str:
    """The 18th character of a number: ISO 7064 MOD 11-2 over 17 digits. Raises ValueError for anything else."""
    if len(first17) != 17 or not _digits(first17):
        raise ValueError("17 digits are needed")
    return _CHECK_CHARACTERS[sum(int(d) * w for d, w in zip(first17, _WEIGHTS, strict=True)) % 11]


def check_digit_731(text: str) -> str:
    """The last digit of a 15-character number: weights 7 3 1 7 3 1 ..., A = 10 to Z = 35, sum modulo 10.

    Raises ValueError when a character is neither a digit nor a capital.
    """
    if not (_DIGITS | _LETTERS).issuperset(text):
        raise ValueError("digits and capitals only")
    values = (int(c) if c in _DIGITS else ord(c) - ord("A") + 10 for c in text)
    return str(sum(value * (7, 3, 1)[at % 3] for at, value in enumerate(values)) % 10)


def _date(eight_digits: str) -> date | None:
    try:
        return date(int(eight_digits[:4]), int(eight_digits[4:6]), int(eight_digits[6:8]))
    except ValueError:
        return None


def _eighteen(number: str, birth_at: int, birth: date | None) -> NumberFault | None:
    if len(number) != 18:
        return NumberFault.LENGTH
    if not _digits(number[:17]) or number[17] not in "0123456789X":
        return NumberFault.CHARACTERS
    told = _date(number[birth_at : birth_at + 8])
    if told is None or (birth is not None and told != birth):
        return NumberFault.BIRTH_DATE
    return None if check_character(number[:17]) == number[17] else NumberFault.CHECK_DIGIT


def citizen_number_fault(number: str, birth: date | None = None) -> NumberFault | None:
    """What is wrong with a citizen's 18-character number; with ``birth`` given, also whether it says the same day."""
    return _eighteen(number, 6, birth)


def permit_number_fault(number: str, birth: date | None = None) -> NumberFault | None:
    """The same for a Hong Kong, Macao or Taiwan resident's permit: a prefix of its own, else a citizen's form."""
    if len(number) == 18 and not number.startswith(PERMIT_PREFIXES):
        return NumberFault.PREFIX
    return _eighteen(number, 6, birth)


def foreigner_2023_number_fault(number: str, birth: date | None = None) -> NumberFault | None:
    """The same for a foreigner's number since 2023: 9, province (2), country (3, ISO 3166 numeric), birth date (8),
    sequence (3), check."""
    if len(number) == 18 and not number.startswith("9"):
        return NumberFault.PREFIX
    return _eighteen(number, 6, birth)


def foreigner_2017_number_fault(number: str, birth: date | None = None) -> NumberFault | None:
    """The same for a foreigner's 15-character number: nationality (3 letters), province and city (4), birth (YYMMDD),
    sequence (1), check (7-3-1)."""
    if len(number) != 15:
        return NumberFault.LENGTH
    if not _LETTERS.issuperset(number[:3]) or not _digits(number[3:]):
        return NumberFault.CHARACTERS
    six = number[7:13]
    # The century is not in the number; 2000 has a 29 February, so no true day is refused.
    if _date(f"20{six}") is None or (birth is not None and f"{birth:%y%m%d}" != six):
        return NumberFault.BIRTH_DATE
    return None if check_digit_731(number[:14]) == number[14] else NumberFault.CHECK_DIGIT


def previous_foreigner_number(number: str, nationality: str, birth: date, link: str) -> str | None:
    """The 15-character number that a 2023 number replaced, or None when the card has no link to one.

    ``link``: two digits of the city and one of the sequence (text block, offset 250); blank for a first card.
    """
    if len(link) != 3 or not _digits(link) or foreigner_2023_number_fault(number) is not None:
        return None
    if len(nationality) != 3 or not _LETTERS.issuperset(nationality):
        return None
    first14 = f"{nationality}{number[1:3]}{link[:2]}{birth:%y%m%d}{link[2]}"
    return first14 + check_digit_731(first14)


def age(birth: date, on: date) -> int:
    """Completed years on that day. The birthday itself counts; who was born on 29 February completes a year on
    28 February where there is no 29th (Civil Code, article 202: the last day of the month stands in). Negative before
    birth."""
    birthday = (birth.month, birth.day)
    if birthday == (2, 29) and not _is_leap(on.year):
        birthday = (2, 28)
    return on.year - birth.year - ((on.month, on.day) < birthday)


def _is_leap(year: int) -> bool:
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)


def validity(valid_from: date, valid_until: date | None, on: date) -> Validity:
    """A document is good on its first and on its last day. ``valid_until`` None: for ever (长期)."""
    if on < valid_from:
        return Validity.NOT_YET_VALID
    if valid_until is not None and on > valid_until:
        return Validity.EXPIRED
    return Validity.VALID
