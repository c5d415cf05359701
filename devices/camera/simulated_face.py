"""Drawn people for the simulated camera: nobody's face, made of shapes, with the place of every part known.

One unit is the width of the face, ears included. A face is drawn looking straight ahead; :class:`Scene` says what is
wrong with the picture.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from functools import lru_cache

import numpy
from numpy.typing import NDArray
from PIL import Image, ImageFilter

from devices.camera.landmarks import Landmarks, Point
from devices.camera.simulated_features import Colour, Pen, brow, ear, eye, glasses, mouth, nose

_SKINS: tuple[Colour, ...] = ((236, 200, 172), (226, 186, 154), (214, 170, 138), (241, 209, 186))
_HAIRS: tuple[Colour, ...] = ((28, 24, 24), (38, 32, 30), (52, 44, 40), (20, 18, 22))
_GREY_HAIR: Colour = (150, 146, 144)
_CLOTHES: tuple[Colour, ...] = ((34, 42, 66), (48, 38, 44), (30, 52, 48), (58, 32, 36))
FINER = 2
"""Drawn this many times larger and reduced, so that edges are smooth."""
HAIR_TOP, CHIN = -0.72, 0.72
"""Above and below the eye line, in widths of the face."""
EAR = 0.44
"""Middle of each ear."""
EAR_HIDDEN = 0.4
"""From this turn on, one ear is out of sight."""
_CHEEK = 0.425
EYE_APART = 0.21
"""Each eye's distance from the middle, in widths of the face."""


@dataclass(frozen=True, slots=True)
class Sitter:
    """What a person looks like."""

    skin: Colour
    hair: Colour
    clothes: Colour
    long_hair: bool
    spectacles: bool

    @classmethod
    def of(cls, name: str, *, female: bool | None = None, old: bool = False) -> Sitter:
        """Always the same looks for the same ``name``."""
        dice = random.Random(f"face of {name}")  # noqa: S311 -- looks, not a secret
        skin, hair, clothes = dice.choice(_SKINS), dice.choice(_HAIRS), dice.choice(_CLOTHES)
        long_hair = dice.random() < 0.5 if female is None else female
        return cls(skin, _GREY_HAIR if old else hair, clothes, long_hair, dice.random() < 0.3)


@dataclass(frozen=True, slots=True)
class Scene:
    """How the person sits before the camera, and what is wrong with light and lens.

    ``face_width``: pixels. ``eyes``: their middle, as a share of width and height. ``turn``: -1 to 1, to the picture's
    right. ``tilt``: degrees clockwise. ``light``: 1 is right. ``blur``: radius in pixels. ``glare``: 0 to 1, on the
    spectacles (which are then worn). ``backdrop``: its colour; ``uneven``: how much darker its right edge is, 0 to 1.
    """

    size: tuple[int, int] = (1280, 960)
    face_width: float = 300.0
    eyes: tuple[float, float] = (0.5, 0.42)
    turn: float = 0.0
    tilt: float = 0.0
    light: float = 1.0
    blur: float = 0.0
    glare: float = 0.0
    backdrop: Colour = (250, 250, 250)
    uneven: float = 0.0
    nobody: bool = False


def draw(sitter: Sitter, scene: Scene, noise: int = 0) -> tuple[Image.Image, Landmarks | None]:
    """The picture (RGB) and where its face is; None when nobody is there. ``noise``: seeds the sensor's noise."""
    image, landmarks = paint(sitter, scene)
    return expose(image, scene.light, noise), landmarks


def paint(sitter: Sitter, scene: Scene) -> tuple[Image.Image, Landmarks | None]:
    """What is before the lens, in full light and without noise. Takes some 0.1 s."""
    width, height = scene.size
    canvas = Image.new("RGB", (width * FINER, height * FINER), scene.backdrop)
    if scene.uneven:
        canvas = _shaded(canvas, scene.uneven)
    landmarks = None
    if not scene.nobody:
        middle = (width * scene.eyes[0], height * scene.eyes[1])
        pen = Pen(canvas, (middle[0] * FINER, middle[1] * FINER), scene.face_width * FINER)
        _person(pen, sitter, scene)
        landmarks = _landmarks(middle, scene)
        if scene.tilt:
            canvas = canvas.rotate(-scene.tilt, Image.Resampling.BICUBIC, center=pen.origin, fillcolor=scene.backdrop)
    image = canvas.resize((width, height), Image.Resampling.BOX)
    return image.filter(ImageFilter.GaussianBlur(0.6 + scene.blur)), landmarks


def expose(image: Image.Image, light: float, noise: int) -> Image.Image:
    """In this much light, with the noise of a sensor; a different one for every ``noise``."""
    grain = _grain(image.height, image.width)
    dice = random.Random(noise)  # noqa: S311 -- noise, not a secret
    moved = numpy.roll(grain, (dice.randrange(image.height), dice.randrange(image.width)), (0, 1))
    table = numpy.clip(numpy.arange(256) * light, 0, 255).astype(numpy.int16)
    pixels = table[numpy.asarray(image)] + moved[:, :, None]
    return Image.fromarray(numpy.clip(pixels, 0, 255).astype(numpy.uint8))


@lru_cache(maxsize=4)
def _grain(height: int, width: int) -> NDArray[numpy.int16]:
    dice = numpy.random.default_rng(1)
    noise = dice.standard_normal((height, width), dtype=numpy.float32) * 2.0
    return noise.round().astype(numpy.int16)


