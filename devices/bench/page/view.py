"""What the pages show of the world: one look at it after each thing that happens, shared by all pages."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from devices.bench.events import Event
from devices.bench.new_cards import NewCard
from devices.bench.places import Card, Place
from devices.bench.receipts import Receipt
from devices.bench.schedule import PlannedFault
from devices.bench.station import Snapshot
from devices.bench.world import World

_LOOK_AGAIN = 30.0
"""Seconds between two looks when nothing is told."""

REMEMBERED = 60
"""Events that a fresh page still shows."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class View:
    """The world at one moment; ``new_cards`` are the pre-made ones wherever they are; ``recent`` are the last events,
    oldest first, ``event`` the number of the newest."""

    places: Mapping[Card, Place]
    devices: Mapping[str, Snapshot]
    new_cards: Sequence[NewCard]
    receipts: Sequence[Receipt]
    plan: Sequence[PlannedFault]
    recent: Sequence[Event]
    event: int


def look(world: World) -> View:
    """Look at everything; asks each device, so not on the page's own thread."""
    event = world.events.last
    return View(
        places=world.places.all(),
        devices={name: station.snapshot() for name, station in world.stations.items()},
        new_cards=world.new_cards(),
        receipts=world.receipts.all(),
        plan=world.planned_faults(),
        recent=world.events.after(event - REMEMBERED),
        event=event,
    )


class Follower:
    """Looks whenever something has happened and hands the view to each listener on the event loop, until the
    world's events are closed."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._listeners: list[Callable[[View], None]] = []
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread = threading.Thread(target=self._run, name="bench-page", daemon=True)
        self.view = look(world)

    def start(self, loop: asyncio.AbstractEventLoop) -> None:
        """Begin to follow."""
        self._loop = loop
        self._thread.start()

    def listen(self, listener: Callable[[View], None]) -> Callable[[], None]:
        """Hear of each view from now on; call what is returned to hear no more. On the event loop only."""
        self._listeners.append(listener)

        def leave() -> None:
            if listener in self._listeners:
                self._listeners.remove(listener)

        return leave

    def _run(self) -> None:
        known = self.view.event
        while True:
            self._world.events.wait_after(known, _LOOK_AGAIN)
            if self._world.events.closed or self._loop is None:
                return
            try:
                view = look(self._world)
            except TimeoutError:
                _log.warning("a device did not say in time how it is")
                continue  # each device has had its own ten seconds: no need to wait before asking again
            known = view.event
            try:
                self._loop.call_soon_threadsafe(self._hand_out, view)
            except RuntimeError:
                return  # the loop has ended

    def _hand_out(self, view: View) -> None:
        self.view = view
        for listener in list(self._listeners):
            listener(view)
