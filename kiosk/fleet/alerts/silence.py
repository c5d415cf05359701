"""Which kiosks are silent, and which of them fell silent together (F91, F94). Pure.

A kiosk is *offline* when nothing was heard of it for 90 s. Those on one line are cut at one moment, but their last
heartbeats are up to 30 s apart: so when the first of them is offline, the others have missed two beats already. They
are looked at together: offline ones and *missing* ones, whose last sign of life is of the same half minute.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

OFFLINE_AFTER = 90_000
MISSING_AFTER = 40_000
"""Milliseconds without a heartbeat, of which there is one every 30 s."""
TOGETHER = 35_000
"""Milliseconds between the last heartbeats of kiosks that were cut at one moment, at most."""
FEWEST = 3
"""Kiosks that a common cause is seen in."""

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
    for scope in sorted(in_scope, key=_width):
        group = _cut_at_once(scope, in_scope, fresh, offline, kiosks, already)
        if group and scope not in together:
            together[scope] = group
            left -= group
            fresh -= group
    return Silence(
        frozenset(offline),
        {scope: frozenset(members) for scope, members in together.items()},
        frozenset(left & offline),
    )


def _cut_at_once(
    scope: str,
    in_scope: Mapping[str, set[str]],
    fresh: set[str],
    offline: set[str],
    kiosks: Mapping[str, Standing],
    already: frozenset[str],
) -> set[str]:
    silent = in_scope[scope] & fresh
    anchors = silent & offline
    if not anchors:
        return set()
    latest = max(kiosks[each].seen_at for each in anchors)
    group = {each for each in silent if abs(kiosks[each].seen_at - latest) <= TOGETHER}
    were_there = in_scope[scope] - already
    if len(group) >= FEWEST and 2 * len(group) >= len(were_there):
        return group
    return set()


def _width(scope: str) -> tuple[int, str]:
    return (("fleet", "line", "site").index(scope.partition(":")[0]), scope)
