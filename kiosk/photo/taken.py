"""From a camera's picture to a photo: find the face, cut, make the file, hold it against the rule."""

from __future__ import annotations

from dataclasses import dataclass, field

from PIL import Image

from devices.camera.landmarks import Landmarks
from kiosk.photo.crop import CannotCut, crop_to_rule
from kiosk.photo.faces import Found, find
from kiosk.photo.jpeg import encode
from kiosk.photo.measure import finding_faults, measure
from kiosk.photo.report import Measured, PhotoReport
from kiosk.photo.rule import NATIONAL, PhotoRule


@dataclass(frozen=True, slots=True)
class Taken:
    """``image``: the finished photo, and ``file`` its JPEG; where none could be cut, the camera's picture and None.
    The marks in ``report`` are pixels of ``image``."""

    image: Image.Image = field(repr=False, compare=False)
    file: bytes | None = field(repr=False)
    report: PhotoReport


def take(picture: Image.Image, landmarks: Landmarks | None = None, rule: PhotoRule = NATIONAL) -> Taken:
    """``picture``: as the camera saw it; ``landmarks``: if the camera knows them. About 0.2 s. Not thread-safe.

    The face is found in the picture and not again in the photo: a photo is measured as it was cut.
    """
    found = find(picture) if landmarks is None else Found(((0.0, 0.0, 1.0, 1.0),), landmarks)
    if found.landmarks is None or len(found.boxes) > 1:
        measured = Measured(width=picture.width, height=picture.height, faces=len(found.boxes))
        return Taken(picture, None, PhotoReport(tuple(finding_faults(picture, found)), measured))
    try:
        photo, face = crop_to_rule(picture, found.landmarks, rule)
    except CannotCut as error:
        measured = Measured(width=picture.width, height=picture.height, faces=1)
        return Taken(picture, None, PhotoReport((error.fault,), measured))
    file = encode(photo, rule)
    return Taken(photo, file, measure(file, face, rule))
