"""Whom to ask, and how to read the screen more easily."""

from __future__ import annotations

from screens.content import Content, Scope, page
from screens.pages.parts import primary, question
from screens.widgets.button import Button
from screens.widgets.node import Touch
from screens.widgets.rows import point_card
from statemachines import views

_ICONS = {
    "help.phone": "phone",
    "help.attendant": "people",
    "help.card_safe": "shield",
    "help.stop": "eject",
    "help.language": "text",
}


def _switch(scope: Scope, key: str, aid: str, icon: str, *, enabled: bool = True) -> Button:
    touch = Touch("turn", aid, aid=aid)
    return Button(scope.ui, scope.ui.words(key), touch, kind="tint", icon=icon, enabled=enabled)


def _speech(scope: Scope) -> list[Button]:
    """Speech on or off, and how loud it is; nothing where the machine cannot speak now."""
    speech = scope.speech
    if speech is None:
        return []
    if not speech.on:
        return [_switch(scope, "help.speech.on", "speech", "speech")]
    off = _switch(scope, "help.speech.off", "speech", "speech")
    off.leads = True
    return [
        off,
        _switch(scope, "help.speech.softer", "softer", "softer", enabled=speech.can_be_softer),
        _switch(scope, "help.speech.louder", "louder", "louder", enabled=speech.can_be_louder),
    ]


@page(views.Help, wide="compact")
def build(scope: Scope, shown: views.Help) -> Content:
    """The lines with their icons; high contrast, low reach and speech as switches of the screens themselves."""
    ui = scope.ui
    theme = ui.theme
    points = [point_card(ui, ui.words.write(line), _ICONS.get(line.key, "help")) for line in shown.lines]
    contrast = "help.contrast.off" if theme.high_contrast else "help.contrast.on"
    low = "help.low_reach.off" if theme.low_reach else "help.low_reach.on"
    actions = [_switch(scope, contrast, "contrast", "contrast")]
    if not theme.glass.within_reach:
        actions.append(_switch(scope, low, "low_reach", "low"))
    actions += _speech(scope)
    return Content(
        head=[question(scope, ui.words("help.title"))],
        info=points,
        actions=actions,
        primary=primary(scope, "help.done", "done", icon="forward"),
    )
