"""The new card stands at the outlet."""

from __future__ import annotations

from screens.content import Content, Scope, page
from screens.pages.parts import question, sentence
from screens.widgets.indicators import Changing
from screens.widgets.machine import Machine
from screens.widgets.node import Node
from screens.widgets.rows import callout
from statemachines import views


@page(views.TakeNewCard)
def build(scope: Scope, shown: views.TakeNewCard) -> Content:
    """Where it is, drawn; after a first wait how long it still stands there, and that it is not lost then."""
    ui = scope.ui
    words = ui.words
    seconds = shown.seconds

    def left(passed: int) -> str:
        still = max(0, seconds - passed)
        return words("take_new_card.left", count=still) if still else words("take_new_card.drawn_in")

    head: list[Node] = [question(scope, words("take_new_card.question"))]
    if shown.urgent:
        still_there = callout(ui, words("take_new_card.urgent"))
        still_there.optional = ui.theme.crowded and seconds > 0  # then the seconds say it
        head.append(still_there)
        head += [Changing(ui, left, "lead", bold=True)] if seconds else []
        head += [sentence(scope, words("take_new_card.kept"), quiet=True)]
    else:
        head += [sentence(scope, words("take_new_card.how"))]
    return Content(head=head, picture=Machine(ui, ("card_outlet",), "out"))
