"""What a reader with a motor can do beyond :class:`devices.card_reader.contract.CardReader`, by ability.

To a kiosk that knows only ``CardReader`` a motorised reader is a slot like any other: PRESENT while a card is in it,
*also while it stands at the gate and waits to be taken*; NOT_PRESENT when gate and inside are empty; ENTERING while it
is being drawn in. :meth:`CardReader.release` pushes the card to the gate, and the holder takes it.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol, cast

from devices.card_reader.contract import Ability, CardReader, CardReaderStatus
from devices.contract import StorageUnit


class CardPosition(StrEnum):
    """Where in the path a card is."""

    NONE = "none"
    ENTERING = "entering"
    """At the gate, and on its way in."""
    AT_GATE = "at_gate"
    """At the gate, to be taken."""
    INSIDE = "inside"
    CONTACTS = "contacts"
    """Inside, with the chip's contacts down."""
    REAR = "rear"
    """At the way into the bin, and not fallen into it."""
    ABNORMAL = "abnormal"
    """Something longer or shorter than a card."""
    UNKNOWN = "unknown"


class Light(StrEnum):
    """The guide light at the slot."""

    OFF = "off"
    ON = "on"
    BLINKING = "blinking"


@dataclass(frozen=True, slots=True)
class MotorisedReaderStatus(CardReaderStatus):
    """``bin``: where retained cards go; None for a reader without one."""

    position: CardPosition = CardPosition.UNKNOWN
    bin: StorageUnit | None = None


class MotorisedCardReader(CardReader, Protocol):
    """A reader with :attr:`Ability.MOTORISED`. Its ``connect`` moves the card to the contacts, even from the gate."""

    def status(self) -> MotorisedReaderStatus:
        """Ask the reader now. Never raises."""
        ...

    def set_entry(self, allowed: bool) -> None:
        """Whether the gate lets a card in when the reader is empty; allowed when opened. Raises DeviceError.

        A card inside or at the gate stays where it is, and no second one is let in meanwhile.
        """
        ...

    def retract(self) -> bool:
        """Draw a card that was not taken back in. True: it is inside; False: it has been taken, or there was none.

        Raises DeviceError ``card_reader.held_at_gate`` when a hand holds on to it, ``card_reader.jammed``.
        """
        ...


class RetainingCardReader(CardReader, Protocol):
    """A reader with :attr:`Ability.RETAIN`."""

    def retain(self) -> bool:
        """Put the card into the bin. True: it is in the bin; False: it has been taken, or there was none.

        Raises DeviceError ``card_reader.bin_full``, ``card_reader.held_at_gate``, ``card_reader.jammed``.
        """
        ...


class LitCardReader(CardReader, Protocol):
    """A reader with :attr:`Ability.LIGHTS`."""

    def lights(self, light: Light) -> None:
        """Set the guide light for as long as nothing stands at the gate; a card to be taken blinks by itself.

        Raises DeviceError.
        """
        ...


def motorised(reader: CardReader) -> MotorisedCardReader | None:
    """The reader as one with a motor; None when it has none."""
    return cast("MotorisedCardReader", reader) if Ability.MOTORISED in reader.abilities else None


def retaining(reader: CardReader) -> RetainingCardReader | None:
    """The reader as one with a bin; None when it has none."""
    return cast("RetainingCardReader", reader) if Ability.RETAIN in reader.abilities else None


def lit(reader: CardReader) -> LitCardReader | None:
    """The reader as one with a guide light; None when it has none."""
    return cast("LitCardReader", reader) if Ability.LIGHTS in reader.abilities else None
