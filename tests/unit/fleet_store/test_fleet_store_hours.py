"""Hours as people write them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.fleet import hours, places
from kiosk.fleet.hours import HoursError
from kiosk.fleet.places import PlaceError
from kiosk.fleet.store import spans


def test_a_week_is_read_and_days_not_named_are_closed() -> None:
    week = hours.week(["1-5 13:30-17:30 08:30-12:00", "6 9:00-24:00"])
    assert week == [[[510, 720], [810, 1050]]] * 5 + [[[540, 1440]], []]
    monday = 1_800_000_000_000 // 86_400_000 * 86_400_000 - 8 * 3_600_000 + 3 * 86_400_000  # 2027-01-18 in China
    assert spans.length(spans.published(week, monday, monday + 7 * 86_400_000)) == (5 * 450 + 900) * 60_000


def test_quiet_hours_may_run_over_midnight() -> None:
    assert hours.quiet("22:00-07:00") == (1320, 420)
    assert hours.quiet("22:00-24:00") == (1320, 0)


@pytest.mark.parametrize(
    "line",
    [
        "", "1-5", "0 08:00-09:00", "5-1 08:00-09:00", "8 08:00-09:00", "1 09:00-08:00", "1 08:00", "1 08:60-09:00",
        "1 08:00-24:01", "1 08:00-10:00 09:00-11:00", "一 08:00-09:00", "1 08:00-08:00", "1-9 08:00-09:00",
    ],
)  # fmt: skip
def test_what_is_no_week_is_refused(line: str) -> None:
    with pytest.raises(HoursError):
        hours.week([line])


def test_a_day_is_named_once_and_a_whole_day_is_not_quiet() -> None:
    with pytest.raises(HoursError, match="day 3 is named twice"):
        hours.week(["1-5 08:00-12:00", "3 13:00-17:00"])
    with pytest.raises(HoursError, match="whole day"):
        hours.quiet("00:00-24:00")


@given(st.text(max_size=40))
def test_any_text_is_hours_or_refused(text: str) -> None:
    for read in (lambda: hours.week([text]), lambda: hours.quiet(text)):
        try:
            read()
        except HoursError:
            continue


_HOURS = st.lists(st.integers(0, 1440), unique=True, max_size=6).map(
    lambda each: [list(pair) for pair in zip(sorted(each)[::2], sorted(each)[1::2], strict=False)]
)


@given(st.lists(_HOURS, min_size=7, max_size=7))
def test_a_week_that_is_written_down_reads_the_same(days: list[list[list[int]]]) -> None:
    assert hours.week(hours.written(days)) == days


def test_days_of_the_same_hours_are_one_line() -> None:
    working = [[510, 720], [810, 1050]]
    assert hours.written([working] * 5 + [[[540, 720]], []]) == ["1-5 08:30-12:00 13:30-17:30", "6 09:00-12:00"]


def test_a_place_is_two_numbers_of_this_earth() -> None:
    assert places.coordinates("30.2741，120.1551") == (30_274_100, 120_155_100)
    assert places.written(*places.coordinates("-30.5, 120")) == "-30.500000,120.000000"
    assert places.written(None, 1) == ""
    for text in ("", "30", "90.1,0", "0,-180.1", "nan,0", "1e999,0", "a,b", "1,2,3"):
        with pytest.raises(PlaceError):
            places.coordinates(text)
