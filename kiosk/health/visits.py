"""How each visit went, as a business sees it: service, how it ended and where, how long each step took. Nobody's data.

Told by the runtime of every move; what it knows is handed out once, when the record writes that the session has ended.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from kiosk.fleet.messages import BusinessOutcome, Result, StepTime
from kiosk.session import Session

SESSION = "in_service.session"
BEFORE_ANY = "identification"
"""The service of a visit that has not come to choosing one."""
REFUSING = frozenset({"refused", "trouble"})
"""States in which a citizen is told that something cannot be done."""
MOST_STEPS = 60


@dataclass(slots=True)
class _Business:
    service: str
    done_before: int
    steps: dict[str, list[float]] = field(default_factory=dict)
    reason: str | None = None
    failed: bool = False
    step: str = ""

    def spent(self, step: str, seconds: float) -> None:
        if step in self.steps or len(self.steps) < MOST_STEPS:
            times = self.steps.setdefault(step, [0.0, 0.0])
            times[0] += seconds
            times[1] += 1


class Visits:
    """``monotonic``: seconds. All calls on the event loop."""

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._businesses: list[_Business] = []
        self._step: str | None = None
        self._since = 0.0
        self._told = False
        """Whether the visit has been handed out, though the citizen, or their card, is still there."""

    def moved(self, event: str, after: str, session: Session) -> None:
        """The chart has moved; before the session is wiped."""
        now = self._monotonic()
        if self._step is not None and self._businesses:
            self._businesses[-1].spent(self._step, now - self._since)
        self._since = now
        if not (after == SESSION or after.startswith(f"{SESSION}.")):
            self._step = None
            self._told = False
            return
        if self._told:
            return
        self._step = after.removeprefix(f"{SESSION}.")
        service = session.kept.get("service", BEFORE_ANY)
        if not self._businesses or self._businesses[-1].service != service:
            self._businesses.append(_Business(service, len(session.done)))
        current = self._businesses[-1]
        current.step = self._step
        if self._step.rpartition(".")[2] in REFUSING:
            current.reason = session.trouble.what.key if session.trouble is not None else event
            current.failed = current.failed or event in ("failed", "late")

    def ended(self, session: Session) -> tuple[BusinessOutcome, ...]:
        """What the visit came to; once, then it is forgotten."""
        now = self._monotonic()
        businesses, self._businesses = self._businesses, []
        if self._step is not None and businesses:
            businesses[-1].spent(self._step, now - self._since)
        self._since = now
        self._told = self._told or self._step is not None
        self._step = None
        if not businesses:
            return ()
        done = [each.done_before for each in businesses[1:]] + [len(session.done)]
        chosen = len(businesses) > 1
        return tuple(
            self._outcome(each, each.done_before < after, session)
            for each, after in zip(businesses, done, strict=True)
            if not (chosen and each.service == BEFORE_ANY)
        )

    @staticmethod
    def _outcome(business: _Business, done: bool, session: Session) -> BusinessOutcome:
        result = Result.ABANDONED
        if done:
            result = Result.DONE
        elif business.reason is not None:
            result = Result.FAILED if business.failed else Result.REFUSED
        return BusinessOutcome(
            service=business.service,
            result=result,
            step=None if done else business.step,
            reason=None if done else business.reason,
            means=session.means or "none",
            steps=tuple(
                StepTime(step=step, milliseconds=round(seconds * 1000), visits=int(visits))
                for step, (seconds, visits) in business.steps.items()
            ),
        )
