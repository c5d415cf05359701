"""One line of the journal: its form, its place in the chain, and what may not stand in it."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

import msgspec

from kiosk.journal.business_number import BusinessNumber
from kiosk.journal.errors import PersonalDataRefused
from kiosk.scrubbing import PERSONAL_KEYS, scrub_text

Fact = str | int | bool | None | list["Fact"] | dict[str, "Fact"]
Facts = Mapping[str, Fact]
"""What an entry tells besides its step: words of the house, numbers, serials. Never a person's data."""

GENESIS = bytes(32)
"""The hash before the first entry."""

_CARD_IDENTIFIER = re.compile(r"[0-9A-Fa-f]{6}D156000005[0-9A-Fa-f]{16}", re.IGNORECASE)


class Kind(StrEnum):
    """What an entry is."""

    INTENT = "intent"
    OUTCOME = "outcome"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Entry:
    """A line. ``intent``: of an outcome, the sequence of what it answers. ``hash`` covers all else and ``previous``."""

    sequence: int
    business: BusinessNumber
    kind: Kind
    step: str
    at: str
    intent: int | None
    result: str | None
    facts: str
    """Canonical JSON."""
    previous: bytes
    hash: bytes

    @property
    def told(self) -> dict[str, Fact]:
        """The facts as values."""
        told: dict[str, Fact] = json.loads(self.facts)
        return told


def chained(previous: bytes, content: tuple[int | str | None, ...]) -> bytes:
    """SHA-256 over the hash before and the content as a JSON array: UTF-8, no spaces, no escapes for other scripts."""
    return hashlib.sha256(previous + msgspec.json.encode(content)).digest()


def canonical(value: object) -> str:
    """JSON with sorted keys and without spaces. Raises TypeError for what has no such form, floats among it."""
    _refuse_floats(value)
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)


def _refuse_floats(value: object) -> None:
    match value:
        case float():
            raise TypeError("no fractions in the journal: fen, milliseconds and counts are whole numbers")
        case Mapping():
            for key, inner in value.items():
                if not isinstance(key, str):
                    raise TypeError("keys are text")
                _refuse_floats(inner)
        case list() | tuple():
            for inner in value:
                _refuse_floats(inner)


def instant(now: datetime) -> str:
    """``2026-11-22T01:00:00.000Z``."""
    return now.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def refuse_personal(value: object, where: str = "facts", *, card_allowed: bool = False) -> None:
    """Raise PersonalDataRefused for anything that looks like a person's name or number, at any depth.

    ``card_allowed``: a card identifier (32 hexadecimal digits) may pass, as a message to the host cannot do without.
    """
    match value:
        case Mapping():
            for key, inner in value.items():
                if str(key).casefold() in PERSONAL_KEYS:
                    raise PersonalDataRefused(f"{where}.{key}: a key for personal data")
                refuse_personal(inner, f"{where}.{key}", card_allowed=card_allowed)
        case list() | tuple():
            for position, inner in enumerate(value):
                refuse_personal(inner, f"{where}[{position}]", card_allowed=card_allowed)
        case bool() | None:
            return
        case str() | int():
            text = str(value)
            if scrub_text(text) != text and not (card_allowed and _CARD_IDENTIFIER.fullmatch(text)):
                raise PersonalDataRefused(f"{where}: looks like a person's name or number")
