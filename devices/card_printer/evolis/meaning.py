"""What the status words mean for issuing cards. Pure. The summary state hides low-level warnings, so the flags alone
are read (protocol page A4, the trap)."""

from __future__ import annotations

from dataclasses import dataclass, replace

from devices.card_printer.contract import (
    CardPosition,
    CardPrinterStatus,
    Cleaning,
    CleaningState,
    CoverState,
    HeadTemperature,
    Ribbon,
    RibbonState,
)
from devices.card_printer.evolis.faults import BEZEL, BLOCKING, ENTERING, HEAD_HOT, NOTICES, jam, standing
from devices.card_printer.evolis.flags import Alert, Error, Extension1, Extension2, Flags, Information
from devices.card_printer.faces import Faces
from devices.contract import DeviceState, MediaState, StorageKind, StorageLevel, StorageUnit

HOPPER = "hopper-{}"
REJECT_BOX = "reject-box"
HOLDING_SLOT = "holding-slot"

_FEEDER_EMPTY = (Extension1.FEEDER1_EMPTY, Extension1.FEEDER2_EMPTY, Extension1.FEEDER3_EMPTY, Extension1.FEEDER4_EMPTY)
_FEEDER_LOW = (
    Extension1.FEEDER1_NEAR_EMPTY,
    Extension1.FEEDER2_NEAR_EMPTY,
    Extension1.FEEDER3_NEAR_EMPTY,
    Extension1.FEEDER4_NEAR_EMPTY,
)
MOST_HOPPERS = len(_FEEDER_EMPTY)

_CONTACT = Information.CARD_SMART | Information.ENCODING_RUNNING
_INSIDE = (
    Information.CARD_HOPPER
    | Information.CARD_FEEDER
    | Information.CARD_FLIP
    | Information.CARD_CONTACTLESS
    | Information.CARD_SMART
    | Information.CARD_PRINT
)
RUNNING = (
    Information.BUSY
    | Information.PRINTING_RUNNING
    | Information.ENCODING_RUNNING
    | Information.CLEANING_RUNNING
    | Information.RESET
    | Information.UPDATING_FIRMWARE
)
WORKING = RUNNING & ~Information.ENCODING_RUNNING
"""A card waiting at the contact does not keep the printer from the next motion."""


@dataclass(frozen=True, slots=True)
class Fitting:
    """What this printer has, and what it is to print with.

    ``ribbon``: the label wanted, such as YMCKO; empty: any. ``reserve``: sets that must be left to begin an issue.
    """

    hoppers: int = 1
    reject_box: bool = True
    holding_slot: bool = False
    ribbon: str = ""
    reserve: int = 2


@dataclass(frozen=True, slots=True)
class RibbonData:
    """Of ``Rrt;all``; None: not told."""

    label: str | None = None
    reference: str | None = None
    capacity: int | None = None
    left: int | None = None


def position(flags: Flags) -> CardPosition:
    """Where the sensors see a card: NONE, IN_PATH, AT_CONTACT, AT_BEZEL, JAMMED, or UNKNOWN when they contradict."""
    outside = bool(flags.extension3 & BEZEL or flags.warning & Alert.CARD_ON_EJECT)
    inside = bool(
        flags.information & (_INSIDE | Information.CARD_EJECT | Information.PRINTING_RUNNING)
        or flags.extension3 & ENTERING
    )
    if flags.error & Error.MECHANICAL:
        return CardPosition.JAMMED
    if outside and flags.information & _INSIDE:
        return CardPosition.UNKNOWN
    if outside:
        return CardPosition.AT_BEZEL
    if flags.information & _CONTACT and not flags.information & (_INSIDE & ~_CONTACT):
        return CardPosition.AT_CONTACT
    return CardPosition.IN_PATH if inside else CardPosition.NONE


_MEDIA = {
    CardPosition.NONE: MediaState.NOT_PRESENT,
    CardPosition.JAMMED: MediaState.JAMMED,
    CardPosition.UNKNOWN: MediaState.UNKNOWN,
}


