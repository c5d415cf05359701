"""How values are written: money, dates, months, counts, and the typed values of a view in words.

Money is integer fen; dates are ISO text or :class:`datetime.date`. Nothing here reads the clock or the locale of the
machine, so a page, a receipt and a spoken sentence say the same.
"""

from __future__ import annotations

from datetime import date

from screens.locale.catalogue import Catalogue
from statemachines import views

_ENGLISH_MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)


def money(fen: int) -> str:
    """``￥1,234.56``; a negative amount is ``-￥1,234.56``. The same in every language."""
    yuan, rest = divmod(abs(fen), 100)
    return f"{'-' if fen < 0 else ''}￥{yuan:,}.{rest:02d}"


def day(language: str, value: date | str) -> str:
    """``2026年11月22日`` / ``22 November 2026``. Text is ISO ``YYYY-MM-DD``; ValueError if it is not."""
    when = value if isinstance(value, date) else date.fromisoformat(value)
    if language == "zh":
        return f"{when.year}年{when.month}月{when.day}日"
    return f"{when.day} {_ENGLISH_MONTHS[when.month - 1]} {when.year}"


def month(language: str, iso: str) -> str:
    """``2026年11月`` / ``November 2026`` from ISO ``YYYY-MM``; ValueError if it is not."""
    when = date.fromisoformat(f"{iso}-01")
    if language == "zh":
        return f"{when.year}年{when.month}月"
    return f"{_ENGLISH_MONTHS[when.month - 1]} {when.year}"


def month_name(language: str, number: int) -> str:
    """The month alone, 1 to 12: ``3月`` / ``March``."""
    return f"{number}月" if language == "zh" else _ENGLISH_MONTHS[number - 1]


def number(value: int) -> str:
    """A bare number as written in a sentence; no grouping, so a year stays a year."""
    return str(value)


class Words:
    """A catalogue in one language: writes the values of a view."""

    def __init__(self, catalogue: Catalogue, language: str) -> None:
        self.catalogue = catalogue
        self.language = language

    def __call__(self, key: str, **args: str | int) -> str:
        """The words of ``key``. Raises MissingWords, MissingArgument."""
        return self.catalogue.say(self.language, key, **args)

    def write(self, value: views.Value) -> str:
        """A value of a view as text: ``Fen(123456)`` is ``￥1,234.56``; a Say is its sentence. Raises WordsError."""
        match value:
            case views.Fen(fen):
                return money(fen)
            case views.Day(iso):
                return day(self.language, iso)
            case views.Month(iso):
                return month(self.language, iso)
            case views.Number(count, unit):
                return self(unit, count=count) if unit else number(count)
            case views.Verbatim(text):
                return text
            case views.Say(key, args):
                return self(key, **{name: self._argument(argument) for name, argument in args.items()})

    def _argument(self, value: views.Value) -> str | int:
        if isinstance(value, views.Number) and not value.unit:
            return value.value  # kept as a number: it may choose the plural
        return self.write(value)
