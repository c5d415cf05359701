"""How the journal can fail. None of these may be passed over: what is not written down did not happen safely."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager


class JournalError(Exception):
    """Base. Nothing of the failed call was kept: either all of it is durable, or none."""


class JournalFull(JournalError):
    """No room on the disk. Writing works again when there is."""


class JournalDamaged(JournalError):
    """The file or the disk cannot be trusted: not readable, not writable, or the chain is broken."""


class JournalBusy(JournalError):
    """Another process holds the journal for writing; only one kiosk may run on it."""


class PersonalDataRefused(ValueError):
    """A fact looks like a person's name or number. The message names the key, never the value."""


_FULL = {"SQLITE_FULL"}
_BUSY = {"SQLITE_BUSY", "SQLITE_LOCKED"}


@contextmanager
def translated() -> Iterator[None]:
    """Raise SQLite's failures as the journal's own. A programming error in a statement stays what it is."""
    try:
        yield
    except (sqlite3.IntegrityError, sqlite3.ProgrammingError, sqlite3.InterfaceError):
        raise
    except sqlite3.Error as error:
        name = getattr(error, "sqlite_errorname", "") or type(error).__name__
        base = "_".join(name.split("_")[:2])
        if base in _FULL:
            raise JournalFull(name) from error
        if base in _BUSY:
            raise JournalBusy(name) from error
        raise JournalDamaged(name) from error
