"""Spans of time and the published hours. Pure. A span is (begin, end) in milliseconds, the end not within it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta

from kiosk.clock import KIOSK_ZONE

Span = tuple[int, int]
Hours = Sequence[Sequence[Sequence[int]]]
"""Seven lists, Monday first, of [begin, end] in minutes of the day in the kiosk's zone."""


def union(spans: Iterable[Span]) -> list[Span]:
    """In order, none touching another, empty ones left out."""
    merged: list[Span] = []
    for begin, end in sorted(each for each in spans if each[0] < each[1]):
        if merged and begin <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((begin, end))
    return merged


def within(spans: Iterable[Span], limits: Iterable[Span]) -> list[Span]:
    """The parts of ``spans`` that lie within ``limits``."""
    bounds = union(limits)
    return union((max(begin, low), min(end, high)) for begin, end in union(spans) for low, high in bounds if low < end)


def without(spans: Iterable[Span], holes: Iterable[Span]) -> list[Span]:
    """The parts of ``spans`` that lie outside ``holes``."""
    left = union(spans)
    for low, high in union(holes):
        left = [part for begin, end in left for part in ((begin, min(end, low)), (max(begin, high), end))]
        left = [each for each in left if each[0] < each[1]]
    return left


def length(spans: Iterable[Span]) -> int:
    """Milliseconds altogether, of spans that do not overlap."""
    return sum(end - begin for begin, end in spans)


def published(hours: Hours | None, since: int, until: int) -> list[Span]:
    """The published hours between two instants; None: always."""
    if hours is None:
        return union([(since, until)])
    zone_day = datetime.fromtimestamp(since / 1000, UTC).astimezone(KIOSK_ZONE).date()
    last = datetime.fromtimestamp(until / 1000, UTC).astimezone(KIOSK_ZONE).date()
    spans: list[Span] = []
    while zone_day <= last:
        midnight = datetime(zone_day.year, zone_day.month, zone_day.day, tzinfo=KIOSK_ZONE)
        for begin, end in hours[zone_day.weekday()]:
            spans.append((_milliseconds(midnight, begin), _milliseconds(midnight, end)))
        zone_day += timedelta(days=1)
    return within(spans, [(since, until)])


def _milliseconds(midnight: datetime, minutes: int) -> int:
    return int((midnight + timedelta(minutes=minutes)).timestamp() * 1000)
