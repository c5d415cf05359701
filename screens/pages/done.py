"""A matter is finished well."""

from __future__ import annotations

from screens.content import Content, Scope, page
from screens.pages.parts import points_panel, primary, verdict
from screens.widgets.rows import Point
from statemachines import views


@page(views.Done, wide="compact")
def build(scope: Scope, shown: views.Done) -> Content:
    """A large check, what was done, what it means from now on."""
    ui = scope.ui
    return Content(
        head=[*verdict(scope, "good", ui.words.write(shown.title))],
        info=points_panel(scope, [Point(ui, ui.words.write(note), "good", ground="surface") for note in shown.notes]),
        primary=primary(scope, "done.continue", "done", icon="forward"),
        centred=True,
    )
