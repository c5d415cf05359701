"""A working life as rows of one person and one year: months paid as bit masks, bases, employers, medical account.

A row stands for twelve months, so that ten thousand people of twenty years fit in some 200,000 short rows; the months
are drawn out of it when someone asks (:mod:`kiosk.host.sandbox.records`). All draws come from the person's own
generator, in order of year: a later "today" adds months and never rewrites the past, bar the current year's spending.

Months in masks: bit 0 is January. Money in fen; bases are multiples of ten yuan.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from random import Random
from typing import NamedTuple

FIRST_YEAR = 2006
"""Where electronic records begin; what was before is one carried sum."""
ANCHOR_YEAR = 2026
"""A career's ``base`` is that of July of this year."""
NO_EMPLOYER = 0

MONTHS = (1 << 12) - 1


class YearRow(NamedTuple):
    """One person, one year. Bases change in July (``base_first`` to June), employers from ``change_month`` on."""

    person_id: int
    year: int
    base_first: int
    base_second: int
    employer_first: int
    employer_second: int
    change_month: int
    pension: int
    medical: int
    unemployment: int
    injury: int
    maternity: int
    housing_fund: int
    medical_income: int
    medical_spent: int
    medical_pooled: int


@dataclass(frozen=True, slots=True)
class Career:
    """What a working life follows. Months are counted as year x 12 + month - 1.

    ``gaps``: months never paid; ``settled``: no gaps or changes of job beyond those given. ``transfer``: what the pool
    pays into a pensioner's medical account a month.
    """

    person_id: int
    kind: str
    start: int
    base: int
    employer: int
    retired: int | None = None
    housing_fund_from: int | None = None
    transfer: int = 0
    gaps: frozenset[int] = frozenset()
    change_to: tuple[int, int] | None = None
    settled: bool = False
    employers: int = 1


def month_number(year: int, month: int) -> int:
    """Months since the year 0, January being 0 of its year."""
    return year * 12 + month - 1


def mask(year: int, first: int, last: int) -> int:
    """The months of ``year`` from month number ``first`` to ``last``, both included."""
    low = max(first - year * 12, 0)
    high = min(last - year * 12, 11)
    return 0 if high < low else ((1 << (high + 1)) - 1) & ~((1 << low) - 1)


def retirement_month(birth: date, *, female: bool) -> int:
    """The first month of the pension: 60 and 50 years, put off from 2025 on by one month for every four (women: two)
    months of birth, by three and five years at most (the decision of September 2024)."""
    usual = month_number(birth.year + (50 if female else 60), birth.month)
    past = usual - month_number(2025, 1)
    delay = 0 if past < 0 else min(past // (2 if female else 4) + 1, 60 if female else 36)
    return usual + delay + 1


def year_rows(career: Career, today: date, random: Random) -> list[YearRow]:
    """The rows of a career, to the month before ``today``, oldest first."""
    last_paid = month_number(today.year, today.month) - 1
    first_year = max(FIRST_YEAR, career.start // 12)
    # a generator apart: how many years it is asked for depends on today
    levels = _levels(career.base, max(today.year, ANCHOR_YEAR), Random(random.getrandbits(64)))  # noqa: S311
    employer = career.employer
    balance = 0
    rows: list[YearRow] = []
    for year in range(first_year, today.year + 1):
        paid = mask(year, career.start, last_paid if career.retired is None else min(last_paid, career.retired - 1))
        if career.gaps:
            for gap in career.gaps:
                if gap // 12 == year:
                    paid &= ~(1 << gap % 12)
        moved, gap_start, gap_length = random.random(), random.randrange(12), random.randrange(1, 4)
        next_employer, change_month = employer, 13
        if career.change_to is not None and career.change_to[0] // 12 == year:
            next_employer, change_month = career.change_to[1], career.change_to[0] % 12 + 1
        elif not career.settled and moved < 0.09:
            if moved < 0.05:
                paid &= ~(((1 << gap_length) - 1) << gap_start)
            if career.employer != NO_EMPLOYER:
                next_employer = (employer + 7 * gap_length + gap_start) % career.employers + 1
                change_month = min(gap_start + gap_length + 1, 12)
        base_first, base_second = levels[max(year - 1 - FIRST_YEAR, 0)], levels[year - FIRST_YEAR]
        income, spent, pooled = _medical(career, year, paid, base_first, base_second, balance, today, random)
        balance += income - spent
        employee = career.kind != "flexible"
        rows.append(
            YearRow(
                career.person_id, year, base_first, base_second, employer, next_employer, change_month,
                paid, paid,
                paid if employee else 0, paid if employee else 0, paid if employee else 0,
                0 if career.housing_fund_from is None else paid & mask(year, career.housing_fund_from, last_paid),
                income, spent, pooled,
            )
        )  # fmt: skip
        employer = next_employer
    return rows


def _levels(base: int, last_year: int, random: Random) -> list[int]:
    """Bases from July of each year, FIRST_YEAR first, passing through ``base`` in the anchor year."""
    steps = [1.03 + 0.07 * random.random() for _ in range(FIRST_YEAR, last_year)]
    level = 1.0
    growth = [level]
    for step in steps:
        level *= step
        growth.append(level)
    anchor = growth[ANCHOR_YEAR - FIRST_YEAR]
    return [round(base * g / anchor / 1000) * 1000 for g in growth]


def _medical(
    career: Career, year: int, paid: int, base_first: int, base_second: int, balance: int, today: date, random: Random
) -> tuple[int, int, int]:
    """(income, spent, pooled) of the medical account in a year; it is never overdrawn."""
    share, visits = random.random(), random.random()
    own = ((paid & 0x3F).bit_count() * base_first + (paid >> 6).bit_count() * base_second) // 50
    elapsed = 12 if year < today.year else today.month - 1
    if career.retired is not None:
        end = month_number(year, elapsed) if elapsed else month_number(year, 1) - 1
        own += mask(year, career.retired, end).bit_count() * career.transfer
    spent = int((balance + own) * (0.35 + 0.6 * share * share) * elapsed / 12)
    return own, spent, int(spent * 3 * visits * visits)
