"""What reports and searches show, as values."""

from __future__ import annotations

from typing import Any

from kiosk.fleet.desk.shapes import Shape


class Found(Shape):
    """Something a kiosk told, found again. ``key``: to ask for what was before."""

    key: str
    kiosk: str
    journal: str
    sequence: int
    kind: str
    happened_at: int
    received_at: int
    late: bool
    body: dict[str, Any]


class AvailabilityRow(Shape):
    """``facet``: ``service`` or a capability, of a kiosk; empty ``kiosk``: all together. Times in milliseconds.

    ``counted``: published hours that count; ``excluded``: those taken out; ``share`` from 0 to 1; ``repair``: mean
    length of an outage."""

    kiosk: str
    facet: str
    counted: int
    excluded: int
    down: int
    outages: int
    repair: int | None
    share: float | None


class Exclusion(Shape):
    """Hours taken out of the count. At most one of kiosk, site, line is named; none: all kiosks."""

    id: int
    kind: str
    kiosk: str
    site: str
    line: str
    began_at: int
    ended_at: int
    reason: str
    made_by: str
    made_at: int
    withdrawn_by: str | None
    withdrawn_at: int | None


class AvailabilityReport(Shape):
    """``fleet``: all kiosks together, by facet."""

    since: int
    until: int
    fleet: tuple[AvailabilityRow, ...]
    kiosks: tuple[AvailabilityRow, ...]
    exclusions: tuple[Exclusion, ...]


class BusinessRow(Shape):
    """How a service went. ``left_at``: steps at which people left, how many. ``seconds``: mean time in each step."""

    service: str
    done: int
    refused: int
    abandoned: int
    failed: int
    left_at: dict[str, int]
    refused_for: dict[str, int]
    seconds: dict[str, float]


class BusinessReport(Shape):
    """``since``, ``until``: the first and the last day."""

    since: str
    until: str
    services: tuple[BusinessRow, ...]
