"""What is read from the card, why, and what is kept; and the language."""

from __future__ import annotations

from screens.content import Content, Scope, page
from screens.pages.parts import primary, question
from screens.widgets.button import Button
from screens.widgets.node import Touch
from screens.widgets.rows import point_card
from statemachines import views

_ICONS = ("id_card", "eye", "shield", "eject")


@page(views.Notice, wide="compact")
def build(scope: Scope, shown: views.Notice) -> Content:
    """The points with their icons, the other language as a button, agreement as the primary action."""
    ui, frame = scope.ui, scope.frame
    other = "en" if frame.language == "zh" else "zh"
    points = [
        point_card(ui, ui.words.write(point), _ICONS[place % len(_ICONS)]) for place, point in enumerate(shown.points)
    ]
    return Content(
        head=[question(scope, ui.words("notice.question"))],
        info=points,
        actions=[Button(ui, ui.words("frame.language"), Touch("language", other), icon="language", kind="tint")],
        primary=primary(scope, "notice.agree", "agree", icon="forward"),
    )
