"""What will happen to get a card, what it costs and why so much, what is kept; and agreement."""

from __future__ import annotations

from screens.content import Content, Scope, page
from screens.locale.formats import money
from screens.pages.parts import points_panel, primary, question
from screens.widgets.boxes import Column, Panel
from screens.widgets.node import Figure, Node, Text
from screens.widgets.rows import Point
from statemachines import views


def fee_panel(scope: Scope, fee: views.Fen, basis: views.Say | None) -> Node:
    """The fee as a large amount, or in words that there is none; below it why."""
    ui = scope.ui
    gap = ui.theme.mm(1 if ui.theme.compact else 3)
    lines: list[Node] = [
        Text(ui, ui.words("consent.fee"), ui.aside, colour="muted", ground="surface"),
        Figure(ui, money(fee.fen) if fee.fen else ui.words("consent.free")),
    ]
    if basis is not None:
        lines.append(Text(ui, ui.words.write(basis), ui.aside, ground="surface"))
    return Panel(ui, Column(lines, gap), edge="edge")


@page(views.Consent)
def build(scope: Scope, shown: views.Consent) -> Content:
    """The question, the fee on a panel, the points; agreement is the primary action."""
    ui = scope.ui
    fee = [fee_panel(scope, shown.fee, shown.basis)] if shown.fee is not None else []
    points = [Point(ui, ui.words.write(point), icon="dash", ground="surface") for point in shown.points]
    if ui.theme.compact:
        points = [Point(ui, ui.words.write(point), icon="dash") for point in shown.points]
    return Content(
        head=[question(scope, ui.words.write(shown.title)), *fee],
        info=points_panel(scope, points),
        read_first=True,
        primary=primary(scope, "consent.agree", "agree", icon="forward"),
    )
