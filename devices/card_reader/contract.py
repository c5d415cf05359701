"""What a card reader is to the kiosk: it tells when a card comes and goes, connects to its chip, and hands it back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from devices.card_reader.apdu import CommandApdu, ResponseApdu
from devices.contract import Cancellation, Device, MediaState, Status


class Ability(StrEnum):
    """What a reader can do beyond reading a card that a hand holds. Charts ask for these, never for a model."""

    MOTORISED = "motorised"
    """Draws the card in and pushes it out; without it the holder inserts and pulls."""
    RETAIN = "retain"
    """Has a bin for a card that is to be kept."""
    LIGHTS = "lights"
    """Has guide lights at the slot."""
    CONTACTLESS = "contactless"
    """Has an antenna besides the contacts."""


@dataclass(frozen=True, slots=True)
class CardReaderStatus(Status):
    """``media``: PRESENT, NOT_PRESENT, or UNKNOWN while the reader cannot be asked."""

    media: MediaState = MediaState.UNKNOWN


class Chip(Protocol):
    """An exclusive connection to the chip of the card that is in the reader now. Ends for good at removal."""

    @property
    def atr(self) -> bytes:
        """The whole answer to reset, beginning 3B or 3F."""
        ...

    def transmit(self, command: CommandApdu) -> ResponseApdu:
        """Send one command; 61xx, 6Cxx and chaining are dealt with below. A status word is a value, not an error.

        Raises DeviceError: ``card_reader.removed``, ``card_reader.mute``, ``card_reader.garbled``,
        ``card_reader.absent``. After an error the chip is of no more use: close it.
        """
        ...

    def close(self) -> None:
        """Power the chip down and let go of it. Never raises; closing twice is harmless."""
        ...


class CardReader(Device, Protocol):
    """A reader with one slot. All methods but :meth:`watch` are called from the device's own thread."""

    @property
    def abilities(self) -> frozenset[Ability]:
        """What this model can do beyond the contract. Never changes."""
        ...

    def status(self) -> CardReaderStatus:
        """Ask the reader now. Never raises."""
        ...

    def watch(self, cancellation: Cancellation, on_media: Callable[[MediaState], None]) -> None:
        """Report the card's presence, at once and at each change, until cancelled; then return.

        Runs on a second thread and shares nothing with the other methods. ``on_media`` is called on that thread.
        UNKNOWN while the reader or its service is gone; it keeps trying to come back by itself.
        """
        ...

    def connect(self) -> Chip:
        """Power up the card in the slot, for us alone; an earlier chip of this reader is closed.

        Raises DeviceError: ``card_reader.no_card``, ``card_reader.mute``, ``card_reader.busy``, ``card_reader.absent``,
        ``card_reader.service_down``.
        """
        ...

    def release(self) -> None:
        """Hand the card back to its holder as far as this reader can; harmless without a card.

        A manual reader powers the chip down, and the holder pulls. Raises DeviceError where a motor fails.
        """
        ...