def _landmarks(middle: Point, scene: Scene) -> Landmarks:
    unit = scene.face_width
    shift = 0.17 * scene.turn
    angle = numpy.deg2rad(scene.tilt)
    across, down = float(numpy.cos(angle)) * EYE_APART * unit, float(numpy.sin(angle)) * EYE_APART * unit
    narrowed = 1 - 0.25 * abs(scene.turn)
    centre_x, y = middle[0] + shift * unit, middle[1]
    return Landmarks(
        left_eye=(centre_x - across * narrowed, y - down),
        right_eye=(centre_x + across * narrowed, y + down),
        hair_top=y + HAIR_TOP * unit,
        chin=y + CHIN * unit,
        face_left=middle[0] - unit * (_CHEEK if scene.turn <= -EAR_HIDDEN else 0.5),
        face_right=middle[0] + unit * (_CHEEK if scene.turn >= EAR_HIDDEN else 0.5),
    )


def _person(pen: Pen, sitter: Sitter, scene: Scene) -> None:
    _shoulders(pen, sitter)
    if sitter.long_hair:
        pen.ellipse((0, HAIR_TOP + 0.68), 0.53, 0.68, sitter.hair)
        pen.smooth([(-0.52, -0.1), (-0.5, 0.4), (-0.36, 0.74), (0.36, 0.74), (0.5, 0.4), (0.52, -0.1)], sitter.hair)
        pen.polygon([(-0.16, 0.55), (-0.17, 0.95), (0.17, 0.95), (0.16, 0.55)], pen.darker(sitter.skin, 0.8))
    if scene.turn > -EAR_HIDDEN:
        ear(pen, -EAR, sitter.skin)
    if scene.turn < EAR_HIDDEN:
        ear(pen, EAR, sitter.skin)
    _head(pen, sitter)
    shift = 0.17 * scene.turn
    apart = EYE_APART * (1 - 0.25 * abs(scene.turn))
    for side in (-1, 1):
        brow(pen, shift + side * apart, -0.13, side, sitter.hair)
        eye(pen, shift + side * apart, 0.0, sitter.skin)
    nose(pen, shift * 1.25, sitter.skin)
    mouth(pen, shift * 1.1, sitter.skin)
    _fringe(pen, sitter)
    if sitter.spectacles or scene.glare:
        glasses(pen, shift, apart, scene.glare)


def _shoulders(pen: Pen, sitter: Sitter) -> None:
    pen.ellipse((0, 1.85), 1.25, 0.92, sitter.clothes)
    pen.polygon([(-1.25, 1.85), (-1.3, 6), (1.3, 6), (1.25, 1.85)], sitter.clothes)
    pen.polygon([(-0.2, 0.45), (-0.22, 0.95), (0, 1.2), (0.22, 0.95), (0.2, 0.45)], pen.darker(sitter.skin, 0.84))
    collar = pen.darker(sitter.clothes, 0.7)
    pen.polygon([(-0.22, 0.93), (-0.34, 1.02), (-0.05, 1.42), (0, 1.2)], collar)
    pen.polygon([(0.22, 0.93), (0.34, 1.02), (0.05, 1.42), (0, 1.2)], collar)


def _head(pen: Pen, sitter: Sitter) -> None:
    pen.ellipse((0, -0.16), 0.47, 0.56, sitter.hair)
    outline = [(-0.42, -0.2), (-0.425, 0.1), (-0.39, 0.36), (-0.27, 0.6), (-0.12, CHIN - 0.015), (0.0, CHIN)]
    mirrored = [(-x, y) for x, y in reversed(outline[:-1])]
    pen.smooth([(-0.3, -0.5), *outline, *mirrored, (0.3, -0.5)], sitter.skin)
    for side in (-1, 1):
        pen.soft((side * 0.36, 0.12), 0.015, 0.2, pen.darker(sitter.skin, 0.9), 0.05)
        pen.soft((side * 0.24, 0.28), 0.07, 0.06, pen.darker(sitter.skin, 0.96), 0.06)
    pen.soft((0, 0.67), 0.12, 0.02, pen.darker(sitter.skin, 0.9), 0.03)
    pen.soft((0, -0.3), 0.25, 0.12, pen.lighter(sitter.skin, 0.35), 0.08)


def _fringe(pen: Pen, sitter: Sitter) -> None:
    """The hair over the forehead: a cap whose top is exactly at HAIR_TOP."""
    cap = [(-0.48, 0.02), (-0.5, -0.3), (-0.36, -0.6), (0, HAIR_TOP), (0.36, -0.6), (0.5, -0.3), (0.48, 0.02)]
    hairline = [(0.42, -0.08), (0.36, -0.32), (0.12, -0.42), (-0.16, -0.4), (-0.36, -0.3), (-0.42, -0.08)]
    pen.smooth([*cap, *hairline], sitter.hair)
    pen.touch_top(HAIR_TOP, 0.12, sitter.hair)
    dice = random.Random(7)  # noqa: S311 -- strands, not a secret
    for _ in range(90):
        x = dice.uniform(-0.4, 0.4)
        start = (x, HAIR_TOP + 0.06 + 0.45 * x * x)
        pen.stroke([start, (x * 1.12, -0.5)], pen.lighter(sitter.hair, dice.uniform(0.05, 0.25)), 0.004)


def _shaded(canvas: Image.Image, uneven: float) -> Image.Image:
    fall = 1 - uneven * numpy.linspace(0, 1, canvas.width) ** 2
    return Image.fromarray((numpy.asarray(canvas) * fall[None, :, None]).astype(numpy.uint8))
