"""What a device that issues cards is to the kiosk, by ability: a printer, or a dispenser without print.

The card's way: hopper, path, chip contact, print head, and then to one of three ends: the bezel, where the person takes
it; the reject box, which it never leaves by itself; the holding slot, where it waits and can be recalled.

A motion that cannot be undone is never repeated by a driver. When the outcome of one is not known, the call raises
``card_printer.motion_unknown``, and :meth:`CardPrinter.where` tells what the sensors can prove.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal, Protocol, cast

from devices.card_printer.faces import Faces, ScannedFaces
from devices.card_reader.contract import Chip
from devices.contract import Device, DeviceState, MediaState, Status, StorageKind, StorageLevel, StorageUnit


class Ability(StrEnum):
    """What a model can do. Charts ask for these, never for a model."""

    FEED = "feed"
    CONTACT = "contact"
    """Moves the card to a chip contact."""
    CHIP = "chip"
    """The chip is reached through the device itself; without it, at :attr:`CardPrinter.chip_address`."""
    PRINT = "print"
    INSPECT = "inspect"
    """Has a scanner for the printed faces."""
    PRESENT = "present"
    RETRACT = "retract"
    """Can draw a presented card back in."""
    RETAIN = "retain"
    """Has a reject box."""
    PARK = "park"
    """Has a holding slot."""
    TAKES_IN = "takes_in"
    """May by itself draw a presented card into its reject box, and cannot always tell that from a hand."""
    COUNT_BIN = "count_bin"
    """Counts by itself what falls into its reject box, and has to be told when that was emptied."""


class CardPosition(StrEnum):
    """Where the card is. Never guessed: what the sensors and this driver's own motions do not prove is ``unknown``."""

    NONE = "none"
    """No card in the path, and nothing known of an earlier one."""
    IN_PATH = "inPath"
    """Inside, away from hopper, contact and outlet: it can never return to the hopper."""
    AT_CONTACT = "atContact"
    AT_BEZEL = "atBezel"
    """Held out to the person."""
    TAKEN = "taken"
    """Seen at the bezel, and now gone from there and not in the path."""
    REJECTED = "rejected"
    PARKED = "parked"
    JAMMED = "jammed"
    UNKNOWN = "unknown"


class CoverState(StrEnum):
    """The lid over ribbon and path."""

    CLOSED = "closed"
    OPEN = "open"
    UNKNOWN = "unknown"


class RibbonState(StrEnum):
    """The ribbon as the printer sees it. ``unsuitable``: it is not for this printer, or not what the kiosk prints with.
    ``unrecognised``: its tag is not known."""

    OK = "ok"
    LOW = "low"
    OUT = "out"
    MISSING = "missing"
    UNSUITABLE = "unsuitable"
    UNRECOGNISED = "unrecognised"
    BROKEN = "broken"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Ribbon:
    """``kind``: the maker's label, such as YMCKO. ``left`` and ``capacity``: sets of panels, one a printed
    side (a YMCKO-K set prints a black back too). ``matches``: whether it is the kind
    that the kiosk is configured for. None: the printer does not say."""

    state: RibbonState
    kind: str | None = None
    reference: str | None = None
    left: int | None = None
    capacity: int | None = None
    matches: bool | None = None


class CleaningState(StrEnum):
    """``due``: soon; ``required``: the printer prints no more before it."""

    NOT_DUE = "notDue"
    DUE = "due"
    REQUIRED = "required"
    RUNNING = "running"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Cleaning:
    """``cards_left``: until cleaning is due; None: the device does not count."""

    state: CleaningState
    cards_left: int | None = None


class HeadTemperature(StrEnum):
    """As far as printers say it: no degrees, only that the head is too hot to print and is left to cool."""

    NORMAL = "normal"
    HIGH = "high"


