"""What wears out, told before it fails (F101): by what a kiosk counted in the last week, beside the four weeks before.

A rate is worth telling when it is high for any kiosk, or high enough and twice what it used to be here. Judged by the
day, in the kiosks' zone, of counters as they last stood on each day (``counter_day``). A kiosk that told none a week
ago, or whose journal was begun anew since, has nothing to be compared with.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from types import MappingProxyType
from typing import NamedTuple

from sqlalchemy import func, or_, select
from sqlalchemy.engine import Connection

from kiosk.clock import KIOSK_ZONE
from kiosk.fleet.alerts.judging import Found, Judge, Key
from kiosk.fleet.store.tables import counter_day, kiosk
from kiosk.fleet.wear import Rate, rates

WEEK, BEFORE = timedelta(days=7), timedelta(days=28)
FEWEST = 5
"""Times in the week: once or twice is chance."""
KNOWN_BY = 100
"""Occasions in the weeks before, with which what used to be is known."""
TWICE = 2.0


class Limit(NamedTuple):
    """``least`` and ``much``: per thousand. Below the one nothing is told, from the other always."""

    code: str
    device: str
    least: float
    much: float


LIMITS: Mapping[str, Limit] = MappingProxyType(
    {
        "card_jams": Limit("fleet.card_jams", "card_printer", 10, 30),
        "card_retries": Limit("fleet.card_retries", "card_printer", 30, 100),
        "head_hot": Limit("fleet.head_hot", "card_printer", 20, 60),
        "apdu_errors": Limit("fleet.chip_errors", "card_reader", 20, 60),
        "id_reads_failed": Limit("fleet.id_reads_failed", "id_reader", 50, 150),
        "paper_jams": Limit("fleet.paper_jams", "receipt_printer", 5, 20),
    }
)
"""By what :func:`kiosk.fleet.wear.rates` calls it."""

AT_ONCE = 500
"""Kiosks of one question to the database."""

_COUNTED = or_(
    counter_day.c.name == "receipts",
    *(counter_day.c.name.startswith(each) for each in ("cards.", "card_printer.", "errors.", "visits.")),
)


@dataclass(frozen=True, slots=True)
class Stood:
    """One kiosk's counters, as they last stood by the end of a day. ``at``: when they were heard of."""

    journal: str
    at: int
    counts: Mapping[str, int]


class Wearing(Judge):
    """Judges the last week, once an hour."""

    codes = tuple(limit.code for limit in LIMITS.values())
    look_every = 3600.0
    lock = 718204

    def judge(self, connection: Connection, now: int) -> Mapping[Key, Found]:
        """By kiosk and the part that wears."""
        today = datetime.fromtimestamp(now / 1000, KIOSK_ZONE).date()
        newest, week_ago = _stood(connection, today), _stood(connection, today - WEEK)
        earlier = _stood(connection, today - WEEK - BEFORE)
        return {
            (name, limit.device, limit.code): Found(newest[name].at, facts)
            for name, before in week_ago.items()
            if name in newest
            for limit, facts in worn(_since(newest[name], before), _since(before, earlier.get(name)))
        }


def worn(week: Mapping[str, int], before: Mapping[str, int]) -> Iterator[tuple[Limit, dict[str, int]]]:
    """What is worth telling, of counts of the last week and of the weeks before; pure."""
    used_to_be = {rate.what: rate for rate in rates(before)}
    for rate in rates(week):
        limit, known = LIMITS[rate.what], used_to_be.get(rate.what)
        if rate.times >= FEWEST and _is_high(rate, limit, known):
            facts = {"count": rate.times, "of": rate.of, "per_thousand": round(rate.per_thousand)}
            if known is not None and known.of >= KNOWN_BY:
                facts["before_per_thousand"] = round(known.per_thousand)
            yield limit, facts


def _is_high(rate: Rate, limit: Limit, known: Rate | None) -> bool:
    if rate.per_thousand >= limit.much:
        return True
    rises = known is not None and known.of >= KNOWN_BY and rate.per_thousand >= TWICE * known.per_thousand
    return rises and rate.per_thousand >= limit.least


def _stood(connection: Connection, by: date) -> dict[str, Stood]:
    of_it, counts, last = counter_day.c, defaultdict[str, dict[str, int]](dict), dict[str, tuple[int, str]]()
    for day, kiosks in _newest(connection, by).items():
        for first in range(0, len(kiosks), AT_ONCE):
            wanted = select(of_it.kiosk, of_it.name, of_it.value, of_it.journal, of_it.received_at)
            wanted = wanted.where(of_it.kiosk.in_(kiosks[first : first + AT_ONCE]), of_it.day == day, _COUNTED)
            for name, counter, value, journal, at in connection.execute(wanted):
                counts[name][counter] = value
                last[name] = max(last.get(name, (0, "")), (at, journal))
    return {name: Stood(journal, at, counts[name]) for name, (at, journal) in last.items()}


def _newest(connection: Connection, by: date) -> dict[str, list[str]]:
    """Kiosks by the newest day, up to ``by``, of which they told. Found kiosk by kiosk, or all days would be read."""
    told = (counter_day.c.kiosk == kiosk.c.id) & (counter_day.c.day <= by.isoformat())
    newest = select(func.max(counter_day.c.day)).where(told).correlate(kiosk).scalar_subquery()
    found: dict[str, list[str]] = defaultdict(list)
    for name, day in connection.execute(select(kiosk.c.id, newest).where(kiosk.c.retired_at.is_(None))):
        if day is not None:
            found[day].append(name)
    return found


def _since(last: Stood, first: Stood | None) -> dict[str, int]:
    """What was counted between the two; all of it where it was not known before. Empty for two journals."""
    if first is not None and first.journal != last.journal:
        return {}
    known = first.counts if first is not None else {}
    counted = {name: value - known.get(name, 0) for name, value in last.counts.items()}
    return {name: count for name, count in counted.items() if count > 0}
