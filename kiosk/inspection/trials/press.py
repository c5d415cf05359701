"""Prints and scans a trial's face with the parts of the simulated printer."""

from __future__ import annotations

import io
import random
from collections.abc import Mapping

from PIL import Image

from devices.card_printer.evolis.job import panel
from devices.card_printer.faces import SIZE, Face
from devices.card_printer.simulator import printing
from devices.card_printer.simulator.faults import FAULTS
from devices.card_printer.simulator.scanner import look
from devices.simulation import FaultValue


def usual(dice: random.Random) -> dict[str, FaultValue]:
    """What every print has, and nobody minds: an eighth of an inch hundredths off its place, ink a little weak and
    soft."""
    return {
        "shift": dice.randint(-3, 3),
        "shift_across": dice.randint(-3, 3),
        "slant": dice.uniform(-0.15, 0.15),
        "blur": dice.uniform(0.0, 0.7),
        "faded": dice.uniform(0.0, 8.0),
        "misregistered": dice.choice((0, 0, 0, 1, -1)),
    }


def printed(face: Image.Image, faults: Mapping[str, FaultValue], seed: str, under: bytes | None = None) -> bytes:
    """The PNG of what is on the card. ``faults``: those that differ from none."""
    parts = Face.of(face)
    switches = {**{fault.name: fault.default for fault in FAULTS}, **faults}
    panels = {letter: panel(parts, letter) for letter in parts.panels}
    return printing.picture(panels, switches, under, seed)


def scanned(png: bytes, card: Image.Image, seed: str, *, dark: bool = False) -> Image.Image:
    """As the scanner sees it."""
    if dark:
        return Image.new("RGB", SIZE, (6, 6, 6))
    with Image.open(io.BytesIO(png)) as picture:
        return look(picture.convert("RGB"), card, seed)
