"""The card path of a simulated CRT-310: gate, inside, contacts, rear, bin, and what a hand can reach of it."""

from __future__ import annotations

from enum import StrEnum

from devices.card_reader.simulator.card import VirtualCard


class Place(StrEnum):
    """Where the card is. At ``GATE_HELD`` and ``REAR_HELD`` the rollers hold it."""

    NOWHERE = "nowhere"
    GATE = "gate"
    GATE_HELD = "gate, held"
    INSIDE = "inside"
    CONTACTS = "on the contacts"
    REAR_HELD = "rear, held"
    REAR = "rear"
    BIN = "bin"
    """A destination only: a card in the bin has left the path."""


AT_GATE = frozenset({Place.GATE, Place.GATE_HELD})

_SENSORS = {
    Place.NOWHERE: "00000",
    Place.GATE: "10000",
    Place.GATE_HELD: "11000",
    Place.INSIDE: "01110",
    Place.CONTACTS: "01110",
    Place.REAR_HELD: "00011",
    Place.REAR: "00001",
}


class CardPath:
    """One card at most, and the bin behind it."""

    def __init__(self) -> None:
        self.card: VirtualCard | None = None
        self.place = Place.NOWHERE
        self.retained: list[VirtualCard] = []

    @property
    def sensors(self) -> str:
        """The five light barriers from the gate to the rear, each 0 or 1."""
        return _SENSORS[self.place]

    def put(self, card: VirtualCard, place: Place) -> None:
        """A card comes into an empty path."""
        self.card, self.place = card, place

    def take(self) -> VirtualCard:
        """A hand at the gate. ValueError when it reaches nothing."""
        if self.card is None:
            raise ValueError("there is no card at the gate")
        if self.place not in AT_GATE:
            raise ValueError("the card is inside the reader, out of reach")
        return self.clear()

    def clear(self) -> VirtualCard:
        """Out of the opened reader, wherever it was. ValueError when there is none."""
        if self.card is None:
            raise ValueError("there is no card in the reader")
        card, self.card, self.place = self.card, None, Place.NOWHERE
        return card

    def arrive(self, target: Place) -> None:
        """The rollers have brought the card there."""
        if self.card is not None and target is Place.BIN:
            self.retained.append(self.clear())
        elif self.card is not None:
            self.place = target
