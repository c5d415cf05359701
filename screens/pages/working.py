"""Something takes time: what is waited for, and how long at most."""

from __future__ import annotations

from screens.content import Content, Scope, page
from screens.pages.parts import question
from screens.widgets.indicators import Changing, WaitBar
from screens.widgets.node import Node
from screens.widgets.rows import callout
from statemachines import views


def waiting(scope: Scope, at_most: int) -> list[Node]:
    """The bar, the seconds so far, and the longest it may take."""
    words = scope.ui.words

    def passed(seconds: int) -> str:
        return words("working.longer") if seconds > at_most else words("working.seconds_passed", count=seconds)

    return [
        WaitBar(scope.ui, at_most),
        Changing(scope.ui, lambda _: words("working.at_most", count=at_most), "lead"),
        Changing(scope.ui, passed, colour="muted"),
    ]


@page(views.Working)
def build(scope: Scope, shown: views.Working) -> Content:
    """The bar fills as the longest wait passes."""
    ui = scope.ui
    keep = [callout(ui, ui.words.write(shown.keep))] if shown.keep else []
    return Content(
        head=[question(scope, ui.words.write(shown.doing)), *waiting(scope, shown.at_most), *keep], centred=True
    )
