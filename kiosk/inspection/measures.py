"""The numbers of one side: what is there, held against what was meant, both as light on the same dots."""

from __future__ import annotations

import cv2
import numpy

from kiosk.inspection.frame import DOTS_A_MM, Floats, Mask

_BLURS = (0.5, 1.0, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.5, 8.0)
"""Radii tried, in dots."""
_LIKENESS_WINDOW = (27, 31)
"""Width and height of what is compared at a time, about a letter, in dots."""
_PHOTO_WINDOW = 61
_SPOT = 0.18
"""Light that is missing or too much from which on a dot belongs to a spot."""
_PLAIN_INK = 0.2
"""Ink that is dark enough to be measured dot by dot."""
_LEAST_INK = 24
"""Dots with such ink from which on a column or a row says something."""
_SLOW = 41
"""Columns over which the light may change for other reasons than stripes."""


def soft(picture: Floats, blur: float) -> Floats:
    """With points of this radius (standard deviation, dots)."""
    return cv2.GaussianBlur(picture, (0, 0), blur)


def blur(ink: Floats, there: Floats, where: Mask) -> float:
    """The radius, in dots, at which what was meant is most like what is there."""
    rows, columns = numpy.flatnonzero(where.any(axis=1)), numpy.flatnonzero(where.any(axis=0))
    part = slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1)
    inside, seen = where[part], there[part]
    values = seen[inside]
    losses: list[float] = []
    for radius in _BLURS:
        losses.append(1 - _correlation(soft(ink[part], radius)[inside], values))
        if len(losses) > 2 and losses[-1] > losses[-2] > losses[-3]:
            break
    best = int(numpy.argmin(losses))
    if best in (0, len(losses) - 1):
        return _BLURS[best]
    fit = numpy.polyfit(_BLURS[best - 1 : best + 2], losses[best - 1 : best + 2], 2)
    return float(-fit[1] / (2 * fit[0]))


def _correlation(one: Floats, other: Floats) -> float:
    spread = float(one.std()) * float(other.std())
    if spread < 1e-6:
        return 0.0
    return float(((one - one.mean()) * (other - other.mean())).mean()) / spread


def share(meant: Floats, there: Floats) -> float:
    """How much of the meant ink is there: the slope that fits best. Both: ink, any shape."""
    weight = float((meant * meant).sum())
    return float((meant * there).sum()) / weight if weight > 0 else 0.0


def likeness(meant: Floats, there: Floats, where: Mask, window: tuple[int, int], least: float) -> float | None:
    """The correlation at the least alike place of ``where``, of windows in which the meant ink varies by ``least``
    (standard deviation); None when there is none."""
    mean_a, mean_b = cv2.blur(meant, window), cv2.blur(there, window)
    spread_a = cv2.blur(meant * meant, window) - mean_a * mean_a
    spread_b = cv2.blur(there * there, window) - mean_b * mean_b
    together = cv2.blur(meant * there, window) - mean_a * mean_b
    judged = where & (spread_a > least * least)
    if numpy.count_nonzero(judged) < 50:
        return None
    correlation = together[judged] / numpy.sqrt(spread_a[judged] * numpy.maximum(spread_b[judged], 1e-3))
    return float(numpy.percentile(correlation, 0.5))


def text_likeness(meant: Floats, there: Floats, text: Mask) -> float | None:
    """Of letters; see :func:`likeness`."""
    return likeness(meant, there, text, _LIKENESS_WINDOW, 0.12)


def photo_likeness(meant: Floats, there: Floats, photo: Mask) -> float | None:
    """Of the parts of a photo; see :func:`likeness`."""
    window = (_PHOTO_WINDOW, _PHOTO_WINDOW)
    inside = cv2.erode(photo.astype(numpy.uint8), numpy.ones((31, 31), numpy.uint8)).astype(numpy.bool_)
    return likeness(soft(meant, 3), soft(there, 3), inside, window, 0.08)


def stripes(meant: Floats, there: Floats, where: Mask, *, across: bool) -> float | None:
    """The largest sudden change of the ink from one column (``across``) or row to those around it, as a share of what
    was meant; None where too few have enough ink. The middle of a column counts: a spot in it is no stripe."""
    inked = where & (meant > _PLAIN_INK)
    if not across:
        inked, meant, there = inked.T, meant.T, there.T
    count = inked.sum(axis=0)
    known = count >= _LEAST_INK
    if numpy.count_nonzero(known) < _SLOW:
        return None
    rows = inked[:, known].any(axis=1)
    inside = inked[rows][:, known]
    portions = numpy.where(inside, there[rows][:, known] / numpy.maximum(meant[rows][:, known], _PLAIN_INK), numpy.nan)
    portion = numpy.nanmedian(portions, axis=0)
    around = numpy.lib.stride_tricks.sliding_window_view(numpy.pad(portion, _SLOW // 2, mode="reflect"), _SLOW)
    return float(numpy.abs(portion - numpy.median(around, axis=1)).max())


def spots(expected: Floats, seen: Floats, card: Mask) -> tuple[float, float]:
    """Areas of the largest spot that is too light, and of the largest that is too dark, in square millimetres.

    ``expected``, ``seen``: light, 0 to 1. An edge may be a dot off its place."""
    kernel = numpy.ones((3, 3), numpy.uint8)
    lightest, darkest = cv2.dilate(expected, kernel), cv2.erode(expected, kernel)
    return (
        _largest((seen - lightest > _SPOT) & card),
        _largest((darkest - seen > _SPOT) & card),
    )


def _largest(spots_: Mask) -> float:
    if not spots_.any():
        return 0.0
    _, _, stats, _ = cv2.connectedComponentsWithStats(spots_.astype(numpy.uint8), connectivity=8)
    return float(stats[1:, cv2.CC_STAT_AREA].max()) / DOTS_A_MM**2
