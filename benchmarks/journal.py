"""What a durable entry costs, against a bare SQLite transaction with the same pragmas on the same disk."""

from __future__ import annotations

import sqlite3
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from benchmarks.figure import Figure, p99
from kiosk.clock import SystemClock
from kiosk.journal.entries import Facts
from kiosk.journal.store import Journal

RUNS = 3000
FACTS: Facts = {"document": "D20261122000045", "sheets": 2}


def measure() -> list[Figure]:
    """One figure: the two in turn, so that a drifting disk hurts both."""
    with tempfile.TemporaryDirectory(dir=Path.cwd()) as name:
        folder = Path(name)
        connection = sqlite3.connect(folder / "bare.db", isolation_level=None)
        for pragma in ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON", "secure_delete = ON"):
            connection.execute(f"PRAGMA {pragma}")
        connection.execute("CREATE TABLE entry (sequence INTEGER PRIMARY KEY, text TEXT)")
        journal = Journal(folder / "journal.db", SystemClock(), "K0001")
        business = journal.new_business()
        bare, entries = [], []
        for _ in range(RUNS):
            bare.append(_milliseconds(lambda: connection.execute("INSERT INTO entry (text) VALUES (?)", ("x" * 300,))))
            entries.append(_milliseconds(lambda: journal.note(business, "printing", FACTS)))
        connection.close()
        journal.close()
    limit = p99(bare)
    return [Figure("journal entry, durable, p99", p99(entries), "ms", 1.3 * limit, "bare SQLite commit", limit)]


def _milliseconds(act: Callable[[], object]) -> float:
    begun = time.perf_counter()
    act()
    return (time.perf_counter() - begun) * 1000
