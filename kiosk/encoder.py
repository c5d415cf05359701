"""The chip contact of the card printer: by PC/SC where the encoder is a reader of its own, else through the device.

Whoever writes the chip does not know which.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import structlog

from devices.card_printer.contract import Ability, CardPrinter, chip_carrier
from devices.card_reader.contract import CardReader, Chip
from devices.card_reader.social_security_card.session import SocialSecurityCard
from devices.contract import DeviceError
from devices.worker import DeviceWorker
from kiosk.clock import Clock
from kiosk.traffic import Traffic

R = TypeVar("R")

log = structlog.get_logger("encoder")

SEEN_WITHIN = 5.0
"""Seconds in which a reader notices a card that was lowered on its contact: pcscd looks every 0.4 s."""

LOOK_EVERY = 0.1
"""Seconds between tries until then."""

COMMANDS_WITHIN = 30.0
"""Seconds that commands to a chip may take together, where nobody else is asked in between."""

NOT_SEEN_YET = ("card_reader.no_card", "card_reader.removed", "card_reader.mute")


def reader_address(printer: CardPrinter, chosen: str | None) -> str | None:
    """Where a card reader driver finds the chip at the printer's contact: as ``chosen`` in the configuration, else what
    the printer says. None: through the printer itself, or not at all."""
    return None if Ability.CHIP in printer.abilities else chosen or printer.chip_address


class Encoder:
    """One card at a time. ``reader``: the driver at the printer's ``chip_address``, on a thread of its own; None where
    the printer connects by itself (:attr:`devices.card_printer.contract.Ability.CHIP`). ``traffic``: who hears each
    command."""

    def __init__(
        self,
        printer: DeviceWorker[CardPrinter],
        reader: DeviceWorker[CardReader] | None,
        clock: Clock,
        traffic: Traffic | None = None,
    ) -> None:
        self._traffic = traffic or Traffic()
        self._printer = printer
        self.reader = reader
        self._clock = clock
        self._card: SocialSecurityCard | None = None

    @property
    def connected(self) -> bool:
        """Whether a chip is powered."""
        return self._card is not None

    async def connect(self) -> None:
        """Power up the chip of the card at the contact. Raises DeviceError ``card_reader.*``; with a chip that is
        connected already, it is powered up anew."""
        await self.let_go()
        until = self._clock.monotonic() + SEEN_WITHIN
        while True:
            try:
                chip = await self._power_up()
            except DeviceError as error:
                self._traffic.add("chip", "connect", error.code, 0.0)
                if error.code not in NOT_SEEN_YET or self._clock.monotonic() >= until:
                    raise
            else:
                self._card = SocialSecurityCard(self._traffic.of_chip(chip))
                return
            await self._clock.sleep(LOOK_EVERY)

    async def _power_up(self) -> Chip:
        if self.reader is not None:
            return await self.reader.call(lambda reader: reader.connect())

        def connect(printer: CardPrinter) -> Chip:
            carrier = chip_carrier(printer)
            if carrier is None:
                raise DeviceError("card_printer.unsupported", "no way to the chip")
            return carrier.connect()

        return await self._printer.call(connect)

    async def call(self, command: Callable[[SocialSecurityCard], R], within: float = COMMANDS_WITHIN) -> R:
        """Run ``command`` with the card, on the thread of whoever holds its chip. Raises what it raises, and
        DeviceError ``card_reader.no_card`` when nothing is connected. ``within``: seconds that it may honestly take."""
        card = self._card
        if card is None:
            raise DeviceError("card_reader.no_card", "nothing at the contact")
        if self.reader is not None:
            return await self.reader.call_within(within, lambda _: command(card))
        return await self._printer.call_within(within, lambda _: command(card))

    async def let_go(self) -> None:
        """Power the chip down. Harmless without one, and with one whose driver does not come back."""
        card, self._card = self._card, None
        if card is None:
            return
        try:
            if self.reader is not None:
                await self.reader.call(lambda _: card.close())
            else:
                await self._printer.call(lambda _: card.close())
        except DeviceError as error:
            log.warning("chip_not_let_go", fault=error.code)

    def forget(self) -> None:
        """The chip is out of reach: its driver does not come back. Nothing is said to it any more."""
        self._card = None
