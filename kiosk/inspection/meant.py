"""What was to be printed on a side, sorted: letters in black, a photo in the three dyes."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy
from PIL import Image

from devices.card_printer.faces import SIZE
from kiosk.inspection.frame import Floats, Mask, darkest, floats, lightest
from kiosk.inspection.place import box_of

_PHOTO_DOTS = 7000
"""A coloured area from this size on (half a square centimetre) is a photo, not a letter."""


@dataclass(frozen=True, slots=True)
class Meant:
    """``colour``: what was sent to the printer. ``ink``: darkness, 0 to 1. ``text``: letters. ``photo``: the photo's
    area. ``black``: resin within ``photo`` and of ``text``. ``box``: all of it."""

    colour: Floats
    ink: Floats
    text: Mask
    photo: Mask
    black: Mask
    box: tuple[int, int, int, int]


def sort(picture: Image.Image) -> Meant:
    """ValueError for a picture that is not 1016 x 648, or all white."""
    if picture.size != SIZE:
        raise ValueError(f"must be {SIZE[0]} x {SIZE[1]}")
    colour = floats(picture)
    inked = darkest(colour) < 0.995
    black = lightest(colour) == 0
    photo = _photo(inked & ~black)
    ink = 1 - cv2.cvtColor(colour, cv2.COLOR_RGB2GRAY)
    return Meant(colour, ink, (ink > 0.3) & ~photo, photo, black, box_of(inked))


def _photo(coloured: Mask) -> Mask:
    """Boxes around the large coloured areas."""
    closed = cv2.morphologyEx(coloured.astype(numpy.uint8), cv2.MORPH_CLOSE, numpy.ones((7, 7), numpy.uint8))
    _, _, stats, _ = cv2.connectedComponentsWithStats(closed)
    mask = numpy.zeros(coloured.shape, dtype=numpy.bool_)
    for left, top, width, height, area in stats[1:].tolist():
        if area >= _PHOTO_DOTS:
            mask[top : top + height, left : left + width] = True
    return mask
