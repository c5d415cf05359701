"""The two faces of a card that is being issued, as its printer is to print them."""

from __future__ import annotations

from PIL import Image

from kiosk.documents.card_faces import FaceData, SideName, load, render_face
from kiosk.documents.card_preview import portrait
from kiosk.host.issuing_values import CardPrint


def face_data(printed: CardPrint, issuer: str) -> FaceData:
    """What the design places. The bank side runs out with the card: its ten years are the bank side's."""
    return FaceData(
        name=printed.name,
        social_security_number=printed.number,
        card_number=printed.card_number,
        issued=printed.issued,
        valid_until=printed.valid_until,
        issuer=issuer,
        bank=printed.bank_name,
        bank_card_number=printed.bank_account,
        bank_valid_until=printed.valid_until,
    )


def faces(design: str, printed: CardPrint, issuer: str, photo: bytes) -> dict[SideName, Image.Image]:
    """Both faces, RGB, at the printer's resolution. ``photo``: the base photo, a JPEG; empty for someone too young for
    one. Some 0.2 s. Raises FaceError naming the field."""
    drawn = load(design)
    data = face_data(printed, issuer)
    picture = portrait(photo)
    return {side: render_face(drawn, side, data, picture) for side in ("front", "back")}
