"""Money and months of any career: sums agree with their parts, gaps are counted, the past stays as it was."""

from __future__ import annotations

from datetime import UTC, date, datetime
from random import Random
from typing import get_type_hints

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.host.port import Scheme
from kiosk.host.sandbox import records, reference
from kiosk.host.sandbox.careers import (
    FIRST_YEAR,
    MONTHS,
    NO_EMPLOYER,
    Career,
    YearRow,
    mask,
    month_number,
    retirement_month,
    year_rows,
)
from kiosk.host.sandbox.people import PersonRow

EMPLOYERS = [f"示例单位{n}" for n in range(1, 11)]
RATES = reference.rates()


def person(**known: object) -> PersonRow:
    plain = {name: "" if kind is str else 0 for name, kind in get_type_hints(PersonRow).items()}
    return PersonRow(**{**plain, "birth_date": "1960-05-01", **known})  # type: ignore[arg-type]


def row(year: int, paid: int, **known: int) -> YearRow:
    return YearRow(
        **{
            **dict.fromkeys(YearRow._fields, 0),
            **{scheme.value: paid for scheme in Scheme},
            "person_id": 1, "year": year, "base_first": 500_000, "base_second": 600_000,
            "employer_first": 1, "employer_second": 2, "change_month": 13, **known,
        }
    )  # fmt: skip


@st.composite
def careers(draw: st.DrawFn) -> tuple[Career, date, int]:
    today = date(draw(st.integers(2010, 2030)), draw(st.integers(1, 12)), draw(st.integers(1, 28)))
    last = month_number(today.year, today.month) - 1
    start = draw(st.integers(month_number(FIRST_YEAR, 1), last))
    retired = draw(st.none() | st.integers(start, last + 24))
    gaps = draw(st.frozensets(st.integers(start, last), max_size=20))
    employer = draw(st.integers(0, len(EMPLOYERS)))
    career = Career(
        1, "flexible" if employer == NO_EMPLOYER else "employee", start, draw(st.integers(300, 2000)) * 1000, employer,
        retired, housing_fund_from=None if employer == NO_EMPLOYER else draw(st.none() | st.integers(start, last)),
        transfer=draw(st.integers(0, 20_000)),
        gaps=gaps, employers=len(EMPLOYERS), settled=draw(st.booleans()),
    )  # fmt: skip
    return career, today, draw(st.integers(0, 2**32))


def at_noon(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 12, tzinfo=UTC)


