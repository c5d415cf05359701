"""The photo: the citizen sees themselves, has it taken, and looks at it; or at what is wrong with it."""

from __future__ import annotations

from screens.content import Content, Scope, page
from screens.pages.parts import action, primary, question, sentence
from screens.widgets.node import Node
from screens.widgets.photograph import LivePicture, Photograph
from screens.widgets.rows import Point
from statemachines import views


@page(views.Photo)
def build(scope: Scope, shown: views.Photo) -> Content:
    """By its stage."""
    match shown.stage:
        case "aim":
            return _aim(scope, shown)
        case "taking":
            return _taking(scope, shown)
        case "good":
            return _good(scope, shown)
        case "bad":
            return _bad(scope, shown)


def _aim(scope: Scope, shown: views.Photo) -> Content:
    """The live picture under the outline; what to do, and what to mind."""
    words = scope.ui.words
    return Content(
        head=[
            question(scope, words("photo.aim.question")),
            sentence(scope, words("photo.aim.look")),
            sentence(scope, words("photo.aim.mind"), quiet=True),
        ],
        picture=LivePicture(scope.ui, shown.picture, outline=True),
        primary=primary(scope, "photo.take", "take", icon="camera"),
    )


def _taking(scope: Scope, shown: views.Photo) -> Content:
    words = scope.ui.words
    return Content(
        head=[question(scope, words("photo.taking.question")), sentence(scope, words("photo.taking.how"))],
        picture=LivePicture(scope.ui, shown.picture, outline=False),
    )


def _tries(scope: Scope, left: int) -> list[Node]:
    return [sentence(scope, scope.ui.words("photo.tries_left", count=left), quiet=True)] if left else []


def _good(scope: Scope, shown: views.Photo) -> Content:
    """The finished photo, and whether it is to be this one."""
    words = scope.ui.words
    again = [action(scope, "photo.again", "again", icon="again")] if shown.tries_left else []
    return Content(
        head=[
            question(scope, words("photo.good.question")),
            sentence(scope, words("photo.good.note")),
            *_tries(scope, shown.tries_left),
        ],
        picture=Photograph(scope.ui, shown.picture),
        actions=again,
        primary=primary(scope, "photo.use", "use", icon="check"),
    )


def _bad(scope: Scope, shown: views.Photo) -> Content:
    """The photo with its faults on it, their names below or beside it; another try, or another way."""
    ui = scope.ui
    words = ui.words
    photo = Photograph(ui, shown.picture, least=96 if ui.theme.glass.portrait else 52 if ui.theme.compact else 80)
    photo.most = ui.theme.mm(200)
    if shown.tries_left:
        main = primary(scope, "photo.again", "again", icon="camera")
        said = _tries(scope, shown.tries_left)
    else:
        main = primary(scope, "photo.give_up", "give_up", icon="forward")
        said = []
    return Content(
        head=[question(scope, words("photo.bad.question")), photo, *said],
        info=[
            *(Point(ui, words.write(fault), "wrong", bold=True) for fault in shown.faults),
            *([] if shown.tries_left else [Point(ui, words("photo.no_tries"), icon="forward")]),
        ],
        primary=main,
    )
