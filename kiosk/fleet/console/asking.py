"""Asking once more, in a plain sentence, before something is done that cannot simply be undone."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from nicegui import ui

from kiosk.fleet.console import pieces
from kiosk.fleet.console.desk import Desk


def sure(
    desk: Desk,
    heading: str,
    sentence: str,
    text: str,
    act: Callable[[], Awaitable[bool]],
    *,
    testid: str,
    danger: bool = False,
    typed: str = "",
    closed: Callable[[], None] | None = None,
) -> None:
    """``sentence``: what will come of it. ``text``: on the button. ``act``: does it, and says whether it was done.
    ``typed``: has to be typed first, for what cannot be undone at all. ``closed``: told when nobody asks any more."""
    words = desk.words
    with pieces.asked(desk, heading) as dialog:
        ui.label(sentence).props('data-testid="sentence"')
        field = None
        if typed:
            field = ui.input(words("sure.type", what=typed)).classes("wide")
            field.props(f'outlined dense autocomplete=off data-testid="{testid}-typed"')

        async def go() -> None:
            if field is not None and str(field.value or "").strip().upper() != typed.upper():
                desk.tell(words("sure.typed_wrong", what=typed), refused=True)
            elif await act():
                dialog.close()

        pieces.answers(desk, dialog, text, go, testid=testid, danger=danger)
        if closed is not None:
            dialog.on("hide", closed)


def line(label: str, *, testid: str, value: str = "", kind: str = "", longest: int = 200) -> ui.input:
    """A field of one line. ``kind``: of the browser's input."""
    made = ui.input(label, value=value).classes("wide")
    made.props(f'outlined dense maxlength={longest} data-testid="{testid}"')
    return made.props(f"type={kind}") if kind else made


def said(field: ui.input | ui.textarea) -> str:
    """What was typed, without the spaces around it."""
    return str(field.value or "").strip()
