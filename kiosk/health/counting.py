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
        """What the drivers have counted since they were last asked; one that does not come back is asked no more."""
        for name, worker in devices.items():
            if worker is not None and not worker.given_up:
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
