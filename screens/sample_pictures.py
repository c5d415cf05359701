"""Pictures for the samples, drawn here: nobody's face, nobody's card."""

from __future__ import annotations

import io
from functools import cache

from PIL import Image, ImageDraw

_FINE = 2
"""Drawn so many times larger and reduced."""


def _file(image: Image.Image, kind: str) -> bytes:
    written = io.BytesIO()
    reduced = image.resize((image.width // _FINE, image.height // _FINE), Image.Resampling.LANCZOS)
    reduced.save(written, kind, quality=82)
    return written.getvalue()


def _person(width: int, height: int, face: float, eyes: float, shift: float = 0.0) -> Image.Image:
    """``face``: its width, ``eyes``: how far down they are, as parts of the picture."""
    image = Image.new("RGB", (width * _FINE, height * _FINE), "#EDEFF0")
    draw = ImageDraw.Draw(image)
    unit = face * image.width
    x, y = image.width * (0.5 + shift), image.height * eyes

    def oval(left: float, top: float, right: float, bottom: float, colour: str) -> None:
        draw.ellipse((x + left * unit, y + top * unit, x + right * unit, y + bottom * unit), fill=colour)

    oval(-1.25, 0.95, 1.25, 3.6, "#2A3648")
    draw.rectangle((x - 0.2 * unit, y + 0.4 * unit, x + 0.2 * unit, y + 1.15 * unit), fill="#CFA486")
    for side in (-1, 1):
        oval(side * 0.44 - 0.07, -0.12, side * 0.44 + 0.07, 0.2, "#D6AA8A")
    oval(-0.47, -0.72, 0.47, 0.4, "#26211F")
    oval(-0.42, -0.55, 0.42, 0.72, "#E2BA9A")
    draw.pieslice((x - 0.46 * unit, y - 0.73 * unit, x + 0.46 * unit, y + 0.2 * unit), 195, 345, fill="#26211F")
    for side in (-1, 1):
        oval(side * 0.21 - 0.08, -0.035, side * 0.21 + 0.08, 0.035, "#FFFFFF")
        oval(side * 0.21 - 0.035, -0.035, side * 0.21 + 0.035, 0.035, "#2B211C")
        oval(side * 0.21 - 0.1, -0.15, side * 0.21 + 0.1, -0.11, "#2B2320")
    oval(-0.07, 0.16, 0.07, 0.22, "#C99A7C")
    oval(-0.15, 0.39, 0.15, 0.45, "#A65F56")
    return image


@cache
def live(shift: float = 0.0) -> bytes:
    """What a camera sees: a JPEG of 480 x 600."""
    return _file(_person(480, 600, 0.4, 0.43, shift), "JPEG")


@cache
def finished() -> bytes:
    """A photo as the rule wants it: a JPEG of 358 x 441."""
    return _file(_person(358, 441, 0.61, 0.38), "JPEG")


@cache
def faulty() -> bytes:
    """The same, the head too far to one side, with the marks of what is wrong."""
    image = _person(358, 441, 0.61, 0.38, 0.12)
    draw = ImageDraw.Draw(image)
    for colour, thick in (("#A3271E", 12), ("#F4B544", 6)):
        draw.line((image.width * 0.62, 0, image.width * 0.62, image.height), fill=colour, width=thick)
        draw.rounded_rectangle((60, 40, 250, 300), 20, outline=colour, width=thick)
    return _file(image, "JPEG")


@cache
def card(side: str) -> bytes:
    """A face of a card, ``front`` or ``back``: a PNG of 1016 x 648."""
    image = Image.new("RGB", (1016 * _FINE, 648 * _FINE), "#DDE9EE")
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 0, image.width, 150), fill="#0B5A7A")
    if side == "front":
        draw.rounded_rectangle((150, 420, 410, 640), 30, fill="#F4B544", outline="#14283C", width=6)
        lines = [(560, 420, 900), (560, 520, 700), (560, 620, 820), (150, 1000, 1100)]
    else:
        photo = _person(236, 295, 0.55, 0.4)
        image.paste(photo.resize((472, 590)), (1420, 420))
        lines = [(150, 330, 500), (150, 450, 900), (150, 570, 700), (150, 690, 820), (150, 1000, 1000)]
    for x, y, width in lines:
        draw.rounded_rectangle((x, y, x + width, y + 50), 25, fill="#14283C")
    return _file(image, "PNG")
