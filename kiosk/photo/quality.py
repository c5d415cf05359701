"""Light, sharpness and reflections on a face, and the wall behind it."""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy

from devices.camera.landmarks import Landmarks, Point
from kiosk.photo.arrays import Gray, Pixels
from kiosk.photo.faces import FACE_TO_EYES
from kiosk.photo.report import Box

WHITE_WITHOUT_DRAWING = 250
BURNT_OUT = 246
EDGE = 8
"""Rows and columns at the rim that are left out of the background: a border is judged apart."""
BORDER = 6
"""Rows or columns along an edge within which a border would lie."""


def area(pixels: Gray, box: Box) -> Gray:
    """The part of a picture within a box, as far as the box lies inside."""
    top, left = max(0, round(box.top)), max(0, round(box.left))
    return pixels[top : max(top, round(box.bottom)), left : max(left, round(box.right))]


def eye_box(eye: Point, apart: float) -> Box:
    """The space around one eye: half the eyes' distance wide, and a third of it high."""
    return Box(eye[0] - apart * 0.3, eye[1] - apart * 0.2, eye[0] + apart * 0.3, eye[1] + apart * 0.2)


def skin_box(face: Landmarks) -> Box:
    """From brow to mouth, cheek to cheek: no hair, no collar."""
    (x, y), apart = face.eye_middle, math.dist(face.left_eye, face.right_eye)
    return Box(x - 0.75 * apart, y + 0.25 * apart, x + 0.75 * apart, y + 0.9 * apart)


def sharpness(gray: Gray, face: Landmarks, height: int) -> float:
    """How abruptly the eyes' lines begin and end, whatever the contrast; the poorer of both eyes.

    The strongest slopes (99th percentile, in levels a pixel of a picture ``height`` high) over the range of lightness.
    """
    apart = math.dist(face.left_eye, face.right_eye)
    both = [area(gray, eye_box(eye, apart)).astype(numpy.float32) for eye in (face.left_eye, face.right_eye)]
    values = []
    for part in both:
        if min(part.shape) < 5:
            continue
        calm = cv2.GaussianBlur(part, (3, 3), 0)
        slope = numpy.hypot(cv2.Sobel(calm, cv2.CV_32F, 1, 0), cv2.Sobel(calm, cv2.CV_32F, 0, 1)) / 8
        low, high = numpy.percentile(calm, (2, 98))
        values.append(float(numpy.percentile(slope, 99)) / max(24.0, float(high - low)))
    return min(values, default=0.0) * len(gray) / height


def lightness(gray: Gray, face: Landmarks) -> tuple[float, float]:
    """Median lightness of the skin, and the share of the face that is white without any drawing."""
    part = area(gray, skin_box(face))
    if not part.size:
        return 0.0, 0.0
    return float(numpy.median(part)), float((part >= WHITE_WITHOUT_DRAWING).mean())


def glare(pixels: Pixels, face: Landmarks) -> tuple[float, float]:
    """Share of the space around the left and the right eye that is burnt out in all colours."""
    apart = math.dist(face.left_eye, face.right_eye)
    left, right = (area(pixels, eye_box(eye, apart)) for eye in (face.left_eye, face.right_eye))
    return _burnt(left), _burnt(right)


def _burnt(part: Pixels) -> float:
    return float((part.min(axis=2) >= BURNT_OUT).mean()) if part.size else 0.0


def glaring_spectacles(pixels: Pixels, box: Box) -> bool:
    """Whether what hides the eyes of the face in ``box`` (as a cascade frames it) is a reflection."""
    width, height = box.right - box.left, box.bottom - box.top
    strip = Box(box.left + 0.22 * width, box.top + 0.28 * height, box.right - 0.22 * width, box.top + 0.5 * height)
    return _burnt(area(pixels, strip)) > 0.04


def clothes_box(width: int, height: int) -> Box:
    """The lower edge's middle, where shoulders are."""
    return Box(width * 0.2, height * 0.94, width * 0.8, height - 2)


@dataclass(frozen=True, slots=True)
class Background:
    """``lightness``: median; ``tint``: largest difference of its colours; ``spread``: standard deviation of its parts,
    noise left out; ``boxes``: where it was looked at; ``uneven``: the box least like the rest."""

    lightness: float
    tint: float
    spread: float
    boxes: tuple[Box, ...]
    uneven: Box


def background(pixels: Pixels, face: Landmarks | None) -> Background:
    """The wall on both sides of the head down to the shoulders; without a face, the upper corners."""
    height, width = pixels.shape[:2]
    if face is None:
        inner_left, inner_right, bottom = width * 0.14, width * 0.86, height * 0.3
    else:
        hair, x = 0.16 * face.face_width, face.eye_middle[0]
        half = max(face.face_width / 2, FACE_TO_EYES / 2 * math.dist(face.left_eye, face.right_eye))
        inner_left = max(EDGE + 6.0, min(face.face_left, x - half) - hair)
        inner_right = min(width - EDGE - 6.0, max(face.face_right, x + half) + hair)
        bottom = max(height * 0.15, min(height * 0.6, face.chin - 0.2 * face.face_width))
    boxes = (Box(EDGE, EDGE, inner_left, bottom), Box(inner_right, EDGE, width - EDGE, bottom))
    calm = cv2.GaussianBlur(pixels, (0, 0), max(0.8, width / 180)).astype(numpy.float32)
    parts = [area(calm, box).reshape(-1, 3) for box in boxes]
    every = numpy.concatenate(parts)
    colour = numpy.median(every, axis=0)
    spread = float(every.mean(axis=1).std())
    off = [float(numpy.abs(part - colour).mean()) if part.size else 0.0 for part in parts]
    return Background(
        lightness=float(colour.mean()),
        tint=float(colour.max() - colour.min()),
        spread=spread,
        boxes=boxes,
        uneven=boxes[int(numpy.argmax(off))],
    )


def border(gray: Gray) -> tuple[float, tuple[Box, ...]]:
    """The largest step in lightness between a line along the upper, left or right edge and the picture inside it, and
    where such lines are.

    A line counts by what it has along its whole length (the 20th percentile of its steps), so hair that touches
    the edge is none; the sides are looked at above the shoulders only.
    """
    height, width = gray.shape
    picture = gray.astype(numpy.float32)
    upper = picture[: round(height * 0.5)]
    edges = (
        (picture[:, EDGE:-EDGE], Box(0, 0, width, BORDER)),
        (upper.T, Box(0, 0, BORDER, height)),
        (upper[:, ::-1].T, Box(width - BORDER, 0, width, height)),
    )
    largest, marks = 0.0, []
    for rows, place in edges:
        inside = rows[BORDER + 2 : BORDER + 6].mean(axis=0)
        step = max(float(numpy.percentile(numpy.abs(row - inside), 20)) for row in rows[:BORDER])
        if step > max(8.0, largest / 2):
            marks.append(place)
        largest = max(largest, step)
    return largest, tuple(marks)
