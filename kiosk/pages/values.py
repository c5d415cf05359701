"""Values as the screens take them."""

from __future__ import annotations

from datetime import date

from statemachines.views import (
    Day,
)


def day(value: date | None) -> Day:
    """A date as the screens take it. Raises TypeError for none."""
    if value is None:
        raise TypeError("there is no day to show")
    return Day(value.isoformat())
