"""Draws the faces of a card: for the printer what it has to print, for the screen the card as it will be."""

from __future__ import annotations

from PIL import Image, ImageChops, ImageDraw

from kiosk.documents.card_faces import lettering, preprinted
from kiosk.documents.card_faces.data import FaceData
from kiosk.documents.card_faces.design import PRINTED_DPI, Area, Design, FieldBox, SideName
from kiosk.documents.card_faces.errors import FaceError, Why
from kiosk.documents.card_faces.raster import Raster
from kiosk.photo.crop import card_photo

LEAST_PHOTO = 0.8
"""A photo may be made larger by no more than this allows: it has at least so many of the dots it needs."""
_PHOTO_SHAPE = (0.78, 0.84)
"""Width over height of a photo: 0.812 as taken, 0.800 on the card."""


def render_face(
    design: Design,
    side: SideName,
    data: FaceData,
    photo: Image.Image | None = None,
    dpi: int = PRINTED_DPI,
    *,
    preview: bool = False,
) -> Image.Image:
    """One face, 1016 x 648 dots at 300 dpi (648 x 1016 for a portrait design).

    For the printer (RGB): only what the kiosk prints, on white; type has no grey edges, so that black goes to the black
    panel. ``preview``: with what is on the card already, edges smooth, its corners rounded and transparent (RGBA).

    ``photo``: the finished photo (358 x 441) or the card's (236 x 295); needed where the face has a photo field.
    Raises FaceError naming the field.
    """
    face = design.side(side)
    raster = Raster.of(face, dpi)
    image = preprinted.draw(face, data, raster) if preview else Image.new("RGB", raster.size, "white")
    if face.photo is not None:
        _photo(image, face.photo, photo, raster)
    pen = ImageDraw.Draw(image)
    pen.fontmode = "L" if preview else "1"
    for box in face.field:
        _field(pen, box, data, raster)
    return _cut_out(image, design, raster) if preview else image


def printed_card(design: Design, side: SideName, printed: Image.Image, data: FaceData) -> Image.Image:
    """A face as one holds it: ``printed`` (RGB, as :func:`render_face` makes it for the printer) over what the card
    brought along, which shines through as it does through dye. RGBA, corners transparent.

    Raises ValueError when the picture has another size.
    """
    face = design.side(side)
    raster = Raster.of(face, PRINTED_DPI)
    if printed.size != raster.size:
        raise ValueError(f"a printed face is {raster.size}, not {printed.size}")
    return _cut_out(ImageChops.multiply(preprinted.draw(face, data, raster), printed.convert("RGB")), design, raster)


def printed_area(design: Design, side: SideName, dpi: int = PRINTED_DPI) -> list[tuple[int, int, int, int]]:
    """Where the kiosk prints on a face: left, top, right, bottom in dots, fields in the design's order, then the photo.
    For the inspection of the print."""
    face = design.side(side)
    raster = Raster.of(face, dpi)
    areas: list[Area] = [*face.field, *([face.photo] if face.photo is not None else [])]
    boxes = (raster.box(area.left, area.top, area.width, area.height) for area in areas)
    return [(round(left), round(top), round(right), round(bottom)) for left, top, right, bottom in boxes]


def _photo(image: Image.Image, area: Area, photo: Image.Image | None, raster: Raster) -> None:
    if photo is None:
        raise FaceError("photo", Why.MISSING)
    if not _PHOTO_SHAPE[0] <= photo.width / photo.height <= _PHOTO_SHAPE[1]:
        raise FaceError("photo", Why.PHOTO_SIZE)
    if photo.width < LEAST_PHOTO * raster.dots(area.width):
        raise FaceError("photo", Why.PHOTO_SIZE)
    left, top = raster.at(area.left, area.top)
    image.paste(card_photo(photo, round(raster.dpi)), (round(left), round(top)))


def _field(pen: ImageDraw.ImageDraw, box: FieldBox, data: FaceData, raster: Raster) -> None:
    name, text = box.datum.value, data.written(box.datum)
    if not text:
        raise FaceError(name, Why.MISSING)
    edges = raster.box(box.left, box.top, box.width, box.height)
    size = edges[2] - edges[0], edges[3] - edges[1]
    sizes = raster.points(box.size), raster.points(box.least)
    fitted = lettering.fit(name, text, size, sizes, box.lines, bold=box.bold)
    ink = lettering.draw(pen, name, fitted, edges, bold=box.bold, align=box.align, colour=box.colour)
    rounding = 1
    if (
        ink[0] < edges[0] - rounding
        or ink[1] < edges[1] - rounding
        or ink[2] > edges[2] + rounding
        or ink[3] > edges[3] + rounding
    ):
        raise FaceError(name, Why.OUTSIDE_SAFE_AREA)


def _cut_out(image: Image.Image, design: Design, raster: Raster) -> Image.Image:
    """The card alone: what the printer's rim covers, and the corners, become transparent."""
    large = raster.finer(preprinted.FINER)
    mask = Image.new("L", large.size)
    box = large.box(0, 0, *raster.card)
    ImageDraw.Draw(mask).rounded_rectangle(box, large.dots(design.corner_radius), fill=255)
    image.putalpha(mask.resize(image.size, Image.Resampling.BOX))
    return image
