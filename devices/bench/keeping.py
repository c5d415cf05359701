"""What keeps the simulated world: devices put up and taken down, each look at them told and made last.

What a call has done is on disk before the call returns. What a device does by itself follows within a few hundredths of
a second.
"""

from __future__ import annotations

import base64
import contextlib
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Self

from devices.bench.errors import CannotDo, NoSuchThing, WrongValue
from devices.bench.events import KEPT, EventLog
from devices.bench.hands import CARD_PLACES, OUTLETS, CardPlace, Outlet
from devices.bench.new_cards import NewCards
from devices.bench.people import Person
from devices.bench.places import Card, CardKind, Places
from devices.bench.receipts import Receipt, Receipts
from devices.bench.schedule import FaultPlan
from devices.bench.station import Snapshot, Station
from devices.bench.store import Store
from devices.simulation import Json

_SETTLE_SECONDS = 0.05
"""Changes of a device that follow each other faster than this are told as one."""


class KeptWorld:
    """Use as a context manager, or :meth:`start` and :meth:`stop`; what people do there is in the world module.

    ``store`` keeps the state; ``memories`` is where cards keep theirs. ``clock`` is the time of day in seconds.
    """

    def __init__(
        self,
        stations: Sequence[Station],
        people: Mapping[str, Person],
        store: Store,
        *,
        memories: Path | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.people = dict(people)
        self.stations = {station.name: station for station in stations}
        self._memories = memories
        self._clock = clock
        self.store = store
        self._before: Json = self.store.read() or {}
        self.events = EventLog(self._before.get("next_event", 0))
        self._lock = threading.RLock()
        self._plan = FaultPlan()
        holding = {name: place.kind for name in self.stations if (place := self._card_place(name)) is not None}
        cardless = [key for key, person in self.people.items() if person.card is None]
        self.places = Places(self.people, holding, self._before.get("cards", {}), cardless)
        self._new_cards = NewCards(store.folder, memories, self._before.get("new_cards", {}))
        self.receipts = Receipts(store.folder / "receipts", self._before.get("receipts", []))
        self._fresh: dict[str, Json] = {}
        self._seen: dict[str, Snapshot] = {}
        self._wake = threading.Condition()
        self._untold: list[tuple[str, Json]] = []
        self._stirred: set[str] = set()
        self._replanned = False
        self._stopping = threading.Event()
        self._keeper = threading.Thread(target=self._keep, name="bench-keeper", daemon=True)

    # -- life ----------------------------------------------------------------------------------------------------------

    def start(self) -> None:
        """Plug every device in and put everything where it was when the world last ended."""
        with self._lock:
            for name, station in self.stations.items():
                station.transport.start()
                self._fresh[name] = station.snapshot().saved
                before = self._before.get("devices", {}).get(name)
                if before is not None:
                    station.restore(before["saved"])
                self._put_back(station)
                if before is not None:  # not earlier: a jam would keep the card from being put back
                    station.restore_faults(before["faults"])
                station.simulator.watch = lambda name=name: self._stir(name)
                self._seen[name] = station.snapshot()
            if "plan" in self._before:
                self._plan.restore(self._before["plan"])
            self._tell("started", devices=list(self.stations))
            self._done()
        self._keeper.start()

    def _put_back(self, station: Station) -> None:
        place = self._card_place(station.name)
        if place is None:
            return
        card = self.places.inside(station.name)
        occupied = place.occupied(station.snapshot().scene)
        if card is not None and not occupied:
            with contextlib.suppress(CannotDo):  # another reader stands there now, its gate shut: the next look tells
                place.put(station, self._description(card, place))
        elif card is None and occupied:
            place.clear(station)

    def stop(self) -> None:
        """Unplug everything; the state stays for the next world."""
        self._stopping.set()
        self.events.close()
        with self._wake:
            self._wake.notify_all()
        self._keeper.join(10)
        with self._lock:
            self._done(*self.stations)
            for station in self.stations.values():
                station.transport.stop()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def _description(self, card: Card, place: CardPlace) -> Json:
        if card.kind is CardKind.NEW:
            return self._new_cards.description(card.owner)
        return place.describe(self.people[card.owner])

    # -- keeping -------------------------------------------------------------------------------------------------------

    def station(self, device: str) -> Station:
        """Raises NoSuchThing."""
        if device not in self.stations:
            raise NoSuchThing(f"there is no device {device!r}; there are: {', '.join(self.stations)}")
        return self.stations[device]

    def _card_place(self, device: str) -> CardPlace | None:
        station = self.stations.get(device)
        return None if station is None else CARD_PLACES.get(station.stand.device_class)

    def _device(self, device_class: str, device: str | None) -> Station:
        if device is not None:
            station = self.station(device)
            if station.stand.device_class != device_class:
                raise WrongValue(f"{device} is no {device_class}")
            return station
        found = [s for s in self.stations.values() if s.stand.device_class == device_class]
        if not found:
            raise NoSuchThing(f"there is no {device_class} on this bench")
        return found[0]

    def _card_device(self, kind: CardKind, device: str | None) -> tuple[Station, CardPlace]:
        device_class = next(name for name, place in CARD_PLACES.items() if place.kind is kind.goes_where)
        station = self._device(device_class, device)
        return station, CARD_PLACES[device_class]

    def _outlet(self, device: str) -> Outlet | None:
        station = self.stations.get(device)
        return None if station is None else OUTLETS.get(station.stand.device_class)

    def _tell(self, kind: str, **data: Any) -> None:
        self._untold.append((kind, data))

    def _tell_receipt(self, receipt: Receipt) -> None:
        self._tell("receipt", receipt=receipt.number, device=receipt.device, place=receipt.place)

    def _tell_card(self, card: Card) -> None:
        self._tell("card", card=str(card), place=str(self.places.where(card)))

    def _stir(self, device: str) -> None:
        with self._wake:
            self._stirred.add(device)
            self._wake.notify_all()

    def _done(self, *devices: str) -> None:
        """Look at what has changed, make it last, and only then tell."""
        for device in devices:
            self._look(device)
        self._write()
        untold, self._untold = self._untold, []
        for kind, data in untold:
            self.events.add(kind, **data)

    def _look(self, device: str) -> None:
        """Take up what has changed at a device since the last look."""
        station = self.stations[device]
        now, before = station.snapshot(), self._seen[device]
        self._seen[device] = now
        place = self._card_place(device)
        if place is not None and self.places.inside(device) is not None and not place.occupied(now.scene):
            retained = place.retained(now.scene) > place.retained(before.scene)
            # Otherwise pulled out by whoever brought it, half-way through.
            self._tell_card(self.places.retain(device) if retained else self.places.take(device))
        if place is not None and not place.retained(now.scene):
            for card in self.places.empty_bin(device):
                self._tell_card(card)
        outlet = self._outlet(device)
        if outlet is not None:
            hanging = outlet.hanging(now.scene)
            pieces = [
                {**hanging[at], "png": base64.b64encode(outlet.picture(station, at))}
                for at in self.receipts.missing(device, hanging)
            ]
            for receipt in self.receipts.hang(device, pieces):
                self._tell_receipt(receipt)
        for fault, value in now.faults.items():
            if value != before.faults[fault]:
                self._tell("fault", device=device, fault=fault, value=value)
        if now.scene != before.scene:
            self._tell("scene", device=device, scene=now.scene)

    def _write(self) -> None:
        self.store.write(
            {
                "cards": self.places.save(),
                "new_cards": self._new_cards.save(),
                "devices": {
                    name: {"saved": seen.saved, "faults": self.stations[name].unusual(seen.faults)}
                    for name, seen in self._seen.items()
                },
                "plan": self._plan.save(),
                "receipts": self.receipts.save(),
                "next_event": self.events.last + KEPT,
            }
        )

    def _keep(self) -> None:
        while not self._stopping.is_set():
            with self._wake:
                self._wake.wait_for(
                    lambda: self._stopping.is_set() or bool(self._stirred) or self._replanned,
                    self._plan.seconds_to_next(self._clock()),
                )
                stirred, self._stirred, self._replanned = self._stirred, set(), False
            with self._lock:
                for planned in self._plan.due(self._clock()):
                    self.stations[planned.device].set_fault(planned.fault, planned.value)
                    stirred.add(planned.device)
                if stirred:
                    self._done(*sorted(stirred))
            self._stopping.wait(_SETTLE_SECONDS)
