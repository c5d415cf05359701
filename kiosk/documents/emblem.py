"""The drawn marks of the paper: a card as emblem, and seals. No authority's emblem is copied."""

from __future__ import annotations

import math
from functools import cache

from PIL import Image, ImageDraw, ImageFont

from devices.receipt_printer.fonts import Fonts
from devices.receipt_printer.raster import picture
from devices.receipt_printer.receipt import Picture

FINER = 4
"""Drawn this many times larger and reduced, so that curves are smooth before they become dots."""


@cache
def emblem() -> Picture:
    """A card with its chip, 120 x 76 dots (15 x 9.5 mm)."""
    width, height = 120 * FINER, 76 * FINER
    image = Image.new("L", (width, height), 255)
    draw = ImageDraw.Draw(image)
    line = 4 * FINER
    draw.rounded_rectangle((line, line, width - line, height - line), 12 * FINER, outline=0, width=line)
    draw.rounded_rectangle((18 * FINER, 24 * FINER, 42 * FINER, 44 * FINER), 4 * FINER, outline=0, width=3 * FINER)
    draw.line((18 * FINER, 34 * FINER, 42 * FINER, 34 * FINER), fill=0, width=2 * FINER)
    draw.line((30 * FINER, 24 * FINER, 30 * FINER, 44 * FINER), fill=0, width=2 * FINER)
    for row, end in ((26, 102), (38, 90)):
        draw.line((56 * FINER, row * FINER, end * FINER, row * FINER), fill=0, width=line)
    draw.line((18 * FINER, 58 * FINER, 102 * FINER, 58 * FINER), fill=0, width=line)
    return picture(image.resize((120, 76), Image.Resampling.LANCZOS))


def _centred(text: str, size: int) -> Image.Image:
    """One character, black on white, in a square of ``size``."""
    font = Fonts().font(text, size)
    image = Image.new("L", (size + size // 4, size + size // 4), 255)
    if isinstance(font, ImageFont.FreeTypeFont):
        ImageDraw.Draw(image).text((image.width / 2, image.height / 2), text, font=font, fill=0, anchor="mm")
    return image


def _star(draw: ImageDraw.ImageDraw, middle: float, radius: float) -> None:
    points = []
    for corner in range(10):
        angle = math.radians(36 * corner - 90)
        reach = radius if corner % 2 == 0 else radius * 0.382
        points.append((middle + reach * math.cos(angle), middle + reach * math.sin(angle)))
    draw.polygon(points, fill=0)


@cache
def seal(ring: str, foot: str, dots: int = 240) -> Picture:
    """A round seal: ``ring`` along its upper edge, a star, ``foot`` below it. ``dots``: its diameter."""
    side = dots * FINER
    image = Image.new("L", (side, side), 255)
    draw = ImageDraw.Draw(image)
    draw.ellipse((FINER, FINER, side - FINER, side - FINER), outline=0, width=5 * FINER)
    _star(draw, side / 2, side * 0.14)
    glyph = side // 9
    spread = min(250.0, 26.0 * (len(ring) - 1))
    for place, char in enumerate(ring):
        angle = (-spread / 2 + spread * place / max(1, len(ring) - 1)) if len(ring) > 1 else 0.0
        turned = _centred(char, glyph).rotate(-angle, fillcolor=255, resample=Image.Resampling.BICUBIC)
        reach = side * 0.38
        x = side / 2 + reach * math.sin(math.radians(angle)) - turned.width / 2
        y = side / 2 - reach * math.cos(math.radians(angle)) - turned.height / 2
        patch = Image.new("L", image.size, 255)
        patch.paste(turned, (round(x), round(y)))
        image.paste(0, mask=patch.point(lambda level: 255 - level))
    small = side // 11
    for place, char in enumerate(foot):
        x = side / 2 + (place - (len(foot) - 1) / 2) * small * 1.05
        shown = _centred(char, small)
        image.paste(
            0, (round(x - shown.width / 2), round(side * 0.76 - shown.height / 2)), shown.point(lambda v: 255 - v)
        )
    return picture(image.resize((dots, dots), Image.Resampling.LANCZOS))
