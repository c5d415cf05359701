"""``kiosk device card-printer --at URL status | ribbon | feed | contact | print | present | retract | where | …``."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import zip_longest
from pathlib import Path

from PIL import Image, UnidentifiedImageError

from devices import conformance_verb
from devices.card_printer.check import SUITE
from devices.card_printer.contract import (
    CardPrinter,
    CardPrinterStatus,
    Damaged,
    NotPrinted,
    Printed,
    RetractTo,
    Unknown,
    bin_counter,
    chip_carrier,
    face_inspector,
    face_printer,
    parking,
    retracting,
)
from devices.card_printer.crt591 import Crt591Dispenser
from devices.card_printer.evolis import EvolisPrinter
from devices.card_printer.faces import SIZE, Face, Faces
from devices.contract import Cancellation, StorageKind
from devices.verbs import Told, Verb

Tell = Callable[[str], None]
Result = Mapping[str, object]

OUTCOMES = {
    Printed: ("printed", "printed; the card is inside"),
    NotPrinted: ("not printed", "not printed: surely nothing is on the card, and it may be printed again"),
    Damaged: ("damaged", "damaged: something may be on the card, and it is not whole; reject it"),
    Unknown: ("unknown", "unknown: nobody can tell what is on the card; look at it, and do not print it again"),
}
"""What became of a print: the word for ``--json``, and the line for people."""


def _storage(status: CardPrinterStatus) -> list[dict[str, object]]:
    return [
        {"name": unit.name, "kind": unit.kind.value, "level": unit.level.value, "count": unit.count}
        for unit in status.storage
    ]


def _ribbon(status: CardPrinterStatus) -> dict[str, object] | None:
    band = status.ribbon
    if band is None:
        return None
    return {
        "state": band.state.value,
        "kind": band.kind,
        "reference": band.reference,
        "left": band.left,
        "capacity": band.capacity,
        "matches": band.matches,
    }


def _status(status: CardPrinterStatus) -> Result:
    return {
        "device": status.device.value,
        "ready": status.ready,
        "media": status.media.value,
        "position": status.position.value,
        "storage": _storage(status),
        "ribbon": _ribbon(status),
        "cleaning": None if status.cleaning is None else status.cleaning.state.value,
        "cleaning_after_cards": None if status.cleaning is None else status.cleaning.cards_left,
        "cover": None if status.cover is None else status.cover.value,
        "fault": status.fault,
        "faults": list(status.faults),
    }


def _here(printer: CardPrinter) -> Result:
    return {"position": printer.where().value}


def _no_words(words: Sequence[str]) -> None:
    if words:
        raise ValueError("this verb takes no words")


def status(printer: CardPrinter, _: Cancellation, words: Sequence[str], tell: Tell) -> Result:
    """All of it."""
    _no_words(words)
    return _status(printer.status())


def ribbon(printer: CardPrinter, _: Cancellation, words: Sequence[str], tell: Tell) -> Result:
    """The ribbon alone."""
    _no_words(words)
    told = _ribbon(printer.status())
    if told is None:
        raise ValueError("this model has no ribbon")
    return told


def identify(printer: CardPrinter, _: Cancellation, words: Sequence[str], tell: Tell) -> Result:
    """What it says of itself."""
    _no_words(words)
    if not isinstance(printer, EvolisPrinter | Crt591Dispenser):
        raise ValueError("this model does not say")
    return printer.identification()


def where(printer: CardPrinter, _: Cancellation, words: Sequence[str], tell: Tell) -> Result:
    """By the sensors now."""
    _no_words(words)
    return _here(printer)


def feed(printer: CardPrinter, _: Cancellation, words: Sequence[str], tell: Tell) -> Result:
    """From the hopper named, or the first."""
    if len(words) > 1:
        raise ValueError("give one hopper")
    hopper = words[0] if words else printer.status().of(StorageKind.DISPENSE)[0].name
    tell(f"feeding a card from {hopper}")
    printer.feed(hopper)
    return _here(printer)


def contact(printer: CardPrinter, _: Cancellation, words: Sequence[str], tell: Tell) -> Result:
    """To the chip contact."""
    _no_words(words)
    printer.to_contact()
    return {**_here(printer), "chip": printer.chip_address}


def present(printer: CardPrinter, _: Cancellation, words: Sequence[str], tell: Tell) -> Result:
    """Out to the person."""
    _no_words(words)
    printer.present()
    return _here(printer)


def reject(printer: CardPrinter, _: Cancellation, words: Sequence[str], tell: Tell) -> Result:
    """For good."""
    _no_words(words)
    printer.reject()
    return _here(printer)


def retract(printer: CardPrinter, _: Cancellation, words: Sequence[str], tell: Tell) -> Result:
    """Into the store named, or only into the path."""
    stores: dict[str, RetractTo | None] = {"park": StorageKind.PARK, "retain": StorageKind.RETAIN, "path": None}
    if len(words) != 1 or words[0] not in stores:
        raise ValueError("give one of park, retain, path")
    return _retract(printer, stores[words[0]])


def retain(printer: CardPrinter, _: Cancellation, words: Sequence[str], tell: Tell) -> Result:
    """Into the reject box, from the bezel too."""
    _no_words(words)
    return _retract(printer, StorageKind.RETAIN)


def _retract(printer: CardPrinter, to: RetractTo | None) -> Result:
    able = retracting(printer)
    if able is None:
        raise ValueError("this model cannot draw a card back in")
    return {"moved": able.draw_in() if to is None else able.retract(to), **_here(printer)}


def recall(printer: CardPrinter, _: Cancellation, words: Sequence[str], tell: Tell) -> Result:
    """Out of the holding slot."""
    _no_words(words)
    able = parking(printer)
    if able is None:
        raise ValueError("this model has no holding slot")
    able.recall()
    return _here(printer)


def print_faces(printer: CardPrinter, _: Cancellation, words: Sequence[str], tell: Tell) -> Result:
    """Pictures of any size are scaled to the card; black goes to the black resin. Anything but printed has failed."""
    able = face_printer(printer)
    if able is None:
        raise ValueError("this model does not print")
    faces = Faces(**_faces(words))
    tell(f"printing {faces.sides} side{'s' * (faces.sides > 1)}")
    outcome = able.print(faces)
    word, line = OUTCOMES[type(outcome)]
    why = f" ({', '.join(outcome.status.faults)})" if outcome.status.faults else ""
    fields = {"outcome": word, **_status(outcome.status)}
    return Told(f"{line}{why}", fields, failed=not isinstance(outcome, Printed))


def _faces(words: Sequence[str]) -> dict[str, Face]:
    found: dict[str, Face] = {}
    for option, name in zip_longest(words[::2], words[1::2]):
        side = option.removeprefix("--")
        if option not in ("--front", "--back") or side in found or not name:
            raise ValueError("give --front PICTURE, --back PICTURE, or both")
        found[side] = _face(name)
    if not found:
        raise ValueError("give --front PICTURE, --back PICTURE, or both")
    return found


def _face(name: str) -> Face:
    try:
        with Image.open(name) as picture:
            picture.load()
            fitted = picture if picture.mode == "1" else picture.convert("RGB")
            return Face.of(fitted if fitted.size == SIZE else fitted.resize(SIZE))
    except FileNotFoundError:
        raise ValueError(f"{name}: no such file") from None
    except (UnidentifiedImageError, OSError) as error:
        raise ValueError(f"{name}: {error}") from error


def inspect(printer: CardPrinter, _: Cancellation, words: Sequence[str], tell: Tell) -> Result:
    """The pictures go into the folder named."""
    able = face_inspector(printer)
    if able is None:
        raise ValueError("this model has no scanner")
    if len(words) != 1 or not Path(words[0]).is_dir():
        raise ValueError("give a folder for the pictures")
    scanned = able.inspect()
    written = []
    for side in ("front", "back"):
        picture = getattr(scanned, side, None)
        if picture is not None:
            picture.save(Path(words[0]) / f"{side}.png")
            written.append(f"{side}.png")
    return {"pictures": written, **_here(printer)}


def clear(printer: CardPrinter, _: Cancellation, words: Sequence[str], tell: Tell) -> Result:
    """Moves nothing."""
    _no_words(words)
    printer.clear()
    return _status(printer.status())


def clean(printer: CardPrinter, _: Cancellation, words: Sequence[str], tell: Tell) -> Result:
    """With a cleaning card in the feeder."""
    _no_words(words)
    if not isinstance(printer, EvolisPrinter):
        raise ValueError("this model is cleaned by hand")
    tell("cleaning; this takes half a minute")
    printer.clean()
    return _status(printer.status())


def chip(printer: CardPrinter, _: Cancellation, words: Sequence[str], tell: Tell) -> Result:
    """Its answer to reset, through the device itself; the chip is powered down again."""
    _no_words(words)
    able = chip_carrier(printer)
    if able is None:
        raise ValueError("this model does not reach the chip itself; ask the reader at its address")
    able.to_contact()
    connected = able.connect()
    try:
        return {"atr": connected.atr.hex().upper(), **_here(printer)}
    finally:
        connected.close()


def bin_emptied(printer: CardPrinter, _: Cancellation, words: Sequence[str], tell: Tell) -> Result:
    """The counter begins anew."""
    _no_words(words)
    if (able := bin_counter(printer)) is None:
        raise ValueError("this model does not count what is in its reject box")
    able.bin_emptied()
    return _status(printer.status())


VERBS: dict[str, Verb] = {
    "status": Verb("how the device, its stores, ribbon and path are", status),
    "ribbon": Verb("which ribbon is in it, and what is left of it", ribbon),
    "identify": Verb("model, firmware and serial number", identify),
    "where": Verb("where the card is, as far as it can be proven", where),
    "feed": Verb("a card from a hopper into the path", feed, "[HOPPER]"),
    "contact": Verb("the card to the chip contact", contact),
    "print": Verb("print one side or both of the card in the path", print_faces, "[--front PICTURE] [--back PICTURE]"),
    "inspect": Verb("scan the faces into a folder", inspect, "FOLDER"),
    "present": Verb("the card to the bezel", present),
    "retract": Verb("a card not taken, or in the path, into a store, or into the path", retract, "park|retain|path"),
    "retain": Verb("a card not taken, or in the path, into the reject box", retain),
    "recall": Verb("the card in the holding slot back into the path", recall),
    "reject": Verb("the card in the path into the reject box", reject),
    "clear": Verb("forget errors whose cause is gone", clear),
    "chip": Verb("the card to the contact, and its chip's answer to reset", chip),
    "bin-emptied": Verb("the reject box was emptied: count from nought", bin_emptied),
    "clean": Verb("run the cleaning cycle", clean),
    "check": conformance_verb.verb(SUITE),
}