def storage(flags: Flags, fitting: Fitting) -> tuple[StorageUnit, ...]:
    """Hoppers, reject box, holding slot. This printer counts no cards."""
    units = []
    for at in range(fitting.hoppers):
        alone = fitting.hoppers == 1
        empty = bool(flags.extension1 & _FEEDER_EMPTY[at] or (alone and flags.warning & Alert.FEEDER_EMPTY))
        low = bool(flags.extension1 & _FEEDER_LOW[at] or (alone and flags.extension1 & Extension1.FEEDER_NEAR_EMPTY))
        level = StorageLevel.EMPTY if empty else StorageLevel.LOW if low else StorageLevel.OK
        units.append(StorageUnit(HOPPER.format(at + 1), StorageKind.DISPENSE, level))
    if fitting.reject_box:
        full = "card_printer.reject_box_full" in standing(BLOCKING, flags)
        units.append(StorageUnit(REJECT_BOX, StorageKind.RETAIN, StorageLevel.FULL if full else StorageLevel.OK))
    if fitting.holding_slot:
        held = bool(flags.extension2 & Extension2.CARD_REAR)
        level = StorageLevel.FULL if held else StorageLevel.EMPTY
        units.append(StorageUnit(HOLDING_SLOT, StorageKind.PARK, level, int(held)))
    return tuple(units)


def _kind(label: str) -> str:
    return label.upper().replace(" ", "").replace("-", "").replace("/", "")


def sets_for(faces: Faces, label: str | None) -> int:
    """How many sets of panels a print takes: one a side; a YMCKO-K set has a black panel for the back."""
    one_set = faces.sides == 2 and faces.back is not None and faces.back.panels == "k" and "OK" in _kind(label or "")
    return 1 if one_set else faces.sides


def ribbon(flags: Flags, data: RibbonData, fitting: Fitting) -> Ribbon:
    """By the flags first; then by the label and what is left."""
    told = set(standing(BLOCKING, flags))
    states = (
        ("card_printer.ribbon_missing", RibbonState.MISSING),
        ("card_printer.ribbon_broken", RibbonState.BROKEN),
        ("card_printer.ribbon_wrong", RibbonState.UNSUITABLE),
        ("card_printer.ribbon_unknown", RibbonState.UNRECOGNISED),
        ("card_printer.ribbon_out", RibbonState.OUT),
    )
    state = next((state for code, state in states if code in told), None)
    matches: bool | None = None
    if state in (RibbonState.UNSUITABLE, RibbonState.UNRECOGNISED):
        matches = False
    elif fitting.ribbon and data.label is not None and state is not RibbonState.MISSING:
        matches = _kind(data.label) == _kind(fitting.ribbon)
        if not matches and state is None:
            state = RibbonState.UNSUITABLE
    if state is None:
        if data.left == 0:
            state = RibbonState.OUT
        elif flags.information & Information.RIBBON_LOW or (data.left is not None and data.left < fitting.reserve):
            state = RibbonState.LOW
        else:
            state = RibbonState.OK
    if state is RibbonState.MISSING:
        return Ribbon(state)
    return Ribbon(state, data.label, data.reference, data.left, data.capacity, matches)


def cleaning(flags: Flags, cards_left: int | None) -> Cleaning:
    """By the flags; ``cards_left`` of ``Rco;card``."""
    if flags.information & Information.CLEANING_RUNNING:
        state = CleaningState.RUNNING
    elif flags.information & Information.CLEANING_MANDATORY:
        state = CleaningState.REQUIRED
    elif "card_printer.cleaning_due" in standing(NOTICES, flags):
        state = CleaningState.DUE
    else:
        state = CleaningState.NOT_DUE
    return Cleaning(state, cards_left)


def head(flags: Flags) -> HeadTemperature:
    """By the two flags there are."""
    return HeadTemperature.HIGH if any(flags.stands(bits) for bits in HEAD_HOT) else HeadTemperature.NORMAL


_RIBBON_CODES = {
    RibbonState.UNSUITABLE: "card_printer.ribbon_wrong",
    RibbonState.OUT: "card_printer.ribbon_out",
}


