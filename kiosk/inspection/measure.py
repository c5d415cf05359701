"""``python -m kiosk.inspection.measure``: how good the inspection is, as a table and as ``docs/inspection.md``.

``--choose`` prints the thresholds that the first half of the good prints gives, for ``thresholds.toml``.
"""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import Progress

from kiosk.inspection.thresholds import Thresholds, national
from kiosk.inspection.trials import choose as choosing
from kiosk.inspection.trials.defects import SEVERITIES
from kiosk.inspection.trials.run import Trial, plans, run
from kiosk.inspection.trials.table import Row, count, false_accept, false_reject, knowing, not_knowing

PAGE = Path(__file__).parents[2] / "docs" / "inspection.md"
HEAD = Path(__file__).with_name("trials") / "page.md"
SEED = 990000


def percent(part: int, whole: int) -> str:
    """``0.4 % (1 of 250)``, or ``none tried``."""
    if not whole:
        return "none tried"
    return f"{100 * part / whole:.1f} % ({part} of {whole})"


def thresholds_from(trials: Sequence[Trial]) -> Thresholds:
    """Chosen on the good prints of the first half, measured both ways."""
    good = [trial for trial in trials if trial.plan.defect is None and trial.plan.choosing]
    numbers = [each for trial in good for each in (trial.known, trial.unknown) if each is not None]
    return choosing.choose(numbers, national())


def page(trials: Sequence[Trial], thresholds: Thresholds) -> str:
    """The document. Rates are those of the second half."""
    rest = [trial for trial in trials if not trial.plan.choosing]
    known, unknown = count(rest, thresholds, knowing), count(rest, thresholds, not_knowing)
    seconds = sorted(trial.seconds for trial in trials)
    spoiled = sum(trial.plan.defect is not None for trial in trials)
    totals = [
        "| | knowing the artwork | not knowing it |",
        "|---|---|---|",
        f"| good prints refused | {percent(*false_reject(known))} | {percent(*false_reject(unknown))} |",
    ]
    for severity in SEVERITIES:
        values = (percent(*false_accept(rows, severity)) for rows in (known, unknown))
        totals.append(f"| spoiled prints accepted, {severity} | {' | '.join(values)} |")
    text = HEAD.read_text(encoding="utf-8")
    return text.format(
        good=len(trials) - spoiled,
        spoiled=spoiled,
        half=len(rest),
        slack=f"{choosing.SLACK:.2f}",
        seed=SEED,
        median=f"{statistics.median(seconds):.2f}",
        slowest=f"{seconds[int(len(seconds) * 0.95)]:.2f}",
        totals="\n".join(totals),
        rows="\n".join(_lines(known, unknown)),
        thresholds="\n".join(f"| `{name}` | {value:g} |" for name, value in thresholds.model_dump().items()),
    )


def _lines(known: Sequence[Row], unknown: Sequence[Row]) -> list[str]:
    lines = [
        "| print | degree | prints | accepted | named rightly | accepted, artwork not known |",
        "|---|---|---|---|---|---|",
    ]
    for one, other in zip(known, unknown, strict=True):
        named = "" if one.severity is None else f"{one.named}"
        lines.append(f"| {one.name} | {one.severity or ''} | {one.prints} | {one.passed} | {named} | {other.passed} |")
    return lines


def main(
    good: Annotated[int, typer.Option(help="Good cards, two sides each.")] = 260,
    each: Annotated[int, typer.Option(help="Prints of every defect and degree in each half.")] = 5,
    processes: Annotated[int, typer.Option(help="At a time.")] = 2,
    choose: Annotated[bool, typer.Option("--choose", help="Print thresholds from the first half, and stop.")] = False,
    write: Annotated[bool, typer.Option(help="Write docs/inspection.md.")] = True,
) -> None:
    """Print the rates, and write the page."""
    plan = plans(good, each)
    trials = []
    with Progress(console=Console(stderr=True)) as progress:
        task = progress.add_task("prints", total=len(plan))
        for trial in run(plan, SEED, processes):
            trials.append(trial)
            progress.advance(task)
    chosen = thresholds_from(trials)
    if choose:
        for name, value in chosen.model_dump().items():
            print(f"{name} = {value:g}")
        return
    thresholds = national()
    for name, value in chosen.model_dump().items():
        if value != getattr(thresholds, name):
            print(f"note: {name} is {getattr(thresholds, name):g} in the file; these prints would give {value:g}")
    text = page(trials, thresholds)
    print(text)
    if write:
        PAGE.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    typer.run(main)
