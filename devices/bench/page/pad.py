"""The PIN pad's keys, under the visitor's fingers."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from nicegui import ui

from devices.bench.page.desk import Desk
from devices.bench.page.panel import Panel

_ROWS = ("123", "456", "789", "0")
_PACE = 0.12
"""Seconds from key to key when the own PIN is typed: quick, and still to be followed on the screen."""


class Pad:
    """The keys never change; what the pad waits for stands above them."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._turn = asyncio.Lock()
        """Keys reach the pad in the order in which they were clicked."""
        words = desk.words
        with ui.element("section").classes("pad"):
            ui.label(words("pad.heading")).classes("small-title")
            self._state = PadState(desk)
            with ui.element("div").classes("keys"):
                for row in _ROWS:
                    for digit in row:
                        self._key(digit, digit, f"key digit d{digit}")
                for key in ("cancel", "clear", "enter"):
                    self._key(key, words(f"pad.{key}"), f"key {key}")
            self._own_pin = ui.button(on_click=self._type_own_pin).classes("act")
            self._own_pin.props('outline no-caps data-testid="own-pin"')

    def update(self) -> None:
        """Show what the pad waits for, and the visitor's PIN."""
        self._state.update()
        card = self._desk.world.people[self._desk.person].card
        self._own_pin.set_visibility(card is not None)
        if card is not None:
            self._own_pin.set_text(self._desk.words("pad.own_pin", pin=card.pin))

    def _key(self, key: str, label: str, classes: str) -> None:
        button = ui.button(label, on_click=lambda: self._press([key]), color=None).props(f'data-testid="key-{key}"')
        button.props("unelevated no-caps").classes(classes)

    async def _press(self, keys: Sequence[str], pace: float = 0.0) -> None:
        person = self._desk.person
        async with self._turn:
            await self._desk.do(lambda: self._desk.world.type_keys(person, keys, pace=pace))

    async def _type_own_pin(self) -> None:
        card = self._desk.world.people[self._desk.person].card
        if card is not None:
            await self._press([*card.pin, "enter"], _PACE)


class PadState(Panel):
    """Whether the pad waits for keys, and how many are in."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk, "pad-state")

    def seen(self) -> object:
        station = self.desk.station("pin-pad")
        if station is None:
            return None
        scene = self.desk.view.devices[station.name].scene
        return scene["input"], scene["typed"]

    def draw(self) -> None:
        seen = self.seen()
        if not isinstance(seen, tuple):
            return
        mode, typed = seen
        label = ui.label(self.desk.words(f"pad.{mode}", typed=typed)).props('data-testid="pad-state"')
        label.classes("waits" if mode != "off" else "rests")
