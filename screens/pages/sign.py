"""Signing with a finger."""

from __future__ import annotations

from screens.content import Content, Scope, page
from screens.pages.parts import primary, question, remark, sentence
from screens.widgets.button import Button
from screens.widgets.ink_field import InkField
from screens.widgets.node import Node, Touch
from screens.widgets.rows import Point
from statemachines import views


@page(views.Sign, left=0.5)
def build(scope: Scope, shown: views.Sign) -> Content:
    """What is signed for, the field, to begin again; done, once there is enough ink to be a signature."""
    ui = scope.ui
    words, ink = ui.words, scope.hand.ink
    what = sentence(scope, words.write(shown.what))
    what.optional = ui.theme.crowded
    head: list[Node] = [question(scope, words("sign.question")), what]
    if shown.problem is not None:
        head.append(remark(scope, words.write(shown.problem)))
    for said in shown.points:
        point = Point(ui, words.write(said), icon="check")
        point.optional = not ui.theme.glass.portrait
        head.append(point)
    return Content(
        head=head,
        touch=[
            InkField(ui, ink, words("sign.here")),
            Button(ui, words("sign.begin_again"), Touch("begin_again", local=True), kind="tint", icon="again"),
        ],
        primary=primary(scope, "sign.done", "signed", icon="check", enabled=ink.enough),
    )
