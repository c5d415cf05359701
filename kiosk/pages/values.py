"""Values as the screens take them."""

from __future__ import annotations

from datetime import date

from statemachines.timing import DELAYS
from statemachines.views import (
    Day,
)


def day(value: date | None) -> Day:
    """A date as the screens take it. Raises TypeError for none."""
    if value is None:
        raise TypeError("there is no day to show")
    return Day(value.isoformat())


def at_most(timeout: str) -> int:
    """Whole seconds of a delay of :mod:`statemachines.timing`, for a page that says how long something takes."""
    return int(DELAYS[timeout].seconds)
