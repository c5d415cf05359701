"""From panels to the picture on the card, with everything that can spoil it."""

from __future__ import annotations

import io
from collections.abc import Mapping

from PIL import Image, ImageChops, ImageFilter

from devices.card_printer.simulator import misprints
from devices.card_printer.simulator.requests import DOTS_ACROSS, DOTS_ALONG
from devices.simulation import FaultValue

DYES = "ymc"
_WHITE = (255, 255, 255)


def picture(
    panels: Mapping[str, bytes], faults: Mapping[str, FaultValue], under: bytes | None = None, seed: str = ""
) -> bytes:
    """The PNG of a face, upright, 1016 x 648. ``under``: what had been printed there before; dyes add up. ``seed``: of
    the places of scratches, wrinkles and the like."""
    card = _laid(panels, faults)
    if blur := float(faults["blur"]):
        card = card.filter(ImageFilter.GaussianBlur(blur))
    if slant := float(faults["slant"]):
        card = card.rotate(-slant, Image.Resampling.BICUBIC, fillcolor=_WHITE)
    along, across = int(faults["shift"]), int(faults["shift_across"])
    if along or across:
        card = _moved(card, along, across)
    card = misprints.spoil(card, faults, seed)
    if under is not None:
        with Image.open(io.BytesIO(under)) as before:
            card = ImageChops.multiply(before.convert("RGB"), card)
    file = io.BytesIO()
    card.save(file, "PNG", compress_level=3)
    return file.getvalue()


def _laid(panels: Mapping[str, bytes], faults: Mapping[str, FaultValue]) -> Image.Image:
    """What the panels leave, each on its place."""
    missing, apart = str(faults["missing_panel"]), int(faults["misregistered"])
    left = {letter: 1 - float(faults["faded"]) / 100 * (letter in str(faults["faded_panels"])) for letter in "ymck"}
    blank = Image.new("L", (DOTS_ALONG, DOTS_ACROSS), 255)
    dyes = {
        letter: _moved(_dye(panels[letter], left[letter]), apart * DYES.index(letter), 0)
        for letter in DYES
        if letter in panels and letter not in missing
    }
    card = Image.merge("RGB", [dyes.get(letter, blank) for letter in reversed(DYES)])
    if "k" in panels and "k" not in missing:
        resin = Image.frombytes("1", (DOTS_ACROSS, DOTS_ALONG), panels["k"]).transpose(Image.Transpose.ROTATE_90)
        black = round(255 * (1 - left["k"]))
        card = ImageChops.darker(card, _inked(resin, black))
    return card


def _inked(resin: Image.Image, black: int) -> Image.Image:
    ink = Image.new("RGB", resin.size, _WHITE)
    ink.paste((black, black, black), mask=resin)
    return ink


def _dye(raster: bytes, share: float) -> Image.Image:
    """What light the dye leaves, upright."""
    laid = Image.frombytes("L", (DOTS_ACROSS, DOTS_ALONG), raster)
    light = ImageChops.invert(laid.transpose(Image.Transpose.ROTATE_90))
    return light if share == 1 else light.point(lambda level: round(255 - (255 - level) * share))


def _moved(card: Image.Image, along: int, across: int) -> Image.Image:
    if not along and not across:
        return card
    moved = Image.new(card.mode, card.size, _WHITE if card.mode == "RGB" else 255)
    moved.paste(card, (along, across))
    return moved
