"""Business numbers: ``20261122-K0001-0042-S``, day, kiosk, running number of that day, check character.

Unique as long as kiosk ids are and the journal is kept; short enough to be read over the phone. The check character is
ISO 7064 MOD 37,36 over letters and digits: it catches every wrong character and, being a hybrid system, all but some
0.3 % of the swaps of neighbours.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import NewType

BusinessNumber = NewType("BusinessNumber", str)

_FORM = re.compile(r"(\d{8})-([A-Z][A-Z0-9]{2,9})-(\d{4,6})-([A-Z0-9])")
_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"


class NotABusinessNumber(ValueError):
    """The text is none, or its check character does not fit."""


@dataclass(frozen=True, slots=True)
class Parts:
    """What a business number says."""

    day: date
    kiosk: str
    running: int


def compose(day: date, kiosk: str, running: int) -> BusinessNumber:
    """The number of the ``running``-th business (from 1) of a day. Raises ValueError for a kiosk id of another form."""
    if not 1 <= running <= 999_999:
        raise ValueError(f"the running number is from 1 to 999999, not {running}")
    body = f"{day:%Y%m%d}-{kiosk}-{running:04d}"
    number = f"{body}-{check_character(body)}"
    if not _FORM.fullmatch(number):
        raise ValueError(f"not a kiosk id: {kiosk!r}")
    return BusinessNumber(number)


def parse(text: str) -> tuple[BusinessNumber, Parts]:
    """Read a number as typed: lower case and spaces around are forgiven. Raises NotABusinessNumber."""
    number = text.strip().upper()
    found = _FORM.fullmatch(number)
    if not found or check_character(number[:-2]) != found[4]:
        raise NotABusinessNumber("not a business number; it looks like 20261122-K0001-0042-S")
    try:
        day = date(int(found[1][:4]), int(found[1][4:6]), int(found[1][6:]))
    except ValueError:
        raise NotABusinessNumber("not a business number: there is no such day") from None
    return BusinessNumber(number), Parts(day, found[2], int(found[3]))


def check_character(body: str) -> str:
    """ISO 7064 MOD 37,36 over the letters and digits of ``body``; hyphens do not count."""
    remainder = 36
    for character in body.replace("-", ""):
        remainder = (remainder + _ALPHABET.index(character)) % 36 or 36
        remainder = remainder * 2 % 37
    return _ALPHABET[(37 - remainder) % 36]
