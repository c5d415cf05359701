"""Finds the face in a picture: OpenCV's cascades for face and eyes, the outline against the background for the rest.

The cascades come with OpenCV below 5 (Viola and Jones, frontal faces and open eyes); later releases ship none.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import cv2
import numpy
from PIL import Image

from devices.camera.landmarks import Landmarks, Point
from kiosk.photo.arrays import Gray, Pixels

WORKING_WIDTH = 480
"""Pictures are searched at this width; eyes are then placed at full size."""
SMALLEST_FACE = 0.2
"""Of the picture's smaller side: who stands behind the citizen is not looked for."""
EYE_TO_CHIN = 1.73
FACE_TO_EYES = 2.4
"""Proportions of a grown face, in distances between the eyes: used where the outline cannot be seen."""
PLAUSIBLE_FACE = (1.9, 3.3)
"""Widths of a face, ears included, in distances between the eyes."""
UNLIKE_BACKGROUND = 40
"""Difference in any colour at which hair is told from the wall; less where there is little light."""
LIKE_SKIN = 24
"""Difference from the cheeks within which it is still skin; colour counts for more than lightness."""


@dataclass(frozen=True, slots=True)
class Found:
    """``boxes``: of every face, the largest first: left, top, width, height. ``landmarks``: of the largest; None
    when its eyes were not both found."""

    boxes: tuple[tuple[float, float, float, float], ...]
    landmarks: Landmarks | None


@cache
def _cascade(name: str) -> cv2.CascadeClassifier:
    return cv2.CascadeClassifier(str(Path(cv2.__file__).parent / "data" / f"haarcascade_{name}.xml"))


def find(image: Image.Image) -> Found:
    """Every face in the picture. Takes some 50 ms at 1280 x 960. Not thread-safe."""
    pixels = numpy.asarray(image.convert("RGB"))
    gray = cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY)
    scale = min(1.0, WORKING_WIDTH / image.width)
    small = cv2.resize(gray, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA) if scale < 1 else gray
    smallest = round(SMALLEST_FACE * min(small.shape))
    seen = _cascade("frontalface_alt2").detectMultiScale(small, 1.08, 4, minSize=(smallest, smallest))
    boxes = sorted((_scaled(box, 1 / scale) for box in seen), key=lambda box: -box[2])
    if not boxes:
        return Found((), None)
    eyes = _eyes(gray, boxes[0])
    return Found(tuple(boxes), None if eyes is None else _outlined(pixels, *eyes))


def _scaled(box: Sequence[int], scale: float) -> tuple[float, float, float, float]:
    left, top, width, height = (float(part) * scale for part in box)
    return left, top, width, height


