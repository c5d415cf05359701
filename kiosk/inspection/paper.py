"""How the card would look under this scanner without the print: its own picture, in the scanner's light."""

from __future__ import annotations

import cv2
import numpy

from kiosk.inspection.frame import Floats, Mask, card_box

_RIM = 6
"""Dots at the card's edge that say nothing."""
_COARSE = 8


def on_card() -> Mask:
    """The card without its edge and its round corners."""
    left, top, right, bottom = (round(part) for part in card_box())
    mask = numpy.zeros((648, 1016), dtype=numpy.uint8)
    radius = 38
    mask[top + _RIM : bottom - _RIM, left + radius : right - radius] = 1
    mask[top + radius : bottom - radius, left + _RIM : right - _RIM] = 1
    for x in (left + radius, right - radius - 1):
        for y in (top + radius, bottom - radius - 1):
            cv2.circle(mask, (x, y), radius - _RIM, 1, -1)
    return mask.astype(numpy.bool_)


def in_this_light(brought: Floats, seen: Floats, inked: Mask, card: Mask) -> Floats:
    """``brought``: the card as it comes from the hopper, in even light. A plane a colour, fitted to what is not
    printed, takes up the scanner's lamp and gain."""
    small = (seen.shape[1] // _COARSE, seen.shape[0] // _COARSE)
    clear = cv2.resize((card & ~inked).astype(numpy.float32), small, interpolation=cv2.INTER_AREA) > 0.99
    here, there = (cv2.resize(picture, small, interpolation=cv2.INTER_AREA) for picture in (seen, brought))
    clear &= there.min(axis=2) > 0.3
    if numpy.count_nonzero(clear) < 60:
        return brought
    rows, columns = numpy.nonzero(clear)
    places = numpy.stack((numpy.ones(rows.size), columns / small[0] - 0.5, rows / small[1] - 0.5), axis=1)
    y, x = numpy.mgrid[0 : seen.shape[0], 0 : seen.shape[1]].astype(numpy.float32)
    x, y = x / seen.shape[1] - 0.5, y / seen.shape[0] - 0.5
    lit = numpy.empty_like(brought)
    for channel in range(3):
        gain = here[rows, columns, channel] / there[rows, columns, channel]
        fit = _plane(places, gain)
        lit[:, :, channel] = brought[:, :, channel] * (fit[0] + fit[1] * x + fit[2] * y)
    return lit


def _plane(places: Floats, values: Floats) -> tuple[float, float, float]:
    """Least squares, twice: the second time without what was far off."""
    kept = numpy.ones(len(values), dtype=numpy.bool_)
    fit: Floats = numpy.zeros(3)
    for _ in range(2):
        fit, *_ = numpy.linalg.lstsq(places[kept], values[kept], rcond=None)
        off = numpy.abs(values - places @ fit)
        kept = off <= max(0.02, 2.5 * float(numpy.median(off)))
    return float(fit[0]), float(fit[1]), float(fit[2])


def guessed(seen: Floats, text: Mask, photo: Mask, inked: Mask) -> Floats:
    """Where nobody knows what the card brings along: around letters the lightest nearby, around a photo its rim, and
    everywhere else what is seen, so that nothing is judged there."""
    lightest = cv2.GaussianBlur(cv2.dilate(seen, numpy.ones((25, 25), numpy.uint8)), (0, 0), 8)
    paper = seen.copy()
    near_text = cv2.dilate(text.astype(numpy.uint8), numpy.ones((25, 25), numpy.uint8)).astype(numpy.bool_)
    paper[near_text] = lightest[near_text]
    if photo.any():
        wide = cv2.dilate(photo.astype(numpy.uint8), numpy.ones((31, 31), numpy.uint8)).astype(numpy.bool_)
        rim = wide & ~cv2.dilate(photo.astype(numpy.uint8), numpy.ones((13, 13), numpy.uint8)).astype(numpy.bool_)
        rim &= ~inked
        paper[wide] = numpy.percentile(seen[rim], 75, axis=0) if rim.any() else 1.0
    return paper
