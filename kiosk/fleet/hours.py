"""Hours as people write them: ``22:00-07:00``, and a kiosk's week as ``1-5 08:30-12:00 13:30-17:30``."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import groupby, pairwise

_SPAN = re.compile(r"(\d{1,2}):(\d{2})-(\d{1,2}):(\d{2})")
_DAYS = re.compile(r"([1-7])(?:-([1-7]))?")
DAY_MINUTES = 24 * 60


class HoursError(ValueError):
    """Hours that make no sense; the text says which."""


def span(text: str) -> tuple[int, int]:
    """``HH:MM-HH:MM`` in minutes of the day; 24:00 is the end of it. Raises HoursError."""
    found = _SPAN.fullmatch(text)
    if found is None:
        raise HoursError(f"{text}: hours read 08:30-17:00")
    begin_hour, begin_minute, end_hour, end_minute = map(int, found.groups())
    begin, end = begin_hour * 60 + begin_minute, end_hour * 60 + end_minute
    if begin_minute > 59 or end_minute > 59 or begin >= DAY_MINUTES or end > DAY_MINUTES or begin == end:
        raise HoursError(f"{text}: there are no such hours")
    return begin, end


def quiet(text: str) -> tuple[int, int]:
    """As :func:`span`; they may run over midnight, and 24:00 is 0. Raises HoursError, also for a whole day."""
    begin, end = span(text)
    if begin == end % DAY_MINUTES:
        raise HoursError(f"{text}: a whole day is not quiet hours")
    return begin, end % DAY_MINUTES


def week(lines: Iterable[str]) -> list[list[list[int]]]:
    """Days (1 is Monday, ``1-5`` Monday to Friday), then the hours; a day not named is closed. Seven lists, Monday
    first, of [begin, end] in minutes of the day. Raises HoursError."""
    days: list[list[list[int]]] = [[] for _ in range(7)]
    for line in lines:
        which, _, hours_text = line.strip().partition(" ")
        named, hours = _DAYS.fullmatch(which), hours_text.split()
        if named is None or not hours:
            raise HoursError(f"{line}: days and hours read 1-5 08:30-12:00 13:30-17:30")
        first, last = int(named[1]), int(named[2] or named[1])
        spans = sorted(span(each) for each in hours)
        if first > last or any(begin >= end for begin, end in spans):
            raise HoursError(f"{line}: the end is before the beginning")
        if any(one[1] > two[0] for one, two in pairwise(spans)):
            raise HoursError(f"{line}: hours that overlap")
        for day in range(first - 1, last):
            if days[day]:
                raise HoursError(f"{line}: day {day + 1} is named twice")
            days[day] = [list(each) for each in spans]
    return days


def written(days: Sequence[Sequence[Sequence[int]]]) -> list[str]:
    """The lines that :func:`week` reads as ``days``; days of the same hours that follow each other are one line."""
    lines: list[str] = []
    for hours, group in groupby(enumerate(days, 1), key=lambda each: tuple(map(tuple, each[1]))):
        numbers = [number for number, _ in group]
        if hours:
            named = f"{numbers[0]}" if len(numbers) == 1 else f"{numbers[0]}-{numbers[-1]}"
            lines.append(" ".join((named, *(f"{clock(begin)}-{clock(end)}" for begin, end in hours))))
    return lines


def clock(minute: int) -> str:
    """A minute of the day as ``HH:MM``."""
    return f"{minute // 60:02}:{minute % 60:02}"
