"""Availability and time to repair (F98): of the published hours, less those excluded, how much each thing was there.

``service`` is the kiosk as a whole; beside it every capability that the kiosk has named. A kiosk that is silent counts
as down for all of them, whatever it tells later that it did meanwhile: nobody could know.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, insert, or_, select, update
from sqlalchemy.engine import Connection

from kiosk.fleet.store import audit, spans
from kiosk.fleet.store.spans import Span
from kiosk.fleet.store.tables import facet_change, kiosk
from kiosk.fleet.store.tables_alerts import exclusion, silence

SERVICE = "service"


class ExclusionError(ValueError):
    """Hours that cannot be excluded so; the text says why."""


@dataclass(frozen=True, slots=True)
class Availability:
    """``facet`` of a kiosk in a period; times in milliseconds. ``counted``: published and not excluded. ``excluded``:
    published and excluded. ``down``: of what is counted. ``outages``: how many fell into what is counted;
    ``repair``: their mean length, None if there were none."""

    kiosk: str
    facet: str
    counted: int
    excluded: int
    down: int
    outages: int
    repair: int | None

    @property
    def share(self) -> float | None:
        """From 0 to 1; None if no hours count."""
        return None if not self.counted else 1 - self.down / self.counted


def report(
    connection: Connection, since: int, until: int, kiosks: Collection[str] | None = None
) -> tuple[Availability, ...]:
    """By kiosk and facet, in that order. A kiosk counts from the moment it was first heard of until it is retired."""
    wanted = select(kiosk).where(kiosk.c.added_at < until).order_by(kiosk.c.id)
    wanted = wanted.where(or_(kiosk.c.retired_at.is_(None), kiosk.c.retired_at > since))
    if kiosks is not None:
        wanted = wanted.where(kiosk.c.id.in_(kiosks))
    rows = connection.execute(wanted).all()
    names = None if kiosks is None else [row.id for row in rows]
    silent = _silences(connection, since, until, names)
    downs = _facets_down(connection, until, names)
    excluded = connection.execute(
        select(exclusion).where(
            exclusion.c.withdrawn_at.is_(None), exclusion.c.began_at < until, exclusion.c.ended_at > since
        )
    ).all()
    found: list[Availability] = []
    for row in rows:
        begin, end = max(since, row.added_at), until if row.retired_at is None else min(until, row.retired_at)
        open_hours = spans.published(row.hours, begin, end)
        holes = [(each.began_at, each.ended_at) for each in excluded if _concerns(each, row)]
        counted = spans.without(open_hours, holes)
        facets = downs.get(row.id, {})
        for facet in sorted({SERVICE, *facets}):
            down = spans.union([*silent.get(row.id, ()), *facets.get(facet, ())])
            found.append(_availability(row.id, facet, open_hours, counted, down))
    return tuple(found)


def exclude(
    connection: Connection,
    now: int,
    by: str,
    span: Span,
    reason: str,
    *,
    of_kiosk: str = "",
    of_site: str = "",
    of_line: str = "",
) -> int:
    """Take hours out of the count, for all kiosks unless one, a site or a line is named. ``planned`` if told before it
    begins, else an ``adjustment``. Audited. Raises ExclusionError."""
    begin, end = span
    if begin >= end:
        raise ExclusionError("the end must be after the beginning")
    if not reason.strip():
        raise ExclusionError("say why")
    if sum(map(bool, (of_kiosk, of_site, of_line))) > 1:
        raise ExclusionError("name a kiosk, a site or a line, not several of them")
    kind = "planned" if begin >= now else "adjustment"
    made = connection.execute(
        insert(exclusion)
        .values(
            kind=kind, kiosk=of_kiosk, site=of_site, line=of_line, began_at=begin, ended_at=end,
            reason=reason.strip(), made_by=by, made_at=now,
        )
        .returning(exclusion.c.id)
    ).scalar_one()  # fmt: skip
    facts = audit.facts_of(
        kind=kind, kiosk=of_kiosk, site=of_site, line=of_line, began_at=begin, ended_at=end, reason=reason.strip()
    )
    audit.append(connection, now, by, audit.Action.AVAILABILITY_EXCLUDE, f"exclusion:{made}", facts)
    return int(made)


def withdraw(connection: Connection, now: int, by: str, number: int) -> bool:
    """The hours count again; False if there is no such exclusion that stands. Audited."""
    stands = (exclusion.c.id == number) & exclusion.c.withdrawn_at.is_(None)
    done = connection.execute(update(exclusion).where(stands).values(withdrawn_by=by, withdrawn_at=now)).rowcount == 1
    if done:
        audit.append(connection, now, by, audit.Action.AVAILABILITY_WITHDRAW, f"exclusion:{number}")
    return done


def exclusions(connection: Connection, since: int, until: int, *, of_kiosk: str | None = None) -> Sequence[Row[Any]]:
    """All that touch the period, also those withdrawn: rows of :data:`exclusion`. ``of_kiosk``: only those that take
    hours out of its count, with its site's, its line's and everybody's."""
    touching = (exclusion.c.began_at < until) & (exclusion.c.ended_at > since)
    rows = connection.execute(select(exclusion).where(touching).order_by(exclusion.c.began_at)).all()
    if of_kiosk is None:
        return rows
    one = connection.execute(select(kiosk).where(kiosk.c.id == of_kiosk)).first()
    return [] if one is None else [each for each in rows if _concerns(each, one)]


def _availability(
    of_kiosk: str, facet: str, open_hours: list[Span], counted: list[Span], down: list[Span]
) -> Availability:
    touched = [each for each in down if spans.within([each], counted)]
    return Availability(
        of_kiosk,
        facet,
        counted=spans.length(counted),
        excluded=spans.length(open_hours) - spans.length(counted),
        down=spans.length(spans.within(down, counted)),
        outages=len(touched),
        repair=spans.length(touched) // len(touched) if touched else None,
    )


def _concerns(each: Row[Any], row: Row[Any]) -> bool:
    if each.kiosk:
        return bool(each.kiosk == row.id)
    if each.site:
        return bool(each.site == row.site)
    return not each.line or bool(each.line == row.line)


def _silences(connection: Connection, since: int, until: int, names: Collection[str] | None) -> dict[str, list[Span]]:
    wanted = select(silence).where(
        silence.c.began_at < until, or_(silence.c.ended_at.is_(None), silence.c.ended_at > since)
    )
    if names is not None:
        wanted = wanted.where(silence.c.kiosk.in_(names))
    found: dict[str, list[Span]] = defaultdict(list)
    for row in connection.execute(wanted):
        found[row.kiosk].append((row.began_at, until if row.ended_at is None else row.ended_at))
    return found


def _facets_down(connection: Connection, until: int, names: Collection[str] | None) -> dict[str, dict[str, list[Span]]]:
    wanted = select(facet_change).where(facet_change.c.happened_at < until)
    if names is not None:
        wanted = wanted.where(facet_change.c.kiosk.in_(names))
    order = (facet_change.c.kiosk, facet_change.c.facet, facet_change.c.happened_at, facet_change.c.sequence)
    found: dict[str, dict[str, list[Span]]] = defaultdict(lambda: defaultdict(list))
    since: dict[tuple[str, str], int] = {}
    for row in connection.execute(wanted.order_by(*order)):
        spans_of = found[row.kiosk][row.facet]
        key = (row.kiosk, row.facet)
        if row.up and key in since:
            spans_of.append((since.pop(key), row.happened_at))
        elif not row.up:
            since.setdefault(key, row.happened_at)
    for (of_kiosk, facet), began in since.items():
        found[of_kiosk][facet].append((began, until))
    return found
