"""The machine is coming up."""

from __future__ import annotations

from screens.content import Content, Scope, page
from screens.pages.parts import question, sentence
from screens.widgets.icons import Icon
from statemachines import views


@page(views.Starting)
def build(scope: Scope, shown: views.Starting) -> Content:
    """A clock, and what the machine is busy with."""
    ui = scope.ui
    return Content(
        head=[
            Icon(ui, "clock", 34, "primary", weight=1.4),
            question(scope, ui.words.write(shown.title) if shown.title else ui.words("starting.title")),
            sentence(scope, ui.words.write(shown.doing)),
            *((sentence(scope, ui.words.write(shown.note)),) if shown.note else ()),
        ],
        centred=True,
    )
