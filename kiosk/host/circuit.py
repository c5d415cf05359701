"""A circuit breaker: after several failures in a row nothing is sent for a while, then one probe decides.

It reads no clock of its own and does no I/O. Outcomes of calls that were admitted before the state last changed are
ignored, so that a late answer neither opens nor closes the circuit.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum


class CircuitState(StrEnum):
    """``half_open``: the one probe is under way, everything else is turned away."""

    CLOSED = "closed"
    OPEN = "open"
    HALF_OPEN = "half_open"


@dataclass(frozen=True, slots=True)
class Admission:
    """Leave to make one call. Hand it back with exactly one of the breaker's outcome methods."""

    generation: int


class CircuitBreaker:
    """Counts consecutive failures. ``clock`` gives seconds that only rise.

    Opens after ``failures_to_open`` failures without a success between; after ``open_seconds`` admits one probe, whose
    success closes it and whose failure opens it for as long again.
    """

    def __init__(self, *, clock: Callable[[], float], failures_to_open: int = 5, open_seconds: float = 15.0) -> None:
        if failures_to_open < 1 or open_seconds <= 0:
            raise ValueError("failures_to_open must be at least 1 and open_seconds above 0")
        self._clock = clock
        self._failures_to_open = failures_to_open
        self._open_seconds = open_seconds
        self._state = CircuitState.CLOSED
        self._failures = 0
        self._opened_at = 0.0
        self._generation = 0

    @property
    def state(self) -> CircuitState:
        """The state as it was left by the last outcome; an open circuit stays ``open`` until it admits its probe."""
        return self._state

    def seconds_until_probe(self) -> float:
        """How long until a call is admitted; 0 when one would be now (or a probe is under way)."""
        if self._state is not CircuitState.OPEN:
            return 0.0
        return max(0.0, self._opened_at + self._open_seconds - self._clock())

    def admit(self) -> Admission | None:
        """Leave to make one call now, or None."""
        if self._state is CircuitState.CLOSED:
            return Admission(self._generation)
        if self._state is CircuitState.OPEN and self.seconds_until_probe() == 0.0:
            self._enter(CircuitState.HALF_OPEN)
            return Admission(self._generation)
        return None

    def succeeded(self, admission: Admission) -> None:
        """The far end answered, be it with a refusal."""
        if admission.generation != self._generation:
            return
        self._failures = 0
        if self._state is CircuitState.HALF_OPEN:
            self._enter(CircuitState.CLOSED)

    def failed(self, admission: Admission) -> None:
        """The far end could not be reached, did not answer, or answered nonsense."""
        if admission.generation != self._generation:
            return
        self._failures += 1
        if self._state is CircuitState.HALF_OPEN or self._failures >= self._failures_to_open:
            self._opened_at = self._clock()
            self._enter(CircuitState.OPEN)

    def abandoned(self, admission: Admission) -> None:
        """The call was called off before its outcome was known; a probe called off leaves room for the next."""
        if admission.generation == self._generation and self._state is CircuitState.HALF_OPEN:
            self._enter(CircuitState.OPEN)

    def _enter(self, state: CircuitState) -> None:
        self._state = state
        self._generation += 1
        if state is CircuitState.CLOSED:
            self._failures = 0
