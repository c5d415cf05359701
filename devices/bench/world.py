"""The simulated world: devices on their lines, people with cards in their hands, and where every card is.

The world outlives a crash of its own process: what a call has done is on disk before the call returns. What a device
does by itself follows within a few hundredths of a second.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from typing import Any

from devices.bench.errors import CannotDo, NoSuchThing, WrongValue
from devices.bench.hands import (
    CARRIES_OFF,
    CONTACT,
    OUTLETS,
    PAD_KEYS,
    PRINTER,
    REFILL,
    TAKE_NEW_CARD,
    carried,
    press,
)
from devices.bench.keeping import KeptWorld
from devices.bench.new_cards import NewCard
from devices.bench.places import STAFF, Card, CardKind, Place
from devices.bench.receipts import TRAY, Receipt
from devices.bench.schedule import PlannedFault
from devices.bench.station import Snapshot, Station
from devices.simulation import FaultValue, Json


class World(KeptWorld):
    """Every method may be called from any thread. People's acts raise CannotDo, NoSuchThing or WrongValue."""

    # -- cards ---------------------------------------------------------------------------------------------------------

    def put_card(self, person: str, kind: CardKind, *, card: str | None = None, device: str | None = None) -> Card:
        """A person puts a card of theirs (or the one named) into the reader or onto the plate."""
        with self._lock:
            station, place = self._card_device(kind, device)
            self.places.check_person(person)
            if self.places.inside(station.name) is not None:
                raise CannotDo(place.full)
            chosen = self.places.held(person, place.kind, card)
            place.put(station, self._description(chosen, place))
            self.places.put(chosen, station.name)
            self._tell_card(chosen)
            self._done(station.name, *self._sits_down(person))
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

    # -- new cards -----------------------------------------------------------------------------------------------------

    def take_new_card(self, person: str, *, device: str | None = None) -> Card:
        """A person takes the card that a card printer holds out, whosever it is."""
        with self._lock:
            self.places.check_person(person)
            station = self._device(PRINTER, device)
            card = self._comes_out(station.act(TAKE_NEW_CARD, {}), person)
            self._done(station.name)
            return card

    def new_cards(self) -> list[NewCard]:
        """Every pre-made card and the one place where it is."""
        with self._lock:
            outside = {serial: Card(serial, CardKind.NEW) for serial in self._new_cards.outside}
            places = {serial: str(self.places.where(card)) for serial, card in outside.items()}
            return self._new_cards.all(self._mechanisms(), places)

    def card_face(self, serial: str, side: str) -> bytes:
        """PNG of what is printed on a side, ``front`` or ``back``. Raises NoSuchThing, also for a bare side."""
        with self._lock:
            faces = self._new_cards.card(serial, self._mechanisms()).faces
        if side not in faces:
            raise NoSuchThing(f"nothing is printed on the {side} of the card {serial}")
        return faces[side]

    def card_chip(self, serial: str) -> Json:
        """See :func:`devices.bench.chip_reading.read_out`."""
        with self._lock:
            return self._new_cards.chip(serial, self._mechanisms())

    def _mechanisms(self) -> dict[str, Json]:
        printers = [name for name, station in self.stations.items() if station.stand.device_class == PRINTER]
        return {name: self.stations[name].snapshot().saved["mechanism"] for name in printers}

    def _comes_out(self, plain: Json, holder: str) -> Card:
        card = self.places.arrives(self._new_cards.leaves(plain), holder)
        self._tell_card(card)
        return card

    def _refill(self, station: Station, arguments: Mapping[str, object]) -> Any:
        """Cards of which only the serial is told are those in the hands of staff."""
        told = arguments.get("cards")
        if not isinstance(told, list) or not all(isinstance(each, dict) for each in told):
            raise WrongValue(f"{station.name} refill: cards must be a list of cards")
        here = [serial for serial in self._new_cards.outside if self._with_staff(serial)]
        cards = [self._new_cards.goes_in(each, here) for each in told]
        result = station.act(REFILL, {**arguments, "cards": cards})
        for each in cards:
            self._new_cards.gone_in(each["serial"])
            self.places.leaves(each["serial"])
        return result

    def _with_staff(self, serial: str) -> bool:
        return self.places.where(Card(serial, CardKind.NEW)) == Place(False, STAFF)

    # -- before the camera ---------------------------------------------------------------------------------------------

    def sit_down(self, person: str, *, device: str | None = None) -> None:
        """A person is before the camera; whoever was there has gone. Whoever puts a card in sits down by doing so."""
        with self._lock:
            self.places.check_person(person)
            self._done(self._sit(self._device("camera", device), person))

    def _sits_down(self, person: str) -> list[str]:
        """Before the first camera, if there is one; its name."""
        cameras = (each for each in self.stations.values() if each.stand.device_class == "camera")
        camera = next(cameras, None)
        return [] if camera is None or person == STAFF else [self._sit(camera, person)]

    def _sit(self, camera: Station, person: str) -> str:
        who = self.people.get(person)
        told = {"person": person, "sex": who.sex if who else "", "birth_date": who.birth_date if who else ""}
        camera.act("sit_down", told)
        return camera.name

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

    def act(self, device: str, action: str, arguments: Mapping[str, object]) -> Any:
        """Any action of a device, but those by which cards come and go: these would leave the card in two places."""
        place = self._card_place(device)
        if place is not None and action in place.actions:
            raise CannotDo(f"{device}: cards come and go in a person's hands; say who")
        outlet = self._outlet(device)
        if outlet is not None and action == outlet.action:
            raise CannotDo(f"{device}: paper is torn off by a person or into the tray; say which")
        station = self.station(device)
        if station.stand.device_class == CONTACT:
            raise CannotDo(f"{device}: cards come and go as the printer moves them")
        printer = station.stand.device_class == PRINTER
        if printer and action == TAKE_NEW_CARD:
            raise CannotDo(f"{device}: a card is taken by a person; say who")
        with self._lock:
            refilled = printer and action == REFILL
            result = self._refill(station, arguments) if refilled else station.act(action, arguments)
            if printer and action in CARRIES_OFF:
                for plain in carried(result):
                    self._comes_out(plain, STAFF)
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
            self._new_cards.clear()
            self.receipts.clear()
            if self._memories is not None:
                shutil.rmtree(self._memories, ignore_errors=True)
            self._tell("reset")
            self._done(*self.stations)
