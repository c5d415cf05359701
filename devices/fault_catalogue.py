"""The faults of ``faults.toml`` as values, checked when loaded.

An entry is a table named by its code, ``[receipt_printer.paper_out]``::

    [receipt_printer.paper_out]
    severity = "warning"
    action = "clear"
    loses = ["print"]
    citizen = { zh = "...", en = "..." }
    staff = { zh = "...", en = "..." }
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import TypeVar

CATALOGUE = Path(__file__).with_name("faults.toml")

E = TypeVar("E", bound=StrEnum)


class Severity(StrEnum):
    """How loudly the fault is told."""

    NOTICE = "notice"
    WARNING = "warning"
    CRITICAL = "critical"


class Action(StrEnum):
    """Who or what makes it good again: staff, an engineer, a reset, a setting, or time."""

    CLEAR = "clear"
    MAINTENANCE = "maintenance"
    RESET = "reset"
    CONFIGURATION = "configuration"
    SUSPEND = "suspend"


class Capability(StrEnum):
    """What a kiosk can do for a citizen, and may lose."""

    QUERY = "query"
    PRINT = "print"
    ISSUE = "issue"
    PAY = "pay"
    IDENTIFY_CARD = "identify-card"
    IDENTIFY_ID = "identify-id"
    PIN = "pin"
    SPEAK = "speak"


@dataclass(frozen=True, slots=True)
class Words:
    """The same words in both languages of the house."""

    zh: str
    en: str

    def in_language(self, language: str) -> str:
        """``zh`` or ``en``; any other language gets English."""
        return self.zh if language == "zh" else self.en


@dataclass(frozen=True, slots=True)
class Fault:
    """One entry. ``loses`` holds the capabilities that are gone while it lasts; ``staff`` says what to do."""

    code: str
    severity: Severity
    action: Action
    loses: frozenset[Capability]
    citizen: Words
    staff: Words


class FaultCatalogueError(ValueError):
    """The catalogue cannot be used; the message names file, line, entry and field."""


_CODE = re.compile(r"[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*")
_FIELDS = ("severity", "action", "loses", "citizen", "staff")


@cache
def load(path: Path = CATALOGUE) -> Mapping[str, Fault]:
    """Every fault by its code, read once. Raises FaultCatalogueError."""
    try:
        text = path.read_text(encoding="utf-8")
        groups = tomllib.loads(text)
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise FaultCatalogueError(f"{path}: {error}") from error
    faults: dict[str, Fault] = {}
    for group, entries in groups.items():
        if not isinstance(entries, dict):
            raise FaultCatalogueError(f"{path}: {group}: not a group of faults; entries are [class.fault] tables")
        for name, entry in entries.items():
            code = f"{group}.{name}"
            faults[code] = _Entry(path, text, code).read(entry)
    return MappingProxyType(faults)


def find(code: str) -> Fault:
    """The entry of a code. Raises FaultCatalogueError for a code that is not in the catalogue."""
    faults = load()
    if code not in faults:
        raise FaultCatalogueError(f"{CATALOGUE}: no entry [{code}]")
    return faults[code]


class _Entry:
    def __init__(self, path: Path, text: str, code: str) -> None:
        self._path = path
        self._text = text
        self._code = code

    def _wrong(self, why: str) -> FaultCatalogueError:
        heading = f"[{self._code}]"
        lines = (n for n, line in enumerate(self._text.splitlines(), 1) if line.strip().startswith(heading))
        line = next(lines, None)
        where = f"{self._path}:{line}" if line else str(self._path)
        return FaultCatalogueError(f"{where}: {heading} {why}")

    def read(self, entry: object) -> Fault:
        if not _CODE.fullmatch(self._code):
            raise self._wrong("the code must be class.fault in small letters, digits and underscores")
        if not isinstance(entry, dict):
            raise self._wrong(f"must be a table with {', '.join(_FIELDS)}")
        missing = [field for field in _FIELDS if field not in entry]
        if missing:
            raise self._wrong(f"{missing[0]}: is missing")
        unknown = sorted(set(entry) - set(_FIELDS))
        if unknown:
            raise self._wrong(f"{unknown[0]}: no such field; there are {', '.join(_FIELDS)}")
        return Fault(
            code=self._code,
            severity=self._one_of(Severity, "severity", entry["severity"]),
            action=self._one_of(Action, "action", entry["action"]),
            loses=self._loses(entry["loses"]),
            citizen=self._words("citizen", entry["citizen"]),
            staff=self._words("staff", entry["staff"]),
        )

    def _one_of(self, kind: type[E], field: str, value: object) -> E:
        if not isinstance(value, str) or value not in tuple(kind):
            raise self._wrong(f"{field}: {value!r} is none of {', '.join(kind)}")
        return kind(value)

    def _loses(self, value: object) -> frozenset[Capability]:
        if not isinstance(value, list):
            raise self._wrong("loses: must be a list, [] for nothing")
        return frozenset(self._one_of(Capability, "loses", one) for one in value)

    def _words(self, field: str, value: object) -> Words:
        if not isinstance(value, dict) or set(value) != {"zh", "en"}:
            raise self._wrong(f"{field}: must hold zh and en, and nothing else")
        for language, words in value.items():
            if not isinstance(words, str) or not words.strip():
                raise self._wrong(f"{field}.{language}: must be words")
        return Words(zh=value["zh"], en=value["en"])
