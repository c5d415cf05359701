"""The card as it comes from the hopper, for :func:`kiosk.inspection.compare.compare`."""

from __future__ import annotations

from PIL import Image

from kiosk.documents.card_faces import Design, FaceData, SideName, preprinted
from kiosk.documents.card_faces.design import PRINTED_DPI
from kiosk.documents.card_faces.raster import Raster

SIDES: tuple[SideName, SideName] = ("front", "back")


def from_hopper(design: Design, data: FaceData) -> dict[SideName, Image.Image]:
    """Both sides, RGB, the print's dots. Of ``data`` only the bank is looked at. FaceError as in drawing a face."""
    sides = ((side, design.side(side)) for side in SIDES)
    return {name: preprinted.draw(side, data, Raster.of(side, PRINTED_DPI)) for name, side in sides}