def _eyes(gray: Gray, box: tuple[float, float, float, float]) -> tuple[Point, Point] | None:
    """Centres of the left and the right eye in the picture; None unless a plausible pair is found."""
    left, top, width, height = (round(part) for part in box)
    left, top = max(0, left), max(0, top)
    upper = gray[top + height // 6 : top + height * 6 // 10, left : left + width]
    if not upper.size:
        return None
    scale = min(1.0, 240 / width)
    if scale < 1:
        upper = cv2.resize(upper, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    for name in ("eye_tree_eyeglasses", "eye"):
        least = round(width * scale / 8)
        seen = _cascade(name).detectMultiScale(upper, 1.05, 4, minSize=(least, least))
        places = [(left + (x + w / 2) / scale, top + height // 6 + (y + h / 2) / scale) for x, y, w, h in seen]
        pair = _pair(places, left + width / 2, width)
        if pair is not None:
            return pair
    return None


def _pair(places: list[Point], middle: float, width: float) -> tuple[Point, Point] | None:
    """The most level pair on both sides of the face's middle, apart as eyes are."""
    pairs = [
        (abs(one[1] - other[1]) / width, one, other)
        for one in places
        for other in places
        if one[0] < middle < other[0] and 0.22 * width < other[0] - one[0] < 0.62 * width
    ]
    level = min(pairs, default=None)
    return None if level is None or level[0] > 0.2 else (level[1], level[2])


def _outlined(pixels: Pixels, left_eye: Point, right_eye: Point) -> Landmarks:
    apart = math.dist(left_eye, right_eye)
    middle_x, middle_y = (left_eye[0] + right_eye[0]) / 2, (left_eye[1] + right_eye[1]) / 2
    face_left, face_right = _face_sides(pixels, middle_x, middle_y, apart)
    return Landmarks(
        left_eye=left_eye,
        right_eye=right_eye,
        hair_top=_hair_top(pixels, middle_x, middle_y, apart),
        chin=middle_y + EYE_TO_CHIN * apart,
        face_left=face_left,
        face_right=face_right,
    )


def _hair_top(pixels: Pixels, x: float, y: float, apart: float) -> float:
    """The highest row over the face that is unlike the background beside the head."""
    left, right = max(0, round(x - 0.6 * apart)), min(pixels.shape[1], round(x + 0.6 * apart))
    above = pixels[: max(1, round(y - 0.5 * apart)), left:right].astype(numpy.int16)
    corner = max(2, round(0.04 * pixels.shape[1]))
    sides = numpy.concatenate((pixels[: max(8, round(y)), 2:corner], pixels[: max(8, round(y)), -corner:-2]), axis=1)
    background = numpy.median(sides.reshape(-1, 3), axis=0)
    step = min(UNLIKE_BACKGROUND, 0.4 * float(background.max()))
    unlike = (numpy.abs(above - background).max(axis=2) > step).mean(axis=1) > 0.06
    thick = max(2, round(0.12 * apart))
    # Hair is thick: a line or a speck on the wall above the head is none.
    for row in numpy.flatnonzero(unlike):
        if unlike[row : row + thick].all():
            return float(row)
    return float(above.shape[0])


def _face_sides(pixels: Pixels, x: float, y: float, apart: float) -> tuple[float, float]:
    """Leftmost and rightmost skin, connected with the cheeks, between the eyes and the mouth."""
    top, bottom = max(0, round(y - 0.1 * apart)), min(pixels.shape[0], round(y + 0.9 * apart))
    colours = cv2.cvtColor(pixels[top:bottom], cv2.COLOR_RGB2YCrCb).astype(numpy.int16)
    reach = round(0.16 * apart)
    cheek = min(colours.shape[0] - 1, round(0.75 * apart))
    samples = [
        colours[max(0, cheek - reach) : cheek + reach, max(0, round(at) - reach) : max(1, round(at) + reach)]
        for at in (x - 0.55 * apart, x + 0.55 * apart)
    ]
    skin = numpy.median(numpy.concatenate([part.reshape(-1, 3) for part in samples]), axis=0)
    unlike = numpy.abs(colours - skin) * numpy.array((0.35, 1.6, 1.6))
    alike = (unlike.max(axis=2) < LIKE_SKIN).astype(numpy.uint8)
    gap = max(3, round(0.08 * apart))
    closed = cv2.morphologyEx(alike, cv2.MORPH_CLOSE, numpy.ones((1, gap), numpy.uint8))
    lefts, rights = [], []
    for row in closed[round(0.2 * apart) :]:
        start, end = _run(row, round(x - 0.55 * apart), round(x + 0.55 * apart))
        if start is not None and end is not None:
            lefts.append(start)
            rights.append(end)
    if lefts:
        left, right = float(numpy.percentile(lefts, 5)), float(numpy.percentile(rights, 95))
        if PLAUSIBLE_FACE[0] * apart < right - left < PLAUSIBLE_FACE[1] * apart:
            return left, right + 1
    return x - FACE_TO_EYES / 2 * apart, x + FACE_TO_EYES / 2 * apart


def _run(row: Gray, left: int, right: int) -> tuple[int | None, int | None]:
    """How far the skin reaches outwards from a place on each cheek."""
    width = len(row)
    if not (0 <= left < right < width and row[left] and row[right]):
        return None, None
    before, after = numpy.flatnonzero(row[:left] == 0), numpy.flatnonzero(row[right:] == 0)
    return (int(before[-1]) + 1 if before.size else 0), (right + int(after[0]) - 1 if after.size else width - 1)
