"""A number that is no secret is typed on the screen."""

from __future__ import annotations

from screens.content import Content, Scope, page
from screens.pages.parts import primary, question, remark, sentence
from screens.widgets.keypad import DigitField, Keypad
from screens.widgets.node import Node
from statemachines import views


@page(views.EnterDigits, left=0.56)
def build(scope: Scope, shown: views.EnterDigits) -> Content:
    """The question, where the number is found or what was wrong with it, the digits so far, the keys."""
    ui = scope.ui
    digits = scope.hand.digits
    head: list[Node] = [question(scope, ui.words.write(shown.question))]
    if shown.problem is not None:
        head.append(remark(scope, ui.words.write(shown.problem)))
    if shown.hint is not None:
        head.append(sentence(scope, ui.words.write(shown.hint), quiet=True))
    head.append(DigitField(ui, digits, shown.longest))
    if shown.shortest == shown.longest:
        told = ui.words("enter_digits.of", count=len(digits), longest=shown.longest)
    else:
        told = ui.words("enter_digits.count", count=len(digits))
    head.append(sentence(scope, told, quiet=True))
    return Content(
        head=head,
        touch=[Keypad(ui, full=len(digits) >= shown.longest, empty=not digits)],
        primary=primary(
            scope, "enter_digits.enter", "enter", icon="forward", enabled=shown.shortest <= len(digits) <= shown.longest
        ),
    )
