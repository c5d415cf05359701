"""What may stand in a log: the scrubber that every line passes.

Numbers that can be a person's are masked (:func:`kiosk.masking.mask_text`), Chinese text is hidden (log lines are
English, so a Chinese value is a name or an address), values under a personal key are withheld, bytes show their length
only, and objects their type only. Words that no pattern can know, such as a foreigner's name, are withheld from
:func:`protect` until :func:`forget_protected`.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Iterable, Mapping
from datetime import date, datetime, time, timedelta
from enum import Enum
from pathlib import PurePath

from kiosk.masking import mask_text

WITHHELD = "<withheld>"

PERSONAL_KEYS = frozenset(
    {
        "pin",
        "old_pin",
        "new_pin",
        "pin_block",
        "password",
        "passphrase",
        "secret",
        "token",
        "cookie",
        "authorization",
        "session_key",
        "key_material",
        "private_key",
        "cryptogram",
        "name",
        "full_name",
        "names",
        "holder",
        "person",
        "citizen",
        "surname",
        "given_name",
        "employer",
        "employer_name",
        "id_number",
        "identity_number",
        "social_security_number",
        "ssn",
        "pan",
        "account",
        "birth_date",
        "birthday",
        "birthplace",
        "address",
        "phone",
        "mobile",
        "email",
        "photo",
        "portrait",
        "template",
        "face",
        "fingerprint",
    }
)
"""Keys whose value is never written, at any depth. A device is ``device=``, a service ``service=``, never ``name=``."""

_CHINESE = re.compile("[\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")
_DEPTH = 6
_LENGTH = 4000

_protected: set[str] = set()
_protected_lock = threading.Lock()


def protect(words: Iterable[str]) -> None:
    """Withhold these exact words from all that is logged from now on, whatever their letters' case.

    Words of one character are ignored. For the names of the person being served, as read from the card.
    """
    with _protected_lock:
        _protected.update(word.casefold() for word in words if len(word) > 1)


def forget_protected() -> None:
    """Forget the protected words: part of the session's wipe."""
    with _protected_lock:
        _protected.clear()


def scrub_text(text: str) -> str:
    """Free text as it may stand in a log; at most 4,000 characters."""
    with _protected_lock:
        words = sorted(_protected, key=len, reverse=True)
    for word in words:
        text = re.sub(re.escape(word), WITHHELD, text, flags=re.IGNORECASE)
    text = _CHINESE.sub("*", mask_text(text))
    return text if len(text) <= _LENGTH else text[:_LENGTH] + f"... ({len(text)} characters)"


def scrub(value: object, depth: int = 0) -> object:
    """``value`` as it may stand in a log: plain JSON types. Objects without a plain form become ``<TypeName>``."""
    match value:
        case None | bool() | float():
            return value
        case Enum():
            return scrub(value.value, depth)
        case str():
            return scrub_text(value)
        case int():
            masked = scrub_text(str(value))
            return value if masked == str(value) else masked
        case bytes() | bytearray() | memoryview():
            return f"<{len(value)} bytes>"
        case datetime() | date() | time():
            return value.isoformat()
        case timedelta():
            return value.total_seconds()
        case PurePath():
            return scrub_text(str(value))
        case BaseException():
            return scrub_text(f"{type(value).__name__}: {value}")
        case type():
            return value.__qualname__
    if depth < _DEPTH:
        match value:
            case Mapping():
                return {scrub_text(str(key)): scrub_under(key, inner, depth) for key, inner in value.items()}
            case list() | tuple() | set() | frozenset():
                return [scrub(inner, depth + 1) for inner in value]
    return f"<{type(value).__name__}>"


def scrub_under(key: object, value: object, depth: int = 0) -> object:
    """``value`` as it may stand under ``key``."""
    if isinstance(key, str) and key.casefold().replace("-", "_") in PERSONAL_KEYS:
        return WITHHELD
    return scrub(value, depth + 1)
