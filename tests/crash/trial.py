"""One trial: a card is begun, the power is cut at a point, the kiosk comes back, and everything must still agree."""

from __future__ import annotations

import hashlib
import json
import shutil
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from invariants import every_issue, violations
from kiosk_side import Place
from lives import Cut, Life, Lived, live
from ways import Way
from workshop import Workshop

from kiosk.clock import SystemClock
from kiosk.journal.database import Database
from kiosk.journal.store import Journal

KIOSK = "K0001"
STATES = ("entry", "issue", "outbox", "stock_card", "stock_unread", "path_card", "stock_block", "counter")
SEEN = ("/sandbox/issuing/applications", "/sandbox/issuing/stock", "/sandbox/payer/orders")
UNDER_WAY = ("host:", "chip:DC", "chip:24")
"""What may still be carried out after the kiosk that asked for it is gone."""


class WayError(AssertionError):
    """A way that nobody cut did not end as it should."""


@dataclass(frozen=True)
class Points:
    """The points of a way. ``passed``: all of them; ``apart``: those between which something outside the kiosk's memory
    had changed, the middle of each motion, and every request that may still be under way."""

    passed: tuple[Cut, ...]
    apart: tuple[Cut, ...]


@dataclass
class Trial:
    """What was tried, and what was found wrong afterwards."""

    way: str
    cuts: tuple[Cut, ...]
    outcomes: list[str] = field(default_factory=list)
    violations: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        cuts = ", ".join(map(str, self.cuts)) or "no cut"
        return f"{self.way}, cut at {cuts}: {' -> '.join(self.outcomes)}; {'; '.join(self.violations) or 'all well'}"


def journal_file(bench: Workshop) -> Path:
    return bench.folder / KIOSK / "journal.db"


def begin(bench: Workshop, way: Way) -> Life:
    """The workshop as new, and a citizen who is about to have a card made."""
    bench.renew()
    shutil.rmtree(bench.folder / KIOSK, ignore_errors=True)
    side = "none" if way.reason.value == "first" else "normal"
    (person, *_) = bench.get("/sandbox/people", social_side=side)
    way.prepare(bench)
    place = Place.of(bench, scanner=way.scanner, slot=way.slot)
    return Life(place, person, way.reason, way.hand, answers=dict(way.answers))


def lead(bench: Workshop, life: Life, look: Any = None) -> Lived:
    """See a life to its end."""
    return live(life, take=bench.take, pay=lambda order: bench.post("/sandbox/payer/pay", order=order), look=look)


def survey(bench: Workshop, way: Way) -> Points:
    """Go the whole way once, uncut, and look at the world at every point. Raises WayError."""
    apart: list[Cut] = []
    moving: list[Cut] = []
    before = ""

    def look(here: Cut) -> None:
        nonlocal before
        if here.label.startswith("printer:") and here.label.endswith(":sent"):
            moving.append(here)  # it moves while we look; whether it did, the answer shows
            return
        now = world(bench)
        if now != before:
            apart.extend(moving)
        moving.clear()
        if now != before or (here.label.endswith(":sent") and here.label.startswith(UNDER_WAY)):
            apart.append(here)
        before = now

    lived = lead(bench, begin(bench, way), look)
    if lived.outcome != way.ends:
        raise WayError(f"{way.name}: ended {lived.outcome}, not {way.ends}")
    return Points(tuple(lived.points), tuple(apart))


def world(bench: Workshop) -> str:
    """A digest of all that a power cut leaves: journal, cards, chips, printer, host, payer."""
    database = Database(journal_file(bench), read_only=True)
    try:
        told = [database.rows(f"SELECT * FROM {table}") for table in STATES]
    finally:
        database.close()
    saved = bench.line.call(bench.simulator.save)
    seen = [bench.get(path) for path in SEEN]
    known = json.dumps([saved.get("mechanism", saved), bench.contact.changes, seen], default=str)
    return hashlib.sha256(repr(told).encode() + known.encode()).hexdigest()


def attempt(bench: Workshop, way: Way, *cuts: Cut, days: int = 0, torn: bool = False) -> Trial:
    """Cut a way off at the first point; each further cut falls into the coming back from the one before."""
    trial = Trial(way.name, cuts)
    life = begin(bench, way)
    first = Life(life.place, life.person, life.reason, life.hand, cuts[0] if cuts else None, 0, life.answers)
    trial.outcomes.append(lead(bench, first).outcome)
    if torn:
        tear(journal_file(bench))
    for cut in (*cuts[1:], None):
        trial.outcomes.append(lead(bench, Life(life.place, cut=cut, days=days)).outcome)
    trial.violations += [each for each in trial.outcomes if each.startswith("failed")]
    journal = Journal(journal_file(bench), SystemClock(), KIOSK)
    try:
        trial.violations += violations(bench, journal)
        if not every_issue(journal) and bench.get(SEEN[0]):
            trial.violations.append("the receipt's number finds nothing")
    finally:
        journal.close()
    return trial


def tear(journal: Path) -> None:
    """Half a frame more at the end of the write-ahead log, as a cut within a write leaves it."""
    log = journal.with_name(journal.name + "-wal")
    if log.exists():
        with log.open("ab") as file:
            file.write(bytes(range(256)) * 8)
