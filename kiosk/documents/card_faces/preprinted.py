"""What a card brings along, drawn for the preview. No authority's emblem and no bank's mark is copied."""

from __future__ import annotations

import numpy
from PIL import Image, ImageColor, ImageDraw

from kiosk.documents.card_faces import lettering
from kiosk.documents.card_faces.data import FaceData
from kiosk.documents.card_faces.design import Preprinted, Side
from kiosk.documents.card_faces.raster import Raster

FINER = 2
"""Shapes are drawn this many times larger and reduced, so that curves are smooth."""


def draw(side: Side, data: FaceData, raster: Raster) -> Image.Image:
    """The whole face as it comes from the hopper, over the printed area and its rim (RGB)."""
    large = raster.finer(FINER)
    image = Image.new("RGB", large.size, "white")
    texts = []
    for part in side.preprinted:
        if part.kind == "text":
            texts.append(part)
        else:
            _SHAPES[part.kind](image, part, large)
    image = image.resize(raster.size, Image.Resampling.BOX)
    pen = ImageDraw.Draw(image)
    for part in texts:
        _text(pen, part, data, raster)
    return image


def _text(pen: ImageDraw.ImageDraw, part: Preprinted, data: FaceData, raster: Raster) -> None:
    text = data.written(part.of) if part.of is not None else part.text
    size = raster.points(part.size)
    wide = raster.dots(part.width) if part.width else lettering.width("preprinted", text, size, bold=part.bold)
    fitted = lettering.fit("preprinted", text, (wide, size), (size, raster.points(4)), 1, bold=part.bold)
    left, top = raster.at(part.left, part.top)
    box = left, top, left + wide, top + size
    lettering.draw(pen, "preprinted", fitted, box, bold=part.bold, align=part.align, colour=part.colour)


def _wash(image: Image.Image, part: Preprinted, raster: Raster) -> None:
    start, end = (numpy.array(ImageColor.getrgb(colour)) for colour in (part.colour, part.to))
    share = numpy.linspace(0, 1, image.height)[:, None]
    column = (start + (end - start) * share).round().astype(numpy.uint8)
    image.paste(Image.fromarray(column[:, None, :]).resize(image.size, Image.Resampling.NEAREST))


def _box(image: Image.Image, part: Preprinted, raster: Raster) -> None:
    left, top, right, bottom = raster.box(part.left, part.top, part.width, part.height)
    # What reaches the card's edge is printed over it by the maker.
    rim = raster.dots(1.0)
    if part.left <= 0:
        left -= rim
    if part.top <= 0:
        top -= rim
    if part.left + part.width >= raster.card[0]:
        right += rim
    if part.top + part.height >= raster.card[1]:
        bottom += rim
    ImageDraw.Draw(image).rectangle((left, top, right, bottom), fill=part.colour)


def _ring(image: Image.Image, part: Preprinted, raster: Raster) -> None:
    box = raster.box(part.left, part.top, part.width, part.height)
    ImageDraw.Draw(image).ellipse(box, outline=part.colour, width=round(raster.dots(part.thick)))


def _chip(image: Image.Image, part: Preprinted, raster: Raster) -> None:
    """Eight contacts, as ISO/IEC 7816-2 places them within the plate."""
    pen = ImageDraw.Draw(image)
    box = raster.box(part.left, part.top, part.width, part.height)
    line, dark = max(1, round(raster.dots(0.16))), "#8A6D25"
    pen.rounded_rectangle(box, raster.dots(1.5), fill=part.colour, outline=dark, width=line)
    left, top, right, bottom = box
    inner = left + (right - left) * 0.36, left + (right - left) * 0.64
    for step in range(1, 4):
        y = top + (bottom - top) * step / 4
        pen.line((left, y, inner[0], y), dark, line)
        pen.line((inner[1], y, right, y), dark, line)
    for x in inner:
        pen.line((x, top, x, bottom), dark, line)


def _waves(image: Image.Image, part: Preprinted, raster: Raster) -> None:
    """Contactless: four arcs."""
    pen = ImageDraw.Draw(image)
    left, top, right, bottom = raster.box(part.left, part.top, part.width, part.height)
    middle = (top + bottom) / 2
    for step in range(1, 5):
        reach = (bottom - top) / 2 * (0.25 + 0.1875 * step)
        x = left + (right - left) * (step - 1) / 4 - reach * 0.6
        box = x - reach, middle - reach, x + reach, middle + reach
        pen.arc(box, -38, 38, part.colour, round(raster.dots(part.thick)))


_SHAPES = {"wash": _wash, "box": _box, "ring": _ring, "chip": _chip, "waves": _waves}
