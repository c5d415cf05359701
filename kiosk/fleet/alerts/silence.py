"""Which kiosks are silent, and which of them fell silent together (F91, F94). Pure.

A kiosk is *offline* when nothing was heard of it for 90 s. Those on one line are cut at one moment, but their last
heartbeats are up to 30 s apart: so when the first of them is offline, the others have missed two beats already. They
are looked at together: offline ones and *missing* ones, whose last sign of life is of the same half minute.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

OFFLINE_AFTER = 90_000
MISSING_AFTER = 40_000
"""Milliseconds without a heartbeat, of which there is one every 30 s."""
TOGETHER = 35_000
"""Milliseconds between the last heartbeats of kiosks that were cut at one moment, at most."""
FEWEST = 3
"""Kiosks that a common cause is seen in."""
NEARLY_ALL = 0.8
"""Of the kiosks of a scope."""

ALL = "fleet"


@dataclass(frozen=True, slots=True)
class Standing:
    """A kiosk and when it was last heard of."""

    kiosk: str
    line: str
    site: str
    seen_at: int

    @property
    def scopes(self) -> tuple[str, ...]:
        """What it shares with others, the widest first."""
        return (
            ALL,
            *((f"line:{self.line}",) if self.line else ()),
            *((f"site:{self.site}",) if self.site else ()),
        )


@dataclass(frozen=True, slots=True)
class Silence:
    """``offline``: all that are. ``together``: by scope, kiosks with a common cause, offline and missing ones.
    ``alone``: those offline without one."""

    offline: frozenset[str]
    together: Mapping[str, frozenset[str]]
    alone: frozenset[str]


def silence(
    fleet: Iterable[Standing], now: int, open_scopes: Mapping[str, frozenset[str]], already: frozenset[str]
) -> Silence:
    """``open_scopes``: alerts of many that stand, with their members; they keep these until they are back, and take in
    whoever of their scope falls silent. ``already``: offline at the last look, on their own if in none of the scopes.

    A scope has a common cause if at least three of its kiosks, and at least half of those that were there, fell
    silent within half a minute.
    """
    kiosks = {each.kiosk: each for each in fleet}
    missing = {each.kiosk for each in kiosks.values() if now - each.seen_at > MISSING_AFTER}
    offline = {each for each in missing if now - kiosks[each].seen_at > OFFLINE_AFTER}
    in_scope: dict[str, set[str]] = defaultdict(set)
    for each in kiosks.values():
        for scope in each.scopes:
            in_scope[scope].add(each.kiosk)
    together: dict[str, set[str]] = {}
    left = set(missing)
    for scope, members in open_scopes.items():
        held = set(members & missing) | (in_scope[scope] & offline - already)
        if held:
            together[scope] = held
            left -= held
    fresh = {each for each in left if each not in already}
    while best := _widest_cause(in_scope, fresh, offline, kiosks, already, together.keys()):
        scope, group = best
        together[scope] = group
        left -= group
        fresh -= group
    return Silence(
        frozenset(offline),
        {scope: frozenset(members) for scope, members in together.items()},
        frozenset(left & offline),
    )


def _widest_cause(
    in_scope: Mapping[str, set[str]],
    fresh: set[str],
    offline: set[str],
    kiosks: Mapping[str, Standing],
    already: frozenset[str],
    taken: Collection[str],
) -> tuple[str, set[str]] | None:
    """The scope that explains most: one nearly all of which is silent before one of which half is."""
    best: tuple[tuple[bool, int], str, set[str]] | None = None
    touched = {scope for each in fresh & offline for scope in kiosks[each].scopes}
    for scope in sorted(touched.difference(taken), key=_width):
        silent = in_scope[scope] & fresh
        anchors = silent & offline
        latest = max(kiosks[each].seen_at for each in anchors)
        group = {each for each in silent if abs(kiosks[each].seen_at - latest) <= TOGETHER}
        were_there = len(in_scope[scope] - already)
        if len(group) < FEWEST or 2 * len(group) < were_there:
            continue
        rank = (len(group) >= NEARLY_ALL * were_there, len(group))
        if best is None or rank > best[0]:
            best = (rank, scope, group)
    return None if best is None else (best[1], best[2])


def _width(scope: str) -> tuple[int, str]:
    return (("fleet", "line", "site").index(scope.partition(":")[0]), scope)
