"""A PIN is typed on the pad; the screen shows how many digits, never which."""

from __future__ import annotations

from screens.content import Content, Scope, page
from screens.pages.parts import question, sentence
from screens.widgets.indicators import Dots
from screens.widgets.machine import Machine
from screens.widgets.node import Node
from screens.widgets.rows import Point, callout
from statemachines import views


@page(views.PinEntry, wide="compact")
def build(scope: Scope, shown: views.PinEntry) -> Content:
    """The question, the dots, what was wrong, tries left, the rules, and the keypad lit."""
    ui = scope.ui
    words = ui.words
    head: list[Node] = [question(scope, words(f"pin.question.{shown.purpose}"))]
    if shown.problem is not None:
        head.append(callout(ui, words.write(shown.problem)))
    head.append(Dots(ui, shown.typed, shown.length))
    if shown.tries_left == 1:
        head.append(callout(ui, words("pin.last_try")))
    elif shown.tries_left is not None:
        head.append(sentence(scope, words("pin.tries_left", count=shown.tries_left)))
    told = ui.theme.crowded and shown.problem is not None  # the problem names the rule
    rules: list[Node] = [] if told else [Point(ui, words.write(rule), icon="check") for rule in shown.rules]
    staff = shown.purpose == "staff"
    if staff:
        head.append(sentence(scope, words("pin.staff.wait")))
    if not rules and shown.problem is None and not staff:
        head.append(sentence(scope, words("pin.on_keypad"), quiet=True))
    if not rules and shown.problem is None and shown.tries_left != 1 and not staff:
        head.append(sentence(scope, words("pin.cover"), quiet=True))
    return Content(head=head, info=rules, picture=Machine(ui, ("keypad",), "type"))
