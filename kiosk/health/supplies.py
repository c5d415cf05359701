"""How long what is used up will last: ribbon, cards of each bank, paper (F93). Pure."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

WINDOW = 14
"""Days looked back on: two whole weeks, so that quiet weekends count as they come."""

WARN_DAYS = 2
"""Days left at which someone is told: the day before the last one, while there is still time to bring more (A9)."""


@dataclass(frozen=True, slots=True)
class Supply:
    """``name``: ``ribbon`` (sets of panels), ``cards.BANK``, ``paper`` (receipts). ``left`` None: nobody counts it.
    ``per_day``: the mean use of a day. ``days``: how long it lasts at that pace; None: not known, or nothing is used.
    ``empty_on``: the day on which it runs out."""

    name: str
    left: int | None
    per_day: float
    days: float | None
    empty_on: date | None

    @property
    def soon(self) -> bool:
        """Whether someone should bring more now."""
        return self.left == 0 or (self.days is not None and self.days < WARN_DAYS)


def days_before(today: date) -> tuple[date, ...]:
    """The days whose use counts, the oldest first, today the last."""
    return tuple(today - timedelta(days=back) for back in range(WINDOW, -1, -1))


def forecast(name: str, left: int | None, used: Sequence[int], today: date) -> Supply:
    """``used``: per day, oldest first, today's so far the last. Days before the first use are not known and do not
    count; today counts only in so far as it is above the mean of the days before it, for it is not over."""
    known = [max(0, amount) for amount in used]
    while known and not known[0]:
        del known[0]
    if not known:
        return Supply(name, left, 0.0, None, None)
    *whole, so_far = known
    mean = sum(whole) / len(whole) if whole else 0.0
    per_day = (sum(whole) + so_far) / len(known) if so_far > mean else mean
    if left is None:
        return Supply(name, left, per_day, None, None)
    days = left / per_day
    return Supply(name, left, per_day, days, today + timedelta(days=math.floor(days)))
