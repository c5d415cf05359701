"""Runs trials: each one side of one card, printed, scanned and measured. Judged later, so that thresholds can be chosen
on one half of them and tried on the other."""

from __future__ import annotations

import random
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from time import perf_counter

from devices.simulation import FaultValue
from kiosk.documents.card_faces import SideName
from kiosk.inspection.compare import measure
from kiosk.inspection.findings import SideNumbers
from kiosk.inspection.trials import press
from kiosk.inspection.trials.defects import BOTH, DEFECTS, Defect, Severity
from kiosk.inspection.trials.people import Holder, holders

GOOD = "good"


@dataclass(frozen=True, slots=True)
class Plan:
    """``number``: of the holder. ``defect`` None: a good print. ``choosing``: of the half on which thresholds are
    chosen."""

    number: int
    side: SideName
    defect: int | None
    severity: Severity | None

    @property
    def choosing(self) -> bool:
        """Holders take turns; no holder is in both halves."""
        return self.number % 2 == 0

    @property
    def name(self) -> str:
        """Of the defect, or ``good``."""
        return GOOD if self.defect is None else DEFECTS[self.defect].name


@dataclass(frozen=True, slots=True)
class Trial:
    """``known``, ``unknown``: what was measured knowing the card's artwork and not knowing it; None: no card seen."""

    plan: Plan
    known: SideNumbers | None
    unknown: SideNumbers | None
    seconds: float


def plans(good: int, each: int) -> list[Plan]:
    """``good`` cards, both sides each; ``each`` prints of every defect, severity and half, sides in turn."""
    made = [Plan(number, side, None, None) for number in range(good) for side in BOTH]
    number = good
    for place, defect in enumerate(DEFECTS):
        for severity in defect.severities:
            for count in range(2 * each):
                # Two holders, one of each half, then the other side.
                made.append(Plan(number, defect.sides[count // 2 % len(defect.sides)], place, severity))
                number += 1
    return made


def run(plan: list[Plan], seed: int, processes: int = 1) -> Iterator[Trial]:
    """In the order of the plan. A trial's outcome depends on the seed and its own plan only."""
    people = 1 + max(each.number for each in plan)
    shares = [plan[start : start + 20] for start in range(0, len(plan), 20)]
    if processes == 1:
        for share in shares:
            yield from _share(share, seed, people)
        return
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
        for done in pool.map(_share, shares, [seed] * len(shares), [people] * len(shares)):
            yield from done


def _share(plan: list[Plan], seed: int, people: int) -> list[Trial]:
    everybody = holders(people, seed)
    return [one(each, everybody, seed) for each in plan]


def one(plan: Plan, everybody: list[Holder], seed: int) -> Trial:
    """Print, scan, measure."""
    label = f"{seed} {plan.number} {plan.side} {plan.name}"
    dice = random.Random(label)  # noqa: S311 -- trials, not a secret
    holder = everybody[plan.number]
    other = _somebody_else(holder, everybody, dice)
    defect = None if plan.defect is None else DEFECTS[plan.defect]
    meant, card = holder.face(plan.side), holder.card(plan.side)
    faults = {**press.usual(dice), **_faults(defect, plan.severity, dice)}
    sent = meant
    if defect is not None and plan.severity is not None and plan.severity in defect.mixed_up:
        sent = defect.mixed_up[plan.severity](holder, other, dice).face(plan.side)
    under = press.printed(other.face(plan.side), {}, label) if defect is not None and defect.twice else None
    png = press.printed(sent, faults, label, under)
    scan = press.scanned(png, card, label, dark=bool(faults.get("scan_dark", False)))
    start = perf_counter()
    known = measure(meant, scan, card)
    seconds = perf_counter() - start
    return Trial(plan, known, measure(meant, scan), seconds)


def _faults(defect: Defect | None, severity: Severity | None, dice: random.Random) -> dict[str, FaultValue]:
    if defect is None or severity is None:
        return {}
    faults = dict(defect.degrees.get(severity, {}))
    if dice.random() < 0.5:  # to either side
        for name in ("shift", "shift_across", "slant", "misregistered"):
            value = faults.get(name)
            if isinstance(value, int | float):
                faults[name] = -value
    return faults


def _somebody_else(holder: Holder, everybody: list[Holder], dice: random.Random) -> Holder:
    """Who looks different: drawn people are few, and two that look the same are no mix-up to be seen."""
    others = [other for other in everybody if other.sitter != holder.sitter]
    return dice.choice(others)
