"""Where on the card the print came: found by what was meant, within a few millimetres."""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy

from kiosk.inspection.frame import DOTS_A_MM, Bytes, Floats, Mask

REACH_MM = 4.5
"""A print is looked for so far off its place."""
_HALF = 0.5
"""Looked for in a picture of half the size."""
_SURE = 0.4
"""Correlation from which on the exact place can be told."""
_STRAYS = 4.0
"""Dots by which the exact place may differ from the rough one, at any corner."""


@dataclass(frozen=True, slots=True)
class Place:
    """``matrix``: from where it was meant to where it is, 2 x 3, dots. ``found``: correlation, -1 to 1."""

    matrix: Floats
    found: float

    def moved(self, picture: Floats, white: float) -> Floats:
        """What was meant, where it came; ``white`` where it leaves nothing."""
        height, width = picture.shape[:2]
        return cv2.warpAffine(
            picture, self.matrix, (width, height), flags=cv2.INTER_LINEAR,
            borderMode=cv2.BORDER_CONSTANT, borderValue=(white, white, white),
        )  # fmt: skip

    def shift_mm(self, box: tuple[int, int, int, int]) -> tuple[float, float]:
        """Of the middle of the box, to the right and down."""
        x, y = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
        (a, b, c), (d, e, f) = self.matrix.tolist()
        return (a * x + b * y + c - x) / DOTS_A_MM, (d * x + e * y + f - y) / DOTS_A_MM

    @property
    def slant_degrees(self) -> float:
        """Clockwise."""
        return math.degrees(math.atan2(float(self.matrix[1, 0]), float(self.matrix[0, 0])))

    @property
    def stretch(self) -> float:
        """Share, the worse of along and across."""
        along = math.hypot(float(self.matrix[0, 0]), float(self.matrix[1, 0]))
        across = math.hypot(float(self.matrix[0, 1]), float(self.matrix[1, 1]))
        return max(abs(along - 1), abs(across - 1))


def box_of(ink: Mask) -> tuple[int, int, int, int]:
    """Left, top, right, bottom of all that is set. ValueError when nothing is."""
    rows, columns = numpy.flatnonzero(ink.any(axis=1)), numpy.flatnonzero(ink.any(axis=0))
    if not rows.size:
        raise ValueError("nothing was meant")
    return int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1


def find(meant: Floats, seen: Floats, box: tuple[int, int, int, int]) -> Place:
    """``meant``, ``seen``: ink, 0 none to 1 black, rows by columns. ``box``: where ink was meant."""
    small_meant, small_seen = (_smaller(picture) for picture in (meant, seen))
    x, y, found = _roughly(small_meant, small_seen, tuple(round(part * _HALF) for part in box))
    rough = numpy.array(((1, 0, x / _HALF), (0, 1, y / _HALF)), dtype=numpy.float32)
    if found < _SURE:
        return Place(rough if found > _SURE / 2 else numpy.eye(2, 3, dtype=numpy.float32), found)
    return Place(_exactly(small_meant, small_seen, rough, box), found)


def _smaller(picture: Floats) -> Floats:
    return cv2.GaussianBlur(cv2.resize(picture, None, fx=_HALF, fy=_HALF, interpolation=cv2.INTER_AREA), (0, 0), 1.0)


def _roughly(meant: Floats, seen: Floats, box: tuple[int, ...]) -> tuple[float, float, float]:
    reach = round(REACH_MM * DOTS_A_MM * _HALF)
    left, top, right, bottom = box
    template = meant[top : bottom + 1, left : right + 1]
    around = cv2.copyMakeBorder(seen, reach, reach, reach, reach, cv2.BORDER_CONSTANT, value=0.0)
    around = around[top : bottom + 1 + 2 * reach, left : right + 1 + 2 * reach]
    scores = cv2.matchTemplate(around, template, cv2.TM_CCOEFF_NORMED)
    _, best, _, (x, y) = cv2.minMaxLoc(scores)
    return float(x - reach), float(y - reach), float(best) if math.isfinite(best) else 0.0


def _exactly(meant: Floats, seen: Floats, rough: Floats, box: tuple[int, int, int, int]) -> Floats:
    """The affine motion that makes both most alike; the rough one when there is none near it."""
    matrix: Floats = rough.copy()
    matrix[:, 2] *= _HALF
    inked = cv2.dilate((meant > 0.1).astype(numpy.uint8), numpy.ones((15, 15), numpy.uint8))
    stop = (cv2.TERM_CRITERIA_EPS | cv2.TERM_CRITERIA_COUNT, 40, 1e-4)
    try:
        _, matrix = cv2.findTransformECC(meant, seen, matrix, cv2.MOTION_AFFINE, stop, _where(inked, rough), 1)
    except cv2.error:
        return rough
    exact = numpy.asarray(matrix, dtype=numpy.float32)
    # Places of dots' middles, from half the size to the whole.
    exact[:, 2] = exact[:, 2] / _HALF + 0.5 - 0.5 * (exact[:, 0] + exact[:, 1])
    left, top, right, bottom = box
    corners = numpy.array(((left, top, 1), (right, top, 1), (right, bottom, 1), (left, bottom, 1)), numpy.float32)
    apart = numpy.abs(corners @ exact.T - corners @ rough.T).max()
    return exact if apart <= _most_apart(box) else rough


def _most_apart(box: tuple[int, int, int, int]) -> float:
    """A slant of two degrees about the middle moves the corners so far."""
    return _STRAYS + 0.035 * max(box[2] - box[0], box[3] - box[1]) / 2


def _where(inked: Bytes, rough: Floats) -> Bytes:
    height, width = inked.shape
    moved = rough.copy()
    moved[:, 2] *= _HALF
    return cv2.warpAffine(inked, moved, (width, height), flags=cv2.INTER_NEAREST)
