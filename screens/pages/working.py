"""Something takes time: what is waited for, and how long at most."""

from __future__ import annotations

from screens.content import Content, Scope, page
from screens.pages.parts import question
from screens.widgets.indicators import Changing, Ring, WaitBar
from screens.widgets.node import Node
from screens.widgets.rows import callout
from statemachines import views


def waiting(scope: Scope, at_most: int) -> list[Node]:
    """The bar, the seconds so far, and the longest it may take."""
    words = scope.ui.words

    def passed(seconds: int) -> str:
        return words("working.longer") if seconds > at_most else words("working.seconds_passed", count=seconds)

    so_far = Changing(scope.ui, passed, colour="muted")
    so_far.said = ()
    longest = Changing(scope.ui, lambda _: words("working.at_most", count=at_most), "lead")
    return [WaitBar(scope.ui, at_most), longest, so_far]


@page(views.Working)
def build(scope: Scope, shown: views.Working) -> Content:
    """The ring closes as the longest wait passes; the seconds so far stand in it."""
    ui = scope.ui
    keep = [callout(ui, ui.words.write(shown.keep))] if shown.keep else []
    at_most = ui.words("working.at_most", count=shown.at_most)
    return Content(
        head=[question(scope, ui.words.write(shown.doing)), *keep],
        picture=Ring(ui, shown.at_most, at_most, later=ui.words("working.longer")),
    )
