"""Working days (``working_days.toml``): when a card that is made centrally will be there.

A year that the file does not have counts Monday to Friday, and what is counted into it is ``provisional``, as is a year
whose notice is not out.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from kiosk.located_toml import Mistake, MistakesError, read
from kiosk.validation import validate

FILE = Path(__file__).with_name("working_days.toml")


class _Year(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)
    year: int
    announced: bool
    off: tuple[str, ...]
    working: tuple[str, ...]


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)
    year: tuple[_Year, ...]


@dataclass(frozen=True, slots=True)
class DueDay:
    """``provisional``: holidays on the way may still move it."""

    day: date
    provisional: bool


class WorkingDays:
    """``off`` and ``working``: days that differ from the week's pattern; ``announced``: years that are settled."""

    def __init__(self, off: frozenset[date], working: frozenset[date], announced: frozenset[int]) -> None:
        self._off = off
        self._working = working
        self._announced = announced

    def is_working(self, day: date) -> bool:
        """Whether offices work on that day."""
        return day in self._working or (day.weekday() < 5 and day not in self._off)

    def after(self, day: date, count: int) -> DueDay:
        """The ``count``-th working day after ``day``, which itself does not count. ValueError below 1."""
        if count < 1:
            raise ValueError("at least one working day")
        provisional = False
        while count:
            day += timedelta(days=1)
            provisional = provisional or day.year not in self._announced
            count -= self.is_working(day)
        return DueDay(day, provisional)


@cache
def load(file: Path = FILE) -> WorkingDays:
    """The calendar of a file. Raises MistakesError naming file, line and field."""
    document = read(file)
    years = validate(document, _File).year
    off: set[date] = set()
    working: set[date] = set()
    for position, year in enumerate(years):
        for field, texts, days in (("off", year.off, off), ("working", year.working, working)):
            for index, text in enumerate(texts):
                try:
                    days.update(_days(text, year.year))
                except ValueError as error:
                    place = document.place(("year", position, field, index))
                    allowed = "a day of that year, or first/last"
                    where = f"year[{position}].{field}[{index}]"
                    raise MistakesError([Mistake(document.file, place, where, f"{text}: {error}", allowed)]) from None
    return WorkingDays(frozenset(off), frozenset(working), frozenset(year.year for year in years if year.announced))


def _days(text: str, year: int) -> Iterator[date]:
    first, _, last = text.partition("/")
    day, end = date.fromisoformat(first), date.fromisoformat(last or first)
    if day.year != year or end.year != year or end < day:
        raise ValueError("not within the year, or the wrong way round")
    while day <= end:
        yield day
        day += timedelta(days=1)
