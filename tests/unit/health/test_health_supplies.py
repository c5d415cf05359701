"""How long a supply lasts: the arithmetic, by hand."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.health.supplies import WINDOW, Supply, days_before, forecast

TODAY = date(2026, 11, 22)


def test_the_days_looked_back_on_end_today() -> None:
    days = days_before(TODAY)
    assert (len(days), days[0], days[-1]) == (WINDOW + 1, date(2026, 11, 8), TODAY)


@pytest.mark.parametrize(
    ("left", "used", "per_day", "days", "empty_on"),
    [
        (100, [10, 10, 10, 0], 10.0, 10.0, date(2026, 12, 2)),
        (100, [0, 0, 10, 30, 0], 20.0, 5.0, date(2026, 11, 27)),
        (10, [10, 0, 10, 0, 0], 5.0, 2.0, date(2026, 11, 24)),
        (30, [10, 10, 40], 20.0, 1.5, date(2026, 11, 23)),
        (7, [0, 0, 14], 14.0, 0.5, TODAY),
        (0, [5, 0], 5.0, 0.0, TODAY),
        (50, [0, 0, 0], 0.0, None, None),
        (None, [4, 4, 0], 4.0, None, None),
    ],
)
def test_a_forecast(
    left: int | None, used: list[int], per_day: float, days: float | None, empty_on: date | None
) -> None:
    assert forecast("ribbon", left, used, TODAY) == Supply("ribbon", left, per_day, days, empty_on)


def test_the_day_before_the_last_is_soon() -> None:
    assert forecast("ribbon", 19, [10, 0], TODAY).soon
    assert not forecast("ribbon", 20, [10, 0], TODAY).soon
    assert forecast("ribbon", 0, [], TODAY).soon
    assert not forecast("ribbon", 3, [], TODAY).soon


@given(st.integers(0, 10_000), st.lists(st.integers(0, 500), max_size=WINDOW + 1))
def test_more_left_never_ends_earlier(left: int, used: list[int]) -> None:
    less, more = forecast("paper", left, used, TODAY), forecast("paper", left + 1, used, TODAY)
    assert (less.days is None) == (more.days is None) == (not any(used))
    if less.days is not None and more.days is not None:
        assert less.days < more.days
