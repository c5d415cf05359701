"""A test print: both faces, with everything that can go wrong on them. Nobody's data."""

from __future__ import annotations

from PIL import Image, ImageDraw

from devices.card_printer.faces import SIZE, Face, Faces

_STEPS = 16
_MARGIN = 24


def _bars(pen: ImageDraw.ImageDraw, top: int) -> None:
    """Each dye and grey from nothing to full: a missing panel or a fading head shows at once."""
    width = (SIZE[0] - 2 * _MARGIN) // _STEPS
    for row, (red, green, blue) in enumerate(((0, 1, 1), (1, 0, 1), (1, 1, 0), (1, 1, 1))):
        for step in range(_STEPS):
            tone = round(255 * (1 - step / _STEPS))
            fill = (tone if red else 255, tone if green else 255, tone if blue else 255)
            left = _MARGIN + step * width
            pen.rectangle((left, top + 70 * row, left + width - 1, top + 70 * row + 60), fill=fill)


def _side(name: str) -> Face:
    picture = Image.new("RGB", SIZE, (255, 255, 255))
    pen = ImageDraw.Draw(picture)
    pen.rectangle(
        (_MARGIN // 2, _MARGIN // 2, SIZE[0] - _MARGIN // 2, SIZE[1] - _MARGIN // 2), outline=(0, 0, 0), width=3
    )
    pen.text((_MARGIN * 2, _MARGIN * 2), f"TEST CARD  {name}", fill=(0, 0, 0), font_size=56)
    pen.text((_MARGIN * 2, _MARGIN * 6), "not valid - 990000", fill=(0, 0, 0), font_size=32)
    _bars(pen, 240)
    for at in range(8):  # hairlines, one to eight dots wide, in resin
        left = _MARGIN * 2 + 60 * at
        pen.rectangle((left, 550, left + at, 610), fill=(0, 0, 0))
    return Face.of(picture)


TEST_CARD = Faces(_side("FRONT"), _side("BACK"))
