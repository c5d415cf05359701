"""The faults of a photo, drawn on it: what is allowed as a pale area, what was found as a line or a frame."""

from __future__ import annotations

from collections.abc import Iterable

from PIL import Image, ImageDraw

from kiosk.photo.report import Box, PhotoFault

WRONG = (163, 39, 30)
LOOK_HERE = (244, 181, 68)
ALLOWED = (27, 107, 69, 60)


def drawn(image: Image.Image, faults: Iterable[PhotoFault]) -> Image.Image:
    """A copy with the marks of ``faults``. Each is edged twice, dark and amber, so that it shows on hair and on the
    wall. Where a fault has an area and a line, the area is where the line should be."""
    shown = image.convert("RGB")
    thick = max(2, image.width // 120)
    for fault in faults:
        lines = [mark for mark in fault.marks if not isinstance(mark, Box)]
        for mark in fault.marks:
            if isinstance(mark, Box) and lines:
                area = Image.new("RGBA", shown.size)
                ImageDraw.Draw(area).rectangle((mark.left, mark.top, mark.right, mark.bottom), fill=ALLOWED)
                shown = Image.alpha_composite(shown.convert("RGBA"), area).convert("RGB")
        draw = ImageDraw.Draw(shown)
        for mark in fault.marks:
            for colour, width in ((WRONG, thick * 2), (LOOK_HERE, thick)):
                if not isinstance(mark, Box):
                    draw.line((mark.x1, mark.y1, mark.x2, mark.y2), colour, width)
                elif not lines:
                    box = mark.left, mark.top, mark.right, mark.bottom
                    draw.rounded_rectangle(box, radius=thick * 3, outline=colour, width=width)
    return shown
