"""The months of one year as a table."""

from __future__ import annotations

from screens.content import Content, Scope, page
from screens.pages.parts import action, print_button, question
from screens.widgets.button import Button
from screens.widgets.table import MonthTable
from statemachines import views


@page(views.Months, wide=True)
def build(scope: Scope, shown: views.Months) -> Content:
    """Base, own and employer's part; a month without a contribution says so."""
    ui = scope.ui
    table = MonthTable(ui, shown.months)
    actions: list[Button] = []
    if shown.earlier:
        actions.append(action(scope, "months.earlier", "choose", "earlier", icon="back"))
    if shown.later:
        actions.append(action(scope, "months.later", "choose", "later", icon="forward"))
    return Content(
        head=[question(scope, ui.words.write(shown.title))],
        info=table.blocks(),
        actions=actions,
        primary=print_button(scope) if shown.printable else None,
    )
