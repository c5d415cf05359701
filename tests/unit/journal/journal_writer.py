"""Writes to a journal without end, and says on standard output what it was told is durable. Killed by the test."""

from __future__ import annotations

import sys
from pathlib import Path

from kiosk.clock import SystemClock
from kiosk.journal.store import Journal


def main() -> None:
    """Argument: the file."""
    journal = Journal(Path(sys.argv[1]), SystemClock(), "K0001")
    print("ready", flush=True)
    while True:
        business = journal.new_business()
        intent = journal.intent(business, "printing", {"text": "x" * 200})
        print(intent.sequence, intent.hash.hex(), flush=True)
        with journal.together():
            outcome = journal.outcome(intent, "printed", {"sheets": 1})
            journal.counters.add("sheets")
            journal.outbox.add("document_activated", {"document": str(outcome.sequence)})
        print(outcome.sequence, outcome.hash.hex(), flush=True)


if __name__ == "__main__":
    main()
