"""The journal: intents before what cannot be undone, outcomes after it, chained by hashes, durable when a call returns.

Calls block until the disk has it (some milliseconds; :func:`asyncio.to_thread` where that matters) and may come from
any thread. What belongs together is written within :meth:`Journal.together`::

    with journal.together():
        journal.outcome(intent, "printed", {"sheets": 2})
        journal.counters.add("sheets", 2)
        journal.outbox.add("document_activated", {"document": number})
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from sqlite3 import IntegrityError
from typing import Any

from kiosk.clock import Clock
from kiosk.journal.business_number import BusinessNumber, compose
from kiosk.journal.card_custody import CardCustody
from kiosk.journal.counters import Counters
from kiosk.journal.database import Database
from kiosk.journal.entries import GENESIS, Entry, Facts, Kind, canonical, chained, instant, refuse_personal
from kiosk.journal.errors import JournalDamaged
from kiosk.journal.issues import Issues
from kiosk.journal.ledger import Ledger
from kiosk.journal.orders import Orders
from kiosk.journal.outbox import Outbox
from kiosk.journal.telemetry import TelemetryLane

NOTHING: Facts = {}

_COLUMNS = "sequence, business, kind, step, at, intent, result, facts, previous, hash"
_INSERT = f"INSERT INTO entry ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"  # noqa: S608 - a constant
_WORD = re.compile(r"[a-z][a-z0-9_.\-]{0,99}")


@dataclass(frozen=True, slots=True)
class OpenBusiness:
    """A business with something meant and not yet known to be done or undone; ``intents`` in their order."""

    business: BusinessNumber
    intents: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class Break:
    """The first place where the chain does not hold. ``entry`` None: entries are missing at the end."""

    sequence: int
    reason: str
    entry: Entry | None


class Journal:
    """The record of one kiosk.

    ``kiosk``: the kiosk's id, part of every business number. Opening reads the whole file once (some seconds for
    years of entries): raises JournalDamaged when SQLite finds it broken, or the chain does not hold, JournalFull,
    JournalBusy. A write that was cut off by a power failure is not damage: it never happened.
    """

    def __init__(self, path: Path, clock: Clock, kiosk: str, *, busy_seconds: float = 5.0) -> None:
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise JournalDamaged(f"the folder cannot be made: {error.strerror}") from error
        self._clock = clock
        self._kiosk = kiosk
        self._database = Database(path, busy_seconds=busy_seconds)
        self._head: tuple[int, int, bytes] | None = None
        """Rollbacks by then, sequence, hash: of the last entry, as this process wrote it."""
        self.outbox = Outbox(self._database, clock)
        self.telemetry = TelemetryLane(self._database, clock)
        self.orders = Orders(self._database)
        self.custody = CardCustody(self._database, clock)
        self.counters = Counters(self._database)
        self.issues = Issues(self._database, clock)
        self.ledger = Ledger(self._database, clock, self.counters, self._stock_note)
        self.on_note: Callable[[str, Facts], None] = lambda step, facts: None
        """Called with every note, in the transaction that writes it; what it raises undoes the note."""
        try:
            self._refuse_damage(path)
        except BaseException:
            self.close()
            raise

    def _refuse_damage(self, path: Path) -> None:
        """SQLite looks through the file, on a connection of its own, while the chain is verified."""
        with ThreadPoolExecutor(1) as aside:
            checking = aside.submit(_faults, path)
            found = self.verify()
        if faults := checking.result():
            raise JournalDamaged(faults[0])
        if found:
            raise JournalDamaged(f"entry {found.sequence}: {found.reason}")

    def close(self) -> None:
        """Let go of the file. Twice is harmless."""
        self._database.close()

    def together(self) -> AbstractContextManager[None]:
        """All that is written within becomes durable at its end, at once; on an exception, nothing of it does."""
        return self._database.transaction()

    # -- writing -------------------------------------------------------------------------------------------------------

    def new_business(self) -> BusinessNumber:
        """The number of a new business of today; never given twice, whatever the clock does."""
        day = self._clock.today()
        return compose(day, self._kiosk, self.counters.add(f"business.{day:%Y%m%d}"))

    def intent(self, business: BusinessNumber, step: str, facts: Facts = NOTHING) -> Entry:
        """Something is about to be done. ``step``: a word of the house, such as a chart's state path.

        Raises PersonalDataRefused (nothing is written), TypeError for a fact that is no plain value, JournalError.
        """
        return self._append(business, Kind.INTENT, step, None, None, facts)

    def outcome(self, intent: Entry, result: str, facts: Facts = NOTHING) -> Entry:
        """What became of it, in one word; ``unknown`` is one. Raises ValueError for a second outcome."""
        if intent.kind is not Kind.INTENT:
            raise ValueError("only an intent has an outcome")
        with self.together():
            if self._database.rows("SELECT 1 FROM entry WHERE intent = ?", intent.sequence):
                raise ValueError(f"intent {intent.sequence} has its outcome")
            return self._append(intent.business, Kind.OUTCOME, intent.step, intent.sequence, result, facts)

    def note(self, business: BusinessNumber, step: str, facts: Facts = NOTHING) -> Entry:
        """Something worth knowing that needs no outcome."""
        with self.together():
            entry = self._append(business, Kind.NOTE, step, None, None, facts)
            self.on_note(step, facts)
            return entry

    def _stock_note(self, step: str, facts: Facts, business: BusinessNumber | None) -> None:
        self.note(business or self.new_business(), step, facts)

    def _append(
        self, business: BusinessNumber, kind: Kind, step: str, intent: int | None, result: str | None, facts: Facts
    ) -> Entry:
        for word in (step, result):
            if word is not None and not _WORD.fullmatch(word):
                raise ValueError("a step or result is a word of the house: lower case, digits, _ . -")
        refuse_personal(facts)
        told = canonical(dict(facts))
        with self.together():
            try:
                return self._link(*self._last(), business, kind, step, intent, result, told)
            except IntegrityError:
                self._head = None  # another process has written meanwhile: its entry has the number
                return self._link(*self._last(), business, kind, step, intent, result, told)

    def _last(self) -> tuple[int, bytes]:
        """Number and hash of the last entry."""
        if self._head is not None and self._head[0] == self._database.undone:
            return self._head[1:]
        rows = self._database.rows("SELECT sequence, hash FROM head")
        return rows[0] if rows else (0, GENESIS)

    def _link(
        self,
        last: int,
        previous: bytes,
        business: BusinessNumber,
        kind: Kind,
        step: str,
        intent: int | None,
        result: str | None,
        facts: str,
    ) -> Entry:
        """An entry at the end of the chain. Raises IntegrityError when that is not the end."""
        content = (last + 1, business, kind.value, step, instant(self._clock.now()), intent, result, facts)
        digest = chained(previous, content)
        self._database.write(_INSERT, *content, previous, digest)
        if not self._database.write("UPDATE head SET sequence = ?, hash = ?", last + 1, digest):
            self._database.write("INSERT INTO head (one, sequence, hash) VALUES (1, ?, ?)", last + 1, digest)
        self._head = (self._database.undone, last + 1, digest)
        return Entry(last + 1, business, kind, step, content[4], intent, result, facts, previous, digest)

    # -- reading -------------------------------------------------------------------------------------------------------

    def entries(self, business: BusinessNumber | None = None) -> Iterator[Entry]:
        """All entries, or one business's, in their order."""
        yield from entries_of(self._database, business)

    def open_businesses(self) -> tuple[OpenBusiness, ...]:
        """Those with an intent that has no outcome, the oldest first: what a restart must look into."""
        return open_businesses_of(self._database)

    def verify(self) -> Break | None:
        """Check every entry's hash, the chain, and that none is missing; the first break, or None."""
        return verify(self._database)


