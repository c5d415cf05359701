"""The chip contact of a simulated printer is the slot of a simulated card reader: the same card, behind PC/SC."""

from __future__ import annotations

from typing import Protocol

from devices.card_printer.simulator.cards import StockCard
from devices.card_printer.simulator.mechanism import Mechanism
from devices.card_reader.simulator.card import VirtualCard
from devices.card_reader.simulator.description import CardDescription
from devices.simulation import Json


class ChipSlot(Protocol):
    """Such as :class:`devices.card_reader.simulator.CardReaderSimulator`."""

    def insert(self, card: VirtualCard | Json | CardDescription) -> VirtualCard: ...
    def take(self) -> VirtualCard | None: ...


class ContactStation:
    """Wires a printer's mechanism to a reader's slot. A chip keeps what was written to it in the reader's folder for
    memories; without one, for as long as the process lives."""

    def __init__(self, mechanism: Mechanism, slot: ChipSlot) -> None:
        self._slot = slot
        self._chips: dict[str, VirtualCard] = {}
        mechanism.on_contact = self._lower
        mechanism.off_contact = self._lift

    def _lower(self, card: StockCard) -> None:
        if card.chip is None:
            return  # a blank: the reader sees nothing
        chip = self._slot.insert(self._chips.get(card.serial) or dict(card.chip))
        if chip.memory is None:
            self._chips[card.serial] = chip

    def _lift(self, card: StockCard) -> None:
        if card.chip is not None:
            self._slot.take()
