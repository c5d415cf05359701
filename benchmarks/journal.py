"""What a durable entry costs, against the disk's own limit and against what the journal would be without its care.

    .venv/bin/python benchmarks/journal.py

In the same run, on the same disk: one write and fdatasync of an entry's size (the physical limit), one bare SQLite
transaction with ``synchronous=FULL``, one journal entry (hash, head, checks), and one entry together with outbox and
counter. Limit: an entry takes at most 1 ms or a quarter more than the bare transaction.
"""

from __future__ import annotations

import json
import os
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from kiosk.clock import SystemClock
from kiosk.journal.store import Journal

RUNS = 500
CHAIN = 50_000
FACTS = {"document": "D20261122000045", "sheets": 2}


def milliseconds(act: Callable[[], object]) -> dict[str, float]:
    """Median and 95th percentile of one call."""
    taken = []
    for _ in range(RUNS):
        begun = time.perf_counter()
        act()
        taken.append((time.perf_counter() - begun) * 1000)
    return {"median_ms": round(statistics.median(taken), 3), "p95_ms": round(statistics.quantiles(taken, n=20)[18], 3)}


def limit_of_the_disk(folder: Path) -> dict[str, float]:
    """Append 400 bytes and have the disk keep them."""
    descriptor = os.open(folder / "limit", os.O_CREAT | os.O_WRONLY | os.O_APPEND)
    try:
        return milliseconds(lambda: (os.write(descriptor, bytes(400)), os.fdatasync(descriptor)))
    finally:
        os.close(descriptor)


def bare_sqlite(folder: Path) -> dict[str, float]:
    """One row of an entry's size in a transaction of its own."""
    connection = sqlite3.connect(folder / "bare.db", isolation_level=None)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("CREATE TABLE entry (sequence INTEGER PRIMARY KEY, text TEXT)")
    try:
        return milliseconds(lambda: connection.execute("INSERT INTO entry (text) VALUES (?)", ("x" * 300,)))
    finally:
        connection.close()


def main() -> int:
    """Print the figures as JSON; exit code 1 when the limit is passed."""
    with tempfile.TemporaryDirectory(dir=Path.cwd()) as name:
        folder = Path(name)
        figures: dict[str, object] = {"disk": limit_of_the_disk(folder)}
        figures["bare_sqlite"] = bare = bare_sqlite(folder)
        journal = Journal(folder / "journal.db", SystemClock(), "K0001")
        business = journal.new_business()
        figures["entry"] = entry = milliseconds(lambda: journal.note(business, "printing", FACTS))

        def together() -> None:
            with journal.together():
                journal.note(business, "printing", FACTS)
                journal.counters.add("sheets", 2)
                journal.outbox.add("document", FACTS)

        figures["entry_outbox_counter"] = milliseconds(together)
        with journal.together():
            for _ in range(CHAIN):
                journal.note(business, "printing", FACTS)
        begun = time.perf_counter()
        whole = journal.verify() is None
        figures["verify_entries_per_second"] = round(CHAIN / (time.perf_counter() - begun))
        journal.close()
    good = whole and entry["median_ms"] <= max(1.0, 1.25 * bare["median_ms"])
    print(json.dumps({**figures, "within_limit": good}, indent=2))
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
