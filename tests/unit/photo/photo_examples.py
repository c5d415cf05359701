"""Drawn people before a drawn wall, and finished photos with one thing wrong."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import replace
from functools import cache

import numpy
from PIL import Image, ImageDraw

from devices.camera.landmarks import Landmarks
from devices.camera.simulated_face import Scene, Sitter, draw
from kiosk.photo.crop import crop_to_rule

SMALL = Scene(size=(720, 640), face_width=220, eyes=(0.5, 0.42))
"""A camera's picture that is quick to draw."""


@cache
def seen(name: str, scene: Scene = SMALL) -> tuple[Image.Image, Landmarks | None]:
    """A camera's picture of somebody, and where the face truly is."""
    return draw(Sitter.of(name), scene, noise=1)


@cache
def good_photo(name: str = "wang") -> tuple[Image.Image, Landmarks]:
    """A finished photo with nothing wrong, and where the face truly is."""
    image, landmarks = seen(name)
    assert landmarks is not None
    return crop_to_rule(image, landmarks)


def moved(down: float = 0.0, right: float = 0.0, scale: float = 1.0) -> tuple[Image.Image, Landmarks]:
    """A photo of the rule's size that was cut at the wrong place or scale."""
    image, landmarks = seen("wang", replace(SMALL, size=(1200, 1000), face_width=260))
    assert landmarks is not None
    unit = landmarks.face_width / 217 / scale
    x, y = landmarks.eye_middle
    left, top = x - (179 + right) * unit, y - (170 + down) * unit
    box = left, top, left + 358 * unit, top + 441 * unit
    return image.resize((358, 441), Image.Resampling.LANCZOS, box=box), landmarks.moved(left, top, 1 / unit)


def painted(paint: Callable[[ImageDraw.ImageDraw], None]) -> Image.Image:
    """The good photo, painted over."""
    image = good_photo()[0].copy()
    paint(ImageDraw.Draw(image))
    return image


def on_wall(colour: tuple[int, int, int]) -> Image.Image:
    """The good photo before a wall of that colour."""
    pixels = numpy.asarray(good_photo()[0]).copy()
    pixels[(pixels.min(axis=2) > 240)] = colour
    return Image.fromarray(pixels)


def file_of(image: Image.Image, **how: object) -> bytes:
    """As a file; a JPEG with the rule's resolution unless told otherwise."""
    file = io.BytesIO()
    image.save(file, **{"format": "JPEG", "quality": 80, "dpi": (350, 350), "subsampling": 0, **how})  # type: ignore[arg-type]
    return file.getvalue()
