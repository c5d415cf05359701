"""What people of the staff do at the machine with their hands."""

from __future__ import annotations

from screens.content import Content, Scope, page
from screens.pages.parts import points_panel, primary, question
from screens.widgets.rows import Point
from statemachines import views


@page(views.Instruction, wide="compact")
def build(scope: Scope, shown: views.Instruction) -> Content:
    """What to do, and what to know about it; nothing on it looks done before it is."""
    ui = scope.ui
    return Content(
        head=[question(scope, ui.words.write(shown.title))],
        info=points_panel(scope, [Point(ui, ui.words.write(note), ground="surface") for note in shown.notes]),
        primary=primary(scope, "done.continue", "done", icon="forward"),
        centred=True,
    )
