"""The file under the journal: SQLite in WAL mode with ``synchronous=FULL``; what is committed survives a power cut."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from kiosk.journal.errors import JournalDamaged, translated

VERSION = 1

SCHEMA = """
CREATE TABLE entry (
    sequence INTEGER PRIMARY KEY,
    business TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('intent', 'outcome', 'note')),
    step TEXT NOT NULL,
    at TEXT NOT NULL,
    intent INTEGER REFERENCES entry (sequence),
    result TEXT,
    facts TEXT NOT NULL,
    previous BLOB NOT NULL,
    hash BLOB NOT NULL
) STRICT;
CREATE UNIQUE INDEX entry_outcome ON entry (intent) WHERE intent IS NOT NULL;
CREATE INDEX entry_business ON entry (business);
CREATE TABLE head (one INTEGER PRIMARY KEY CHECK (one = 1), sequence INTEGER NOT NULL, hash BLOB NOT NULL) STRICT;
CREATE TABLE outbox (
    position INTEGER PRIMARY KEY,
    message_id TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL,
    payload TEXT,
    queued_at TEXT NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0,
    state TEXT NOT NULL DEFAULT 'pending' CHECK (state IN ('pending', 'sent', 'manual')),
    settled_at TEXT
) STRICT;
CREATE INDEX outbox_state ON outbox (state, position);
CREATE TABLE custody (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    digest BLOB NOT NULL,
    serial TEXT NOT NULL,
    business TEXT NOT NULL,
    since TEXT NOT NULL
) STRICT;
CREATE TABLE counter (name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT;
CREATE TABLE secret (name TEXT PRIMARY KEY, value BLOB NOT NULL) STRICT;
"""


class Database:
    """One connection, usable from any thread, one at a time."""

    def __init__(self, path: Path, *, read_only: bool = False, busy_seconds: float = 5.0) -> None:
        self._lock = threading.RLock()
        self._depth = 0
        with translated():
            target = f"{path.absolute().as_uri()}?mode={'ro' if read_only else 'rwc'}"
            self._connection = sqlite3.connect(
                target, uri=True, timeout=busy_seconds, isolation_level=None, check_same_thread=False
            )
        try:
            self._prepare(read_only=read_only)
        except BaseException:
            self._connection.close()
            raise

    def _prepare(self, *, read_only: bool) -> None:
        with translated():
            self._connection.execute("PRAGMA foreign_keys = ON")
            if not read_only:
                (mode,) = self._connection.execute("PRAGMA journal_mode = WAL").fetchone()
                if mode != "wal":
                    raise JournalDamaged(f"the disk does not allow write-ahead logging (mode {mode})")
                self._connection.execute("PRAGMA synchronous = FULL")
                self._connection.execute("PRAGMA secure_delete = ON")
            (version,) = self._connection.execute("PRAGMA user_version").fetchone()
            if version == 0 and not read_only:
                self._create()
            elif version != VERSION:
                raise JournalDamaged(f"a journal of version {version}; this software knows version {VERSION}")

    def _create(self) -> None:
        """Make the tables, all or none; a process that does so at the same time is waited for."""
        with self.transaction():
            (version,) = self._connection.execute("PRAGMA user_version").fetchone()
            if version == 0:
                for statement in SCHEMA.split(";"):
                    self._connection.execute(statement)
                self._connection.execute(f"PRAGMA user_version = {VERSION}")

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All that is written within becomes durable together at the end, or, on any exception, not at all.

        Within another transaction it is a part of that one that can fail alone. Raises JournalError.
        """
        with self._lock, translated():
            name = f"inner_{self._depth}"
            self._connection.execute(f"SAVEPOINT {name}" if self._depth else "BEGIN IMMEDIATE")
            self._depth += 1
            try:
                yield
                self._connection.execute(f"RELEASE {name}" if self._depth > 1 else "COMMIT")
            except BaseException:
                if self._connection.in_transaction:
                    self._connection.execute(f"ROLLBACK TO {name}" if self._depth > 1 else "ROLLBACK")
                raise
            finally:
                self._depth -= 1

    def write(self, statement: str, *values: Any) -> int:
        """Run one statement of a transaction; the number of rows changed."""
        if not self._depth:
            raise RuntimeError("written outside a transaction")
        return self._connection.execute(statement, values).rowcount

    def rows(self, query: str, *values: Any) -> list[tuple[Any, ...]]:
        """All rows of a query."""
        with self._lock, translated():
            return self._connection.execute(query, values).fetchall()

    def batches(self, query: str, size: int = 1000) -> Iterator[list[tuple[Any, ...]]]:
        """The rows of a query that has a place for the last key seen and one for the limit, in batches."""
        last = 0
        while batch := self.rows(query, last, size):
            yield batch
            last = batch[-1][0]

    def faults(self) -> list[str]:
        """What SQLite itself finds wrong in the file; empty if nothing."""
        return [text for (text,) in self.rows("PRAGMA quick_check(5)") if text != "ok"]

    def close(self) -> None:
        """Let go of the file. Twice is harmless."""
        with self._lock:
            self._connection.close()
