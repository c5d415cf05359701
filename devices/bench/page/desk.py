"""One open page: its language, who is visiting, and how what was clicked is done and its refusal told."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TypeVar

from nicegui import Client, ui

from devices.bench.errors import CannotDo, NoSuchThing, WrongValue
from devices.bench.page.view import View
from devices.bench.page.words import Words
from devices.bench.places import STAFF
from devices.bench.station import Station
from devices.bench.world import World

R = TypeVar("R")


class Desk:
    """``words``: the page's language. ``person``: key of the visitor."""

    def __init__(self, world: World, words: Words, person: str, client: Client, view: View) -> None:
        self.world = world
        self.words = words
        self.person = person
        self.view = view
        self.client = client

    def name(self, person: str) -> str:
        """What a person is called."""
        if person == STAFF:
            return self.words("happened.staff")
        if person in self.world.people:
            return self.world.people[person].name
        return self.words("new.card", serial=person)  # a card from the printer is its own owner

    def device(self, station: Station) -> str:
        """What a device is called."""
        return self.words.device(station.stand.device_class, station.name)

    def station(self, device_class: str) -> Station | None:
        """The first device of a class."""
        stations = self.world.stations.values()
        return next((one for one in stations if one.stand.device_class == device_class), None)

    async def do(self, act: Callable[[], R]) -> bool:
        """Do something in the world, off the loop; whether it was possible. Why not is told on the page."""
        try:
            await asyncio.to_thread(act)
        except (CannotDo, NoSuchThing, WrongValue) as error:
            self.tell(self.words.refusal(str(error)), refused=True)
            return False
        except TimeoutError:
            self.tell(self.words("refused.wait"), refused=True)
            return False
        return True

    def tell(self, sentence: str, *, refused: bool = False) -> None:
        """Say something at the bottom of the page."""
        with self.client:
            ui.notify(sentence, position="bottom", classes="told refused" if refused else "told", timeout=5000)
