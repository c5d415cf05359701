"""What tells of wear before a fault does: errors met, commands said again, visits; counted in memory, then kept.

Names: ``errors.<fault code>`` (calls of a driver that met it), ``<device>.<count>`` (what the driver counts itself,
such as ``id_reader.retries``), ``visits.<means>``. What cards and sheets have done is counted by the ledger and the
record, in their own transactions: ``cards.issued``, ``cards.spoiled``, ``cards.read``, ``receipts``.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Mapping
from typing import Any

from devices.contract import DeviceError, counts_of
from devices.worker import DeviceWorker
from kiosk.journal.store import Journal

CHIP = frozenset(
    {"mute", "garbled", "bad_data", "access_denied", "authentication_failed", "write_not_verified", "refused"}
)
"""Errors of a card reader that are the chip's answers, or their absence: APDU errors."""
NOT_A_READ = frozenset({"not_connected", "no_answer", "no_card"})
"""Errors of an ID reader without a card that it tried to read."""


class Tally:
    """Counts of this process that the journal has not got yet. Thread-safe: devices fail on their own threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._counted: Counter[str] = Counter()
        self._drivers: dict[str, int] = {}

    def add(self, name: str, amount: int = 1) -> None:
        """Count on."""
        with self._lock:
            self._counted[name] += amount

    def follow(self, devices: Mapping[str, DeviceWorker[Any] | None]) -> None:
        """From now on, what a call of these devices fails with is counted."""
        for worker in devices.values():
            if worker is not None:
                worker.failed = self._failed

    def _failed(self, error: DeviceError) -> None:
        self.add(f"errors.{error.code}")

    async def ask_drivers(self, devices: Mapping[str, DeviceWorker[Any] | None]) -> None:
        """What the drivers have counted since they were last asked."""
        for name, worker in devices.items():
            if worker is not None:
                for word, value in (await worker.call(counts_of)).items():
                    self._driver(f"{name}.{word}", value)

    def _driver(self, name: str, value: int) -> None:
        if more := value - self._drivers.get(name, 0):
            self.add(name, max(0, more))
        self._drivers[name] = value

    def keep(self, journal: Journal) -> None:
        """Put them into the journal's counters, all or none; waits for the disk. Raises JournalError."""
        with self._lock:
            counted, self._counted = self._counted, Counter()
        try:
            with journal.together():
                for name, amount in counted.items():
                    journal.counters.add(name, amount)
        except BaseException:
            with self._lock:
                self._counted += counted
            raise


def per_thousand(counts: Mapping[str, int]) -> dict[str, float]:
    """How often something goes wrong, for each thousand of what it happens to; without what has never happened.

    ``card_jams`` and ``card_retries`` per cards made, ``apdu_errors`` per citizens' cards read, ``id_reads_failed`` per
    visits by ID card, ``paper_jams`` per receipts.
    """

    def total(*endings: str, of: str) -> int:
        return sum(n for name, n in counts.items() if name.startswith(of) and name.endswith(endings))

    made = sum(counts.get(f"cards.{end}", 0) for end in ("issued", "spoiled", "held", "retained", "missing"))
    jams = sum(n for name, n in counts.items() if name.startswith("errors.card_printer.jam"))
    chip = sum(counts.get(f"errors.card_reader.{each}", 0) for each in CHIP)
    unread = sum(
        n
        for name, n in counts.items()
        if name.startswith("errors.id_reader.") and name.rpartition(".")[2] not in NOT_A_READ
    )
    ratios = {
        "card_jams": (jams, made),
        "card_retries": (total(".retries", ".damaged", of="card_printer"), made),
        "apdu_errors": (chip, counts.get("cards.read", 0)),
        "id_reads_failed": (unread, counts.get("visits.id_card", 0)),
        "paper_jams": (total("cutter_jammed", of="errors.receipt_printer"), counts.get("receipts", 0)),
    }
    return {name: round(1000 * wrong / of, 1) for name, (wrong, of) in ratios.items() if of}
