"""JPEG files of a wanted size."""

from __future__ import annotations

import io

import numpy
from PIL import Image, JpegImagePlugin

from kiosk.photo.rule import PhotoRule

LEAST_QUALITY, MOST_QUALITY = 40, 100
_STANDARD_LUMINANCE_SUM = 3689
"""Sum of the luminance table of ITU-T T.81 Annex K.1, which is libjpeg's quality 50."""


def encode(image: Image.Image, rule: PhotoRule) -> bytes:
    """``image`` (RGB) as a JPEG file of the rule's resolution, its size within the rule's range.

    The rule's quality where that fits, else the nearest one that does; where none does, the nearest possible size,
    which :func:`kiosk.photo.measure` will then name.
    """
    least, most = (kilobytes * 1024 for kilobytes in rule.file_kilobytes)
    file = _encoded(image, rule.jpeg_quality, rule.dpi)
    if len(file) > most:
        return _search(image, rule, LEAST_QUALITY, rule.jpeg_quality - 1, most)
    if len(file) < least:
        return _search_up(image, rule, rule.jpeg_quality + 1, least, most)
    return file


def _search(image: Image.Image, rule: PhotoRule, low: int, high: int, most: int) -> bytes:
    """The best quality in the range whose file has at most ``most`` bytes; the poorest if none has."""
    best = _encoded(image, low, rule.dpi)
    while low < high:
        middle = (low + high + 1) // 2
        file = _encoded(image, middle, rule.dpi)
        if len(file) <= most:
            low, best = middle, file
        else:
            high = middle - 1
    return best


def _search_up(image: Image.Image, rule: PhotoRule, low: int, least: int, most: int) -> bytes:
    """The poorest quality from ``low`` on whose file has at least ``least`` bytes; the best if none has."""
    high = MOST_QUALITY
    best = _encoded(image, high, rule.dpi)
    while low < high:
        middle = (low + high) // 2
        file = _encoded(image, middle, rule.dpi)
        if len(file) >= least:
            high, best = middle, file
        else:
            low = middle + 1
    return best if len(best) <= most else _encoded(image, low, rule.dpi)


def _encoded(image: Image.Image, quality: int, dpi: int) -> bytes:
    file = io.BytesIO()
    image.convert("RGB").save(file, "JPEG", quality=quality, dpi=(dpi, dpi), subsampling=0, optimize=True)
    return file.getvalue()


def quality_of(image: JpegImagePlugin.JpegImageFile) -> int | None:
    """The quality that a libjpeg encoder had been given, estimated from the luminance table; None without one."""
    table = image.quantization.get(0)
    if not table:
        return None
    scale = float(numpy.sum(table)) * 100 / _STANDARD_LUMINANCE_SUM
    quality = (200 - scale) / 2 if scale <= 100 else 5000 / scale
    return min(100, max(1, round(quality)))
