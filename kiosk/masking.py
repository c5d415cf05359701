"""How much of a person's data is shown: the masking rules, as pure functions.

Two degrees: :data:`Privacy.NORMAL`, and :data:`Privacy.OBSERVED` when someone stands behind the citizen. What is hidden
is one ``*`` a character, so that a length tells a typing error but nothing else.

    identity number   first 3 and last 4       observed: first 1 and last 1
    bank number       last 4                   observed: last 4
    phone number      first 3 and last 4       observed: last 2
    name              all but the first        observed: all but the last character
    address           first 6 characters       observed: nothing
    card number       last 4                   observed: last 2

:func:`mask_text` finds such numbers in free text and is what the logs and the journal rely on. It knows no names; see
:mod:`kiosk.logs` for those.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from enum import StrEnum

HIDDEN = "*"


class Privacy(StrEnum):
    """Who can see the screen."""

    NORMAL = "normal"
    OBSERVED = "observed"


def keep_ends(text: str, first: int, last: int) -> str:
    """``text`` with only its ``first`` and ``last`` characters shown; all hidden where that would show it whole."""
    hidden = len(text) - first - last
    if hidden <= 0:
        return HIDDEN * len(text)
    return text[:first] + HIDDEN * hidden + text[len(text) - last :]


def mask_identity_number(number: str, privacy: Privacy = Privacy.NORMAL) -> str:
    """A resident, foreigner's or HK/Macao/Taiwan number: ``990***********0022``; observed ``9****************2``."""
    return keep_ends(number, 3, 4) if privacy is Privacy.NORMAL else keep_ends(number, 1, 1)


def mask_bank_number(number: str, privacy: Privacy = Privacy.NORMAL) -> str:
    """A bank account or card number: the last four digits, in both degrees."""
    return keep_ends(number, 0, 4)


def mask_phone_number(number: str, privacy: Privacy = Privacy.NORMAL) -> str:
    """``139****0022``; observed ``*********22``."""
    return keep_ends(number, 3, 4) if privacy is Privacy.NORMAL else keep_ends(number, 0, 2)


def mask_card_number(number: str, privacy: Privacy = Privacy.NORMAL) -> str:
    """A social security card's number or identifier: the last four characters; observed the last two."""
    return keep_ends(number, 0, 4 if privacy is Privacy.NORMAL else 2)


def mask_name(name: str, privacy: Privacy = Privacy.NORMAL) -> str:
    """``*秀兰``; observed ``**兰``. In a name of several words the first word is hidden whole: ``***** JOHN``.

    A name of one character is hidden. A name of one Latin word keeps its last letter.
    """
    words = name.split()
    if privacy is Privacy.NORMAL and len(words) > 1:
        return " ".join([HIDDEN * len(words[0]), *words[1:]])
    if privacy is Privacy.NORMAL and not name.isascii() and len(name) > 1:
        return HIDDEN + name[1:]
    return "".join(character if character == " " else HIDDEN for character in name[:-1]) + (
        name[-1] if len(name) > 1 else HIDDEN * len(name)
    )


def mask_all_but_differences(text: str, other: str, most: int = 2) -> tuple[str, str] | None:
    """Two versions of a field with only the characters shown in which they differ; None if those are too many.

    ``("王秀兰", "汪秀兰")`` becomes ``("王**", "汪**")``. Versions of different lengths have too many.
    """
    differing = [place for place, (one, two) in enumerate(zip(text, other, strict=False)) if one != two]
    if len(text) != len(other) or len(differing) > most:
        return None
    shown = [
        "".join(c if place in differing else HIDDEN for place, c in enumerate(version)) for version in (text, other)
    ]
    return shown[0], shown[1]


def mask_address(address: str, privacy: Privacy = Privacy.NORMAL) -> str:
    """Province and city, no more; nothing when observed."""
    return keep_ends(address, 6, 0) if privacy is Privacy.NORMAL else HIDDEN * len(address)


# -- free text ---------------------------------------------------------------------------------------------------------

_NOT_BEFORE = r"(?<![0-9])(?<![0-9]\.)"
_NOT_AFTER = r"(?![0-9])"

_IDENTITY = re.compile(
    r"(?<![0-9])(?:[1-9]\d{5}[ \-]?(?:18|19|20)\d{2}[ \-]?(?:0[1-9]|1[0-2])[ \-]?(?:0[1-9]|[12]\d|3[01])[ \-]?"
    r"\d{3}[ \-]?[0-9Xx])" + r"(?![0-9])"
)
"""18 digits (citizens, HK/Macao/Taiwan residence permits, foreigners from 2023), also grouped."""

_OLD_IDENTITY = re.compile(_NOT_BEFORE + r"[1-9]\d{5}\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}" + _NOT_AFTER)
"""15 digits, before 2000."""

_FOREIGN_IDENTITY = re.compile(r"(?<![A-Za-z0-9])[A-Z]{3}\d{12}(?![A-Za-z0-9])")
"""Foreigner's permanent residence number, 2017."""

