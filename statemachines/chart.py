"""Our use of ``transitions``, in one place.

A :class:`Chart` is data: states and transitions, some states holding a chart of their own. :class:`Position` runs one:
it is told events and answers with where it now is. It never does I/O, never waits and never calls an activity.

A nested chart ends in *exits*; the state that holds it says where each exit leads, so that a chart can be read, checked
and reused without knowing what surrounds it.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from transitions.core import EventData
from transitions.extensions.nesting import HierarchicalMachine, NestedState

from statemachines.views import Page

SEPARATOR = "."

Activity = Callable[[Any], Awaitable[str]]
"""What a state does: an async function of the runtime's stage that answers with the name of the next event."""


class _State(NestedState):
    separator = SEPARATOR


class _Machine(HierarchicalMachine):
    state_cls = _State


class InvalidEventError(RuntimeError):
    """An event that the present state does not know: a fault of a chart, never of a citizen."""


@dataclass(frozen=True, slots=True)
class Guard:
    """A pure condition on the value that came with an event, with the words it has in diagrams."""

    words: str
    holds: Callable[[str], bool]


def chosen(*values: str) -> Guard:
    """The event's value is one of these."""
    return Guard(" or ".join(values), lambda value: value in values)


@dataclass(frozen=True, slots=True)
class Exit:
    """The end of a nested chart, by name."""

    name: str


@dataclass(frozen=True, slots=True)
class State:
    """A state, and all that hangs off it.

    ``screen``: the page shown. ``activity``: what is done meanwhile. ``timeout``: a name in :mod:`timing`. ``durable``:
    journalled before its activity starts, with ``restart`` saying what a restart does when it finds this state open.
    A state with a ``chart`` has nothing else: its ``exits`` say where each exit of that chart leads.
    """

    name: str
    screen: type[Page] | None = None
    activity: Activity | None = None
    timeout: str | None = None
    durable: bool = False
    restart: str = ""
    chart: Chart | None = None
    exits: Mapping[str, str | Exit] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class On:
    """A transition: when ``event`` comes in ``source``, go to ``dest``.

    ``source`` ``"*"`` means every state of this chart, nested ones included. ``dest`` None: take note and stay (nothing
    is left or entered). ``keep``: the value that came with the event is kept in the session under this name.
    """

    event: str
    source: str | tuple[str, ...]
    dest: str | Exit | None
    when: Guard | None = None
    keep: str = ""


@dataclass(frozen=True, slots=True)
class Chart:
    """States and transitions; the first state is where it starts."""

    name: str
    states: tuple[State, ...]
    transitions: tuple[On, ...]

    @property
    def exits(self) -> frozenset[str]:
        """The names of the exits that transitions of this chart lead to."""
        own = {t.dest.name for t in self.transitions if isinstance(t.dest, Exit)}
        passed_on = {d.name for s in self.states for d in s.exits.values() if isinstance(d, Exit)}
        return frozenset(own | passed_on)


@dataclass(frozen=True, slots=True)
class Edge:
    """A transition with absolute paths; ``dest`` None: stay."""

    event: str
    source: str
    dest: str | None
    when: Guard | None
    keep: str


class ChartError(ValueError):
    """A chart that cannot be built; says which chart and what is wrong."""


@dataclass(frozen=True)
class Plan:
    """A chart with its nested charts laid out flat: every leaf by its path, every edge by absolute paths."""

    leaves: Mapping[str, State]
    edges: tuple[Edge, ...]
    initial: str
    tree: tuple[Mapping[str, Any], ...]

    def edges_from(self, leaf: str) -> Iterator[Edge]:
        """What can happen in a leaf state, its own edges before those of the states around it."""
        parts = leaf.split(SEPARATOR)
        for depth in range(len(parts), 0, -1):
            path = SEPARATOR.join(parts[:depth])
            yield from (edge for edge in self.edges if edge.source == path)


def plan(chart: Chart) -> Plan:
    """Lay a chart out. Raises ChartError for a name that stands for nothing or an exit that leads nowhere."""
    leaves: dict[str, State] = {}
    edges: list[Edge] = []
    tree = tuple(_lay(chart, "", {}, leaves, edges))
    return Plan(leaves, tuple(edges), _first(chart, ""), tree)


