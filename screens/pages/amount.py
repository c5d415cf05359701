"""One amount, large: what it is, in which account, as of when, and where the figure comes from."""

from __future__ import annotations

from screens.content import Content, Scope, page
from screens.locale.formats import day, money
from screens.pages.parts import no_paper, print_button, question
from screens.theme import Colour
from screens.widgets.boxes import Column, Panel, Space
from screens.widgets.node import Figure, Node, Text, Touch
from screens.widgets.rows import Point, TouchRow, labelled
from statemachines import views


@page(views.Amount, left=0.52)
def build(scope: Scope, shown: views.Amount) -> Content:
    """The amount on a panel of its own; other figures as lines; other amounts of the matter to choose."""
    ui = scope.ui
    words = ui.words
    as_of = words("amount.as_of", date=day(words.language, shown.as_of.iso))
    ground: Colour = "paper" if ui.theme.crowded else "surface"
    account = Text(ui, words.write(shown.account), ui.reading, ground=ground)
    lines: list[Node] = [
        Figure(ui, money(shown.amount.fen)),
        *([] if ui.theme.crowded else [account]),
        Text(ui, f"{as_of} · {words.write(shown.source)}", ui.aside, colour="muted", ground="surface"),
    ]
    more: list[Node] = [
        TouchRow(
            ui, words.write(choice.title), words.write(choice.note) if choice.note else "", Touch("choose", choice.id)
        )
        for choice in shown.more
        if choice.why_not is None
    ]
    return Content(
        head=[
            question(scope, words.write(shown.title)),
            Panel(
                ui,
                Column([Space(grows=True), *lines, Space(grows=True)], ui.theme.mm(4)),
                most=120 if ui.theme.glass.portrait else 1,
            ),
        ],
        info=[
            *([account] if ui.theme.crowded else []),
            *labelled(ui, shown.rows),
            *(Point(ui, words.write(note), icon="flag") for note in shown.notes),
            *no_paper(scope),
        ],
        touch=more,
        primary=print_button(scope),
    )
