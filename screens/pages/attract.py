"""Nobody is here: who this is for, what works today, and one large button. A touch anywhere starts."""

from __future__ import annotations

from screens.content import Content, Scope, page
from screens.pages.parts import primary, section
from screens.widgets.banner import Banner
from screens.widgets.node import Saying
from statemachines import views


@page(views.Attract)
def build(scope: Scope, shown: views.Attract) -> Content:
    """The banner; what can be done today and what cannot."""
    ui = scope.ui
    start = primary(scope, "attract.start", "start", icon="forward", role="question")
    start.said = (Saying(ui.words("speech.anywhere")),)
    return Content(
        head=[Banner(ui, ui.words("attract.title"), "" if ui.theme.crowded else ui.words("attract.bring"))],
        info=[
            *section(scope, "attract.works", shown.works, "good"),
            *section(scope, "attract.out", shown.out, "out"),
        ],
        primary=start,
        whole=True,
        anywhere=True,
    )
