"""A matter is finished well."""

from __future__ import annotations

from screens.content import Content, Scope, page
from screens.pages.parts import primary, question
from screens.widgets.icons import badge
from screens.widgets.rows import Point
from statemachines import views


@page(views.Done)
def build(scope: Scope, shown: views.Done) -> Content:
    """A large check, what was done, what it means from now on."""
    ui = scope.ui
    return Content(
        head=[badge(ui, "good", 40), question(scope, ui.words.write(shown.title))],
        info=[Point(ui, ui.words.write(note), "good") for note in shown.notes],
        primary=primary(scope, "done.continue", "done", icon="forward"),
        centred=True,
    )
