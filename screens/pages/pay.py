"""The fee is promised with a phone: how much, what for, the code, and the time that is left."""

from __future__ import annotations

from screens.content import Content, Scope, page
from screens.locale.formats import money
from screens.pages.parts import question, sentence
from screens.widgets.boxes import Column, Panel
from screens.widgets.code import Code
from screens.widgets.indicators import Changing
from screens.widgets.node import Figure, Text
from statemachines import views


@page(views.Pay)
def build(scope: Scope, shown: views.Pay) -> Content:
    """The amount on a panel, the seconds run down by themselves, the code takes the room that is left."""
    ui = scope.ui
    words = ui.words

    def left(passed: int) -> str:
        minutes, seconds = divmod(max(0, shown.seconds - passed), 60)
        if not minutes and not seconds:
            return words("pay.time_up")
        return words("pay.left", minutes=minutes, seconds=f"{seconds:02d}")

    return Content(
        head=[
            question(scope, words("pay.question")),
            Panel(
                ui,
                Column(
                    [
                        Text(ui, words.write(shown.what), ui.aside, colour="muted", ground="surface"),
                        Figure(ui, money(shown.amount.fen)),
                    ],
                    ui.theme.mm(1 if ui.theme.compact else 3),
                ),
                edge="edge",
            ),
            Changing(ui, left, "lead", bold=True),
            *(sentence(scope, words.write(note), quiet=True) for note in shown.notes),
        ],
        picture=Code(ui, shown.code),
    )
