"""The scanner in a simulated printer: a line of sensors over which the card is drawn, above a dark bed."""

from __future__ import annotations

import io
import math
import random
from collections.abc import Mapping
from pathlib import Path

import cv2
import numpy
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from devices.card_printer.simulator.requests import DOTS_ACROSS, DOTS_ALONG
from devices.simulation import FaultValue

SIDES = ("front", "back")
_CARD_DOTS = (1011.0, 637.6)
"""ID-1 at 300 dpi."""
_CORNER_DOTS = 37.5
_BED_DOTS = 22
"""Bed around the card, on every side."""
_BED = 0.09
_FINER = 4
"""Times the size at which the card's outline is drawn."""

Light = NDArray[numpy.float32]


class Scanner:
    """``folder``: where the pictures go. ``roughness``: 0 the picture on the card itself, 1 a real scanner's.
    ``artwork``: a folder with what every card carries before it is printed."""

    def __init__(self, folder: Path, roughness: float, artwork: Path | None, seed: int) -> None:
        self.folder = folder
        self._roughness = roughness
        self._artwork = artwork
        self._seed = seed
        self._scans = 0

    def scan(self, faces: Mapping[str, bytes], faults: Mapping[str, FaultValue]) -> None:
        """Both sides of the card, but those the scanner loses."""
        self.folder.mkdir(parents=True, exist_ok=True)
        self._scans += 1
        for side in SIDES:
            if side in str(faults["scan_lost"]):
                continue
            png = self._seen(side, faces.get(side), dark=bool(faults["scan_dark"]))
            partial = self.folder / f".{side}.png"
            partial.write_bytes(png)
            partial.replace(self.folder / f"{side}.png")

    def _seen(self, side: str, face: bytes | None, *, dark: bool) -> bytes:
        if dark:
            return _png(Image.new("RGB", (DOTS_ALONG, DOTS_ACROSS), (6, 6, 6)))
        if not self._roughness:
            return face or _png(Image.new("RGB", (DOTS_ALONG, DOTS_ACROSS), (255, 255, 255)))
        artwork = None if self._artwork is None else _picture(self._artwork / f"{side}.png")
        printed = None if face is None else _picture(io.BytesIO(face))
        return _png(look(printed, artwork, f"{self._seed} {self._scans} {side}", self._roughness))


def look(printed: Image.Image | None, artwork: Image.Image | None, seed: str, roughness: float = 1.0) -> Image.Image:
    """What the sensors make of a card: ``printed`` over ``artwork``, each 1016 x 648 or None: white plastic.

    The card lies a little off and slanted, drawn at a speed that is not quite right; the lens is soft, the three
    colours see it a little apart; the lamp is uneven; black is not black; there is noise and dust on the glass."""
    dice = random.Random(f"scan {seed}")  # noqa: S311 -- noise, not a secret
    noise = numpy.random.default_rng(dice.getrandbits(32))

    def vary(most: float) -> float:
        return dice.uniform(-most, most) * roughness

    light = numpy.ones((DOTS_ACROSS, DOTS_ALONG, 3), dtype=numpy.float32)
    for layer in (artwork, printed):
        if layer is not None:
            light *= numpy.asarray(layer.convert("RGB"), dtype=numpy.float32) / 255
    flare = 0.05 * roughness
    light = flare + (0.97 - flare) * light
    size = DOTS_ALONG + 2 * _BED_DOTS, DOTS_ACROSS + 2 * _BED_DOTS
    way = _way(size, vary(0.6), (1 + vary(0.006), 1 + vary(0.002)), (vary(6), vary(6)))
    card = cv2.warpAffine(light, way, size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    mask = cv2.warpAffine(_outline(), way, size, flags=cv2.INTER_LINEAR)[:, :, None]
    seen = card * mask + _BED * (1 + vary(0.3)) * (1 - mask)
    soft = (0.55 + 0.35 * dice.random()) * roughness
    channels = []
    for number in range(3):
        apart = numpy.array(((1, 0, vary(0.35)), (0, 1, 0)), dtype=numpy.float32)
        moved = cv2.warpAffine(seen[:, :, number], apart, size, borderMode=cv2.BORDER_REPLICATE)
        channels.append(cv2.GaussianBlur(moved, (0, 0), soft) * (1 - 0.03 * roughness + vary(0.03)))
    picture = _lit(numpy.stack(channels, axis=2), vary(0.04), 0.05 * dice.random() * roughness) ** (1 + vary(0.04))
    picture += noise.normal(0, 0.010 * roughness, picture.shape).astype(numpy.float32)
    picture *= 1 + noise.normal(0, 0.006 * roughness, (size[1], 1, 1)).astype(numpy.float32)
    for _ in range(dice.randint(0, 3)):  # a grain on the glass shadows one sensor: a line along the card's way
        y, thick = dice.randrange(size[1]), dice.randint(1, 2)
        picture[y : y + thick] -= 0.05 * dice.random() * roughness
    return Image.fromarray((numpy.clip(picture, 0, 1) * 255).round().astype(numpy.uint8))


def _way(size: tuple[int, int], degrees: float, scale: tuple[float, float], moved: tuple[float, float]) -> Light:
    """From the print's dots to the scanner's."""
    turn = math.radians(degrees)
    a, b = math.cos(turn) * scale[0], -math.sin(turn) * scale[1]
    c, d = math.sin(turn) * scale[0], math.cos(turn) * scale[1]
    x, y = (DOTS_ALONG - 1) / 2, (DOTS_ACROSS - 1) / 2
    e = (size[0] - 1) / 2 + moved[0] - a * x - b * y
    f = (size[1] - 1) / 2 + moved[1] - c * x - d * y
    return numpy.array(((a, b, e), (c, d, f)), dtype=numpy.float32)


def _outline() -> Light:
    """1 on the card, 0 beside it, in the print's dots."""
    large = Image.new("L", (DOTS_ALONG * _FINER, DOTS_ACROSS * _FINER), 0)
    left, top = (large.width - _CARD_DOTS[0] * _FINER) / 2, (large.height - _CARD_DOTS[1] * _FINER) / 2
    box = left, top, large.width - left - 1, large.height - top - 1
    ImageDraw.Draw(large).rounded_rectangle(box, _CORNER_DOTS * _FINER, fill=255)
    small = large.resize((DOTS_ALONG, DOTS_ACROSS), Image.Resampling.BOX)
    return numpy.asarray(small, dtype=numpy.float32) / numpy.float32(255)


def _lit(seen: Light, tilt: float, falloff: float) -> Light:
    """The lamp: stronger at one end, weaker towards both."""
    place = numpy.linspace(-1, 1, seen.shape[0], dtype=numpy.float32)[:, None, None]
    lit: Light = numpy.clip(seen * (1 + tilt * place - falloff * place * place), 0, 1).astype(numpy.float32)
    return lit


def _picture(file: Path | io.BytesIO) -> Image.Image:
    with Image.open(file) as picture:
        return picture.convert("RGB")


def _png(picture: Image.Image) -> bytes:
    file = io.BytesIO()
    picture.save(file, "PNG", compress_level=3)
    return file.getvalue()
