"""Availability, time to repair, and how businesses went: as values and as CSV."""

from __future__ import annotations

import csv
import io
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import Engine, Row, func, select

from kiosk.clock import KIOSK_ZONE
from kiosk.fleet.desk.errors import Wrong
from kiosk.fleet.desk.shapes_reports import AvailabilityReport, AvailabilityRow, BusinessReport, BusinessRow, Exclusion
from kiosk.fleet.store import availability
from kiosk.fleet.store.availability import Availability
from kiosk.fleet.store.tables import outcome_day, step_day

LONGEST = 366
"""Days that a report may cover."""
HOUR = 3_600_000


def period(first: date, last: date) -> tuple[int, int]:
    """From the beginning of the first day to the end of the last, in milliseconds. Raises Wrong."""
    if not date(2000, 1, 1) <= first <= last < date(2100, 1, 1):
        raise Wrong("the first day must be before the last")
    if (last - first).days >= LONGEST:
        raise Wrong(f"at most {LONGEST} days")
    return _midnight(first), _midnight(last + timedelta(days=1))


def availability_report(engine: Engine, first: date, last: date, now: int) -> AvailabilityReport:
    """Of the days up to now. Raises Wrong."""
    since, until = period(first, last)
    until = max(since, min(until, now))
    with engine.connect() as connection:
        rows = availability.report(connection, since, until)
        exclusions = availability.exclusions(connection, since, until)
    return AvailabilityReport(
        since=since,
        until=until,
        fleet=tuple(_together(rows)),
        kiosks=tuple(map(_row, rows)),
        exclusions=_exclusions(exclusions),
    )


def exclusions_of(engine: Engine, kiosk: str, since: int, until: int) -> tuple[Exclusion, ...]:
    """What was taken out of the count of one kiosk, also what was withdrawn again."""
    with engine.connect() as connection:
        return _exclusions(availability.exclusions(connection, since, until, of_kiosk=kiosk))


def business_report(engine: Engine, first: date, last: date) -> BusinessReport:
    """Raises Wrong."""
    period(first, last)
    days = outcome_day.c.day.between(first.isoformat(), last.isoformat())
    outcomes = (
        select(
            outcome_day.c.service,
            outcome_day.c.result,
            outcome_day.c.step,
            outcome_day.c.reason,
            func.sum(outcome_day.c["count"]),
        )
        .where(days)
        .group_by(outcome_day.c.service, outcome_day.c.result, outcome_day.c.step, outcome_day.c.reason)
    )
    times = (
        select(step_day.c.service, step_day.c.step, func.sum(step_day.c.milliseconds), func.sum(step_day.c.visits))
        .where(step_day.c.day.between(first.isoformat(), last.isoformat()))
        .group_by(step_day.c.service, step_day.c.step)
    )
    results: dict[str, Counter[str]] = defaultdict(Counter)
    left: dict[str, Counter[str]] = defaultdict(Counter)
    reasons: dict[str, Counter[str]] = defaultdict(Counter)
    seconds: dict[str, dict[str, float]] = defaultdict(dict)
    with engine.connect() as connection:
        for service, result, step, reason, count in connection.execute(outcomes):
            results[service][result] += int(count)
            if result == "abandoned" and step:
                left[service][step] += int(count)
            if result == "refused" and reason:
                reasons[service][reason] += int(count)
        for service, step, milliseconds, visits in connection.execute(times):
            if visits:
                seconds[service][step] = round(int(milliseconds) / int(visits) / 1000, 1)
    services = tuple(
        BusinessRow(
            service=service,
            done=results[service]["done"],
            refused=results[service]["refused"],
            abandoned=results[service]["abandoned"],
            failed=results[service]["failed"],
            left_at=dict(left[service].most_common()),
            refused_for=dict(reasons[service].most_common()),
            seconds=dict(sorted(seconds[service].items())),
        )
        for service in sorted(results, key=lambda each: -results[each].total())
    )
    return BusinessReport(since=first.isoformat(), until=last.isoformat(), services=services)


# -- CSV ---------------------------------------------------------------------------------------------------------------


