"""One look at the unit: st0, st1, st2 and the sensors, in the words of the house (protocol page, B1)."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from devices.card_printer.contract import CardPosition, CardPrinterStatus
from devices.card_printer.crt591.models import Quirks
from devices.card_printer.crt591.wire import Reply
from devices.contract import DeviceState, MediaState, StorageKind, StorageLevel, StorageUnit

HOPPER = "hopper-1"
REJECT_BOX = "reject-box"

JAMS = frozenset(
    {
        "card_printer.jam_feed",
        "card_printer.jam_contact",
        "card_printer.jam_exit",
        "card_printer.jammed",
        "card_dispenser.bin_blocked",
    }
)
"""With these the card stands somewhere on its way."""
STANDING = JAMS | {
    "card_printer.feed_failed",
    "card_dispenser.contacts_stuck",
    "card_dispenser.sensor",
    "card_dispenser.wrong_size",
    "card_dispenser.moved_by_hand",
    "card_dispenser.motor",
}
"""A motion told of it, and no status will: it stands until a motion succeeds, or the unit is told to forget it."""
_HARD = frozenset({"card_dispenser.sensor", "card_dispenser.motor", "card_dispenser.contacts_stuck"}) | JAMS

_HOPPER_LEVELS = {0x30: StorageLevel.EMPTY, 0x31: StorageLevel.LOW, 0x32: StorageLevel.OK}
_PRESENT, _AT_GATE, _INSIDE, _NOWHERE = 0x31, 0x31, 0x32, 0x30
_MEDIA = {
    CardPosition.NONE: MediaState.NOT_PRESENT,
    CardPosition.JAMMED: MediaState.JAMMED,
    CardPosition.UNKNOWN: MediaState.UNKNOWN,
}


@dataclass(frozen=True, slots=True)
class Reading:
    """``position``: NONE, IN_PATH, AT_BEZEL, or UNKNOWN for a digit that no page knows, and where a sensor sees
    something that the unit does not count as a card."""

    position: CardPosition
    hopper: StorageLevel
    bin: StorageLevel

    @classmethod
    def of(cls, reply: Reply, quirks: Quirks, path_sensors: Collection[int]) -> Reading:
        """From the reply to a status with sensors. ``path_sensors``: which of S1 (1), S2 (2)... lie in the path."""
        card, hopper, bin_digit = reply.states
        seen = any(at in path_sensors and byte == _PRESENT for at, byte in enumerate(reply.data, 1))
        if card == _AT_GATE:
            position = CardPosition.AT_BEZEL
        elif card == _INSIDE:
            position = CardPosition.IN_PATH
        elif card == _NOWHERE and not seen:
            position = CardPosition.NONE
        else:
            position = CardPosition.UNKNOWN
        return cls(
            position,
            _HOPPER_LEVELS.get(hopper, StorageLevel.UNKNOWN),
            quirks.bin_levels.get(bin_digit, StorageLevel.UNKNOWN),
        )


def status(reading: Reading, position: CardPosition, count: int | None, standing: str | None) -> CardPrinterStatus:
    """The whole status of a unit that answered. ``position``: what is known beyond the reading; ``count``: cards in the
    bin, None: not counted; ``standing``: what a motion told of."""
    stops = [standing] if standing else []
    if position is CardPosition.UNKNOWN:
        stops.append("card_printer.position_unknown")
    if reading.hopper is StorageLevel.EMPTY:
        stops.append("card_printer.hopper_empty")
    if reading.bin is StorageLevel.FULL:
        stops.append("card_printer.reject_box_full")
    if StorageLevel.UNKNOWN in (reading.hopper, reading.bin):
        stops.append("card_printer.unexpected_answer")
    notices = ["card_printer.hopper_low"] if reading.hopper is StorageLevel.LOW else []
    told = (*stops, *notices)
    return CardPrinterStatus(
        device=DeviceState.HARDWARE_ERROR if standing in _HARD else DeviceState.ONLINE,
        fault=told[0] if told else None,
        media=_MEDIA.get(position, MediaState.PRESENT),
        position=position,
        storage=storage(reading.hopper, reading.bin, count),
        faults=told,
        blocking=tuple(stops),
    )


def storage(hopper: StorageLevel, bin_level: StorageLevel, count: int | None) -> tuple[StorageUnit, ...]:
    """The hopper, which counts nothing, and the error bin."""
    return (
        StorageUnit(HOPPER, StorageKind.DISPENSE, hopper),
        StorageUnit(REJECT_BOX, StorageKind.RETAIN, bin_level, count),
    )


def silent(code: str, device: DeviceState) -> CardPrinterStatus:
    """The status of a unit that cannot be asked."""
    units = storage(StorageLevel.UNKNOWN, StorageLevel.UNKNOWN, None)
    return CardPrinterStatus(device, code, storage=units, faults=(code,), blocking=(code,))
