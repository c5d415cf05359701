"""Finds the card in a scanner's picture and brings it upright to the dots of the print.

The frame of everything here: 1016 x 648 dots at 300 dpi, the card in the middle of it (85.60 x 53.98 mm, a rim of 0.2
to 0.4 mm around it). Arrays are float32, rows by columns by red green blue, 0 black to 1 white.
"""

from __future__ import annotations

from typing import Any

import cv2
import numpy
from numpy.typing import NDArray
from PIL import Image

from devices.card_printer.faces import SIZE
from kiosk.documents.card_faces.design import CARD_MM

Floats = NDArray[Any]
"""float32."""
Bytes = NDArray[Any]
"""uint8."""
Mask = NDArray[numpy.bool_]

DOTS_A_MM = 300 / 25.4
_CORNER = 0.12
"""Share of each edge, at both ends, that is left out: the card's corners are round."""
_BED_STEP = 40
"""The card is lighter than the scanner's bed by at least this, of 255."""
_BED_DARK = 110
_LEAST_AREA = 0.6
"""Of the picture: a card fills it nearly."""
_SHAPE = (1.50, 1.68)
"""Width over height of a card (1.586) and of the print's area (1.568), with what a scanner adds."""
_OFF_EDGE = 6
"""Dots off the line of an edge from which on a point of it does not count."""


def floats(picture: Image.Image) -> Floats:
    """A picture as an array."""
    return numpy.asarray(picture.convert("RGB"), dtype=numpy.float32) / numpy.float32(255)


def lightest(picture: NDArray[Any]) -> NDArray[Any]:
    """The largest of red, green and blue at every dot."""
    red, green, blue = cv2.split(picture)
    return cv2.max(cv2.max(red, green), blue)


def darkest(picture: NDArray[Any]) -> NDArray[Any]:
    """The smallest of red, green and blue at every dot."""
    red, green, blue = cv2.split(picture)
    return cv2.min(cv2.min(red, green), blue)


def card_box() -> tuple[float, float, float, float]:
    """The card within the frame: left, top, right, bottom."""
    width, height = (side * DOTS_A_MM for side in CARD_MM)
    left, top = (SIZE[0] - width) / 2, (SIZE[1] - height) / 2
    return left, top, left + width, top + height


def in_frame(picture: Image.Image) -> Floats | None:
    """The scanned card in the frame; None when there is no card to see.

    A picture with a dark bed around the card is brought upright by the card's four edges, so that the place of the
    print *on the card* can be told. One without a bed is taken for the print's own area.
    """
    pixels = numpy.asarray(picture.convert("RGB"))
    if min(pixels.shape[:2]) < 64:
        return None
    light = lightest(pixels)
    border = numpy.concatenate((light[:3].ravel(), light[-3:].ravel(), light[:, :3].ravel(), light[:, -3:].ravel()))
    bed = float(numpy.median(border))
    if bed > _BED_DARK:
        if not _SHAPE[0] <= picture.width / picture.height <= _SHAPE[1]:
            return None
        return floats(picture if picture.size == SIZE else picture.resize(SIZE, Image.Resampling.BICUBIC))
    corners = _corners(light, bed)
    if corners is None:
        return None
    left, top, right, bottom = card_box()
    places = numpy.array(((left, top), (right, top), (right, bottom), (left, bottom)), numpy.float32)
    matrix = cv2.getPerspectiveTransform(corners - numpy.float32(0.5), places - numpy.float32(0.5))
    upright = cv2.warpPerspective(pixels, matrix, SIZE, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return upright.astype(numpy.float32) / numpy.float32(255)


def _corners(light: Bytes, bed: float) -> Floats | None:
    """Upper left, upper right, lower right, lower left, from lines through the edges; None when that is no card."""
    smooth: Bytes = cv2.GaussianBlur(light, (0, 0), 1.0)
    card: Bytes = (smooth > bed + _BED_STEP).astype(numpy.uint8)
    card = cv2.morphologyEx(card, cv2.MORPH_OPEN, numpy.ones((5, 5), numpy.uint8))
    count, labels, stats, _ = cv2.connectedComponentsWithStats(card)
    if count < 2:
        return None
    largest = 1 + int(stats[1:, cv2.CC_STAT_AREA].argmax())
    left, top, width, height = (int(part) for part in stats[largest, :4])
    if width * height < _LEAST_AREA * light.size or not _SHAPE[0] <= width / height <= _SHAPE[1]:
        return None
    box = (labels == largest)[top : top + height, left : left + width]
    upper = _line(_first(smooth, bed, box, left, top, axis=0, last=False))
    lower = _line(_first(smooth, bed, box, left, top, axis=0, last=True))
    before = _line(_first(smooth, bed, box, left, top, axis=1, last=False))
    after = _line(_first(smooth, bed, box, left, top, axis=1, last=True))
    meetings = [_meeting(*pair) for pair in ((upper, before), (upper, after), (lower, after), (lower, before))]
    return numpy.array(meetings, dtype=numpy.float32)


def _first(light: Bytes, bed: float, box: Mask, left: int, top: int, *, axis: int, last: bool) -> Floats:
    """Points of one edge to a fraction of a pixel: where the lightness passes the middle between bed and card.

    ``axis`` 0: the upper (``last``: lower) edge, a point a column; 1: the left (right) edge, a point a row."""
    lines = box.T if axis == 0 else box
    skip = round(_CORNER * len(lines))
    points = []
    for number in range(skip, len(lines) - skip, 2):
        inside = lines[number]
        at = len(inside) - 1 - int(inside[::-1].argmax()) if last else int(inside.argmax())
        x, y = (left + number, top + at) if axis == 0 else (left + at, top + number)
        profile = light[:, x] if axis == 0 else light[y]
        points.append((x + 0.5, _passing(profile, y, bed, last=last)) if axis == 0 else
                      (_passing(profile, x, bed, last=last), y + 0.5))  # fmt: skip
    return numpy.array(points, dtype=numpy.float32)


def _passing(profile: Bytes, at: int, bed: float, *, last: bool) -> float:
    step = 1 if last else -1
    deep = min(max(at - 4 * step, 0), len(profile) - 1)
    middle = (bed + float(profile[deep])) / 2
    for place in range(deep, deep + 10 * step, step):
        beyond = place + step
        if not 0 <= beyond < len(profile):
            break
        here, there = float(profile[place]), float(profile[beyond])
        if there <= middle < here:
            return place + 0.5 + step * (here - middle) / (here - there)
    return at + (1.0 if last else 0.0)


def _line(points: Floats) -> tuple[float, float, float, float]:
    """Direction and a point of the line through most of the points."""
    for _ in range(2):
        way_x, way_y, x, y = (float(part) for part in cv2.fitLine(points, cv2.DIST_HUBER, 0, 0.01, 0.01).ravel())
        off = numpy.abs((points[:, 0] - x) * way_y - (points[:, 1] - y) * way_x)
        near = points[off < _OFF_EDGE]
        if len(near) < len(points) // 2:
            break
        points = near
    return way_x, way_y, x, y


def _meeting(one: tuple[float, float, float, float], other: tuple[float, float, float, float]) -> tuple[float, float]:
    """Where two lines meet; the edges of a card are never parallel."""
    a, b, x, y = one
    c, d, u, v = other
    share = ((u - x) * d - (v - y) * c) / (a * d - b * c)
    return x + share * a, y + share * b
