"""A question asked of the host, its answer on the screen, and its print. One chart for every query service."""

from __future__ import annotations

from typing import Protocol

from statemachines import views
from statemachines.chart import Activity, Chart, Exit, On, State


class QueryActivities(Protocol):
    """What the states here do. Which service it is about stands in the session."""

    @property
    def fetch(self) -> Activity:
        """Ask the host: ``choices`` (first), ``amount``, ``details``, ``years``; ``refused``, ``unreachable``."""
        ...

    @property
    def report_wrong(self) -> Activity:
        """Open a correction case: ``reported``, ``refused``, ``unreachable``."""
        ...

    @property
    def print_answer(self) -> Activity:
        """Print it: ``printed``, ``not_printed`` (nothing on paper), ``torn`` (not all of it), ``unreachable``."""
        ...


def query_chart(do: QueryActivities) -> Chart:
    """Exits: ``finished`` (to the menu)."""
    return Chart(
        "query",
        states=(
            State("fetching", screen=views.Working, activity=do.fetch, timeout="host"),
            State("choosing", screen=views.Menu, timeout="person"),
            State("amount", screen=views.Amount, timeout="person_reading"),
            State("details", screen=views.Details, timeout="person_reading"),
            State("years", screen=views.Years, timeout="person_reading"),
            State("months", screen=views.Months, timeout="person_reading"),
            State(
                "reporting",
                screen=views.Working,
                activity=do.report_wrong,
                timeout="host",
                durable=True,
                restart="the correction case is looked up at the host by its key: it is there, or it never was",
            ),
            State("reported", screen=views.Done, timeout="person"),
            State("extent", screen=views.AskPrint, timeout="person"),
            State(
                "printing",
                screen=views.Printing,
                activity=do.print_answer,
                timeout="printer",
                durable=True,
                restart="the document is voided at the host: nobody can tell what is on the paper",
            ),
            State("take_paper", screen=views.TakePaper, timeout="take_paper"),
            State("print_failed", screen=views.Refusal, timeout="person"),
            State("failed", screen=views.Refusal, timeout="person"),
        ),
        transitions=(
            *(On(shape, "fetching", shape) for shape in ("amount", "details", "years")),
            On("choices", "fetching", "choosing"),
            On("choose", "choosing", "fetching", keep="scheme"),
            On("back", "choosing", Exit("finished")),
            On("refused", ("fetching", "reporting"), "failed"),
            On("unreachable", ("fetching", "reporting"), "failed"),
            On("late", ("fetching", "reporting"), "failed"),
            On("back", ("amount", "details"), Exit("finished")),
            On("choose", "amount", "fetching", keep="account"),
            On("back", "years", "choosing"),
            On("choose", "years", "months", keep="year"),
            On("choose", "months", "months", keep="year"),
            On("back", "months", "years"),
            On("reveal", "details", "details", keep="revealed"),
            On("wrong", "details", "reporting"),
            On("reported", "reporting", "reported"),
            On("done", "reported", Exit("finished")),
            On("print", ("amount", "details"), "printing"),
            On("print", ("years", "months"), "extent"),
            On("choose", "extent", "printing", keep="extent"),
            On("back", "extent", "years"),
            On("printed", "printing", "take_paper"),
            On("not_printed", "printing", "print_failed"),
            On("torn", "printing", "print_failed"),
            On("unreachable", "printing", "print_failed"),
            On("late", "printing", "print_failed"),
            On("done", "take_paper", Exit("finished")),
            On("elapsed", "take_paper", Exit("finished")),
            On("done", "print_failed", Exit("finished")),
            On("again", "print_failed", "printing"),
            On("done", "failed", Exit("finished")),
            On("again", "failed", "fetching"),
        ),
    )