_PASS_NUMBER = re.compile(r"(?<![A-Za-z0-9])[HM]\d{8,10}(?![A-Za-z0-9])")
"""Hong Kong and Macao travel permit."""

_CARD_IDENTIFIER = re.compile(r"(?<![0-9A-Fa-f])[0-9A-Fa-f]{6}D156000005[0-9A-Fa-f]{16}(?![0-9A-Fa-f])", re.IGNORECASE)
"""EF05 card identification code: city 3, RID 5, serial 4, authentication code 4 bytes."""

_CARD_NUMBER = re.compile(r"(?<![A-Za-z0-9])[A-Z]\d{8}(?![A-Za-z0-9])")
"""A letter and eight digits, as on the card's face."""

_LONG_NUMBER = re.compile(_NOT_BEFORE + r"\d{12,}[Xx]?" + _NOT_AFTER)
"""Bank numbers (12 to 19 digits), social security numbers, and whatever else is that long."""

_GROUPED_BANK = re.compile(_NOT_BEFORE + r"\d{4}(?:[ \-]\d{4}){2,3}(?:[ \-]?\d{1,4})?" + _NOT_AFTER)
"""A bank number as embossed, in groups of four."""

_PHONE = re.compile(_NOT_BEFORE + r"1[3-9]\d[ \-]?\d{4}[ \-]?\d{4}" + _NOT_AFTER)

_PIN_COMMAND = re.compile(
    r"(?<![0-9A-Fa-f])(0[04]|8[04])([ :]?)(20|24|2C|5E)\2(0[01])\2([0-9A-F]{2})\2([0-9A-F]{2})((?:\2[0-9A-F]{2})+)",
    re.IGNORECASE,
)
"""VERIFY, CHANGE and UNBLOCK PIN with a body, as a hexadecimal trace would show them."""

_HEX_RUN = re.compile(r"(?<![0-9A-Za-z])(?:[0-9A-Fa-f]{2}[ :]?){14,}[0-9A-Fa-f]{2}(?![0-9A-Za-z])")


_KEPT = re.compile(
    r"(?<![0-9A-Za-z])(?=[0-9]*[a-f])(?:[0-9a-f]{64}|[0-9a-f]{40}|[0-9a-f]{32}"
    r"|[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})(?![0-9A-Za-z])"
    r"|(?<![0-9A-Za-z])[A-Z]20\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{6}(?![0-9A-Za-z])"
)
"""What is nobody's: SHA-256, SHA-1 and 128-bit ids as Python writes them, in lower case with at least one letter; and
numbers of documents and cases, a letter, a day and six digits."""


def _digits(shown: Callable[[str], str]) -> Callable[[re.Match[str]], str]:
    return lambda found: shown(re.sub(r"[ \-]", "", found[0]))


def _hexadecimal(found: re.Match[str]) -> str:
    content = bytes.fromhex(re.sub(r"[ :]", "", found[0]))
    if _mask_plain(content.decode("ascii", "replace")) == content.decode("ascii", "replace"):
        return found[0]
    return f"<{len(content)} bytes>"


def _mask_plain(text: str) -> str:
    text = _IDENTITY.sub(_digits(mask_identity_number), text)
    text = _FOREIGN_IDENTITY.sub(lambda found: mask_identity_number(found[0]), text)
    text = _PASS_NUMBER.sub(lambda found: mask_identity_number(found[0]), text)
    text = _OLD_IDENTITY.sub(lambda found: mask_identity_number(found[0]), text)
    text = _LONG_NUMBER.sub(lambda found: mask_bank_number(found[0]), text)
    text = _GROUPED_BANK.sub(_digits(mask_bank_number), text)
    text = _PHONE.sub(_digits(mask_phone_number), text)
    return _CARD_NUMBER.sub(lambda found: mask_card_number(found[0]), text)


def _mask_once(text: str) -> str:
    text = _PIN_COMMAND.sub(lambda found: f"{found[1]}{found[3]}{found[4]}{found[5]}{found[6]}<withheld>", text)
    text = _CARD_IDENTIFIER.sub(lambda found: mask_card_number(found[0]), text)
    text = _HEX_RUN.sub(_hexadecimal, text)
    pieces: list[str] = []
    end = 0
    for kept in _KEPT.finditer(text):
        pieces += [_mask_plain(text[end : kept.start()]), kept[0]]
        end = kept.end()
    return "".join([*pieces, _mask_plain(text[end:])])


def mask_text(text: str) -> str:
    """Free text with every number that can be a person's masked, and the body of a PIN command taken out.

    Masked text comes out unchanged. A decimal fraction is left alone; a hash or a UUID in hexadecimal as well, unless
    its bytes spell such a number; so is the number of a document.
    """
    while (masked := _mask_once(text)) != text:
        text = masked
    return text


def looks_personal(text: str) -> bool:
    """Whether :func:`mask_text` would hide something of it."""
    return mask_text(text) != text
