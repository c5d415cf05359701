"""It cannot be done: what happened, what can be done about it, what still works, where to go with which papers."""

from __future__ import annotations

from screens.content import Content, Scope, page
from screens.pages.parts import action, primary, section, verdict
from screens.widgets.button import Button
from screens.widgets.node import Node
from screens.widgets.rows import Heading, labelled
from statemachines import views


@page(views.Refusal, wide="compact")
def build(scope: Scope, shown: views.Refusal) -> Content:
    """Trying again is the primary action where it can help; else to go on."""
    actions: list[Button] = []
    if shown.printable and scope.frame.print_available:
        actions.append(action(scope, "refusal.print", "print", icon="print"))
    if shown.again:
        actions.append(action(scope, "refusal.done", "done"))
        main = primary(scope, "refusal.again", "again", icon="forward")
    else:
        main = primary(scope, "refusal.done", "done", icon="forward")
    ui = scope.ui
    differences: list[Node] = []
    for field, rows in shown.differences:
        differences += [Heading(ui, ui.words.write(field)), *labelled(ui, rows)]
    return Content(
        head=[*verdict(scope, "look", ui.words.write(shown.what))],
        info=[
            *differences,
            *section(scope, "refusal.advice", shown.advice, icon="forward"),
            *section(scope, "refusal.works", shown.works, "good"),
            *section(scope, "refusal.where", shown.where, icon="place"),
            *section(scope, "refusal.papers", shown.papers, icon="id_card"),
        ],
        actions=actions,
        primary=main,
    )
