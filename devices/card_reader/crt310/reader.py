"""The driver of the CRT-310: a card reader that draws the card in, holds it, and pushes it out again."""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Mapping
from contextlib import suppress
from types import MappingProxyType

from devices.card_reader.contract import Ability, Chip
from devices.card_reader.crt310 import faults
from devices.card_reader.crt310.chip import Crt310Chip, reset_answer
from devices.card_reader.crt310.line import ReplyLost
from devices.card_reader.crt310.link import Crt310Link, Patience, Reading
from devices.card_reader.crt310.wire import REAR_FORBIDDEN, Command, FrontEntry, Outcome, Reply, blink
from devices.card_reader.motorised import CardPosition, Light, MotorisedReaderStatus
from devices.contract import (
    Cancellation,
    DeviceError,
    DeviceState,
    MediaState,
    StorageKind,
    StorageLevel,
    StorageUnit,
)

log = logging.getLogger(__name__)

GONE_AFTER_MISSES = 3
"""Failed looks in a row after which the reader is gone, and not merely hard of hearing."""
DRAWING_IN_SECONDS = 2.0
"""A card takes about half a second from the gate to its place; a hand may hold on for longer."""

_LIGHT: Mapping[Light, Command | bytes] = MappingProxyType(
    {Light.OFF: Command.LIGHT_OFF, Light.ON: Command.LIGHT_ON, Light.BLINKING: blink(2, 2)}
)
"""Blinking: half a second on, half a second off, seen from the corner of an eye."""
_BIN = StorageUnit("bin", StorageKind.RETAIN, StorageLevel.UNKNOWN)
_MEDIA: Mapping[CardPosition, MediaState] = MappingProxyType(
    {
        CardPosition.NONE: MediaState.NOT_PRESENT,
        CardPosition.ENTERING: MediaState.ENTERING,
        CardPosition.AT_GATE: MediaState.PRESENT,
        CardPosition.INSIDE: MediaState.PRESENT,
        CardPosition.CONTACTS: MediaState.PRESENT,
        CardPosition.REAR: MediaState.JAMMED,
        CardPosition.ABNORMAL: MediaState.JAMMED,
        CardPosition.UNKNOWN: MediaState.UNKNOWN,
    }
)
_FAULT_OF_POSITION: Mapping[CardPosition, str] = MappingProxyType(
    {CardPosition.REAR: "card_reader.bin_full", CardPosition.ABNORMAL: "card_reader.abnormal_card"}
)


