"""Take your card."""

from __future__ import annotations

from screens.content import Content, Scope, page
from screens.pages.parts import question, sentence
from screens.widgets.machine import Machine
from screens.widgets.rows import callout
from statemachines import views

_PARTS: dict[str, tuple[views.Part, ...]] = {
    "social": ("card_slot",),
    "id": ("id_plate",),
    "both": ("card_slot", "id_plate"),
}


@page(views.TakeCard)
def build(scope: Scope, shown: views.TakeCard) -> Content:
    """Which card, and where it is, drawn; urgent after a first wait."""
    ui = scope.ui
    urgent = [callout(ui, ui.words("take_card.urgent"))] if shown.urgent else []
    how = sentence(scope, ui.words(f"take_card.how.{shown.card}"))
    how.optional = shown.urgent
    return Content(
        head=[
            question(scope, ui.words(f"take_card.question.{shown.card}")),
            *urgent,
            how,
        ],
        picture=Machine(ui, _PARTS[shown.card], "out"),
    )
