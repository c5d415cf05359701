"""Faults that come by themselves: planned to the second, or drawn from a seed."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from devices.bench.line import LINE_FAULTS
from devices.simulation import FaultSwitch, FaultValue

LINE_RANGES: dict[str, tuple[float, float]] = {"slow": (0.05, 2.0), "noise": (0.001, 0.05), "unplug_at_byte": (0, 64)}
"""What a drawn line fault is set to. A device's own settings are not drawn: only it knows which values make sense."""


@dataclass(frozen=True, slots=True)
class PlannedFault:
    """``fault`` of ``device`` is set to ``value`` ``at`` seconds after the plan was given."""

    at: float
    device: str
    fault: str
    value: FaultValue


class FaultPlan:
    """What is still to come, against a clock the caller reads. Times are seconds of that clock."""

    def __init__(self) -> None:
        self._begun = 0.0
        self._coming: list[PlannedFault] = []

    def give(self, faults: Sequence[PlannedFault], now: float) -> None:
        """Replace the plan; its seconds count from now."""
        self._begun = now
        self._coming = sorted(faults, key=lambda planned: planned.at)

    def due(self, now: float) -> list[PlannedFault]:
        """Those whose time has come; each is given out once."""
        due = [planned for planned in self._coming if self._begun + planned.at <= now]
        self._coming = self._coming[len(due) :]
        return due

    def seconds_to_next(self, now: float) -> float | None:
        """How long until the next one; None when nothing is planned."""
        return max(0.0, self._begun + self._coming[0].at - now) if self._coming else None

    def save(self) -> dict[str, Any]:
        """For the next world, with the same clock."""
        return {"begun": self._begun, "coming": [asdict(planned) for planned in self._coming]}

    def restore(self, saved: Mapping[str, Any]) -> None:
        """Take up what :meth:`save` gave. What was missed meanwhile is due at once."""
        self._begun = saved["begun"]
        self._coming = [PlannedFault(**planned) for planned in saved["coming"]]

    def from_now(self, now: float) -> list[PlannedFault]:
        """What is still to come, its seconds counted from now."""
        return [replace(planned, at=round(self._begun + planned.at - now, 3)) for planned in self._coming]


def draw(
    switches: Mapping[str, Sequence[FaultSwitch]],
    *,
    seed: int,
    seconds: float,
    per_hour: float,
    lasting: tuple[float, float] = (1.0, 30.0),
) -> list[PlannedFault]:
    """Faults at random within the next ``seconds``, each switched off again after ``lasting`` (shortest, longest).

    The same seed and devices give the same plan. ``per_hour`` is the mean number over all devices.
    """
    chance = random.Random(seed)  # noqa: S311 -- faults, not secrets
    candidates = [
        (device, switch)
        for device in sorted(switches)
        for switch in sorted(switches[device], key=lambda one: one.name)
        if switch.default is False or (switch in LINE_FAULTS and switch.name in LINE_RANGES)
    ]
    plan: list[PlannedFault] = []
    at = chance.expovariate(per_hour / 3600) if candidates and per_hour > 0 else seconds
    while at < seconds:
        device, switch = chance.choice(candidates)
        plan.append(PlannedFault(round(at, 3), device, switch.name, _value(chance, switch)))
        plan.append(PlannedFault(round(at + chance.uniform(*lasting), 3), device, switch.name, switch.default))
        at += chance.expovariate(per_hour / 3600)
    return sorted(plan, key=lambda planned: planned.at)


def _value(chance: random.Random, switch: FaultSwitch) -> FaultValue:
    if switch.default is False:
        return True
    low, high = LINE_RANGES[switch.name]
    return (
        chance.randint(int(low), int(high)) if isinstance(switch.default, int) else round(chance.uniform(low, high), 4)
    )
