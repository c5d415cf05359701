"""From panels to the picture on the card, with everything that can spoil it."""

from __future__ import annotations

import io
from collections.abc import Mapping

from PIL import Image, ImageChops, ImageFilter

from devices.card_printer.simulator.requests import DOTS_ACROSS, DOTS_ALONG
from devices.simulation import FaultValue

_BAND_EVERY = 40
_BAND_LINES = 6
_BLUR_DOTS = 4

DYES = "ymc"


def picture(panels: Mapping[str, bytes], faults: Mapping[str, FaultValue], under: bytes | None = None) -> bytes:
    """The PNG of a face, upright, 1016 x 648. ``under``: what had been printed there before; dyes add up."""
    missing = str(faults["missing_panel"])
    dyes = {letter: _dye(panels[letter]) for letter in DYES if letter in panels and letter not in missing}
    blank = Image.new("L", (DOTS_ALONG, DOTS_ACROSS), 255)
    card = Image.merge("RGB", [dyes.get(letter, blank) for letter in reversed(DYES)])
    if "k" in panels and "k" not in missing:
        resin = Image.frombytes("1", (DOTS_ACROSS, DOTS_ALONG), panels["k"]).transpose(Image.Transpose.ROTATE_90)
        card.paste((0, 0, 0), mask=resin)
    if faults["blur"]:
        card = card.filter(ImageFilter.GaussianBlur(_BLUR_DOTS))
    if shift := int(faults["shift"]):
        moved = Image.new("RGB", card.size, (255, 255, 255))
        moved.paste(card, (shift, 0))
        card = moved
    if faults["banding"]:
        for x in range(0, card.width, _BAND_EVERY):
            card.paste((255, 255, 255), (x, 0, x + _BAND_LINES, card.height))
    if under is not None:
        with Image.open(io.BytesIO(under)) as before:
            card = ImageChops.multiply(before.convert("RGB"), card)
    file = io.BytesIO()
    card.save(file, "PNG", compress_level=3)
    return file.getvalue()


def _dye(raster: bytes) -> Image.Image:
    """What light the dye leaves, upright."""
    laid = Image.frombytes("L", (DOTS_ACROSS, DOTS_ALONG), raster)
    return ImageChops.invert(laid.transpose(Image.Transpose.ROTATE_90))
