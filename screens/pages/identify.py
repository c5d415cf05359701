"""How shall we know you?"""

from __future__ import annotations

from screens.content import Content, Scope, page
from screens.pages.parts import question, sentence
from screens.widgets.choice import tile_rows
from screens.widgets.machine import Machine
from statemachines import views


@page(views.Identify, left=0.46)
def build(scope: Scope, shown: views.Identify) -> Content:
    """One tile a way; both places of the machine are lit, for a card may just be put there."""
    ui = scope.ui
    return Content(
        head=[
            question(scope, ui.words("identify.question")),
            sentence(scope, ui.words("identify.or_just"), quiet=True),
        ],
        touch=tile_rows(ui, shown.ways),
        picture=Machine(ui, ("card_slot", "id_plate"), "in"),
    )
