"""More time? The large button gives it; the seconds run down by themselves."""

from __future__ import annotations

from screens.content import Content, Scope, page
from screens.pages.parts import action, primary, question, sentence
from screens.widgets.indicators import Ring
from statemachines import views


@page(views.StillThere)
def build(scope: Scope, shown: views.StillThere) -> Content:
    """Nobody is hurried: more time is the largest thing to touch."""
    ui = scope.ui
    words = ui.words
    return Content(
        head=[
            question(scope, words("still_there.question")),
            sentence(scope, words("still_there.note")),
        ],
        picture=Ring(
            ui,
            shown.seconds,
            words("still_there.note_seconds"),
            down=True,
            said=words("speech.closes_in", count=shown.seconds),
        ),
        actions=[action(scope, "still_there.leave", "leave", icon="eject")],
        primary=primary(scope, "still_there.more_time", "more_time", icon="clock", role="question"),
        whole=True,
    )
