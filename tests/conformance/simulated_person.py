"""The hands of a person, done by a simulator, for the checks that every driver of a class must pass."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Any

from devices.conformance import Check, Outcome, Result, Suite, Trial, run
from devices.contract import Cancellation


class SimulatedPerson:
    """``hands``: what to do for each step, and what to look at for each question."""

    def __init__(self, hands: Mapping[StrEnum, Callable[[], object]]) -> None:
        self._hands = hands
        self.used: set[StrEnum] = set()

    def do(self, step: StrEnum) -> None:
        self.used.add(step)
        self._hands[step]()

    def says(self, question: StrEnum) -> bool:
        self.used.add(question)
        return bool(self._hands[question]())


def outcome_of(
    suite: Suite[Any], check: Check[Any], device: Any, hands: Mapping[StrEnum, Callable[[], object]]
) -> Outcome:
    """Run one check with little patience, and see that it asked of the person only what it says it will."""
    person = SimulatedPerson(hands)
    outcome = run(suite, check, Trial(device, person, Cancellation(), patience=3.0))
    assert person.used <= set(check.hands)
    return outcome


def assert_passes(
    suite: Suite[Any], check: Check[Any], device: Any, hands: Mapping[StrEnum, Callable[[], object]]
) -> None:
    outcome = outcome_of(suite, check, device, hands)
    assert (outcome.result, outcome.reason) == (Result.PASS, "")