def status(flags: Flags, data: RibbonData, cards_left: int | None, fitting: Fitting) -> CardPrinterStatus:
    """The whole status of a printer that answered."""
    place = position(flags)
    units = storage(flags, fitting)
    band = ribbon(flags, data, fitting)
    stopping = list(blocking(flags))
    hoppers = [unit.level for unit in units if unit.kind is StorageKind.DISPENSE]
    if all(level is StorageLevel.EMPTY for level in hoppers):
        stopping.append("card_printer.hopper_empty")
    if (code := _RIBBON_CODES.get(band.state)) and code not in stopping:
        stopping.append(code)
    if band.left is not None and 0 < band.left < fitting.reserve:
        stopping.append("card_printer.ribbon_nearly_spent")
    notices = standing(NOTICES, flags)
    if StorageLevel.LOW in hoppers or (StorageLevel.EMPTY in hoppers and "card_printer.hopper_empty" not in stopping):
        notices.append("card_printer.hopper_low")
    stops = tuple(stopping)
    told = (*stops, *notices)
    return CardPrinterStatus(
        device=_device(flags, stops),
        fault=told[0] if told else None,
        media=_MEDIA.get(place, MediaState.PRESENT),
        position=place,
        storage=units,
        ribbon=band,
        cleaning=cleaning(flags, cards_left),
        cover=CoverState.OPEN if "card_printer.cover_open" in stopping else CoverState.CLOSED,
        head=head(flags),
        faults=told,
        blocking=stops,
    )


def blocking(flags: Flags) -> tuple[str, ...]:
    """The faults that the flags alone show, those that stop issuing."""
    return tuple(jam(flags) if code == "card_printer.jammed" else code for code in standing(BLOCKING, flags))


NO_MOTION = frozenset(
    {
        "card_printer.hardware",
        "card_printer.power_supply",
        "card_printer.cover_open",
        "card_printer.feeder_open",
        "card_printer.locked",
    }
)
"""With these nothing is moved, not even out of the way."""
HARMLESS_TO_PRINT = frozenset(
    {
        "card_printer.hopper_empty",
        "card_printer.feed_failed",
        "card_printer.reject_box_full",
        "card_printer.reject_box_open",
        "card_printer.ribbon_nearly_spent",
        "card_printer.outlet_full",
    }
)
"""These stop the next issue and not the print of the card that is inside."""

_USER = frozenset(
    {
        "card_printer.cover_open",
        "card_printer.feeder_open",
        "card_printer.reject_box_open",
        "card_printer.outlet_full",
        "card_printer.locked",
    }
)
_HARD = frozenset(
    {
        "card_printer.hardware",
        "card_printer.power_supply",
        "card_printer.jammed",
        "card_printer.jam_feed",
        "card_printer.jam_contact",
        "card_printer.jam_print",
        "card_printer.jam_exit",
        "card_printer.feed_failed",
    }
) | {"card_printer.ribbon_broken", "card_printer.magnetic"}


def _device(flags: Flags, stops: tuple[str, ...]) -> DeviceState:
    if flags.information & (Information.RESET | Information.UPDATING_FIRMWARE):
        return DeviceState.STARTING
    if _HARD.intersection(stops):
        return DeviceState.HARDWARE_ERROR
    if _USER.intersection(stops):
        return DeviceState.USER_ERROR
    return DeviceState.DEVICE_BUSY if flags.information & WORKING else DeviceState.ONLINE


def silent_status(code: str, device: DeviceState, fitting: Fitting) -> CardPrinterStatus:
    """The status of a printer that cannot be asked: all of it unknown."""
    names = [(HOPPER.format(at + 1), StorageKind.DISPENSE) for at in range(fitting.hoppers)]
    names += [(REJECT_BOX, StorageKind.RETAIN)] * fitting.reject_box
    names += [(HOLDING_SLOT, StorageKind.PARK)] * fitting.holding_slot
    return CardPrinterStatus(
        device=device,
        fault=code,
        storage=tuple(StorageUnit(name, kind, StorageLevel.UNKNOWN) for name, kind in names),
        ribbon=Ribbon(RibbonState.UNKNOWN),
        cleaning=Cleaning(CleaningState.UNKNOWN),
        cover=CoverState.UNKNOWN,
        faults=(code,),
        blocking=(code,),
    )


def with_fault(status: CardPrinterStatus, code: str, device: DeviceState | None = None) -> CardPrinterStatus:
    """The status with one more reason, before the others, not to begin."""
    return replace(
        status,
        device=device or status.device,
        fault=code,
        faults=(code, *status.faults),
        blocking=(code, *status.blocking),
    )
