"""The driver: a CRT-591, which feeds pre-made cards, reaches their chips, and hands them out or keeps them."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from contextlib import suppress

from devices.card_printer.contract import Ability, CardPosition, CardPrinterStatus, RetractTo
from devices.card_printer.crt591 import faults, reading
from devices.card_printer.crt591.contacts import Contacts, as_reader
from devices.card_printer.crt591.line import ReplyLost
from devices.card_printer.crt591.link import Crt591Link, Patience
from devices.card_printer.crt591.models import BAUD_RATES, MODELS
from devices.card_printer.crt591.reading import HOPPER, JAMS, STANDING, Reading
from devices.card_printer.crt591.wire import HIGHEST_ADDRESS, Command
from devices.card_reader.contract import Chip
from devices.contract import DeviceError, DeviceState, StorageKind, StorageLevel

_INSIDE = frozenset({CardPosition.IN_PATH, CardPosition.AT_CONTACT})
_ENDS = frozenset({CardPosition.TAKEN, CardPosition.REJECTED, CardPosition.UNKNOWN})
_MAY_BE_A_HAND = frozenset(
    {
        "card_dispenser.bin_blocked",
        "card_dispenser.moved_by_hand",
        "card_printer.jam_exit",
        "card_printer.unexpected_answer",
    }
)
"""How a unit may complain when a hand holds on to the card at the gate, or has just taken it."""


class Crt591Dispenser:
    """See :class:`devices.card_printer.contract.ChipCarrier` and :class:`RetractingPrinter` there.

    ``at``: ``/dev/ttyUSB0`` or ``socket://host:port``. ``model``: one of
    :data:`devices.card_printer.crt591.models.MODELS`. ``baud``: 0 tries all rates when opened. ``address``: 0 to 15, by
    the switches of the unit. ``path_sensors``: which of the sensors S1 to S7 lie in the card's path; leave one out that
    always sees something. ``takes_in_after``: seconds after which the unit itself may draw a presented card into its
    bin, 0: never; None: as the model does. ``answer_seconds``, ``chip_seconds``, ``motion_seconds``,
    ``initialise_seconds``: patience with a question, the chip, the motor, the first command.
    """

    abilities: frozenset[Ability] = frozenset(
        {Ability.FEED, Ability.CONTACT, Ability.CHIP, Ability.PRESENT, Ability.RETRACT, Ability.RETAIN}
    )
    chip_address: str | None = None

    def __init__(
        self,
        at: str,
        *,
        model: str = "m001",
        baud: int = 0,
        address: int = 0,
        path_sensors: str = "1234567",
        takes_in_after: float | None = None,
        answer_seconds: float = 2.0,
        chip_seconds: float = 8.0,
        motion_seconds: float = 15.0,
        initialise_seconds: float = 30.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        if model not in MODELS:
            raise ValueError(f"model: one of {', '.join(MODELS)}")
        if not 0 <= address <= HIGHEST_ADDRESS:
            raise ValueError(f"address: 0 to {HIGHEST_ADDRESS}")
        self.at = at
        self._quirks = MODELS[model]
        if self._quirks.counts_bin:
            self.abilities = self.abilities | {Ability.COUNT_BIN}
        self._path_sensors = frozenset(int(digit) for digit in path_sensors)
        self._takes_in_after = self._quirks.takes_in_after if takes_in_after is None else takes_in_after or None
        if self._takes_in_after is not None:
            self.abilities = self.abilities | {Ability.TAKES_IN}
        self._motion_seconds = motion_seconds
        self._clock = clock
        patience = Patience(answer_seconds, chip_seconds, motion_seconds, initialise_seconds)
        self._link = Crt591Link(at, (baud,) if baud else BAUD_RATES, address, self._quirks, patience)
        self._last: CardPosition | None = None
        """Where our own last motion brought the card, as far as it was proven."""
        self._standing: str | None = None
        self._contact_since: int | None = None
        """The unit's restarts when our own motion brought the card to the contact."""
        self._bin_before: int | None = None
        self._presented_at = 0.0
        self._contacts = Contacts(self._link)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.at!r})"

    @property
    def baud(self) -> int:
        """The rate at which the unit answered."""
        return self._link.baud

    # -- the device ----------------------------------------------------------------------------------------------------

    def counts(self) -> Mapping[str, int]:
        """``damaged``: replies that could not be understood."""
        return {"damaged": self._link.damaged}

    def open(self) -> None:
        """Find the unit and wake it, with no motion; it forgets its errors, and this driver what became of an earlier
        card. Raises DeviceError: ``card_printer.absent``, ``.no_answer``, ``.unexpected_answer``,
        ``card_dispenser.line_noise``, ``.wrong_model``."""
        self._contacts.forget()
        self._last = self._standing = None
        self._link.open()
        self._look()

    def close(self) -> None:
        """Power the chip down and let go of the line; a card stays where it is."""
        with suppress(DeviceError):
            self._contacts.power_down()
        self._link.close()

    def status(self) -> CardPrinterStatus:
        """Ask now. Never raises."""
        try:
            seen = self._look()
            count = self._count()
        except DeviceError as error:
            return reading.silent(error.code, faults.DEVICE_STATE.get(error.code, DeviceState.HARDWARE_ERROR))
        return reading.status(seen, self._sensed(seen), count, self._standing)

    def where(self) -> CardPosition:
        """See the contract: the sensors now, and where our own last motion brought the card."""
        try:
            return self._placed(self._look())
        except DeviceError:
            return CardPosition.UNKNOWN

    def identification(self) -> dict[str, str]:
        """Firmware, serial number, version and configuration, as the unit says them; rate. Raises DeviceError."""
        told = {"firmware": self._link.firmware, "baud": str(self.baud)}
        questions = {
            "serial": Command.READ_SERIAL_NUMBER,
            "version": Command.READ_VERSION,
            "configuration": Command.READ_CONFIGURATION,
        }
        for name, question in questions.items():
            data = self._link.ask(question).data
            counted = data[1:] if data and data[0] == len(data) - 1 else data
            told[name] = counted.decode("ascii", "replace").strip("\0 ")
        return told

    # -- what is known -------------------------------------------------------------------------------------------------

    def _look(self) -> Reading:
        """Raises DeviceError."""
        seen = Reading.of(self._link.ask(Command.STATUS_AND_SENSORS), self._quirks, self._path_sensors)
        if seen.position is not CardPosition.IN_PATH:
            self._contact_since = None
            self._contacts.forget()
        if seen.position is CardPosition.NONE and self._standing in JAMS:
            self._standing = None  # somebody took it out
        return seen

    def _count(self) -> int | None:
        """What is in the bin; None: not counted. Raises DeviceError where there is no answer at all."""
        if not self._quirks.counts_bin:
            return None
        try:
            digits = self._link.ask(Command.READ_BIN_COUNTER).data
        except DeviceError as error:
            if error.code in ("card_printer.unexpected_answer", "card_printer.unsupported"):
                return None
            raise
        return int(digits) if len(digits) == 3 and digits.isdigit() else None

    def _sensed(self, seen: Reading) -> CardPosition:
        if self._standing in JAMS and seen.position is not CardPosition.AT_BEZEL:
            return CardPosition.JAMMED
        at_contact = self._contact_since is not None and self._contact_since == self._link.restarts
        if seen.position is CardPosition.IN_PATH and at_contact:
            return CardPosition.AT_CONTACT
        return seen.position

    def _placed(self, seen: Reading) -> CardPosition:
        """Raises DeviceError."""
        sensed = self._sensed(seen)
        if sensed is CardPosition.NONE:
            if self._last is CardPosition.AT_BEZEL:
                self._last = self._gone()
            return self._last if self._last in _ENDS else CardPosition.NONE
        if sensed is CardPosition.AT_BEZEL:
            self._last = sensed
        elif sensed in _INSIDE and self._last is not CardPosition.UNKNOWN:
            self._last = None
        return sensed

    def _gone(self) -> CardPosition:
        """What became of a card that stood at the bezel: a hand, or the unit's own timer. Raises DeviceError."""
        count = self._count()
        if count is not None and self._bin_before is not None:
            return CardPosition.TAKEN if count == self._bin_before else CardPosition.REJECTED
        after = self._takes_in_after
        if after is None or self._clock() - self._presented_at < after:
            return CardPosition.TAKEN
        return CardPosition.UNKNOWN

    # -- motions -------------------------------------------------------------------------------------------------------

    def feed(self, hopper: str) -> None:
        """See the contract (``MOVE 31``): the card comes to rest at the chip contact. With any blocking fault no card
        leaves the hopper."""
        if hopper != HOPPER:
            raise ValueError(f"there is no {hopper!r}; there is {HOPPER!r}")
        seen = self._need(frozenset({CardPosition.NONE}), "card_inside")
        status = reading.status(seen, self._sensed(seen), None, self._standing)
        if status.blocking:
            raise DeviceError(status.blocking[0])
        self._last = None
        try:
            after = self._move(Command.MOVE_TO_CONTACT, seen)
        except DeviceError as error:
            if error.code == "card_printer.jam_contact":
                raise self._not_fed(error) from error
            raise
        if after.position is not CardPosition.IN_PATH:
            raise self._not_fed(DeviceError("card_printer.jam_contact", "no card where it should be"))
        self._contact_since = self._link.restarts

    def _not_fed(self, error: DeviceError) -> DeviceError:
        """Whether the card has left the hopper, only the sensors know."""
        after = self._look_after()
        empty = after.position is CardPosition.NONE
        self._standing = "card_printer.feed_failed" if empty else "card_printer.jam_feed"
        return DeviceError(self._standing, error.detail)

    def to_contact(self) -> None:
        """See the contract (``MOVE 31``, which would feed a card from the hopper were none inside)."""
        seen = self._need(_INSIDE, "no_card")
        if self._sensed(seen) is CardPosition.AT_CONTACT:
            return
        if self._move(Command.MOVE_TO_CONTACT, seen).position is not CardPosition.IN_PATH:
            raise self._stuck(Command.MOVE_TO_CONTACT)
        self._contact_since = self._link.restarts

    def present(self) -> None:
        """See the contract (``MOVE 30``). Some units draw a card that nobody takes into their bin by themselves: then
        :meth:`where` tells REJECTED, or UNKNOWN where it cannot tell that from a hand."""
        seen = self._need(_INSIDE, "no_card")
        self._bin_before = self._count()
        self._presented_at = self._clock()
        after = self._move(self._quirks.present, seen)
        if after.position is CardPosition.IN_PATH:
            raise self._stuck(self._quirks.present)
        self._last = CardPosition.AT_BEZEL
        if self._placed(after) not in (CardPosition.AT_BEZEL, CardPosition.TAKEN):
            raise self._unknown(self._quirks.present)

    def reject(self) -> None:
        """See the contract (``MOVE 33``)."""
        self._into_bin(self._need(_INSIDE, "no_card"))

    def retract(self, to: RetractTo) -> bool:
        """See the contract (``MOVE 33``, from the gate too). There is no holding slot."""
        if to is not StorageKind.RETAIN:
            raise ValueError(f"this dispenser cannot {to}")
        seen = self._need(_INSIDE | {CardPosition.AT_BEZEL, CardPosition.NONE}, "no_card")
        if seen.position is CardPosition.NONE:
            self._placed(seen)
            return False
        self._into_bin(seen)
        return self._last is CardPosition.REJECTED

    def draw_in(self) -> bool:
        """See the contract (``MOVE 32``; ``MOVE 31`` would feed a card had a hand been quicker)."""
        seen = self._need(_INSIDE | {CardPosition.AT_BEZEL, CardPosition.NONE}, "no_card")
        if seen.position is not CardPosition.AT_BEZEL:
            return self._placed(seen) in _INSIDE
        try:
            after = self._move(Command.MOVE_TO_CONTACTLESS, seen)
        except DeviceError as error:
            if error.code not in _MAY_BE_A_HAND:
                raise
            after = self._look_after()
        if after.position is CardPosition.AT_BEZEL:
            self._standing = None
            raise DeviceError("card_printer.held_at_bezel")
        if after.position is CardPosition.UNKNOWN:
            raise self._stuck(Command.MOVE_TO_CONTACTLESS)
        self._standing = None
        return self._placed(after) in _INSIDE

    def _into_bin(self, seen: Reading) -> None:
        """``_last`` is REJECTED, or TAKEN when a hand was quicker. Raises DeviceError."""
        if seen.bin is not StorageLevel.OK:
            unknown = seen.bin is StorageLevel.UNKNOWN
            raise DeviceError(f"card_printer.{'unexpected_answer' if unknown else 'reject_box_full'}")
        from_gate = seen.position is CardPosition.AT_BEZEL
        before = self._count()
        lost = False
        try:
            after = self._move(Command.MOVE_INTO_BIN, seen, settle=False)
        except ReplyLost as error:
            after, lost = self._settled(Command.MOVE_INTO_BIN, seen, error), True
        except DeviceError as error:
            if not from_gate or error.code not in _MAY_BE_A_HAND:
                raise
            after, lost = self._look_after(), True
        if after.position is CardPosition.AT_BEZEL:
            self._standing = None
            raise DeviceError("card_printer.held_at_bezel")
        if after.position is not CardPosition.NONE:
            raise self._stuck(Command.MOVE_INTO_BIN)
        count = self._count()
        if count is not None and before is not None:
            fallen = count != before
            self._last = CardPosition.REJECTED if fallen else CardPosition.TAKEN if from_gate else CardPosition.UNKNOWN
        else:
            # From inside it can only have fallen into the bin; from the gate, by the unit's word alone.
            self._last = CardPosition.UNKNOWN if from_gate and lost else CardPosition.REJECTED
        if self._last is CardPosition.UNKNOWN:
            raise self._unknown(Command.MOVE_INTO_BIN)

    def clear(self) -> None:
        """See the contract (``INIT``, which leaves a card where it is)."""
        self._contacts.forget()
        self._link.initialise()
        self._standing = None

    def bin_emptied(self) -> None:
        """The bin has been emptied by hand: its counter begins anew. Raises DeviceError."""
        self._link.ask(Command.SET_BIN_COUNTER, b"000")

    def _need(self, wanted: frozenset[CardPosition], otherwise: str) -> Reading:
        """The present reading, with the card where it has to be. Raises DeviceError."""
        seen = self._look()
        sensed = self._sensed(seen)
        if sensed is CardPosition.JAMMED:
            raise DeviceError(self._standing or "card_printer.jammed")
        if sensed is CardPosition.UNKNOWN:
            raise DeviceError("card_printer.position_unknown")
        if sensed not in wanted:
            raise DeviceError(f"card_printer.{otherwise}")
        return seen

    def _move(self, command: Command, before: Reading, *, settle: bool = True) -> Reading:
        """One motion, and what is seen after it. Raises DeviceError; ReplyLost unless ``settle``."""
        self._contacts.power_down()
        self._contact_since = None
        try:
            self._link.move(command)
        except ReplyLost as lost:
            if not settle:
                raise
            return self._settled(command, before, lost)
        except DeviceError as error:
            if error.code in STANDING:
                self._standing = error.code
            raise
        self._standing = None
        return self._look_after()

    def _settled(self, command: Command, before: Reading, lost: ReplyLost) -> Reading:
        """What is seen after a motion whose reply was lost; DeviceError where it was surely not made."""
        after = self._look_after()
        if not lost.begun and after.position is before.position:
            raise DeviceError("card_printer.no_answer", str(lost)) from lost
        if after.position is CardPosition.UNKNOWN:
            raise self._unknown(command)
        return after

    def _look_after(self) -> Reading:
        """The first look after a motion, for as long as the unit may still be busy with it."""
        until = self._clock() + self._motion_seconds
        while True:
            try:
                return self._look()
            except DeviceError as error:
                if error.code == "card_printer.no_answer" and self._clock() < until:
                    continue
                self._last = CardPosition.UNKNOWN
                raise DeviceError("card_printer.motion_unknown", error.detail) from error

    def _stuck(self, command: Command) -> DeviceError:
        """The unit has nothing to complain of, and the card is not where it was to go."""
        self._standing = faults.OF_JAM[command]
        return DeviceError(self._standing, f"{command.name}: the card did not get there")

    def _unknown(self, command: Command) -> DeviceError:
        if self._last is not CardPosition.REJECTED:
            self._last = CardPosition.UNKNOWN
        return DeviceError("card_printer.motion_unknown", command.name)

    # -- the chip ------------------------------------------------------------------------------------------------------

    def connect(self) -> Chip:
        """See the contract: the chip of the card at the contact. Raises DeviceError: ``card_reader.no_card``,
        ``.mute``, ``.garbled``, ``.removed``, ``.absent``."""
        try:
            self._contacts.power_down()
            if self._sensed(self._look()) is not CardPosition.AT_CONTACT:
                raise DeviceError("card_reader.no_card", "there is no card at the contact")
        except DeviceError as error:
            raise as_reader(error) from error
        return self._contacts.power_up()
