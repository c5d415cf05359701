"""Both faces of a card as they will be, or have been, printed."""

from __future__ import annotations

from screens.content import Content, Scope, page
from screens.pages.parts import action, primary, question, sentence
from screens.widgets.photograph import CardFaces
from statemachines import views


@page(views.CardPreview)
def build(scope: Scope, shown: views.CardPreview) -> Content:
    """The faces as large as there is room; the notes give way first."""
    ui = scope.ui
    return Content(
        head=[
            question(scope, ui.words.write(shown.question)),
            *(sentence(scope, ui.words.write(note), quiet=True) for note in shown.notes),
        ],
        picture=CardFaces(ui, shown.front, shown.back),
        actions=[action(scope, "card_preview.wrong", "wrong", icon="" if ui.theme.compact else "flag")],
        primary=primary(scope, "card_preview.right", "right", icon="check"),
    )
