"""What each alert means: severity, words, remedy, and what happens at once. From ``rules.toml`` for what the fleet
raises by itself, from ``devices/faults.toml`` for what a device reports."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from devices import fault_catalogue
from devices.fault_catalogue import Action, Severity, Words
from kiosk.fleet.store.tickets import DUE
from kiosk.fleet.verbs import VERBS

FILE = Path(__file__).with_name("rules.toml")
SEVERITIES: tuple[str, ...] = tuple(each.value for each in Severity)
"""From the least."""

ESCALATES_AFTER: Mapping[str, int | None] = MappingProxyType(
    {"notice": None, "warning": 3_600_000, "critical": 600_000}
)
"""Milliseconds for which an alert may go unacknowledged, by severity; None: for ever."""

SILENT, MANY_SILENT = "fleet.silent", "fleet.many_silent"


class RuleError(ValueError):
    """``rules.toml`` cannot be used; the text names the entry."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One code. ``words``: what is the matter; ``remedy``: what to do. See ``rules.toml`` for the rest."""

    code: str
    severity: str
    words: Words
    remedy: Words
    by_hand: bool = False
    people: int = 1
    ticket: str | None = None
    command: str | None = None
    covers: frozenset[str] = frozenset()


def rule(code: str) -> Rule:
    """The rule of a code; one that nobody knows has the rule of an unknown fault."""
    own = load()
    if code in own:
        return own[code]
    fault = fault_catalogue.load().get(code)
    if fault is None:
        unknown = own["fleet.unknown_fault"]
        return Rule(code, unknown.severity, unknown.words, unknown.remedy)
    return Rule(code, fault.severity.value, fault.citizen, fault.staff, ticket=_ticket(fault))


def settled_by_hand(code: str) -> bool:
    """Whether a person must say that it is over."""
    return rule(code).by_hand


@cache
def load(file: Path = FILE) -> Mapping[str, Rule]:
    """Every rule of the file by its code. Raises RuleError."""
    try:
        entries = tomllib.loads(file.read_text(encoding="utf-8"))["fleet"]
    except (OSError, tomllib.TOMLDecodeError, KeyError) as error:
        raise RuleError(f"{file}: {error}") from error
    return MappingProxyType({f"fleet.{name}": _read(f"fleet.{name}", entry) for name, entry in entries.items()})


def _ticket(fault: fault_catalogue.Fault) -> str | None:
    if fault.action is Action.MAINTENANCE:
        return "high" if fault.severity is Severity.CRITICAL else "normal"
    if fault.action is Action.CLEAR and fault.severity is Severity.NOTICE:
        return "low"
    return None


def _read(code: str, entry: dict[str, Any]) -> Rule:
    try:
        words, remedy = Words(**entry.pop("words")), Words(**entry.pop("remedy"))
        found = Rule(code, words=words, remedy=remedy, covers=frozenset(entry.pop("covers", ())), **entry)
    except (KeyError, TypeError) as error:
        raise RuleError(f"{code}: {error}") from error
    if found.severity not in SEVERITIES:
        raise RuleError(f"{code}: severity is one of {', '.join(SEVERITIES)}")
    if found.ticket not in (None, *DUE):
        raise RuleError(f"{code}: ticket is one of {', '.join(DUE)}")
    if found.command is not None and found.command not in VERBS:
        raise RuleError(f"{code}: {found.command} is no command")
    return found
