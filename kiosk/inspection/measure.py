"""``python -m kiosk.inspection.measure``: how good the inspection is, as a table and as ``docs/inspection.md``.

``--choose`` prints the thresholds that other good prints give, for ``thresholds.toml``.
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
"""Of the good prints on which thresholds are chosen."""

UNSEEN_SEED = 990001
"""Of the prints by which rates are measured: other people, photos, prints and scans."""


def percent(part: int, whole: int) -> str:
    """``0.4 % (1 of 250)``, or ``none tried``."""
    if not whole:
        return "none tried"
    return f"{100 * part / whole:.1f} % ({part} of {whole})"


def thresholds_from(trials: Sequence[Trial]) -> Thresholds:
    """Chosen on the good prints of the first half of the holders, measured both ways."""
    good = [trial for trial in trials if trial.plan.defect is None and trial.plan.choosing]
    numbers = [each for trial in good for each in (trial.known, trial.unknown) if each is not None]
    return choosing.choose(numbers, national())


def page(trials: Sequence[Trial], thresholds: Thresholds) -> str:
    """The document. ``trials``: none on which the thresholds were chosen."""
    known, unknown = count(trials, thresholds, knowing), count(trials, thresholds, not_knowing)
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
    _, gross = false_accept(known, "gross")
    text = HEAD.read_text(encoding="utf-8")
    return text.format(
        good=len(trials) - spoiled,
        spoiled=spoiled,
        slack=f"{choosing.SLACK:.2f}",
        seed=UNSEEN_SEED,
        chosen_seed=SEED,
        gross=gross,
        room=f"{300 / gross:.1f}",
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
    each: Annotated[int, typer.Option(help="Pairs of prints of every defect and degree.")] = 5,
    processes: Annotated[int, typer.Option(help="At a time.")] = 2,
    choose: Annotated[bool, typer.Option("--choose", help="Print thresholds from good prints, and stop.")] = False,
    write: Annotated[bool, typer.Option(help="Write docs/inspection.md.")] = True,
) -> None:
    """Print the rates, and write the page."""
    plan = plans(good, each)
    if choose:
        plan = [one for one in plan if one.choosing and one.defect is None]
    trials = []
    with Progress(console=Console(stderr=True)) as progress:
        task = progress.add_task("prints", total=len(plan))
        for trial in run(plan, SEED if choose else UNSEEN_SEED, processes):
            trials.append(trial)
            progress.advance(task)
    thresholds = national()
    if choose:
        for name, value in thresholds_from(trials).model_dump().items():
            differs = "" if value == getattr(thresholds, name) else f"  # {getattr(thresholds, name):g} in the file"
            print(f"{name} = {value:g}{differs}")
        return
    text = page(trials, thresholds)
    print(text)
    if write:
        PAGE.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    typer.run(main)
