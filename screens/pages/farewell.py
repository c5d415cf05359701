"""Thank you; closes by itself."""

from __future__ import annotations

from screens.content import Content, Scope, page
from screens.pages.parts import points_panel, sentence, verdict
from screens.widgets.rows import Point
from statemachines import views


@page(views.Farewell, wide="compact")
def build(scope: Scope, shown: views.Farewell) -> Content:
    """What was done, and that nothing of it stays here."""
    ui = scope.ui
    outcome = [sentence(scope, ui.words.write(shown.outcome))] if shown.outcome else []
    return Content(
        head=[
            *verdict(scope, "good", ui.words("farewell.title")),
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
