"""What dirt, a worn head and a slipping ribbon do to a printed face. Places come from a seed."""

from __future__ import annotations

import math
import random
from collections.abc import Mapping

import numpy
from numpy.typing import NDArray
from PIL import Image, ImageChops, ImageDraw

from devices.simulation import FaultValue

_BAND_EVERY = 40
_BAND_LINES = 6
_DEAD_GROUP = (2, 5)
"""Elements side by side that fail together."""
_DUST_RADIUS = (3, 9)
_WHITE = (255, 255, 255)


def spoil(card: Image.Image, faults: Mapping[str, FaultValue], seed: str) -> Image.Image:
    """The face with what went wrong."""
    dice = random.Random(f"misprint {seed}")  # noqa: S311 -- looks, not a secret
    if smeared := int(faults["smeared"]):
        card = _smeared(card, smeared)
    if banding := float(faults["banding"]):
        card = _banded(card, 1 - banding / 100)
    pen = ImageDraw.Draw(card)
    for _ in range(int(faults["dead_dots"])):
        y, thick = _on_ink(card, dice)[1], dice.randint(*_DEAD_GROUP)
        pen.rectangle((0, y, card.width, y + thick - 1), fill=_WHITE)
    for _ in range(int(faults["wrinkles"])):
        _stroke(pen, _on_ink(card, dice), dice.uniform(80, 220), dice.uniform(0.9, 2.2), dice.randint(4, 8))
    for _ in range(int(faults["dust"])):
        (x, y), radius = _on_ink(card, dice), dice.uniform(*_DUST_RADIUS)
        pen.ellipse((x - radius, y - radius, x + radius, y + radius), fill=_WHITE)
    for _ in range(int(faults["scratches"])):
        _stroke(pen, _on_ink(card, dice), dice.uniform(120, 420), dice.uniform(-0.6, 0.6), dice.randint(3, 6))
    return card


def _on_ink(card: Image.Image, dice: random.Random) -> tuple[int, int]:
    """A place where something is printed: a fault on bare plastic leaves no trace."""
    rows, columns = numpy.nonzero(numpy.asarray(card.convert("L")) < 225)
    if not rows.size:
        return card.width // 2, card.height // 2
    chosen = dice.randrange(rows.size)
    return int(columns[chosen]), int(rows[chosen])


def _stroke(pen: ImageDraw.ImageDraw, middle: tuple[int, int], length: float, angle: float, thick: int) -> None:
    x, y = math.cos(angle) * length / 2, math.sin(angle) * length / 2
    pen.line((middle[0] - x, middle[1] - y, middle[0] + x, middle[1] + y), fill=_WHITE, width=thick)


def _banded(card: Image.Image, left: float) -> Image.Image:
    pixels = numpy.asarray(card).astype(numpy.float32)
    share = numpy.ones(card.width, dtype=numpy.float32)
    for line in range(_BAND_LINES):
        share[line::_BAND_EVERY] = left
    return _picture(255 - (255 - pixels) * share[None, :, None])


def _smeared(card: Image.Image, dots: int) -> Image.Image:
    """Ink still soft, dragged to the right: half as much of it at every dot on, as far as ``dots``."""
    dragged = card
    for step in range(1, dots + 1):
        trail = ImageChops.offset(card, step, 0)
        trail.paste(_WHITE, (0, 0, step, card.height))
        weak = 0.55 * (1 - (step - 1) / dots)
        dragged = ImageChops.darker(dragged, _picture(255 - (255 - numpy.asarray(trail).astype(numpy.float32)) * weak))
    return dragged


def _picture(light: NDArray[numpy.float32]) -> Image.Image:
    return Image.fromarray(numpy.clip(light, 0, 255).round().astype(numpy.uint8))
