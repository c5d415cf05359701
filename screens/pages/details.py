"""Labelled values in groups; masked until the citizen asks to see them."""

from __future__ import annotations

from screens.content import Content, Scope, page
from screens.pages.parts import action, no_paper, print_button, question, sentence
from screens.widgets.node import Node
from screens.widgets.rows import Heading, Point, labelled
from statemachines import views


@page(views.Details, wide="compact")
def build(scope: Scope, shown: views.Details) -> Content:
    """Groups, the notes below; show in full or hide, report what is wrong, print."""
    ui = scope.ui
    words = ui.words
    info: list[Node] = []
    for heading, rows in shown.groups:
        info += [Heading(ui, words.write(heading)), *labelled(ui, rows)]
    info += [Point(ui, words.write(note), icon="flag") for note in shown.notes]
    if shown.printable:
        info += no_paper(scope)
    actions = []
    if shown.masked:
        actions.append(action(scope, "details.reveal", "reveal", icon="eye"))
    if shown.reportable:
        actions.append(action(scope, "details.wrong", "wrong", icon="flag"))
    masked = [sentence(scope, words("details.masked"), quiet=True)] if shown.masked else []
    return Content(
        head=[question(scope, words.write(shown.title)), *masked],
        info=info,
        actions=actions,
        primary=print_button(scope) if shown.printable else None,
    )
