"""What the rows of a person say, drawn out into months and sums. Pure: rows in, answers out."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from kiosk.host.port import Scheme
from kiosk.host.sandbox import shapes
from kiosk.host.sandbox.careers import NO_EMPLOYER, YearRow, mask, month_number
from kiosk.host.sandbox.people import PersonRow
from kiosk.host.sandbox.reference import Rates

FLEXIBLE_OWN_PART = {Scheme.PENSION: 2000, Scheme.MEDICAL: 900}
"""Who pays for himself pays both parts, of ten thousand."""
_DIVISORS = {50: 195, 55: 170, 60: 139}
"""Months over which the account is paid out, by age at retirement."""


def part(base: int, rate: int) -> int:
    """A contribution in fen, half a fen rounded up."""
    return (base * rate + 5000) // 10000


def contributions(
    scheme: Scheme,
    person: PersonRow,
    years: Sequence[YearRow],
    employers: Sequence[str],
    rates: Rates,
    now: datetime,
    settled: int | None = None,
) -> shapes.ContributionHistory:
    """F14. The insured time runs from the first paid month to the last one settled, or before retirement.

    ``settled``: the month number up to which contributions are known; by default the month before ``now``.
    """
    paid_in = [(row.year, _mask(row, scheme)) for row in years if _mask(row, scheme)]
    shown: list[shapes.YearContribution] = []
    if paid_in:
        first_year, first_mask = paid_in[0]
        first = month_number(first_year, (first_mask & -first_mask).bit_length())
        last = month_number(now.year, now.month) - 1 if settled is None else settled
        if person.retired:
            last = min(last, person.retired - 1)
        for row in years:
            insured = mask(row.year, first, last)
            months = tuple(
                _month(row, month, scheme, employers, rates) for month in range(1, 13) if insured >> (month - 1) & 1
            )
            if months:
                shown.append(shapes.YearContribution(year=row.year, months=months))
    every = [month for year in shown for month in year.months]
    return shapes.ContributionHistory(
        scheme=scheme,
        first_insured=date(shown[0].year, shown[0].months[0].month, 1) if shown else None,
        months_paid=sum(month.paid for month in every),
        gaps=sum(not month.paid for month in every),
        total_own=sum(month.own for month in every),
        years=tuple(reversed(shown)),
        as_of=now,
    )


def pension(person: PersonRow, history: shapes.ContributionHistory, rates: Rates, now: datetime) -> shapes.Pension:
    """F15. Own contributions and interest go in; a fixed part of it goes out each month of retirement."""
    own_by_year = {year.year: sum(month.own for month in year.months) for year in history.years}
    retired = person.retired or None
    balance, monthly_out = person.carried_own, 0
    begins = min(own_by_year, default=now.year)
    for year in range(begins if retired is None else min(begins, retired // 12), now.year + 1):
        if retired is not None and retired // 12 == year:
            birth = date.fromisoformat(person.birth_date)
            years_old = max(
                (age for age in _DIVISORS if retired >= month_number(birth.year + age, birth.month)), default=50
            )
            monthly_out = (balance + own_by_year.get(year, 0)) // _DIVISORS[years_old]
        end = month_number(now.year, now.month) - 1
        out = 0 if retired is None else mask(year, retired, end).bit_count() * monthly_out
        interest = balance * rates.interest(year) // 10000 if year < now.year else 0
        balance = max(balance + interest + own_by_year.get(year, 0) - out, 0)
    last = month_number(now.year, now.month) - 1
    return shapes.Pension(
        account_balance=balance,
        own_total=person.carried_own + history.total_own,
        months_paid=person.carried_months + history.months_paid,
        retired_since=None if retired is None else date(retired // 12, retired % 12 + 1, 1),
        monthly_benefit=None if retired is None else person.monthly_benefit,
        last_paid=None if retired is None or last < retired else (last // 12, last % 12 + 1),
        as_of=now,
    )


def medical_account(person: PersonRow, years: Sequence[YearRow], now: datetime) -> shapes.MedicalAccount:
    """F16. Years are closed one after the other; the last one may be running."""
    balance, current, past = person.medical_opening, (0, 0, 0), []
    for row in years:
        balance += row.medical_income - row.medical_spent
        if row.year == now.year:
            current = (row.medical_income, row.medical_spent, row.medical_pooled)
        else:
            past.append((row.year, row.medical_income, row.medical_spent, balance))
    return shapes.MedicalAccount(
        balance=balance,
        income_this_year=current[0],
        spent_this_year=current[1],
        pooled_paid_this_year=current[2],
        past_years=tuple(reversed(past)),
        as_of=now,
    )


def _mask(row: YearRow, scheme: Scheme) -> int:
    paid: int = getattr(row, scheme.value)
    return paid


def _month(
    row: YearRow, month: int, scheme: Scheme, employers: Sequence[str], rates: Rates
) -> shapes.MonthContribution:
    if not _mask(row, scheme) >> (month - 1) & 1:
        return shapes.MonthContribution(month=month, paid=False, base=0, own=0, employer=0, employer_name="")
    base = row.base_first if month < 7 else row.base_second
    employer = row.employer_first if month < row.change_month else row.employer_second
    if employer == NO_EMPLOYER:
        own = part(base, FLEXIBLE_OWN_PART[scheme])
        return shapes.MonthContribution(month=month, paid=True, base=base, own=own, employer=0, employer_name="")
    own_rate, employer_rate = rates.parts(scheme, row.year, month)
    return shapes.MonthContribution(
        month=month,
        paid=True,
        base=base,
        own=part(base, own_rate),
        employer=part(base, employer_rate),
        employer_name=employers[employer - 1],
    )
