"""Contributions: schemes, years, months, and how much of them to print."""

from __future__ import annotations

from kiosk.host.port import (
    ContributionHistory,
    MonthContribution,
    Scheme,
    YearContribution,
)
from kiosk.pages.values import day
from kiosk.session import Session
from kiosk.tools import Tools
from statemachines.views import (
    AskPrint,
    Choice,
    Fen,
    Menu,
    MonthLine,
    Months,
    Number,
    Row,
    Say,
    Verbatim,
    YearLine,
    Years,
)

EXTENTS = ("1", "3", "5", "all")
"""How much of a contribution record can be printed: years from the latest, or all."""


def choosing(session: Session, tools: Tools) -> Menu:
    return Menu(
        question=Say("contributions.question"),
        choices=tuple(Choice(id=scheme.value, title=Say(f"scheme.{scheme}"), icon=scheme.value) for scheme in Scheme),
    )


def _history(session: Session) -> ContributionHistory:
    if not isinstance(session.answer, ContributionHistory):
        raise TypeError(f"{type(session.answer).__name__} is no contribution history")
    return session.answer


def years(session: Session, tools: Tools) -> Years:
    history = _history(session)
    summary = [Row(Say("years.months_paid"), Number(history.months_paid, "unit.months"))]
    if history.first_insured:
        summary.insert(0, Row(Say("years.first_insured"), day(history.first_insured)))
    if history.gaps:
        summary.append(Row(Say("years.gaps"), Number(history.gaps, "unit.months"), look="wrong"))
    elif history.years:
        summary.append(Row(Say("years.gaps"), Say("years.no_gaps"), look="good"))
    summary.append(Row(Say("years.total_own"), Fen(history.total_own)))
    return Years(
        title=Say("years.title", {"scheme": Say(f"scheme.{history.scheme}")}),
        summary=tuple(summary),
        years=tuple(_year(each) for each in history.years),
        printable=bool(history.years),
    )


def _year(year: YearContribution) -> YearLine:
    paid = [month for month in year.months if month.paid]
    return YearLine(
        year=year.year,
        months_paid=len(paid),
        gaps=tuple(month.month for month in year.months if not month.paid),
        amount=Fen(sum(month.own for month in paid)),
    )


def months(session: Session, tools: Tools) -> Months:
    history = _history(session)
    wanted = int(session.kept["year"])
    known = {year.year: year for year in history.years}
    year = known[wanted]
    return Months(
        title=Say("months.title", {"year": Verbatim(str(wanted)), "scheme": Say(f"scheme.{history.scheme}")}),
        year=wanted,
        months=tuple(_month(each) for each in year.months),
        earlier=wanted - 1 in known,
        later=wanted + 1 in known,
        printable=True,
    )


def _month(month: MonthContribution) -> MonthLine:
    if not month.paid:
        return MonthLine(month.month, paid=False)
    return MonthLine(
        month.month,
        paid=True,
        base=Fen(month.base),
        own=Fen(month.own),
        employer=Fen(month.employer),
        employer_name=month.employer_name,
    )


def extent(session: Session, tools: Tools) -> AskPrint:
    many = len(_history(session).years)
    titles = {
        "1": "ask_print.one_year",
        "3": "ask_print.three_years",
        "5": "ask_print.five_years",
        "all": "ask_print.all",
    }
    return AskPrint(
        question=Say("ask_print.how_much"),
        choices=tuple(
            Choice(each, Say(titles[each])) for each in EXTENTS if each == "all" or int(each) < many or each == "1"
        ),
        note=Say("ask_print.masked_number"),
    )
