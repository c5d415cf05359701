"""Thank you; closes by itself."""

from __future__ import annotations

from screens.content import Content, Scope, page
from screens.pages.parts import points_panel, question, sentence
from screens.widgets.icons import badge
from screens.widgets.rows import Point
from statemachines import views


@page(views.Farewell)
def build(scope: Scope, shown: views.Farewell) -> Content:
    """What was done, and that nothing of it stays here."""
    ui = scope.ui
    outcome = [sentence(scope, ui.words.write(shown.outcome))] if shown.outcome else []
    return Content(
        head=[
            badge(ui, "good", 44),
            question(scope, ui.words("farewell.title")),
            *outcome,
        ],
        info=points_panel(
            scope,
            [
                Point(ui, ui.words("farewell.check"), icon="id_card", ground="surface"),
                Point(ui, ui.words("farewell.wiped"), icon="shield", ground="surface"),
            ],
        ),
        centred=True,
    )