@given(careers(), st.sampled_from(Scheme))
def test_sums_are_those_of_their_months_and_every_month_is_there_once(
    drawn: tuple[Career, date, int], scheme: Scheme
) -> None:
    career, today, seed = drawn
    rows = year_rows(career, today, Random(seed))
    retired = career.retired if career.retired and career.retired <= month_number(today.year, today.month) else 0
    history = records.contributions(scheme, person(retired=retired), rows, EMPLOYERS, RATES, at_noon(today))
    months = [(year.year, month) for year in history.years for month in year.months]
    assert history.total_own == sum(month.own for _, month in months)
    assert history.months_paid == sum(month.paid for _, month in months)
    assert history.gaps == sum(not month.paid for _, month in months)
    numbers = sorted(month_number(year, month.month) for year, month in months)
    if not numbers:
        assert history.first_insured is None
        return
    assert numbers == list(range(numbers[0], numbers[-1] + 1)), "the insured time has no hole"
    assert history.first_insured == date(numbers[0] // 12, numbers[0] % 12 + 1, 1)
    last = month_number(today.year, today.month) - 1
    assert numbers[-1] == (min(last, retired - 1) if retired else last)
    assert [year.year for year in history.years] == sorted({n // 12 for n in numbers}, reverse=True)
    for _, month in months:
        if not month.paid:
            assert (month.base, month.own, month.employer, month.employer_name) == (0, 0, 0, "")
        else:
            assert month.base % 1000 == 0
            assert (month.employer_name == "") == (career.employer == NO_EMPLOYER)


@given(careers())
def test_ordered_gaps_are_never_paid(drawn: tuple[Career, date, int]) -> None:
    career, today, seed = drawn
    rows = {row.year: row for row in year_rows(career, today, Random(seed))}
    for gap in career.gaps:
        assert not rows[gap // 12].pension >> gap % 12 & 1


@given(careers())
def test_the_medical_account_is_never_overdrawn_and_its_years_add_up(drawn: tuple[Career, date, int]) -> None:
    career, today, seed = drawn
    rows = year_rows(career, today, Random(seed))
    account = records.medical_account(person(medical_opening=12_345), rows, at_noon(today))
    closing = 12_345
    for year, income, spent, balance in reversed(account.past_years):
        assert year < today.year
        assert 0 <= spent <= closing + income
        closing += income - spent
        assert balance == closing
    assert account.balance == closing + account.income_this_year - account.spent_this_year
    assert account.balance >= 0


@given(careers())
def test_the_medical_income_is_the_own_part_of_the_medical_insurance_and_the_transfers(
    drawn: tuple[Career, date, int],
) -> None:
    career, today, seed = drawn
    if career.employer == NO_EMPLOYER:
        return
    rows = year_rows(career, today, Random(seed))
    history = records.contributions(Scheme.MEDICAL, person(), rows, EMPLOYERS, RATES, at_noon(today))
    last = month_number(today.year, today.month) - 1
    transfers = 0 if career.retired is None else max(last - career.retired + 1, 0) * career.transfer
    assert sum(row.medical_income for row in rows) == history.total_own + transfers


@given(careers(), st.integers(1, 60))
def test_later_months_never_rewrite_the_past(drawn: tuple[Career, date, int], months: int) -> None:
    career, today, seed = drawn
    then = month_number(today.year, today.month) + months
    before = year_rows(career, today, Random(seed))
    after = year_rows(career, date(then // 12, then % 12 + 1, 1), Random(seed))
    closed = [row for row in before if row.year < today.year]
    assert after[: len(closed)] == closed
    past = mask(today.year, 0, month_number(today.year, today.month) - 1)
    running = next((row for row in before if row.year == today.year), None)
    if running is not None:
        assert next(row for row in after if row.year == today.year).pension & past == running.pension


def test_bases_change_in_july_and_employers_when_the_job_does() -> None:
    rows = [row(2018, MONTHS, change_month=10)]
    history = records.contributions(Scheme.PENSION, person(), rows, EMPLOYERS, RATES, at_noon(date(2019, 1, 5)))
    [year] = history.years
    assert [month.base for month in year.months] == [500_000] * 6 + [600_000] * 6
    assert [month.employer_name for month in year.months] == ["示例单位1"] * 9 + ["示例单位2"] * 3
    assert (year.months[0].own, year.months[0].employer) == (40_000, 100_000)
    assert history.total_own == 6 * 40_000 + 6 * 48_000


def test_rates_are_those_of_their_month() -> None:
    rows = [row(2019, MONTHS)]
    history = records.contributions(Scheme.PENSION, person(), rows, EMPLOYERS, RATES, at_noon(date(2020, 1, 5)))
    assert [month.employer for month in history.years[0].months][3:6] == [100_000, 80_000, 80_000]


def test_gaps_are_counted_within_the_insured_time_only() -> None:
    rows = [row(2018, mask(2018, month_number(2018, 11), month_number(2018, 12))), row(2019, MONTHS & ~0b1100)]
    history = records.contributions(Scheme.INJURY, person(), rows, EMPLOYERS, RATES, at_noon(date(2020, 1, 31)))
    assert (history.months_paid, history.gaps, history.first_insured) == (12, 2, date(2018, 11, 1))


def test_who_pays_for_himself_pays_both_parts() -> None:
    rows = [row(2020, MONTHS, employer_first=NO_EMPLOYER, employer_second=NO_EMPLOYER)]
    history = records.contributions(Scheme.PENSION, person(), rows, EMPLOYERS, RATES, at_noon(date(2021, 1, 5)))
    assert (history.years[0].months[0].own, history.years[0].months[0].employer) == (100_000, 0)


@pytest.mark.parametrize(
    ("base", "rate", "fen"), [(0, 800, 0), (500_000, 800, 40_000), (123_456, 50, 617), (10_050, 50, 50), (100, 50, 1)]
)
def test_half_a_fen_is_rounded_up(base: int, rate: int, fen: int) -> None:
    assert records.part(base, rate) == fen


def test_a_pension_account_earns_interest_and_is_paid_out_after_retirement() -> None:
    history = records.contributions(
        Scheme.PENSION, person(), [row(2024, MONTHS)], EMPLOYERS, RATES, at_noon(date(2026, 3, 9))
    )
    working = records.pension(person(carried_own=1_000_000), history, RATES, at_noon(date(2025, 1, 9)))
    assert working.account_balance == 1_000_000 + 26_200 + 528_000
    assert (working.own_total, working.retired_since, working.monthly_benefit, working.last_paid) == (
        1_528_000, None, None, None,
    )  # fmt: skip
    retired = person(
        carried_own=1_000_000, retired=month_number(2025, 11), monthly_benefit=300_000, birth_date="1965-10-02"
    )
    shown = records.pension(retired, history, RATES, at_noon(date(2026, 3, 9)))
    monthly = 1_554_200 // 139
    interest = 1_554_200 * 150 // 10_000
    assert shown.account_balance == 1_554_200 + interest - 4 * monthly
    assert (shown.retired_since, shown.last_paid, shown.monthly_benefit) == (date(2025, 11, 1), (2026, 2), 300_000)


def test_an_account_is_never_below_nothing() -> None:
    history = records.contributions(Scheme.PENSION, person(), [], EMPLOYERS, RATES, at_noon(date(2026, 3, 9)))
    retired = person(carried_own=1_000, retired=month_number(2000, 1), monthly_benefit=300_000)
    assert records.pension(retired, history, RATES, at_noon(date(2026, 3, 9))).account_balance == 0


@pytest.mark.parametrize(
    ("birth", "female", "pension_from"),
    [
        (date(1960, 3, 12), False, (2020, 4)),
        (date(1974, 12, 1), True, (2025, 1)),
        (date(1965, 1, 5), False, (2025, 3)),  # the first who waits: one month
        (date(1965, 5, 5), False, (2025, 8)),  # two months
        (date(1975, 3, 5), True, (2025, 6)),  # women: one month for every two
        (date(1990, 6, 1), False, (2053, 7)),  # three years at most
        (date(1990, 6, 1), True, (2045, 7)),  # five years at most
    ],
)
def test_retirement_is_put_off_step_by_step(birth: date, female: bool, pension_from: tuple[int, int]) -> None:
    assert retirement_month(birth, female=female) == month_number(*pension_from)
