"""Print this? How much?"""

from __future__ import annotations

from screens.content import Content, Scope, page
from screens.pages.parts import question, sentence
from screens.widgets.choice import tile_rows
from statemachines import views


@page(views.AskPrint, wide=True)
def build(scope: Scope, shown: views.AskPrint) -> Content:
    """A tile a choice, and what the paper will show."""
    ui = scope.ui
    note = [sentence(scope, ui.words.write(shown.note), quiet=True)] if shown.note else []
    return Content(head=[question(scope, ui.words.write(shown.question)), *note], touch=tile_rows(ui, shown.choices))
