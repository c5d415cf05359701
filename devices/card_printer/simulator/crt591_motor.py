"""What moves in a simulated CRT-591: one motion at a time, which takes a while, and stops where it is without power."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Protocol

from devices.card_printer.simulator.crt591_contacts import Refused
from devices.card_printer.simulator.mechanism import Mechanism, Place
from devices.simulation import FaultValue, Port, Timer

FEED_TRIES = 5
"""A bent card: so often back and forth, then it gives up."""
HIGHEST_COUNT = 999
MOVE_SECONDS = 1.2

GATE, CONTACT, CONTACTLESS, BIN, OUT = 0x30, 0x31, 0x32, 0x33, 0x39
_JAM = {GATE: "jam_exit", OUT: "jam_exit", CONTACT: "jam_contact", CONTACTLESS: "jam_contact"}
_PLACE = {GATE: Place.BEZEL, CONTACT: Place.CONTACT, CONTACTLESS: Place.CONTACTLESS}


class Owner(Protocol):
    """The device around it."""

    faults: dict[str, FaultValue]
    mechanism: Mechanism

    @property
    def clock(self) -> Port: ...


class Motor:
    """``pace``: 1 is the real thing. ``out_is_bin``: MOVE 39 throws the card into the bin. ``takes_in_after``: seconds
    after which a card that nobody takes falls into the bin; 0: never."""

    def __init__(self, owner: Owner, pace: float, *, out_is_bin: bool, takes_in_after: float) -> None:
        self._owner = owner
        self._pace = pace
        self._out_is_bin = out_is_bin
        self._takes_in_after = takes_in_after
        self._running: Timer | None = None
        self._untaken: Timer | None = None
        self.counting = False
        self.count = 0
        self.motions = 0
        self.feed_tries = 0

    @property
    def busy(self) -> bool:
        """Whether something turns."""
        return self._running is not None

    def stop(self) -> None:
        """Whatever turns stops; the card stays where it has got to."""
        for timer in (self._running, self._untaken):
            if timer is not None:
                timer.cancel()
        self._running = self._untaken = None

    def make(self, pm: int, done: Callable[[], None], failed: Callable[[str], None]) -> None:
        """One motion; ``done`` or ``failed`` with an error's two characters, at once or in a while. Raises Refused."""
        cards = self._owner.mechanism
        if pm == OUT and self._out_is_bin:
            pm = BIN
        if cards.card is None and pm != CONTACT:
            raise Refused("02")
        if pm == BIN:
            self._need_room()
        feeds = cards.card is None
        if feeds and not cards.hoppers[0]:
            raise Refused("A0")
        self.motions += 1
        if self._untaken is not None:
            self._untaken.cancel()
            self._untaken = None
        tries = 1
        if feeds and self._owner.faults["misfeed"]:
            tries = FEED_TRIES
            self.feed_tries += tries
        elif feeds:
            self.feed_tries += 1
            cards.draw(0)
        elif not self._held(pm):
            cards.move(Place.EXIT)
        self._running = self._owner.clock.after(MOVE_SECONDS * self._pace * tries, lambda: self._end(pm, done, failed))

    def _need_room(self) -> None:
        cards = self._owner.mechanism
        if self._owner.faults["bin_full"] or len(cards.rejected) >= cards.reject_capacity:
            raise Refused("A1")
        if self.counting and self.count >= HIGHEST_COUNT:
            raise Refused("50")

    def _held(self, pm: int) -> bool:
        """A hand holds on to the card at the gate, and it is to go in."""
        faults, place = self._owner.faults, self._owner.mechanism.place
        return bool(faults["held_at_gate"]) and place is Place.BEZEL and pm != GATE

    def _end(self, pm: int, done: Callable[[], None], failed: Callable[[str], None]) -> None:
        self._running = None
        code = self._arrive(pm)
        failed(code) if code else done()

    def _arrive(self, pm: int) -> str:
        """Put the card where it goes; the error where it does not get there."""
        cards, faults = self._owner.mechanism, self._owner.faults
        if cards.card is None:
            return "10" if faults["misfeed"] else "02"
        if faults["jam_feed"] and cards.place is Place.FEEDER:
            return "10"
        if self._held(pm):
            return "10"
        if pm == BIN:
            if faults["jam_bin"]:
                return "40"
            self.fall()
            return ""
        if faults[_JAM[pm]]:
            return "43" if pm == CONTACT and faults["says_43"] else "10"
        if pm == OUT:
            cards.move(Place.BEZEL)
            cards.taken.append(cards.take_out().serial)  # it drops out, into whichever hand
            return ""
        cards.move(_PLACE[pm])
        if pm == GATE and self._takes_in_after:
            self._untaken = self._owner.clock.after(self._takes_in_after, self._take_in)
        return ""

    def _take_in(self) -> None:
        self._untaken = None
        cards = self._owner.mechanism
        full = len(cards.rejected) >= cards.reject_capacity
        if cards.place is Place.BEZEL and not self._owner.faults["held_at_gate"] and not full:
            self.motions += 1
            self.fall()

    def fall(self) -> None:
        """The card in the path falls into the bin."""
        self._owner.mechanism.reject()
        if self.counting:
            self.count += 1

    def gate_emptied(self) -> None:
        """The card at the gate was taken."""
        if self._untaken is not None:
            self._untaken.cancel()
            self._untaken = None


def sensors(place: Place, stuck: Mapping[str, FaultValue]) -> bytes:
    """S1 to S7 from the gate to the stacker, and S8, which is spare."""
    seen = {
        Place.BEZEL: {1, 2},
        Place.EXIT: {3},
        Place.CONTACT: {4, 5},
        Place.CONTACTLESS: {4, 6},
        Place.FEEDER: {7},
    }.get(place, set())
    return bytes(0x31 if at in seen or at == int(stuck["stuck_sensor"]) else 0x30 for at in range(1, 9))
