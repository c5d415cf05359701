"""The print is done; take it."""

from __future__ import annotations

from screens.content import Content, Scope, page
from screens.pages.parts import primary, question, sentence
from screens.widgets.machine import Machine
from statemachines import views


@page(views.TakePaper)
def build(scope: Scope, shown: views.TakePaper) -> Content:
    """What was printed, its number, and where it is, drawn."""
    ui = scope.ui
    number = (
        [sentence(scope, ui.words("take_paper.document", number=shown.document), quiet=True)] if shown.document else []
    )
    return Content(
        head=[question(scope, ui.words("take_paper.question")), sentence(scope, ui.words.write(shown.what)), *number],
        picture=Machine(ui, ("receipt",), "out"),
        primary=primary(scope, "take_paper.done", "done", icon="check"),
    )
