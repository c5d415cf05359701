"""What would you like to do?"""

from __future__ import annotations

from screens.content import Content, Scope, page
from screens.pages.parts import question, sentence
from screens.widgets.choice import tile_rows
from statemachines import views


@page(views.Menu, wide=True)
def build(scope: Scope, shown: views.Menu) -> Content:
    """The greeting, the question, a tile a choice."""
    ui = scope.ui
    greeting = [sentence(scope, ui.words.write(shown.greeting), quiet=True)] if shown.greeting else []
    return Content(
        head=[*greeting, question(scope, ui.words.write(shown.question))], touch=tile_rows(ui, shown.choices)
    )
