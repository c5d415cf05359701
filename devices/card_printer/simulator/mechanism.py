"""Where every card of a simulated printer is. A card is never in two places, and never in none."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from enum import StrEnum
from pathlib import Path
from typing import Any

from devices.card_printer.simulator.cards import StockCard
from devices.simulation import Json


class Place(StrEnum):
    """Where the card in the path is."""

    NOWHERE = "nowhere"
    FEEDER = "feeder"
    """Half out of the hopper: where a jam at the feed leaves it."""
    PRINT = "print"
    CONTACT = "contact"
    CONTACTLESS = "contactless"
    SCAN = "scan"
    EXIT = "exit"
    BEZEL = "bezel"


class Mechanism:
    """``hoppers``: what is in each, the next card first. ``reject_capacity``, ``slot_capacity``: cards that fit.

    ``on_contact`` and ``off_contact`` are called when a card has come to the chip contact, and before it leaves it.
    """

    def __init__(self, hoppers: Sequence[Sequence[StockCard]], reject_capacity: int, slot_capacity: int) -> None:
        self.hoppers = [list(cards) for cards in hoppers]
        self.reject_capacity = reject_capacity
        self.slot_capacity = slot_capacity
        self.card: StockCard | None = None
        self.place = Place.NOWHERE
        self.rejected: list[StockCard] = []
        self.held: list[StockCard] = []
        self.taken: list[str] = []
        """Serials of the cards that have left by hand, in their order."""
        self.on_contact: Callable[[StockCard], None] | None = None
        self.off_contact: Callable[[StockCard], None] | None = None

    def all(self) -> Iterator[StockCard]:
        """Every card inside."""
        for cards in (*self.hoppers, self.rejected, self.held):
            yield from cards
        if self.card is not None:
            yield self.card

    def draw(self, hopper: int) -> None:
        """A card out of a hopper into the path. ValueError: the path is full, the hopper empty."""
        if self.card is not None:
            raise ValueError("there is a card in the path already")
        if not self.hoppers[hopper]:
            raise ValueError("the hopper is empty")
        self.card = self.hoppers[hopper].pop(0)
        self.place = Place.FEEDER

    def recall(self) -> None:
        """The card in the holding slot into the path. ValueError."""
        if self.card is not None or not self.held:
            raise ValueError("nothing to recall, or no room")
        self.card = self.held.pop()
        self.place = Place.FEEDER

    def move(self, place: Place) -> None:
        """The card in the path to another place in it. ValueError without a card."""
        if self.card is None:
            raise ValueError("there is no card in the path")
        if place is self.place:
            return
        self._leave_contact()
        self.place = place
        if place is Place.CONTACT and self.on_contact is not None:
            self.on_contact(self.card)

    def reject(self) -> None:
        """Into the reject box. ValueError: it is full, no card."""
        if len(self.rejected) >= self.reject_capacity:
            raise ValueError("the reject box is full")
        self.rejected.append(self.take_out())

    def park(self) -> None:
        """Into the holding slot. ValueError: it is full, no card."""
        if len(self.held) >= self.slot_capacity:
            raise ValueError("the holding slot is full")
        self.held.append(self.take_out())

    def take_out(self) -> StockCard:
        """The card out of the path, wherever it is in it. ValueError without one."""
        if self.card is None:
            raise ValueError("there is no card in the path")
        self._leave_contact()
        card, self.card, self.place = self.card, None, Place.NOWHERE
        return card

    def _leave_contact(self) -> None:
        if self.place is Place.CONTACT and self.card is not None and self.off_contact is not None:
            self.off_contact(self.card)

    def save(self, pictures: Path | None = None) -> Json:
        """Everything, for :meth:`restore`; what is printed, as files in ``pictures`` or within."""
        return {
            "hoppers": [[card.plain(pictures) for card in cards] for cards in self.hoppers],
            "path": self.card.plain(pictures) if self.card is not None else None,
            "place": self.place.value,
            "rejected": [card.plain(pictures) for card in self.rejected],
            "held": [card.plain(pictures) for card in self.held],
            "taken": list(self.taken),
        }

    def restore(self, saved: Mapping[str, Any], pictures: Path | None = None) -> None:
        """Every card where it was; one at the contact is on it again."""
        self.hoppers = [[StockCard.read(card, pictures) for card in cards] for cards in saved["hoppers"]]
        self.rejected = [StockCard.read(card, pictures) for card in saved["rejected"]]
        self.held = [StockCard.read(card, pictures) for card in saved["held"]]
        self.taken = list(saved["taken"])
        self._leave_contact()
        self.card = StockCard.read(saved["path"], pictures) if saved["path"] is not None else None
        self.place = Place(saved["place"])
        if self.place is Place.CONTACT and self.card is not None and self.on_contact is not None:
            self.on_contact(self.card)
