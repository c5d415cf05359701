"""The new card as its holder is shown it before it is made: what is not known yet is said in its place."""

from __future__ import annotations

import io
from datetime import date

from PIL import Image

from kiosk.documents.card_faces import FaceData, SideName, load, render_face
from kiosk.host.issuing_values import HolderRecord

YEARS = 10
"""Of the bank side (rules: third-generation card)."""

NOT_YET = "制卡时生成"
"""In the place of the card number, which the host gives with the reservation. The card itself is in Chinese."""
HIDDEN_ACCOUNT = "*" * 19
"""In the place of the bank card number, which comes with the pre-made card."""


def preview_data(holder: HolderRecord, bank: str, issuer: str, today: date) -> FaceData:
    """``bank``: its name. Raises nothing: what does not fit shows when it is drawn."""
    leap_day = (today.month, today.day) == (2, 29)
    until = today.replace(year=today.year + YEARS, day=28 if leap_day else today.day)
    return FaceData(
        name=holder.name,
        social_security_number=holder.number,
        card_number=NOT_YET,
        issued=today,
        valid_until=until,
        issuer=issuer,
        bank=bank,
        bank_card_number=HIDDEN_ACCOUNT,
        bank_valid_until=until,
    )


def preview(design: str, data: FaceData, photo: bytes) -> tuple[bytes, bytes]:
    """Front and back as PNG, corners transparent. ``photo``: the base photo, a JPEG; empty for someone too young for
    one, whose photo field stays white. Some 0.5 s. Raises FaceError naming the field."""
    drawn = load(design)
    picture = portrait(photo)
    front, back = (_png(render_face(drawn, side, data, picture, preview=True)) for side in _SIDES)
    return front, back


_SIDES: tuple[SideName, SideName] = ("front", "back")
_PHOTO_SIZE = (358, 441)


def portrait(photo: bytes) -> Image.Image:
    """The base photo as a picture; a white one where there is none."""
    return Image.open(io.BytesIO(photo)) if photo else Image.new("RGB", _PHOTO_SIZE, "white")


def _png(image: Image.Image) -> bytes:
    out = io.BytesIO()
    image.save(out, "PNG", compress_level=1)
    return out.getvalue()