@dataclass(frozen=True, slots=True, kw_only=True)
class CardPrinterStatus(Status):
    """How it is. ``faults``: every code that stands, those that stop issuing first; ``fault`` is the first of them.

    ``media`` is PRESENT while a card is in the path *or at the bezel*. ``storage``: hoppers, reject box, holding slot,
    as far as there are. ``ribbon``, ``cleaning`` and ``head``: None for a device that does not print; ``head`` also for
    a printer that cannot be asked.
    """

    media: MediaState = MediaState.UNKNOWN
    position: CardPosition = CardPosition.UNKNOWN
    storage: tuple[StorageUnit, ...] = ()
    ribbon: Ribbon | None = None
    cleaning: Cleaning | None = None
    cover: CoverState | None = None
    head: HeadTemperature | None = None
    faults: tuple[str, ...] = ()
    blocking: tuple[str, ...] = ()
    """Those of ``faults`` with which no issue may begin."""

    @property
    def answered(self) -> bool:
        """Whether the device said anything at all."""
        return self.media is not MediaState.UNKNOWN or self.position is not CardPosition.UNKNOWN

    @property
    def ready(self) -> bool:
        """Whether an issue may begin: everything that must be right is known to be right, and the path is empty."""
        return (
            self.device is DeviceState.ONLINE
            and not self.blocking
            and self.media is MediaState.NOT_PRESENT
            and self.cover in (CoverState.CLOSED, None)
            and any(
                unit.level not in (StorageLevel.EMPTY, StorageLevel.UNKNOWN) for unit in self.of(StorageKind.DISPENSE)
            )
            and all(unit.level not in (StorageLevel.FULL, StorageLevel.UNKNOWN) for unit in self.of(StorageKind.RETAIN))
            and (self.ribbon is None or self.ribbon.state in (RibbonState.OK, RibbonState.LOW))
        )

    def of(self, kind: StorageKind) -> tuple[StorageUnit, ...]:
        """The units of a kind."""
        return tuple(unit for unit in self.storage if unit.kind is kind)


@dataclass(frozen=True, slots=True)
class Printed:
    """All of it is on the card: the printer finished, and the ribbon moved as far as it must. The card is inside."""

    status: CardPrinterStatus


@dataclass(frozen=True, slots=True)
class NotPrinted:
    """Surely nothing is on the card. ``status`` says why; it may be printed without fear of a second print."""

    status: CardPrinterStatus


@dataclass(frozen=True, slots=True)
class Damaged:
    """Something may be on the card, and it is surely not whole. Never stock again."""

    status: CardPrinterStatus


@dataclass(frozen=True, slots=True)
class Unknown:
    """Nobody can tell: nothing, a part or all of it may be on the card. Inspect it, or ask a person."""

    status: CardPrinterStatus


PrintOutcome = Printed | NotPrinted | Damaged | Unknown
"""A failed print's value holds the status, so that nobody can skip the why."""

RetractTo = Literal[StorageKind.PARK, StorageKind.RETAIN]


class CardPrinter(Device, Protocol):
    """What every issuing device does. ``open`` moves nothing. Every motion but ``present`` and ``reject`` leaves the
    card where it was when it fails for a reason that is known beforehand (empty, full, no card, busy).

    A motion raises DeviceError: ``card_printer.absent``, ``no_answer``, ``session_busy``, ``cover_open``, ``no_card``,
    ``card_inside``, ``hopper_empty``, ``feed_failed``, ``reject_box_full``, ``jam_feed``, ``jam_contact``,
    ``jam_print``, ``jam_exit``, ``jammed``, ``unexpected_answer``, or ``motion_unknown`` when it was begun and nobody
    can tell what came of it.
    """

    @property
    def abilities(self) -> frozenset[Ability]:
        """What this one can do. Never changes."""
        ...

    @property
    def chip_address(self) -> str | None:
        """Where the chip of a card at the contact is reached: an address for a card reader driver, ``pcsc:NAME``.

        None with :attr:`Ability.CHIP`, where the device itself connects, or without any contact.
        """
        ...

    def status(self) -> CardPrinterStatus:
        """Ask now. Never raises."""
        ...

    def where(self) -> CardPosition:
        """Where the card is, as far as it can be proven now. Never raises; after a restart the question to begin with.

        TAKEN, REJECTED and PARKED only after this driver itself moved the card there since it was opened.
        """
        ...

    def feed(self, hopper: str) -> None:
        """A card from the hopper of that name (a storage unit of the status) into the empty path.

        ValueError: there is no such hopper. ``hopper_empty`` and ``feed_failed``: no card has left it.
        """
        ...

    def to_contact(self) -> None:
        """The card in the path to the chip contact; harmless when it is there. Never feeds a card."""
        ...

    def present(self) -> None:
        """The card in the path to the bezel, held out until it is taken: no timer of the device takes it away."""
        ...

    def reject(self) -> None:
        """The card in the path into the reject box, for good."""
        ...

    def clear(self) -> None:
        """Have the device forget errors whose cause is gone (a jam removed, a misfeed); moves nothing."""
        ...


