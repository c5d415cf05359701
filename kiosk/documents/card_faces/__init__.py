"""The faces of a card: designs as data, drawn for the printer and, with what the card brings along, for the screen."""

from kiosk.documents.card_faces.data import Datum, FaceData
from kiosk.documents.card_faces.design import Design, SideName, check, load
from kiosk.documents.card_faces.errors import FaceError, Why
from kiosk.documents.card_faces.face import printed_area, printed_card, render_face

__all__ = [
    "Datum",
    "Design",
    "FaceData",
    "FaceError",
    "SideName",
    "Why",
    "check",
    "load",
    "printed_area",
    "printed_card",
    "render_face",
]
