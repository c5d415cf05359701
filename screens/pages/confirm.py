"""A group of fields is confirmed by the one they are about."""

from __future__ import annotations

from screens.content import Content, Scope, page
from screens.pages.parts import action, primary, question, sentence
from screens.widgets.rows import labelled
from statemachines import views


@page(views.Confirm, wide="compact")
def build(scope: Scope, shown: views.Confirm) -> Content:
    """The fields; to see them in full; something is wrong; this is right."""
    ui = scope.ui
    actions = [action(scope, "confirm.wrong", "wrong", icon="flag")]
    masked = []
    if shown.masked:
        actions.insert(0, action(scope, "details.reveal", "reveal", icon="eye"))
        masked.append(sentence(scope, ui.words("details.masked"), quiet=True))
    return Content(
        head=[question(scope, ui.words.write(shown.question)), *masked],
        info=labelled(ui, shown.rows),
        actions=actions,
        primary=primary(scope, "confirm.right", "right", icon="check"),
    )