class ChipCarrier(CardPrinter, Protocol):
    """A device with :attr:`Ability.CHIP`."""

    def connect(self) -> Chip:
        """Power up the chip of the card at the contact. Raises DeviceError as a card reader's ``connect`` does."""
        ...


class FacePrinter(CardPrinter, Protocol):
    """A device with :attr:`Ability.PRINT`."""

    def print(self, faces: Faces) -> PrintOutcome:
        """Print the card in the path, and keep it inside. Never raises for anything the printer may do."""
        ...


class FaceInspector(CardPrinter, Protocol):
    """A device with :attr:`Ability.INSPECT`."""

    def inspect(self) -> ScannedFaces | None:
        """Move the card to the scanner and scan it; None when the scanner gave no picture. Raises as motions do."""
        ...


class RetractingPrinter(CardPrinter, Protocol):
    """A device with :attr:`Ability.RETRACT`."""

    def retract(self, to: RetractTo) -> bool:
        """A card that was presented and not taken, or is in the path, into the holding slot or the reject box.

        False: it has been taken, or there was none; nothing was moved into a store. ValueError: no such store here.
        """
        ...

    def draw_in(self) -> bool:
        """A card that was presented and not taken back into the path, out of other people's reach; harmless when it is
        there. Never feeds a card. False: it has been taken, or there was none. ``held_at_bezel``: somebody holds on."""
        ...


class ParkingPrinter(CardPrinter, Protocol):
    """A device with :attr:`Ability.PARK`."""

    def recall(self) -> None:
        """The card in the holding slot back into the empty path. ``no_card`` when the slot is empty."""
        ...


class BinCounter(CardPrinter, Protocol):
    """A device with :attr:`Ability.COUNT_BIN`."""

    def bin_emptied(self) -> None:
        """The reject box has been emptied by hand: its counter begins anew. Raises DeviceError."""
        ...


def chip_carrier(device: CardPrinter) -> ChipCarrier | None:
    """The device as one that reaches the chip itself; None when it does not."""
    return cast("ChipCarrier", device) if Ability.CHIP in device.abilities else None


def face_printer(device: CardPrinter) -> FacePrinter | None:
    """The device as one that prints; None when it does not."""
    return cast("FacePrinter", device) if Ability.PRINT in device.abilities else None


def face_inspector(device: CardPrinter) -> FaceInspector | None:
    """The device as one with a scanner; None when it has none."""
    return cast("FaceInspector", device) if Ability.INSPECT in device.abilities else None


def retracting(device: CardPrinter) -> RetractingPrinter | None:
    """The device as one that draws a card back in; None when it cannot."""
    return cast("RetractingPrinter", device) if Ability.RETRACT in device.abilities else None


def parking(device: CardPrinter) -> ParkingPrinter | None:
    """The device as one with a holding slot; None when it has none."""
    return cast("ParkingPrinter", device) if Ability.PARK in device.abilities else None


def bin_counter(device: CardPrinter) -> BinCounter | None:
    """The device as one that counts what is in its reject box; None when it does not."""
    return cast("BinCounter", device) if Ability.COUNT_BIN in device.abilities else None
