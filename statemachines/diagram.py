"""Charts as Mermaid diagrams, one a chart, for the documentation."""

from __future__ import annotations

from collections.abc import Iterator

from statemachines.chart import Chart, Exit, On


def charts_within(chart: Chart) -> Iterator[Chart]:
    """The chart itself, then those nested in it, each name once."""
    seen: set[str] = set()

    def walk(one: Chart) -> Iterator[Chart]:
        if one.name in seen:
            return
        seen.add(one.name)
        yield one
        for state in one.states:
            if state.chart:
                yield from walk(state.chart)

    return walk(chart)


def mermaid(chart: Chart) -> str:
    """A ``stateDiagram-v2``. Several events between the same states share an arrow; taking note is not drawn."""
    lines = ["stateDiagram-v2", f"    [*] --> {chart.states[0].name}"]
    for state in chart.states:
        if state.chart:
            lines.append(f"    {state.name} : {state.name} ({state.chart.name})")
        elif state.screen:
            marks = state.screen.__name__ + (", durable" if state.durable else "")
            lines.append(f"    {state.name} : {state.name} [{marks}]")
    arrows: dict[tuple[str, str], list[str]] = {}
    for on in chart.transitions:
        for source in _sources(chart, on):
            if on.dest is not None:
                arrows.setdefault((source, _dest(on.dest)), []).append(_label(on))
    for state in chart.states:
        for name, dest in state.exits.items():
            arrows.setdefault((state.name, _dest(dest)), []).append(f"exit {name}")
    lines += [f"    {source} --> {dest} : {', '.join(labels)}" for (source, dest), labels in arrows.items()]
    exits = sorted(chart.exits)
    lines += [f"    exit_{name} : exit {name}" for name in exits]
    lines += [f"    exit_{name} --> [*]" for name in exits]
    return "\n".join(lines)


def _sources(chart: Chart, on: On) -> tuple[str, ...]:
    if on.source == "*":
        return tuple(state.name for state in chart.states)
    return (on.source,) if isinstance(on.source, str) else on.source


def _dest(dest: str | Exit) -> str:
    return f"exit_{dest.name}" if isinstance(dest, Exit) else dest


def _label(on: On) -> str:
    return f"{on.event} ({on.when.words})" if on.when else on.event
