"""What is out, what works, the nearest machine."""

from __future__ import annotations

from screens.content import Content, Scope, page
from screens.pages.parts import section, sentence, verdict
from statemachines import views


@page(views.OutOfService, wide="compact")
def build(scope: Scope, shown: views.OutOfService) -> Content:
    """Told in words, with where to go instead."""
    ui = scope.ui
    return Content(
        head=[
            *verdict(scope, "out", ui.words("out_of_service.title")),
            sentence(scope, ui.words.write(shown.what)),
        ],
        info=[
            *section(scope, "out_of_service.works", shown.works, "good"),
            *section(scope, "out_of_service.where", shown.where, icon="place"),
        ],
        centred=True,
    )
