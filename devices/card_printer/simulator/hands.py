"""What people do to a simulated card printer: take cards, fill hoppers, change the ribbon, open the cover."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from typing import Any

from devices.card_printer.simulator import stock
from devices.card_printer.simulator.cards import StockCard
from devices.card_printer.simulator.mechanism import Mechanism, Place
from devices.card_printer.simulator.ribbon import PrinterRibbon
from devices.simulation import Json, Simulator, action


class HandledPrinter(Simulator):
    """A printer as hands know it. What it does about it is the subclass's."""

    def __init__(self, mechanism: Mechanism, ribbon: PrinterRibbon) -> None:
        super().__init__()
        self.mechanism = mechanism
        self.ribbon = ribbon
        self.cover_open = False

    @abstractmethod
    def broke_off(self) -> None:
        """The cover was opened: everything stops."""

    @abstractmethod
    def bezel_emptied(self) -> None:
        """The card was taken from the bezel."""

    @abstractmethod
    def ribbon_changed(self) -> None:
        """There is a new ribbon."""

    @action("take the card at the bezel")
    def take_card(self) -> Json:
        """The card, with its chip's description and its faces as PNG in base64. ValueError: none within reach."""
        if self.mechanism.place is not Place.BEZEL:
            raise ValueError("there is no card at the bezel")
        card = self.mechanism.take_out()
        self.mechanism.taken.append(card.serial)
        self.bezel_emptied()
        return card.plain()

    @action("open the cover")
    def open_cover(self) -> None:
        """Everything stops."""
        self.cover_open = True
        self.broke_off()

    @action("close the cover")
    def close_cover(self) -> None:
        """It can move again."""
        self.cover_open = False

    @action("take the stuck card out of the path")
    def clear_path(self) -> Json:
        """The card. ValueError: none, or the cover is closed."""
        if not self.cover_open:
            raise ValueError("the cover is closed")
        card = self.mechanism.take_out()
        self.mechanism.taken.append(card.serial)
        return card.plain()

    @action("fill a hopper")
    def refill(self, hopper: int, cards: list[dict[str, Any]]) -> None:
        """Cards on top of those that are left. ValueError: no such hopper, or a card that is inside already."""
        if not 1 <= hopper <= len(self.mechanism.hoppers):
            raise ValueError(f"there are {len(self.mechanism.hoppers)} hoppers")
        (new,) = stock.read([cards])
        inside = {card.serial for card in self.mechanism.all()}
        if twice := sorted(card.serial for card in new if card.serial in inside):
            raise ValueError(f"these cards are inside already: {', '.join(twice)}")
        self.mechanism.hoppers[hopper - 1].extend(new)

    @action("take all cards out of a hopper")
    def empty_hopper(self, hopper: int) -> Json:
        """``{"cards": [...]}``. ValueError: no such hopper."""
        if not 1 <= hopper <= len(self.mechanism.hoppers):
            raise ValueError(f"there are {len(self.mechanism.hoppers)} hoppers")
        cards = self.mechanism.hoppers[hopper - 1]
        self.mechanism.hoppers[hopper - 1] = []
        return self._carried_off(cards)

    @action("empty the reject box")
    def empty_reject_box(self) -> Json:
        """``{"cards": [...]}``."""
        cards, self.mechanism.rejected = self.mechanism.rejected, []
        self.faults["reject_box_full"] = False
        return self._carried_off(cards)

    @action("empty the holding slot")
    def empty_holding_slot(self) -> Json:
        """``{"cards": [...]}``."""
        cards, self.mechanism.held = self.mechanism.held, []
        return self._carried_off(cards)

    def _carried_off(self, cards: Sequence[StockCard]) -> Json:
        self.mechanism.taken.extend(card.serial for card in cards)
        return {"cards": [card.plain() for card in cards]}

    @action("put in a new ribbon")
    def new_ribbon(self, label: str = "YMCKO", left: int = 200) -> None:
        """It takes what is wrong with the old one with it."""
        self.ribbon = PrinterRibbon(label=label, left=left, capacity=max(200, left), panels=label.lower())
        for name in ("ribbon_wrong", "ribbon_unknown", "ribbon_missing", "ribbon_break"):
            self.faults[name] = False
        self.ribbon_changed()

    def picture(self, side: str = "front") -> bytes:
        """PNG of a face of the card in the path or at the bezel. ValueError: no card, or nothing on it."""
        card = self.mechanism.card
        if card is None or side not in card.faces:
            raise ValueError(f"no card with a printed {side}")
        return card.faces[side]
