"""An engineer is at work."""

from __future__ import annotations

from screens.content import Content, Scope, page
from screens.pages.parts import question
from screens.widgets.choice import tile_rows
from screens.widgets.rows import labelled
from statemachines import views


@page(views.Maintenance, wide="compact")
def build(scope: Scope, shown: views.Maintenance) -> Content:
    """Device states in words, and what can be done."""
    ui = scope.ui
    return Content(
        head=[question(scope, ui.words("maintenance.title"))],
        info=labelled(ui, shown.rows),
        touch=tile_rows(ui, shown.choices),
    )
