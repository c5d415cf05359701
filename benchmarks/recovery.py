"""A start after a power cut, with years in the journal and one card in the machine: how long until it is known where.

Measured is from nothing open to the first decision of recovery: the file checked and its whole chain verified, the
issue found, the printer's sensors and the host asked. Beside it: SQLite checking the same file and reading it once.
"""

from __future__ import annotations

import asyncio
import statistics
import time
from pathlib import Path
from typing import Any

from benchmarks.figure import Figure
from benchmarks.issuing_hall import hall, proof
from kiosk.journal.database import Database
from kiosk.journal.store import Journal

ENTRIES = 100_000
RUNS = 5


def measure() -> list[Figure]:
    """One figure."""
    with hall() as bench:
        known, read = asyncio.run(_starts(bench))
    return [
        Figure(
            f"start with {ENTRIES:,} entries: it is known where the card is", known, "s", 1.0,
            "SQLite checks and reads the file", read,
        )
    ]  # fmt: skip


async def _starts(bench: Any) -> tuple[float, float]:
    place = proof("hall").Hall(bench)
    await place.open()
    file = place.kiosk.settings.journal_file
    await asyncio.to_thread(_fill, place.kiosk.journal)
    known, read = [], []
    for _ in range(RUNS):
        known.append(await place.seconds_until_known("making.printing"))
        read.append(await asyncio.to_thread(_read, file))
        await place.visit(place.seal)
    await place.close()
    return statistics.median(known), statistics.median(read)


def _fill(journal: Journal) -> None:
    written = 0
    while written < ENTRIES:
        with journal.together():
            for _ in range(100):
                business = journal.new_business()
                for _ in range(10):
                    journal.note(business, "issue.record_verified", {"file": "0006", "position": 7})
        written += 1000


def _read(file: Path) -> float:
    begun = time.perf_counter()
    database = Database(file, read_only=True)
    database.faults()
    for _ in database.batches("SELECT * FROM entry WHERE sequence > ? ORDER BY sequence LIMIT ?"):
        pass
    database.close()
    return time.perf_counter() - begun
