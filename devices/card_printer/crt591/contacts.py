"""The chip contacts: power up, one chip at a time, and power down before anything moves."""

from __future__ import annotations

from contextlib import suppress

from devices.card_printer.crt591 import faults
from devices.card_printer.crt591.chip import RESETS, Crt591Chip, chip_error, reset_answer
from devices.card_printer.crt591.line import ReplyLost
from devices.card_printer.crt591.link import Crt591Link
from devices.card_printer.crt591.wire import Answer, Command, Refusal
from devices.contract import DeviceError

_OF_CHIP = {"card_printer.absent": "card_reader.absent", "card_dispenser.line_noise": "card_reader.garbled"}


class Contacts:
    """Where the card is, the dispenser knows. See :class:`devices.card_printer.crt591.chip.Talk`."""

    def __init__(self, link: Crt591Link) -> None:
        self._link = link
        self._chip: Crt591Chip | None = None
        self._session = (0, 0)

    def power_up(self) -> Crt591Chip:
        """The chip that lies there, at the first voltage that it answers to. Raises DeviceError of ``card_reader``."""
        answer: Answer | None = None
        for voltage in RESETS:
            answer = self._exchange(Command.CHIP_COLD_RESET, voltage)
            if (told := reset_answer(answer)) is not None:
                atr, t0 = told
                self._chip = Crt591Chip(self, atr, t0=t0)
                self._session = self._link.session
                return self._chip
        if isinstance(answer, Refusal):
            raise chip_error(answer, "reset")
        raise DeviceError("card_reader.mute", "no answer to reset")

    def chip_command(self, chip: Crt591Chip, command: Command, data: bytearray) -> Answer:
        """See :class:`devices.card_printer.crt591.chip.Talk`."""
        if chip is not self._chip or self._link.session != self._session:
            self.forget()
            raise DeviceError("card_reader.removed", "the chip has lost its power")
        try:
            return self._exchange(command, data)
        except DeviceError:
            self.forget()
            raise

    def let_go(self, chip: Crt591Chip) -> None:
        """See :class:`devices.card_printer.crt591.chip.Talk`."""
        chip.alive = False
        if chip is self._chip:
            with suppress(DeviceError):  # a chip that cannot be reached has no power, or soon has none
                self.power_down()

    def forget(self) -> None:
        """The chip has no power any more."""
        if self._chip is not None:
            self._chip.alive = False
            self._chip = None

    def power_down(self) -> None:
        """Take the power off the chip, if it has any of us. Raises DeviceError where the unit cannot be reached."""
        if self._chip is None:
            return
        self.forget()
        try:
            self._link.ask(Command.CHIP_OFF)
        except DeviceError as error:
            if error.code in faults.DEVICE_STATE:
                raise

    def _exchange(self, command: Command, data: bytes | bytearray) -> Answer:
        try:
            return self._link.chip(command, data)
        except ReplyLost as error:
            code = "card_reader.mute" if self._link.is_open else "card_reader.absent"
            raise DeviceError(code, str(error)) from error
        except DeviceError as error:
            raise as_reader(error) from error


def as_reader(error: DeviceError) -> DeviceError:
    """As a card reader would say it."""
    if error.code.startswith("card_reader."):
        return error
    return DeviceError(_OF_CHIP.get(error.code, "card_reader.mute"), error.detail)
