"""Paper is coming out."""

from __future__ import annotations

from screens.content import Content, Scope, page
from screens.pages.parts import question, sentence
from screens.pages.working import waiting
from screens.widgets.machine import Machine
from statemachines import views


@page(views.Printing)
def build(scope: Scope, shown: views.Printing) -> Content:
    """What is printed, how long at most, and where it comes out, drawn."""
    ui = scope.ui
    return Content(
        head=[
            question(scope, ui.words("printing.title")),
            sentence(scope, ui.words.write(shown.what)),
            *waiting(scope, shown.at_most),
            sentence(scope, ui.words("printing.where"), quiet=True),
        ],
        picture=Machine(ui, ("receipt",), "out"),
    )
