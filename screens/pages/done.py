"""A matter is finished well."""

from __future__ import annotations

from screens.content import Content, Scope, page
from screens.pages.parts import points_panel, primary, question
from screens.widgets.icons import badge
from screens.widgets.rows import Point
from statemachines import views


@page(views.Done)
def build(scope: Scope, shown: views.Done) -> Content:
    """A large check, what was done, what it means from now on."""
    ui = scope.ui
    return Content(
        head=[badge(ui, "good", 44), question(scope, ui.words.write(shown.title))],
        info=points_panel(scope, [Point(ui, ui.words.write(note), "good", ground="surface") for note in shown.notes]),
        primary=primary(scope, "done.continue", "done", icon="forward"),
        centred=True,
    )
