"""What a page consists of, before it is laid out for a screen; and the table of pages."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, TypeVar

from screens.by_hand import ByHand
from screens.speech.aids import SpeechAid
from screens.widgets.button import Button
from screens.widgets.node import Node, Ui
from statemachines import views


@dataclass(slots=True)
class Content:
    """The parts of a page. A layout decides where each goes."""

    head: list[Node]
    """The question and what belongs to it; always whole, always first."""
    info: list[Node] = field(default_factory=list)
    """Things to read, in order; turned in pages when they do not fit."""
    touch: list[Node] = field(default_factory=list)
    """Things to choose from, in order; turned in pages."""
    actions: list[Button] = field(default_factory=list)
    """Secondary actions, always in sight."""
    primary: Button | None = None
    """The one primary action."""
    picture: Node | None = None
    """A drawing; takes the room that is left."""
    whole: bool = False
    """The primary action takes the whole width: it is all there is to do."""
    anywhere: bool = False
    """A touch beside every target counts as the primary action."""
    alone: bool = False
    """Without the frame's buttons: there is nobody to hear them."""
    read_first: bool = False
    """The primary action waits until the last local page is turned to: one does not agree to what one has not seen."""
    centred: bool = False
    """A page with little on it: in the middle of its height."""


@dataclass(frozen=True, slots=True)
class Scope:
    """What a page is built from besides itself."""

    ui: Ui
    frame: views.Frame
    now: Callable[[], datetime]
    hand: ByHand
    """What has been typed or drawn on the page so far."""
    speech: SpeechAid | None = None
    """How speech is set; None: the machine cannot speak now."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A page in the table. ``wide``: one column in landscape too (always, or on compact screens only).

    ``left``: part of the width that the question's column has on compact screens.
    """

    builder: Callable[[Scope, Any], Content]
    wide: bool | Literal["compact"] = False
    left: float = 0.42


PAGES: dict[str, Entry] = {}
"""Class name of a page -> its entry."""

P = TypeVar("P", bound=views.Page)


def page(
    kind: type[P], *, wide: bool | Literal["compact"] = False, left: float = 0.42
) -> Callable[[Callable[[Scope, P], Content]], Callable[[Scope, P], Content]]:
    """Enter a builder into the table of pages."""

    def enter(builder: Callable[[Scope, P], Content]) -> Callable[[Scope, P], Content]:
        PAGES[kind.__name__] = Entry(builder, wide, left)
        return builder

    return enter
