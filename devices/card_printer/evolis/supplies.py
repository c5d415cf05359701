"""What the printer says of its ribbon and its cleaning, kept from the last time it could be asked (page A5)."""

from __future__ import annotations

from devices.card_printer.evolis.meaning import RibbonData
from devices.card_printer.evolis.session import Conversation
from devices.card_printer.evolis.wire import key_values


class Supplies:
    """``ribbon``; ``cards_left`` until a cleaning is advised, None: not told."""

    def __init__(self) -> None:
        self.ribbon = RibbonData()
        self.cards_left: int | None = None

    def read(self, conversation: Conversation) -> None:
        """Ask, within a session. Raises DeviceError, and then keeps what it had."""
        ribbon = key_values(conversation.ask("Rrt;all").text)
        cards = key_values(conversation.ask("Rco;card").text)
        self.ribbon = RibbonData(
            ribbon.get("label") or None,
            ribbon.get("ref") or None,
            _number(ribbon.get("qty")),
            _number(ribbon.get("count")),
        )
        self.cards_left = _number(cards.get("rem_advised"))


def _number(text: str | None) -> int | None:
    return int(text) if text is not None and text.isdecimal() else None
