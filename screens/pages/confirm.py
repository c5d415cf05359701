"""A group of fields is confirmed by the one they are about."""

from __future__ import annotations

from screens.content import Content, Scope, page
from screens.pages.parts import action, primary, question, sentence
from screens.widgets.node import Node
from screens.widgets.rows import labelled
from statemachines import views


@page(views.Confirm, left=0.4)
def build(scope: Scope, shown: views.Confirm) -> Content:
    """The fields; to see them in full; something is wrong; this is right, once all of them have been seen."""
    ui = scope.ui
    actions = [action(scope, "confirm.wrong", "wrong", icon="" if ui.theme.compact else "flag")]
    head: list[Node] = [question(scope, ui.words.write(shown.question))]
    if shown.masked:
        actions.insert(0, action(scope, "details.reveal", "reveal", icon="eye"))
        head.append(sentence(scope, ui.words("details.masked"), quiet=True))
    if ui.theme.compact:  # beside the fields, for which there is little height
        head += actions
        actions = []
    return Content(
        head=head,
        info=labelled(ui, shown.rows),
        actions=actions,
        primary=primary(scope, "confirm.right", "right", icon="check"),
        read_first=True,
    )
