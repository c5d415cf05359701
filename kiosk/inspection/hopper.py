"""The card as it comes from the hopper, for :func:`kiosk.inspection.compare.compare`."""

from __future__ import annotations

from PIL import Image

from kiosk.documents.card_faces import Design, FaceData, SideName, preprinted
from kiosk.documents.card_faces.design import PRINTED_DPI
from kiosk.documents.card_faces.raster import Raster


def from_hopper(design: Design, side: SideName, data: FaceData) -> Image.Image:
    """One side, RGB, the print's dots. Of ``data`` only the bank is looked at. FaceError as in drawing a face."""
    face = design.side(side)
    return preprinted.draw(face, data, Raster.of(face, PRINTED_DPI))
