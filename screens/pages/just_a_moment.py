"""Shown by the screens themselves while there is no controller to say what to show."""

from __future__ import annotations

from screens.content import Content, Scope, page
from screens.pages.parts import question, sentence
from screens.widgets.icons import Icon
from statemachines import views


class JustAMoment(views.Page, frozen=True):
    """The link to the controller is lost; it will be back. No intents."""


@page(JustAMoment)
def build(scope: Scope, shown: JustAMoment) -> Content:
    """Calm words; nothing to touch, for nobody would hear it."""
    ui = scope.ui
    return Content(
        head=[
            Icon(ui, "clock", 34, "primary", weight=1.4),
            question(scope, ui.words("frame.just_a_moment")),
            sentence(scope, ui.words("frame.just_a_moment.note")),
        ],
        centred=True,
        alone=True,
    )
