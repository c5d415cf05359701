"""What happened in a soak, how often, and how each fault was healed: as JSON and as a table to read."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from statistics import median
from typing import Any

import audit
from machine import Sample

import kiosk.activities as activities
from statemachines.chart import SEPARATOR, Chart
from statemachines.kiosk import kiosk_chart

TITLES = {"visits": "what they came for", "events": "what happened", "warnings": "what the log warned of"}
COUNTED = ("visits", "events", "pages", "states", "warnings")


def write(folder: Path, seed: int, workers: int, days: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """``report.json`` and ``report.txt``; the data of the former."""
    told = summary(seed, workers, days)
    (folder / "report.json").write_text(json.dumps(told, ensure_ascii=False, indent=1), encoding="utf-8")
    (folder / "report.txt").write_text("\n".join(table(told)) + "\n", encoding="utf-8")
    return told


def summary(seed: int, workers: int, days: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Everything added up."""
    added = {name: Counter[str]() for name in COUNTED}
    for day in days:
        for name, counter in added.items():
            counter.update(day[name])
    lives = [[Sample(**each) for each in life] for day in days for life in day["lives"]]
    measured = [life for life in lives if audit.growth(life)]
    wrong = [f"{day['seed']}: {each}" for day in days for each in day["wrong"]]
    wrong += [sentence for life in measured for sentence in audit.grown(life)]
    every, seen = set(leaves(kiosk_chart(activities))), set(added["states"])
    return {
        "seed": seed,
        "workers": workers,
        "days": len(days),
        "citizens": sum(day["citizens"] for day in days),
        "seconds": round(sum(day["seconds"] for day in days) / workers),
        "violations": wrong,
        "lives": len(lives),
        "measured": {
            "lives": len(measured),
            "citizens": sum(len(life) for life in measured),
            "growth": [audit.growth(life) for life in measured],
        },
        "states": {"all": len(every), "seen": len(every & seen), "unseen": sorted(every - seen)},
        **{name: dict(counter.most_common()) for name, counter in added.items() if name != "states"},
        "entered": dict(added["states"].most_common()),
    }  # fmt: skip


def leaves(chart: Chart, before: str = "") -> Iterator[str]:
    """The paths of all states that are no charts."""
    for state in chart.states:
        path = f"{before}{state.name}"
        if state.chart is None:
            yield path
        else:
            yield from leaves(state.chart, path + SEPARATOR)


def table(told: Mapping[str, Any]) -> Iterator[str]:
    """The same, to read."""
    measured, states = told["measured"], told["states"]
    machines = f"{told['workers']} machines, seed {told['seed']}, {told['seconds']} s"
    yield f"soak: {told['citizens']} citizens in {told['days']} days, {machines}"
    yield f"violations: {len(told['violations'])}"
    yield from (f"  {each}" for each in told["violations"])
    yield f"states entered: {states['seen']} of {states['all']}, each left again"
    yield f"lives of the controller: {told['lives']}"
    yield f"measured for growth: {measured['lives']} lives of {measured['citizens']} citizens"
    for name in audit.GROWTH:
        by = sorted(each[name] for each in measured["growth"])
        if by:
            yield f"  {name}, from a fifth of a life on: {by[0]:+.0f} to {by[-1]:+.0f}, median {median(by):+.0f}"
    for name, title in TITLES.items():
        yield f"{title}:"
        yield from (f"  {count:6} {what}" for what, count in told[name].items())
