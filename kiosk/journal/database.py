"""The file under the journal: SQLite in WAL mode with ``synchronous=FULL``; what is committed survives a power cut."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from kiosk.journal.errors import JournalDamaged, translated
from kiosk.journal.schema import VERSIONS

VERSION = len(VERSIONS)


class Database:
    """One connection, usable from any thread, one at a time."""

    def __init__(self, path: Path, *, read_only: bool = False, busy_seconds: float = 5.0) -> None:
        self._lock = threading.RLock()
        self._depth = 0
        self.undone = 0
        """How many transactions, or parts of one, were rolled back: what was kept in memory of them is not so."""
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
            if version < VERSION and not read_only:
                self._bring_up_to_date()
            elif version != VERSION:
                raise JournalDamaged(f"a journal of version {version}; this software knows version {VERSION}")

    def _bring_up_to_date(self) -> None:
        """Make the tables that are missing, all or none; a process that does so at the same time is waited for."""
        with self.transaction():
            (version,) = self._connection.execute("PRAGMA user_version").fetchone()
            for statements in VERSIONS[version:]:
                for statement in statements.split(";"):
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
                self.undone += 1
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
