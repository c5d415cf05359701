"""The pre-made cards of the bench: in a card printer, or outside of it in somebody's hands. Each in exactly one place.

Inside, the printer's own mechanism knows where they are; outside, :class:`devices.bench.places.Places` does, by the
name ``SERIAL/new``. What is printed on them lies as pictures in one folder, inside and outside alike.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from devices.bench.chip_reading import read_out
from devices.bench.errors import CannotDo, NoSuchThing
from devices.card_printer.simulator.cards import StockCard
from devices.contract import DeviceError
from devices.simulation import Json

PRINTED = "faces"
"""Folder, in the state folder, of what is printed on cards."""

_STORES = (("rejected", "reject-box"), ("held", "holding-slot"))


@dataclass(frozen=True, slots=True)
class NewCard:
    """``place``: ``in:DEVICE/hopper-1``, ``in:DEVICE/contact`` (and ``feeder``, ``print``, ``scan``, ``exit``,
    ``bezel``), ``in:DEVICE/reject-box``, ``in:DEVICE/holding-slot``; outside as any card's. ``nth``: in a hopper, 1
    being the next to come. ``printed``: the faces with something on them."""

    serial: str
    bank: str
    place: str
    nth: int | None
    printed: tuple[str, ...]
    has_chip: bool


class NewCards:
    """``folder``: of the state. ``memories``: where chips keep theirs. ``saved``: what :meth:`save` gave."""

    def __init__(self, folder: Path, memories: Path | None, saved: Mapping[str, Mapping[str, Any]]) -> None:
        self.pictures = folder / PRINTED
        self._memories = memories
        self._outside = {serial: StockCard.read(plain, self.pictures) for serial, plain in saved.items()}

    def save(self) -> dict[str, Json]:
        """For the next world."""
        return {serial: card.plain(self.pictures) for serial, card in self._outside.items()}

    def clear(self) -> None:
        """None is outside any longer, and nothing is printed on any."""
        self._outside.clear()
        for picture in self.pictures.glob("*.png"):
            picture.unlink()

    @property
    def outside(self) -> tuple[str, ...]:
        """The serials of those that have left a printer."""
        return tuple(self._outside)

    def leaves(self, plain: Mapping[str, Any]) -> str:
        """A card comes out of a printer, as the printer's action gives it. Returns its serial."""
        card = StockCard.read(plain)
        self._outside[card.serial] = card
        return card.serial

    def goes_in(self, told: Mapping[str, Any], held: Sequence[str]) -> Json:
        """The card as a printer's hopper takes it. ``told``: in full, or the serial alone of one in ``held``.

        Raises CannotDo: it is outside, and in other hands.
        """
        serial = str(told.get("serial", ""))
        if serial not in self._outside:
            return dict(told)
        if serial not in held:
            raise CannotDo(f"the card {serial}/new is not in the hands of staff")
        return self._outside[serial].plain()

    def gone_in(self, serial: str) -> None:
        """It is in a hopper now."""
        self._outside.pop(serial, None)

    def description(self, serial: str) -> Json:
        """What a card reader is given. Raises CannotDo for a card without a chip."""
        chip = self._outside[serial].chip
        if chip is None:
            raise CannotDo(f"the card {serial}/new has no chip")
        return dict(chip)

    def all(self, inside: Mapping[str, Mapping[str, Any]], outside: Mapping[str, str]) -> list[NewCard]:
        """Every card. ``inside``: printer -> what it saved of its mechanism; ``outside``: serial -> place."""
        found = [
            _shown(plain, f"in:{device}/{where}", nth)
            for device, mechanism in inside.items()
            for plain, where, nth in _inside(mechanism)
        ]
        return found + [_shown(plain, outside[serial], None) for serial, plain in self.save().items()]

    def card(self, serial: str, inside: Mapping[str, Mapping[str, Any]]) -> StockCard:
        """One of them. Raises NoSuchThing."""
        if serial in self._outside:
            return self._outside[serial]
        for mechanism in inside.values():
            for plain, _, _ in _inside(mechanism):
                if plain["serial"] == serial:
                    return StockCard.read(plain, self.pictures)
        raise NoSuchThing(f"there is no pre-made card {serial!r}")

    def chip(self, serial: str, inside: Mapping[str, Mapping[str, Any]]) -> Json:
        """What stands on its chip. Raises NoSuchThing, CannotDo."""
        card = self.card(serial, inside)
        if card.chip is None:
            raise CannotDo(f"the card {serial} has no chip")
        try:
            return read_out(card.chip, self._memories)
        except DeviceError as error:
            raise CannotDo(f"the chip of the card {serial} cannot be read: {error.code}") from error


def _inside(mechanism: Mapping[str, Any]) -> Iterator[tuple[Json, str, int | None]]:
    for number, cards in enumerate(mechanism["hoppers"], 1):
        yield from ((card, f"hopper-{number}", nth) for nth, card in enumerate(cards, 1))
    if mechanism["path"] is not None:
        yield mechanism["path"], str(mechanism["place"]), None
    for store, name in _STORES:
        yield from ((card, name, None) for card in mechanism[store])


def _shown(plain: Mapping[str, Any], place: str, nth: int | None) -> NewCard:
    printed = tuple(sorted(plain["faces"]))
    return NewCard(plain["serial"], plain["bank"], place, nth, printed, plain["chip"] is not None)
