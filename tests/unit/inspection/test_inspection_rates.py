"""A small run of what docs/inspection.md reports: how often the verdict is wrong."""

from __future__ import annotations

import pytest

from kiosk.inspection import Kind, national
from kiosk.inspection.measure import page, thresholds_from
from kiosk.inspection.trials.defects import DEFECTS
from kiosk.inspection.trials.people import holders
from kiosk.inspection.trials.run import Plan, Trial, one, plans, run
from kiosk.inspection.trials.table import Numbers, count, false_accept, false_reject, kinds, knowing, not_knowing

pytestmark = [pytest.mark.timeout(400), pytest.mark.xdist_group("inspection")]  # some 20 s of work

SEED = 7
GOOD_CARDS = 20


@pytest.fixture(scope="module")
def trials() -> list[Trial]:
    """Forty good prints; one of every defect, plain or gross."""
    planned = [
        plan
        for plan in plans(GOOD_CARDS, 1)
        if plan.defect is None or (plan.severity != "slight" and not plan.choosing)
    ]
    return list(run(planned, SEED))


def test_enough_was_tried(trials: list[Trial]) -> None:
    spoiled = [trial for trial in trials if trial.plan.defect is not None]
    assert (len(trials) - len(spoiled), len(spoiled)) == (40, 36)
    assert {trial.plan.name for trial in spoiled} == {defect.name for defect in DEFECTS}


@pytest.mark.parametrize("numbers", [knowing, not_knowing])
def test_good_prints_are_accepted_and_spoiled_ones_are_not(trials: list[Trial], numbers: Numbers) -> None:
    rows = count(trials, national(), numbers)
    assert false_reject(rows)[0] <= 1
    assert false_accept(rows, "gross")[0] == 0
    assert false_accept(rows, "plain")[0] <= 1


def test_nearly_every_fault_is_called_by_its_name(trials: list[Trial]) -> None:
    rows = [row for row in count(trials, national(), knowing) if row.severity is not None]
    assert sum(row.named for row in rows) >= len(rows) - 2


def test_a_trial_can_be_repeated(trials: list[Trial]) -> None:
    people = 1 + max(trial.plan.number for trial in trials)
    again = one(trials[1].plan, holders(people, SEED), SEED)
    assert (again.known, again.unknown) == (trials[1].known, trials[1].unknown)


def test_thresholds_that_are_too_tight_refuse_good_prints(trials: list[Trial]) -> None:
    """The count would show it."""
    tight = national().model_copy(update={"shift_mm": 0.0001})
    assert false_reject(count(trials, tight, knowing)) == (40, 40)
    loose = national().model_copy(update={"band": 1.0, "void_mm2": 100.0, "line": 1.0, "text_likeness": -1.0})
    banding = next(trial for trial in trials if trial.plan.name == "banding")
    seen = [Kind.BANDING in kinds(banding, each, knowing) for each in (loose, national())]
    assert seen == [False, True]


def test_the_page_holds_the_rates_of_all_that_was_tried(trials: list[Trial]) -> None:
    text = page(trials, thresholds_from(trials))
    assert "40 good and 36 spoiled prints" in text
    assert "| good prints refused |" in text
    assert f"| good |  | {2 * GOOD_CARDS} |" in text
    gross = sum(trial.plan.severity == "gross" for trial in trials)
    assert f"for none of {gross}." in text
    assert "{" not in text


def test_no_holder_is_in_both_halves() -> None:
    sides: dict[int, set[bool]] = {}
    for plan in plans(3, 2):
        sides.setdefault(plan.number, set()).add(plan.choosing)
    assert {len(each) for each in sides.values()} == {1}
    of_one = [plan for plan in plans(0, 2) if plan.defect == 0]
    assert [(plan.side, plan.choosing) for plan in of_one] == [
        ("front", True), ("front", False), ("back", True), ("back", False),
    ]  # fmt: skip
    assert Plan(0, "front", None, None).name == "good"
