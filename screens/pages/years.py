"""Contributions by year, newest first."""

from __future__ import annotations

from screens.content import Content, Scope, page
from screens.locale.formats import money
from screens.pages.parts import print_button, question, sentence
from screens.widgets.boxes import Column, Panel
from screens.widgets.node import Touch
from screens.widgets.rows import TouchRow, labelled
from statemachines import views


@page(views.Years)
def build(scope: Scope, shown: views.Years) -> Content:
    """The summary on a panel, then a line a year: complete, or how many months are missing, with its mark."""
    ui = scope.ui
    words = ui.words

    def line(year: views.YearLine) -> TouchRow:
        missing = len(year.gaps)
        paid = words("years.paid", count=year.months_paid)
        state = words("years.missing", count=missing) if missing else words("years.complete")
        detail = f"{paid}\n{state}" if missing or year.months_paid != 12 else state
        return TouchRow(
            ui,
            words("years.year", year=year.year),
            detail,
            Touch("choose", str(year.year)),
            mark="look" if missing else "good",
            value=money(year.amount.fen) if year.amount else "",
        )

    crowded = ui.theme.crowded
    panel = Panel(ui, Column(labelled(ui, shown.summary, ground="surface"), 0))
    summary = [panel] if shown.summary and not crowded else []
    return Content(
        head=[
            question(scope, words.write(shown.title)),
            *summary,
            sentence(scope, words("years.touch"), quiet=True),
        ],
        info=labelled(ui, shown.summary) if crowded else [],
        touch=[line(year) for year in shown.years],
        primary=print_button(scope) if shown.printable else None,
    )
