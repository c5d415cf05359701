"""A measured figure, its target, and what stands beside it."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Figure:
    """``value`` in ``unit``, to be at most ``target``, or ``at_least`` that much; ``beside``: the peer or limit of the
    same run, by name. ``target`` None: it is told for the sake of what stands beside it."""

    name: str
    value: float
    unit: str
    target: float | None
    beside: str = ""
    beside_value: float | None = None
    note: str = ""
    at_least: bool = False

    @property
    def met(self) -> bool:
        """Whether the target is met."""
        if self.target is None:
            return True
        return self.value >= self.target if self.at_least else self.value <= self.target

    @property
    def ratio(self) -> float | None:
        """The value against what stands beside it."""
        return self.value / self.beside_value if self.beside_value else None

    def as_json(self) -> dict[str, Any]:
        """For ``out/bench.json``."""
        rounded = {key: round(each, 4) if isinstance(each, float) else each for key, each in asdict(self).items()}
        ratio = self.ratio
        return {**rounded, "ratio": None if ratio is None else round(ratio, 3), "met": self.met}


def p95(values: Sequence[float]) -> float:
    """The 95th percentile; of few values the largest."""
    return max(values) if len(values) < 20 else statistics.quantiles(values, n=20)[18]


def p99(values: Sequence[float]) -> float:
    """The 99th percentile; of few values the largest."""
    return max(values) if len(values) < 100 else statistics.quantiles(values, n=100)[98]
