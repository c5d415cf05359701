"""What must be true of a chart as a whole. Pure; each function answers with sentences about what is wrong."""

from __future__ import annotations

import inspect
import typing
from collections import deque
from collections.abc import Callable, Iterable, Mapping

from statemachines.chart import Activity, Edge, Plan, State
from statemachines.timing import EVENT_OF, Delay, Kind

ALWAYS = ("stop", "maintain", "card_inserted", "card_removed", "reader_gone")
"""Events that the world sends whatever the chart is doing."""


def problems(plan: Plan, *, home: str, ends: Iterable[str], delays: Mapping[str, Delay]) -> list[str]:
    """Everything that is wrong with a chart. ``home``: the leaf to which every state but ``ends`` has a way."""
    found = [*_unreachable(plan), *_without_way_home(plan, home, frozenset(ends)), *_ambiguous(plan)]
    for path, state in plan.leaves.items():
        edges = list(plan.edges_from(path))
        events = {edge.event for edge in edges if edge.when is None}
        if state.screen is None:
            found.append(f"{path} shows no page")
        found += [f"{path} has no answer to {event}" for event in ALWAYS if event not in events]
        found += _time_out(path, state, events, delays)
        if state.activity is not None:
            found += [f"{path} has no answer to its activity's {event}" for event in _outcomes(state.activity) - events]
            if "failed" not in events:
                found.append(f"{path} has an activity and no answer to failed")
        if state.durable and not state.restart:
            found.append(f"{path} is durable and has no rule for restart")
        if state.durable and state.activity is None:
            found.append(f"{path} is durable and does nothing")
    return found


def _time_out(path: str, state: State, events: set[str], delays: Mapping[str, Delay]) -> list[str]:
    if state.timeout is None:
        return [f"{path} has no time-out"]
    if state.timeout not in delays:
        return [f"{path} has the time-out {state.timeout}, which is not in timing.py"]
    event = EVENT_OF.get(delays[state.timeout].kind)
    found = [f"{path} has no answer to {event}"] if event and event not in events else []
    if delays[state.timeout].kind is Kind.PERSON and "leave" not in events:
        found.append(f"{path} waits for a person who cannot leave")
    return found


def _outcomes(activity: Activity) -> set[str]:
    """The events an activity can answer with: its return annotation is a ``Literal``, or ``NoReturn``."""
    if not inspect.iscoroutinefunction(activity):
        return set()
    returned = typing.get_type_hints(activity).get("return")
    if returned is typing.NoReturn:
        return set()
    return set(typing.get_args(returned)) if typing.get_origin(returned) is typing.Literal else {"<no Literal>"}


def _unreachable(plan: Plan) -> list[str]:
    reached = _closure(plan.initial, lambda leaf: (e.dest for e in plan.edges_from(leaf) if e.dest))
    return [f"{leaf} can never be reached" for leaf in plan.leaves if leaf not in reached]


def _without_way_home(plan: Plan, home: str, ends: frozenset[str]) -> list[str]:
    stranded = []
    for leaf in plan.leaves:
        if leaf not in ends and home not in _closure(
            leaf, lambda here: (e.dest for e in plan.edges_from(here) if e.dest)
        ):
            stranded.append(f"{leaf} has no way home to {home}")
    return stranded


def _closure(start: str, following: Callable[[str], Iterable[str]]) -> set[str]:
    seen = {start}
    queue = deque([start])
    while queue:
        for leaf in following(queue.popleft()):
            if leaf not in seen:
                seen.add(leaf)
                queue.append(leaf)
    return seen


def _ambiguous(plan: Plan) -> list[str]:
    settled: dict[tuple[str, str], Edge] = {}
    found = []
    for edge in plan.edges:
        key = (edge.source, edge.event)
        if key in settled:
            found.append(f"{edge.source}: {edge.event} to {edge.dest} comes after an edge that always holds")
        elif edge.when is None:
            settled[key] = edge
    return found
