"""Cuts the photo out of a camera's picture so that the head is where the rule wants it; cuts the card's photo out of
that."""

from __future__ import annotations

from dataclasses import dataclass

from PIL import Image

from devices.camera.landmarks import Landmarks
from kiosk.photo.report import Box, Fault, PhotoFault
from kiosk.photo.rule import NATIONAL, PhotoRule

CARD_FIELD_MM = (20.0, 25.0)
"""The photo field on the card, width and height."""
CARD_DPI = 300


class CannotCut(ValueError):
    """The picture does not hold what the photo needs. ``fault.marks`` are in pixels of the camera's picture."""

    def __init__(self, fault: PhotoFault) -> None:
        super().__init__(fault.fault.value)
        self.fault = fault


@dataclass(frozen=True, slots=True)
class Cut:
    """What is cut from a picture: left and top in its pixels, and the scale to the finished photo."""

    left: float
    top: float
    scale: float

    def box(self, rule: PhotoRule) -> Box:
        """In pixels of the camera's picture."""
        return Box(self.left, self.top, self.left + rule.width / self.scale, self.top + rule.height / self.scale)


def cut_for(face: Landmarks, rule: PhotoRule) -> Cut:
    """Head in the middle, hair in the middle of its range, the face as wide as the rule's mean; smaller where the eyes
    would come too low ("this rule wins if both cannot be met", GA 461)."""
    hair = sum(rule.hair_top) / 2
    x, y = face.eye_middle
    scale = sum(rule.face_width) / 2 / face.face_width
    lowest = rule.height - rule.eyes_above_lower_edge - 1
    scale = min(scale, (lowest - hair) / max(1.0, y - face.hair_top))
    centre = sum(rule.eye_middle) / 2
    return Cut(x - centre / scale, face.hair_top - hair / scale, scale)


def crop_to_rule(image: Image.Image, face: Landmarks, rule: PhotoRule = NATIONAL) -> tuple[Image.Image, Landmarks]:
    """The finished photo (RGB, the rule's size) and its landmarks.

    Raises CannotCut where the picture ends too soon: the person is too near, or at its edge. Nothing is invented."""
    cut = cut_for(face, rule)
    box = cut.box(rule)
    if box.left < -0.5 or box.top < -0.5 or box.right > image.width + 0.5 or box.bottom > image.height + 0.5:
        seen = f"{box.left:.0f} {box.top:.0f} {box.right:.0f} {box.bottom:.0f}"
        raise CannotCut(PhotoFault(Fault.OUT_OF_PICTURE, (box,), seen, f"0 0 {image.width} {image.height}"))
    inside = max(0.0, box.left), max(0.0, box.top), min(image.width, box.right), min(image.height, box.bottom)
    photo = image.convert("RGB").resize((rule.width, rule.height), Image.Resampling.LANCZOS, box=inside)
    return photo, face.moved(cut.left, cut.top, cut.scale)


def card_photo(photo: Image.Image, dpi: int = CARD_DPI) -> Image.Image:
    """The photo for the card's 20 x 25 mm field: cut evenly on both sides (358 x 441 is a little too wide for it) and
    brought to ``dpi``; 236 x 295 at 300."""
    size = round(CARD_FIELD_MM[0] * dpi / 25.4), round(CARD_FIELD_MM[1] * dpi / 25.4)
    width = min(photo.width, photo.height * size[0] / size[1])
    height = min(photo.height, photo.width * size[1] / size[0])
    left, top = (photo.width - width) / 2, (photo.height - height) / 2
    box = left, top, left + width, top + height
    return photo.convert("RGB").resize(size, Image.Resampling.LANCZOS, box=box)
