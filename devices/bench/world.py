"""The simulated world: devices on their lines, people with cards in their hands, and where every card is.

The world outlives a crash of its own process: what a call has done is on disk before the call returns. What a device
does by itself follows within a few hundredths of a second.
"""

from __future__ import annotations

import base64
import contextlib
import shutil
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from devices.bench.errors import CannotDo, NoSuchThing, WrongValue
from devices.bench.events import KEPT, EventLog
from devices.bench.hands import CARD_PLACES, OUTLETS, PAD_KEYS, CardPlace, Outlet, press
from devices.bench.people import Person
from devices.bench.places import STAFF, Card, CardKind, Places
from devices.bench.receipts import TRAY, Receipt, Receipts
from devices.bench.schedule import FaultPlan, PlannedFault
from devices.bench.station import Snapshot, Station
from devices.bench.store import Store
from devices.simulation import FaultValue, Json

_SETTLE_SECONDS = 0.05
"""Changes of a device that follow each other faster than this are told as one."""


class World:
    """Use as a context manager, or :meth:`start` and :meth:`stop`. Every method may be called from any thread.

    ``store`` keeps the state; ``memories`` is where cards keep theirs, emptied on :meth:`reset`. ``clock`` is the time
    of day in seconds. People's acts raise CannotDo, NoSuchThing or WrongValue.
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
        self.places = Places(self.people, holding, self._before.get("cards", {}))
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
                place.put(station, self.people[card.owner])
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

    def __enter__(self) -> World:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    # -- cards ---------------------------------------------------------------------------------------------------------

    def put_card(self, person: str, kind: CardKind, *, card: str | None = None, device: str | None = None) -> Card:
        """A person puts a card of theirs (or the one named) into the reader or onto the plate."""
        with self._lock:
            station, place = self._card_device(kind, device)
            self.places.check_person(person)
            if self.places.inside(station.name) is not None:
                raise CannotDo(place.full)
            chosen = self.places.held(person, kind, card)
            place.put(station, self.people[chosen.owner])
            self.places.put(chosen, station.name)
            self._tell_card(chosen)
            self._done(station.name)
            return chosen

    def take_card(self, person: str, kind: CardKind, *, device: str | None = None) -> Card:
        """A person takes the card, whosever it is."""
        with self._lock:
            station, place = self._card_device(kind, device)
            self.places.check_person(person)
            if self.places.inside(station.name) is None:
                raise CannotDo(place.empty)
            (place.clear if person == STAFF else place.take)(station)
            card = self.places.take(station.name, person)
            self._tell_card(card)
            self._done(station.name)
            return card

    def hand_over(self, card: str, to: str) -> Card:
        """Whoever holds a card gives it to ``to``."""
        with self._lock:
            chosen = next((one for one in self.places.all() if str(one) == card), None)
            if chosen is None:
                raise NoSuchThing(f"there is no card {card!r}; a card is called owner/social or owner/id")
            self.places.hand_over(chosen, to)
            self._tell_card(chosen)
            self._done()
            return chosen

    # -- keys ----------------------------------------------------------------------------------------------------------

    def type_keys(self, person: str, keys: Sequence[str], *, pace: float = 0.0, device: str | None = None) -> int:
        """A person presses keys of :data:`PAD_KEYS` one after the other, ``pace`` seconds apart; returns how many.

        It ends early when the world ends.
        """
        self.places.check_person(person)
        wrong = [place for place, key in enumerate(keys, 1) if key not in PAD_KEYS]
        if wrong:
            raise WrongValue(f"key {wrong[0]} is not on the pad; there are: {' '.join(PAD_KEYS)}")
        station = self._device("pin-pad", device)
        pressed = 0
        for key in keys:
            if pressed and pace and self._stopping.wait(pace):
                break
            press(station, key)
            pressed += 1
        with self._lock:
            self._tell("keys", device=station.name, person=person, count=pressed)
            self._done(station.name)
        return pressed

    # -- paper ---------------------------------------------------------------------------------------------------------

    def tear_off(self, person: str | None = None, *, device: str | None = None) -> list[Receipt]:
        """A person takes all the paper at the outlet; without one it falls into the tray."""
        with self._lock:
            if person is not None:
                self.places.check_person(person)
            station = self._device("receipt-printer", device)
            self._look(station.name)
            pieces = OUTLETS[station.stand.device_class].tear_off(station)
            torn = self.receipts.tear_off(station.name, pieces, f"with:{person}" if person else TRAY)
            if not torn:
                raise CannotDo("there is no paper at the outlet")
            for receipt in torn:
                self._tell_receipt(receipt)
            self._done(station.name)
            return torn

    # -- any device ----------------------------------------------------------------------------------------------------

    def station(self, device: str) -> Station:
        """Raises NoSuchThing."""
        if device not in self.stations:
            raise NoSuchThing(f"there is no device {device!r}; there are: {', '.join(self.stations)}")
        return self.stations[device]

    def act(self, device: str, action: str, arguments: Mapping[str, object]) -> Any:
        """Any action of a device, but those by which cards come and go: these would leave the card in two places."""
        place = self._card_place(device)
        if place is not None and action in place.actions:
            raise CannotDo(f"{device}: cards come and go in a person's hands; say who")
        outlet = self._outlet(device)
        if outlet is not None and action == outlet.action:
            raise CannotDo(f"{device}: paper is torn off by a person or into the tray; say which")
        with self._lock:
            result = self.station(device).act(action, arguments)
            self._tell("action", device=device, action=action)
            self._done(device)
            return result

    def set_fault(self, device: str, fault: str, value: FaultValue) -> None:
        """Set one fault of a device or its line."""
        with self._lock:
            self.station(device).set_fault(fault, value)
            self._done(device)

    def plan_faults(self, faults: Sequence[PlannedFault]) -> None:
        """Replace the plan of faults to come; its seconds count from now. Every entry is checked first."""
        with self._lock:
            for planned in faults:
                self.station(planned.device).check_fault(planned.fault, planned.value)
            self._plan.give(faults, self._clock())
            self._tell("plan", count=len(faults))
            self._done()
        with self._wake:
            self._replanned = True
            self._wake.notify_all()

    def planned_faults(self) -> list[PlannedFault]:
        """What is still to come, its seconds counted from now."""
        with self._lock:
            return self._plan.from_now(self._clock())

    def snapshot(self, device: str) -> Snapshot:
        """How a device is at this moment."""
        return self.station(device).snapshot()

    def reset(self) -> None:
        """The world as on its first day: cards with their owners, devices fresh, no faults, nothing planned."""
        with self._lock:
            self._plan.give([], self._clock())
            for name, station in self.stations.items():
                station.clear_faults()
                place = self._card_place(name)
                if place is not None and place.occupied(station.snapshot().scene):
                    place.clear(station)
                station.restore(self._fresh[name])
                if (outlet := self._outlet(name)) is not None:
                    outlet.tear_off(station)
            self.places.collect()
            self.receipts.clear()
            if self._memories is not None:
                shutil.rmtree(self._memories, ignore_errors=True)
            self._tell("reset")
            self._done(*self.stations)

    # -- keeping -------------------------------------------------------------------------------------------------------

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
        device_class = next(name for name, place in CARD_PLACES.items() if place.kind is kind)
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