def _first(chart: Chart, prefix: str) -> str:
    state = chart.states[0]
    path = prefix + state.name
    return _first(state.chart, path + SEPARATOR) if state.chart else path


def _lay(
    chart: Chart, prefix: str, exits: Mapping[str, str], leaves: dict[str, State], edges: list[Edge]
) -> Iterator[dict[str, Any]]:
    by_name = {state.name: state for state in chart.states}
    if len(by_name) != len(chart.states):
        raise ChartError(f"chart {chart.name}: two states have the same name")

    def target(where: str | Exit | None, said_by: str) -> str | None:
        if where is None:
            return None
        if isinstance(where, Exit):
            if where.name not in exits:
                raise ChartError(f"chart {chart.name}: {said_by} leads to exit {where.name!r}, which leads nowhere")
            return exits[where.name]
        if where not in by_name:
            raise ChartError(f"chart {chart.name}: {said_by} leads to {where!r}, which is no state of it")
        inner = by_name[where].chart
        return _first(inner, prefix + where + SEPARATOR) if inner else prefix + where

    for state in chart.states:
        path = prefix + state.name
        if state.chart is None:
            leaves[path] = state
            yield {"name": state.name}
            continue
        missing = state.chart.exits - set(state.exits)
        unknown = set(state.exits) - state.chart.exits
        if missing or unknown:
            raise ChartError(f"chart {chart.name}, state {state.name}: exits {missing or unknown} do not match")
        onward = {name: target(dest, f"exit {name}") or "" for name, dest in state.exits.items()}
        children = list(_lay(state.chart, path + SEPARATOR, onward, leaves, edges))
        yield {"name": state.name, "children": children, "initial": state.chart.states[0].name}
    for on in chart.transitions:
        sources = tuple(by_name) if on.source == "*" else (on.source,) if isinstance(on.source, str) else on.source
        for source in sources:
            if source not in by_name:
                raise ChartError(f"chart {chart.name}: {on.event} comes from {source!r}, which is no state of it")
            edges.append(Edge(on.event, prefix + source, target(on.dest, on.event), on.when, on.keep))


class Position:
    """Where a chart is. ``entry`` counts the states entered, so that what belongs to an earlier one is told apart."""

    def __init__(self, chart: Chart) -> None:
        self.plan = plan(chart)
        self.entry = 0
        self._machine = _Machine(
            model=self,
            states=list(self.plan.tree),
            initial=self.plan.initial,
            auto_transitions=False,
            queued=True,
            send_event=True,
        )
        for edge in self.plan.edges:
            self._machine.add_transition(
                edge.event,
                edge.source,
                edge.dest,
                conditions=[_condition(edge.when)] if edge.when else None,
                before=[self._remember(edge)],
            )
        self._events = frozenset(edge.event for edge in self.plan.edges)
        self._taken: list[Edge] = []

    state: str
    """The path of the present leaf state; set by ``transitions``."""

    @property
    def leaf(self) -> State:
        """The present state's declaration."""
        return self.plan.leaves[self.state]

    def knows(self, event: str, value: str = "") -> bool:
        """Whether the present state has an answer to this event."""
        return any(
            edge.event == event and (edge.when is None or edge.when.holds(value))
            for edge in self.plan.edges_from(self.state)
        )

    def tell(self, event: str, value: str = "") -> Edge:
        """Tell what happened; answers with the edge taken. A state was entered unless its ``dest`` is None.

        Raises InvalidEventError, with the chart unmoved, if the present state has no answer to it.
        """
        if event not in self._events or not self.knows(event, value):
            raise InvalidEventError(f"{event}({value}) in {self.state}" if value else f"{event} in {self.state}")
        self._taken.clear()
        self._machine.trigger_event(self, event, value=value)
        (taken,) = self._taken
        if taken.dest is not None:
            self.entry += 1
        return taken

    def _remember(self, edge: Edge) -> Callable[[EventData], None]:
        def remember(_: EventData) -> None:
            self._taken.append(edge)

        return remember


def _condition(guard: Guard) -> Callable[[EventData], bool]:
    return lambda event: guard.holds(event.kwargs.get("value", ""))
