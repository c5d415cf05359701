"""What several pages have in common: the question, sections of points, the primary and secondary buttons."""

from __future__ import annotations

from typing import Literal

from screens.content import Scope
from screens.theme import Colour, Role
from screens.widgets.boxes import Column, Panel, Row
from screens.widgets.button import Button
from screens.widgets.icons import badge
from screens.widgets.node import Node, Text, Touch
from screens.widgets.rows import Heading, Point, callout
from statemachines import views

Mark = Literal["good", "wrong", "look", "out"]


def question(scope: Scope, text: str) -> Text:
    """The largest thing on a page: what to do now."""
    return Text(scope.ui, text, "question", bold=True, even=True, pitch=1.3)


def verdict(scope: Scope, look: str, text: str) -> list[Node]:
    """How it stands, as a large mark and the page's headline: the mark above it, or beside it on a low screen."""
    if scope.ui.theme.glass.portrait:
        return [badge(scope.ui, look, 44), question(scope, text)]
    mark = badge(scope.ui, look, 24)
    words = question(scope, text)
    words.middle = True
    return [Row([mark, words], [mark.size, 1.0], scope.ui.theme.mm(6))]


def remark(scope: Scope, text: str) -> Node:
    """What the citizen should know before going on: on a panel with its mark; small where there is no room for one."""
    ui = scope.ui
    return Text(ui, text, "small", bold=True) if ui.theme.crowded else callout(ui, text)


def sentence(scope: Scope, text: str, *, quiet: bool = False) -> Text:
    """A sentence below the question; a quiet one explains, and gives way where there is no room."""
    words = Text(scope.ui, text, "lead" if not quiet else "body", colour="muted" if quiet else "ink")
    words.optional = quiet
    return words


def section(
    scope: Scope, heading: str, points: tuple[views.Say, ...], mark: Mark | None = None, *, icon: str = ""
) -> list[Node]:
    """A heading and its points; nothing when there are none."""
    if not points:
        return []
    ui = scope.ui
    ground: Colour = "paper" if ui.theme.compact else "surface"
    lines: list[Node] = [
        Heading(ui, ui.words(heading), ground=ground),
        *(Point(ui, ui.words.write(point), mark, icon=icon, ground=ground) for point in points),
    ]
    if ui.theme.compact:
        return lines  # a panel would not fit on one page; lines can be turned
    panel = Panel(ui, Column(lines, ui.theme.mm(4)))
    panel.space_before = ui.theme.mm(6)
    return [panel]


def points_panel(scope: Scope, points: list[Point]) -> list[Node]:
    """Points on one panel, or without one on a low screen; nothing when there are none."""
    if scope.ui.theme.compact:
        return [*points]
    return [Panel(scope.ui, Column(points, scope.ui.theme.mm(6)))] if points else []


def primary(
    scope: Scope, key: str, intent: str, value: str = "", *, icon: str = "", role: Role = "lead", enabled: bool = True
) -> Button:
    """The one primary action; not ``enabled``, it waits in its place."""
    return Button(
        scope.ui,
        scope.ui.words(key),
        Touch(intent, value, primary=True),
        kind="primary",
        icon=icon,
        icon_behind=icon == "forward",
        role=role,
        enabled=enabled,
    )


def action(scope: Scope, key: str, intent: str, value: str = "", *, icon: str = "") -> Button:
    """A secondary action."""
    return Button(scope.ui, scope.ui.words(key), Touch(intent, value), kind="tint", icon=icon)


def print_button(scope: Scope) -> Button | None:
    """The primary action of a page that can be printed, when paper can come out."""
    return primary(scope, "frame.print", "print", icon="print") if scope.frame.print_available else None


def no_paper(scope: Scope) -> list[Node]:
    """Says that it cannot be printed now, where one would look for the button."""
    return [] if scope.frame.print_available else [Point(scope.ui, scope.ui.words("frame.no_print"), "out")]
