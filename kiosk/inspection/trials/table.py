"""The outcome of trials, counted."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from kiosk.inspection.compare import judge
from kiosk.inspection.findings import Kind, SideNumbers
from kiosk.inspection.thresholds import Thresholds
from kiosk.inspection.trials.defects import DEFECTS, Severity
from kiosk.inspection.trials.run import GOOD, Trial

Numbers = Callable[[Trial], SideNumbers | None]


def knowing(trial: Trial) -> SideNumbers | None:
    """Measured knowing what the card brings along."""
    return trial.known


def not_knowing(trial: Trial) -> SideNumbers | None:
    """Measured without."""
    return trial.unknown


@dataclass(frozen=True, slots=True)
class Row:
    """``passed``: judged good. ``named``: of those that were caught, called by their name."""

    name: str
    severity: Severity | None
    prints: int
    passed: int
    named: int

    @property
    def share(self) -> float:
        """Judged good: false accepts of a defect; of good prints, those that were rightly accepted."""
        return self.passed / self.prints


def kinds(trial: Trial, thresholds: Thresholds, numbers: Numbers) -> tuple[Kind, ...]:
    """As :func:`kiosk.inspection.compare.compare` would find them."""
    measured = numbers(trial)
    return (Kind.NO_CARD,) if measured is None else tuple(judge(measured, thresholds))


def count(trials: Iterable[Trial], thresholds: Thresholds, numbers: Numbers) -> list[Row]:
    """A row for good prints, then one for each defect and severity, in their order."""
    groups: dict[tuple[str, Severity | None], list[Trial]] = {}
    for trial in trials:
        groups.setdefault((trial.plan.name, trial.plan.severity), []).append(trial)
    rows = []
    for (name, severity), group in groups.items():
        found = [kinds(trial, thresholds, numbers) for trial in group]
        wanted = {defect.name: defect.named for defect in DEFECTS}.get(name, frozenset())
        named = sum(bool(wanted & set(each)) for each in found)
        rows.append(Row(name, severity, len(group), sum(not each for each in found), named))
    return rows


def false_reject(rows: Sequence[Row]) -> tuple[int, int]:
    """Good prints that were refused, of how many."""
    good = [row for row in rows if row.name == GOOD]
    return sum(row.prints - row.passed for row in good), sum(row.prints for row in good)


def false_accept(rows: Sequence[Row], severity: Severity) -> tuple[int, int]:
    """Spoiled prints of a severity that were accepted, of how many."""
    bad = [row for row in rows if row.severity == severity]
    return sum(row.passed for row in bad), sum(row.prints for row in bad)