class Crt310Reader:
    """A CRT-310 on a serial line (``/dev/ttyUSB0``, ``socket://host:port``).

    ``baud``: 1200 to 38400, as the reader is set; 9600 from the works. ``poll_seconds``: how often :meth:`watch` looks.
    ``answer_seconds``, ``chip_seconds``, ``motion_seconds``: patience with a question, with the chip, with the motor.

    :meth:`watch` runs on a second thread over the same line. One lock goes around every exchange, and around what
    belongs together (sense, shut the gate, move, sense again), so a look waits for a motion and never falls between.

    The gate is shut while a card is inside or waits to be taken, and after :meth:`close`. The next look that finds the
    reader empty opens it.
    """

    abilities: frozenset[Ability] = frozenset({Ability.MOTORISED, Ability.RETAIN, Ability.LIGHTS})

    def __init__(
        self,
        at: str,
        *,
        baud: int = 9600,
        poll_seconds: float = 0.25,
        answer_seconds: float = 2.0,
        chip_seconds: float = 8.0,
        motion_seconds: float = 15.0,
    ) -> None:
        self._link = Crt310Link(at, baud, Patience(answer_seconds, chip_seconds, motion_seconds))
        self._poll_seconds = poll_seconds
        self._accepting = True
        self._light = Light.OFF
        self._shown: tuple[int, Light] | None = None
        self._jammed = False
        self._chip: Crt310Chip | None = None
        self._chip_epoch = 0

    @property
    def firmware(self) -> str:
        """What the reader calls itself; empty before the first connection."""
        return self._link.firmware

    # -- the contract of every device ----------------------------------------------------------------------------------

    def counts(self) -> Mapping[str, int]:
        """``damaged``: replies that could not be understood."""
        return {"damaged": self._link.damaged}

    def open(self) -> None:
        """Connect and sense where the card is; nothing moves. The gate opens if the reader is empty.

        Raises DeviceError: ``card_reader.absent``, ``.no_answer``, ``.line_noise``, ``.unexpected_answer``,
        ``.cannot_execute``, ``.power_lost``, ``.supply_voltage``.
        """
        with self._link.lock:
            self._forget_chip()
            self._accepting = True
            self._link.open()
            self._look()

    def close(self) -> None:
        """Power the chip down, shut the gate and let go of the line. A card stays where it is."""
        with self._link.lock:
            if self._link.is_open:
                with suppress(DeviceError):  # a reader that does not answer cannot be told to shut its gate
                    self._power_down()
                    self._set_front(FrontEntry.FORBIDDEN)
            self._forget_chip()
            self._link.close()

    def status(self) -> MotorisedReaderStatus:
        """Ask the reader now. Never raises."""
        with self._link.lock:
            try:
                reading = self._look()
            except DeviceError as error:
                state = faults.DEVICE_STATE.get(error.code, DeviceState.HARDWARE_ERROR)
                return MotorisedReaderStatus(state, error.code, MediaState.UNKNOWN, bin=_BIN)
            media = self._media(reading)
            fault = _FAULT_OF_POSITION.get(reading.position)
            if fault is None and media is MediaState.JAMMED:
                fault = "card_reader.jammed"
            return MotorisedReaderStatus(DeviceState.ONLINE, fault, media, reading.position, _BIN)

    def watch(self, cancellation: Cancellation, on_media: Callable[[MediaState], None]) -> None:
        """See the contract. Looks every ``poll_seconds``; UNKNOWN after three looks in a row that failed."""
        last: MediaState | None = None
        misses = 0
        while not cancellation.cancelled:
            try:
                media = self._media(self._look())
                misses = 0
            except DeviceError as error:
                misses += 1
                log.debug("look failed: %s", error.code)
                media = MediaState.UNKNOWN if last is None or misses >= GONE_AFTER_MISSES else last
            if media is not last and not cancellation.cancelled:
                last = media
                on_media(media)
            cancellation.wait(self._poll_seconds)

    # -- the contract of card readers ----------------------------------------------------------------------------------

    def connect(self) -> Chip:
        """Move the card to the contacts, from wherever it is, and power it up. Its contacts are set down a second time
        where the chip gives no answer.

        Raises DeviceError: ``card_reader.no_card``, ``.mute``, ``.jammed``, ``.held_at_gate``, ``.abnormal_card``, and
        those of :meth:`open`.
        """
        with self._link.lock:
            self._power_down()
            position = self._arrived()
            if position is CardPosition.NONE:
                raise DeviceError("card_reader.no_card", "the reader is empty")
            self._refuse_what_cannot_move(position)
            if position is not CardPosition.CONTACTS:
                self._move(Command.MOVE_TO_CONTACTS, {CardPosition.CONTACTS})
            answer = self._cold_reset()
            if answer is None:
                self._move(Command.MOVE_INSIDE, {CardPosition.INSIDE})
                self._move(Command.MOVE_TO_CONTACTS, {CardPosition.CONTACTS})
                answer = self._cold_reset()
            if answer is None:
                raise DeviceError("card_reader.mute", "no answer to reset")
            atr, t0 = answer
            self._chip = Crt310Chip(self, atr, t0=t0)
            self._chip_epoch = self._link.epoch
            return self._chip

    def release(self) -> None:
        """Power the chip down, and push the card to the gate, where it is held until taken; the light blinks.

        Harmless without a card, and with one that stands at the gate already. The gate lets no other card in until this
        one is gone. Raises DeviceError: ``card_reader.jammed``, ``.abnormal_card``, and those of :meth:`open`.
        """
        with self._link.lock:
            self._power_down()
            position = self._arrived()
            if position in (CardPosition.NONE, CardPosition.AT_GATE):
                return
            self._refuse_what_cannot_move(position)
            self._move(Command.MOVE_TO_GATE_AND_HOLD, {CardPosition.AT_GATE, CardPosition.NONE})

    # -- with a motor, a bin and a light -------------------------------------------------------------------------------

    def set_entry(self, allowed: bool) -> None:
        """See :class:`devices.card_reader.motorised.MotorisedCardReader`."""
        with self._link.lock:
            self._accepting = allowed
            self._look()

    def retract(self) -> bool:
        """See :class:`devices.card_reader.motorised.MotorisedCardReader`."""
        with self._link.lock:
            position = self._arrived()
            if position is CardPosition.NONE:
                return False
            if position in (CardPosition.INSIDE, CardPosition.CONTACTS):
                return True
            self._refuse_what_cannot_move(position)
            try:
                self._move(Command.MOVE_INSIDE, {CardPosition.INSIDE})
            except DeviceError as error:
                if error.code != "card_reader.no_card":
                    raise
                return False
            return True

    def retain(self) -> bool:
        """See :class:`devices.card_reader.motorised.RetainingCardReader`.

        A card at the gate is drawn in first: from inside it can only fall into the bin, so that where it went is known
        even if the reader's answer is lost.
        """
        with self._link.lock:
            if not self.retract():
                return False
            self._power_down()
            return self._move(Command.MOVE_INTO_BIN, {CardPosition.NONE}) != Outcome.NO_CARD

    def lights(self, light: Light) -> None:
        """See :class:`devices.card_reader.motorised.LitCardReader`."""
        with self._link.lock:
            self._light = light
            self._look()

    # -- for the chip --------------------------------------------------------------------------------------------------

    def chip_command(self, command: Command, data: bytearray) -> Reply:
        """See :class:`devices.card_reader.crt310.chip.Talk`."""
        with self._link.lock:
            if self._link.epoch != self._chip_epoch:
                self._forget_chip()
                raise DeviceError("card_reader.removed", "the connection to the reader is not the chip's any more")
            try:
                return self._link.chip(command, data)
            except ReplyLost as error:
                self._forget_chip()
                code = "card_reader.mute" if self._link.is_open else "card_reader.absent"
                raise DeviceError(code, str(error)) from error
            except DeviceError:
                self._forget_chip()
                raise

    def card_is_inside(self) -> bool:
        """See :class:`devices.card_reader.crt310.chip.Talk`."""
        return self._look().position is CardPosition.CONTACTS

    def let_go(self, chip: Crt310Chip) -> None:
        """See :class:`devices.card_reader.crt310.chip.Talk`."""
        with self._link.lock:
            chip.alive = False
            if chip is self._chip:
                with suppress(DeviceError):  # a chip that cannot be reached has no power, or soon has none
                    self._power_down()

    # -- steps, all under the lock -------------------------------------------------------------------------------------

    def _forget_chip(self) -> None:
        if self._chip is not None:
            self._chip.alive = False
            self._chip = None

    def _power_down(self) -> None:
        """Take the power off a chip that we, or someone before us, put under power."""
        ours = self._chip is not None
        self._forget_chip()
        if ours or self._link.sense().position is CardPosition.CONTACTS:
            self._ask_if_it_can(Command.CHIP_OFF)

    def _cold_reset(self) -> tuple[bytes, bool] | None:
        self._ask_if_it_can(Command.CHIP_ON)
        try:
            return reset_answer(self._link.chip(Command.CHIP_COLD_RESET))
        except ReplyLost:
            return None

    def _look(self) -> Reading:
        """Sense, and see to it that gate and light are as they should be with what was found."""
        with self._link.lock:
            reading = self._link.sense()
            position = reading.position
            if position is not CardPosition.CONTACTS:
                self._forget_chip()
            if position is CardPosition.NONE:
                self._jammed = False
            if position is CardPosition.NONE and self._accepting:
                wanted = FrontEntry.SWITCH
            elif position in (CardPosition.ENTERING, CardPosition.UNKNOWN):
                wanted = reading.front or FrontEntry.FORBIDDEN
            else:
                wanted = FrontEntry.FORBIDDEN
            if wanted is not reading.front:
                self._set_front(wanted)
            self._show(Light.BLINKING if position is CardPosition.AT_GATE else self._light)
            return reading

    def _set_front(self, entry: FrontEntry) -> None:
        command = Command.FORBID_ENTRY if entry is FrontEntry.FORBIDDEN else Command.ALLOW_ENTRY
        self._link.ask(command, REAR_FORBIDDEN)

    def _show(self, light: Light) -> None:
        wanted = (self._link.epoch, light)
        if wanted == self._shown:
            return
        self._ask_if_it_can(_LIGHT[light])
        self._shown = wanted

    def _ask_if_it_can(self, command: Command | bytes) -> None:
        """For what must not stand in the way of a card: a refusal is logged and no more."""
        try:
            self._link.ask(command)
        except DeviceError as error:
            if error.code not in faults.OF_REFUSAL.values():
                raise
            log.warning("%s", error)

    def _media(self, reading: Reading) -> MediaState:
        return MediaState.JAMMED if self._jammed else _MEDIA[reading.position]

    def _arrived(self) -> CardPosition:
        """Where the card is, once it has been drawn in; a hand that holds on to it is waited for only so long."""
        pause, waited = Cancellation(), 0.0
        while (position := self._look().position) is CardPosition.ENTERING and waited < DRAWING_IN_SECONDS:
            pause.wait(self._poll_seconds)
            waited += self._poll_seconds
        return position

    def _refuse_what_cannot_move(self, position: CardPosition) -> None:
        if position is CardPosition.ABNORMAL:
            raise DeviceError("card_reader.abnormal_card", "longer or shorter than a card")
        if position is CardPosition.UNKNOWN:
            raise DeviceError("card_reader.unexpected_answer", "the card's position makes no sense")

    def _move(self, command: Command, targets: Collection[CardPosition]) -> int | None:
        """One motion with the gate shut, believed only when the sensors agree; the reader's own word for it.

        Raises DeviceError by where the card is instead: ``card_reader.no_card``, ``.held_at_gate``, ``.bin_full``,
        ``.jammed``.
        """
        self._set_front(FrontEntry.FORBIDDEN)
        outcome = self._link.move(command)
        position = self._look().position
        if position in targets:
            self._jammed = False
            return outcome
        if position is CardPosition.NONE:
            raise DeviceError("card_reader.no_card", f"{command.name}: the card has gone")
        word = "no reply" if outcome is None else f"reply {outcome:02X}"
        detail = f"{command.name}: {word}, the card is at {position}"
        if position is CardPosition.AT_GATE and command is not Command.MOVE_INTO_BIN:
            raise DeviceError("card_reader.held_at_gate", detail)
        if position is CardPosition.REAR and command is Command.MOVE_INTO_BIN:
            raise DeviceError("card_reader.bin_full", detail)
        self._jammed = True
        raise DeviceError("card_reader.jammed", detail)