def _faults(path: Path) -> list[str]:
    database = Database(path, read_only=True)
    try:
        return database.faults()
    finally:
        database.close()


def entries_of(database: Database, business: BusinessNumber | None = None) -> Iterator[Entry]:
    """All entries of a file, or one business's, in their order, read in batches."""
    if business is not None:
        query = f"SELECT {_COLUMNS} FROM entry WHERE business = ? ORDER BY sequence"  # noqa: S608 - a constant
        yield from (_entry(row) for row in database.rows(query, business))
        return
    query = f"SELECT {_COLUMNS} FROM entry WHERE sequence > ? ORDER BY sequence LIMIT ?"  # noqa: S608 - a constant
    for batch in database.batches(query):
        yield from (_entry(row) for row in batch)


def open_businesses_of(database: Database) -> tuple[OpenBusiness, ...]:
    """As :meth:`Journal.open_businesses`."""
    rows = database.rows(
        f"SELECT {_COLUMNS} FROM entry WHERE kind = 'intent'"  # noqa: S608 - a constant
        " AND sequence NOT IN (SELECT intent FROM entry WHERE intent IS NOT NULL) ORDER BY sequence"
    )
    found: dict[BusinessNumber, list[Entry]] = {}
    for entry in map(_entry, rows):
        found.setdefault(entry.business, []).append(entry)
    return tuple(OpenBusiness(business, tuple(intents)) for business, intents in found.items())


def verify(database: Database) -> Break | None:
    """As :meth:`Journal.verify`."""
    last, digest = 0, GENESIS
    query = f"SELECT {_COLUMNS} FROM entry WHERE sequence > ? ORDER BY sequence LIMIT ?"  # noqa: S608 - a constant
    for batch in database.batches(query, 5000):
        for row in batch:
            sequence, previous, found = row[0], row[8], row[9]
            if sequence != last + 1:
                return Break(last + 1, "missing", _entry(row))
            if previous != digest:
                return Break(sequence, "does not follow the entry before it", _entry(row))
            if found != chained(previous, row[:8]):
                return Break(sequence, "was changed after it was written", _entry(row))
            last, digest = sequence, found
    rows = database.rows("SELECT sequence, hash FROM head")
    if (rows[0] if rows else (0, GENESIS)) != (last, digest):
        return Break(last + 1, "missing at the end", None)
    return None


def _entry(row: tuple[Any, ...]) -> Entry:
    sequence, business, kind, step, at, intent, result, facts, previous, digest = row
    return Entry(sequence, BusinessNumber(business), Kind(kind), step, at, intent, result, facts, previous, digest)
