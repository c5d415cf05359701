"""The card is being made: which step, and how long it may take."""

from __future__ import annotations

from screens.content import Content, Scope, page
from screens.pages.parts import question, remark
from screens.pages.working import waiting
from screens.widgets.making_steps import MakingSteps
from screens.widgets.node import Node
from statemachines import views


@page(views.MakingCard, left=0.44)
def build(scope: Scope, shown: views.MakingCard) -> Content:
    """The steps with the true one lit; something unusual in words; the wait."""
    ui = scope.ui
    bar, at_most, passed = waiting(scope, shown.at_most)
    passed.optional = True
    at_most.optional = ui.theme.compact
    head: list[Node] = [question(scope, ui.words("making_card.question"))]
    if shown.note is not None:
        head.append(remark(scope, ui.words.write(shown.note)))
    return Content(
        head=[*head, bar, at_most, passed],
        picture=MakingSteps(ui, [ui.words.write(step) for step in shown.steps], shown.at),
    )
