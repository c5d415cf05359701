"""When a card that is made centrally will be there."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.catalogue.working_days import DueDay, load
from kiosk.located_toml import MistakesError

CALENDAR = load()


@pytest.mark.parametrize(
    ("start", "count", "due"),
    [
        (date(2026, 9, 24), 1, date(2026, 9, 28)),  # over Mid-Autumn
        (date(2026, 9, 30), 1, date(2026, 10, 8)),  # over the National Day week
        (date(2026, 10, 9), 1, date(2026, 10, 10)),  # a Saturday that is worked
        (date(2026, 2, 13), 2, date(2026, 2, 24)),  # over the Spring Festival, with a Saturday worked before it
        (date(2026, 11, 20), 1, date(2026, 11, 23)),  # over a week-end
    ],
)
def test_holidays_are_left_out_and_worked_saturdays_are_counted(start: date, count: int, due: date) -> None:
    assert CALENDAR.after(start, count) == DueDay(due, provisional=False)


def test_a_day_in_a_year_without_its_notice_is_provisional() -> None:
    assert CALENDAR.after(date(2026, 11, 22), 30) == DueDay(date(2027, 1, 4), provisional=True)
    assert CALENDAR.after(date(2026, 11, 22), 28) == DueDay(date(2026, 12, 30), provisional=False)
    assert CALENDAR.after(date(2030, 1, 1), 1).provisional


@given(st.dates(date(2024, 1, 1), date(2027, 6, 1)), st.integers(1, 60))
def test_the_nth_working_day_has_n_working_days_up_to_it(start: date, count: int) -> None:
    due = CALENDAR.after(start, count).day
    between = [date.fromordinal(day) for day in range(start.toordinal() + 1, due.toordinal() + 1)]
    assert sum(CALENDAR.is_working(day) for day in between) == count
    assert CALENDAR.is_working(due)


def test_less_than_a_day_is_none() -> None:
    with pytest.raises(ValueError, match="at least one"):
        CALENDAR.after(date(2026, 11, 22), 0)


@pytest.mark.parametrize("text", ["2026-13-01", "2025-01-01", "2026-02-05/2026-02-01"])
def test_a_wrong_day_is_named_with_its_line(tmp_path: Path, text: str) -> None:
    file = tmp_path / "days.toml"
    file.write_text(f'[[year]]\nyear = 2026\nannounced = true\noff = ["2026-01-01", "{text}"]\nworking = []\n')
    with pytest.raises(MistakesError) as error:
        load(file)
    (mistake,) = error.value.mistakes
    assert (mistake.place and mistake.place.line, mistake.field) == (4, "year[0].off[1]")
