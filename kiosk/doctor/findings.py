"""A finding: one thing looked at, what was found, and what to do about it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class State(StrEnum):
    """``missing`` stops a kiosk from working; ``note`` is worth knowing."""

    FINE = "fine"
    NOTE = "note"
    MISSING = "missing"


@dataclass(frozen=True, slots=True)
class Finding:
    """``remedy``: what to do, empty when all is well."""

    state: State
    what: str
    found: str
    remedy: str = ""


def fine(what: str, found: str) -> Finding:
    """All is well."""
    return Finding(State.FINE, what, found)


def note(what: str, found: str, remedy: str) -> Finding:
    """It works without, but should be looked at."""
    return Finding(State.NOTE, what, found, remedy)


def missing(what: str, found: str, remedy: str) -> Finding:
    """It does not work without."""
    return Finding(State.MISSING, what, found, remedy)
