"""Put the card into the slot."""

from __future__ import annotations

from screens.content import Content, Scope, page
from screens.pages.parts import question, sentence
from screens.widgets.machine import Machine
from screens.widgets.rows import callout
from statemachines import views


@page(views.InsertCard, left=0.5)
def build(scope: Scope, shown: views.InsertCard) -> Content:
    """What to do, what went wrong before if anything, and where, drawn."""
    ui = scope.ui
    how = sentence(scope, ui.words("insert_card.how"))
    problem = [callout(ui, ui.words.write(shown.problem))] if shown.problem else []
    how.optional = shown.problem is not None  # then the problem says what to do
    return Content(
        head=[
            question(scope, ui.words("insert_card.question")),
            *problem,
            how,
            sentence(scope, ui.words("insert_card.where"), quiet=True),
        ],
        picture=Machine(ui, ("card_slot",), "in"),
    )