def availability_csv(report: AvailabilityReport) -> Iterator[str]:
    """One line a kiosk and facet; hours with two decimals. With a byte order mark: spreadsheets then read UTF-8."""
    head = (
        "kiosk", "facet", "counted_hours", "excluded_hours", "down_hours", "outages", "repair_hours", "availability",
    )  # fmt: skip
    lines = (
        (
            each.kiosk or "*",
            each.facet,
            _hours(each.counted),
            _hours(each.excluded),
            _hours(each.down),
            each.outages,
            "" if each.repair is None else _hours(each.repair),
            "" if each.share is None else f"{each.share:.5f}",
        )
        for each in (*report.fleet, *report.kiosks)
    )
    return _csv(head, lines)


def exclusions_csv(exclusions: Sequence[Exclusion]) -> Iterator[str]:
    """One line an adjustment, also those withdrawn."""
    head = ("id", "kind", "kiosk", "site", "line", "from", "to", "reason", "by", "at", "withdrawn_by", "withdrawn_at")
    lines = (
        (
            each.id,
            each.kind,
            each.kiosk,
            each.site,
            each.line,
            _iso(each.began_at),
            _iso(each.ended_at),
            each.reason,
            each.made_by,
            _iso(each.made_at),
            each.withdrawn_by or "",
            "" if each.withdrawn_at is None else _iso(each.withdrawn_at),
        )
        for each in exclusions
    )
    return _csv(head, lines)


def business_csv(report: BusinessReport) -> Iterator[str]:
    """One line a service; where people left most and the slowest step by name."""
    head = ("service", "done", "refused", "abandoned", "failed", "most_left_at", "slowest_step", "slowest_seconds")
    lines = []
    for each in report.services:
        slowest = max(each.seconds, key=lambda step: each.seconds[step], default="")
        lines.append(
            (
                each.service,
                each.done,
                each.refused,
                each.abandoned,
                each.failed,
                next(iter(each.left_at), ""),
                slowest,
                each.seconds.get(slowest, ""),
            )
        )
    return _csv(head, lines)


def steps_csv(report: BusinessReport) -> Iterator[str]:
    """One line a service and step: how long it takes on average, how many left there."""
    lines = (
        (each.service, step, each.seconds.get(step, ""), each.left_at.get(step, 0))
        for each in report.services
        for step in (*each.seconds, *(left for left in each.left_at if left not in each.seconds))
    )
    return _csv(("service", "step", "mean_seconds", "left_here"), lines)


def _csv(head: Sequence[str], lines: Iterable[Sequence[object]]) -> Iterator[str]:
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\r\n")
    buffer.write("\ufeff")
    for line in (head, *lines):
        writer.writerow([cell(each) for each in line])
        yield buffer.getvalue()
        buffer.seek(0)
        buffer.truncate()


def cell(value: object) -> object:
    """Of a table: text that a spreadsheet would take for a formula is kept text."""
    return f"'{value}" if isinstance(value, str) and value[:1] in "=+-@\t\r" and value else value


def _exclusions(rows: Iterable[Row[Any]]) -> tuple[Exclusion, ...]:
    return tuple(Exclusion(**{name: each._mapping[name] for name in Exclusion.model_fields}) for each in rows)


def _together(rows: Sequence[Availability]) -> Iterator[AvailabilityRow]:
    facets: dict[str, list[Availability]] = defaultdict(list)
    for row in rows:
        facets[row.facet].append(row)
    for facet, each in sorted(facets.items(), key=lambda one: (one[0] != availability.SERVICE, one[0])):
        outages = sum(row.outages for row in each)
        repair = sum((row.repair or 0) * row.outages for row in each) // outages if outages else None
        yield _row(
            Availability(
                "",
                facet,
                sum(row.counted for row in each),
                sum(row.excluded for row in each),
                sum(row.down for row in each),
                outages,
                repair,
            )
        )


def _row(each: Availability) -> AvailabilityRow:
    return AvailabilityRow(
        kiosk=each.kiosk,
        facet=each.facet,
        counted=each.counted,
        excluded=each.excluded,
        down=each.down,
        outages=each.outages,
        repair=each.repair,
        share=each.share,
    )


def _hours(milliseconds: int) -> str:
    return f"{milliseconds / HOUR:.2f}"


def _iso(milliseconds: int) -> str:
    return datetime.fromtimestamp(milliseconds / 1000, KIOSK_ZONE).isoformat(timespec="seconds")


def _midnight(day: date) -> int:
    return int(datetime.combine(day, time(), KIOSK_ZONE).timestamp() * 1000)
