"""Compares what a scanner saw on a card with what was to be printed on it.

``meant`` is the picture as sent to the printer: 1016 x 648, white where nothing is printed. Two steps: numbers are
measured without any threshold (:func:`measure`), then judged (:func:`judge`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import cv2
import numpy
from PIL import Image

from devices.card_printer.faces import SIZE, ScannedFaces
from kiosk.documents.card_faces import SideName
from kiosk.inspection import measures, paper
from kiosk.inspection.findings import Inspection, Kind, SideFinding, SideNumbers
from kiosk.inspection.frame import DOTS_A_MM, Floats, Mask, floats, in_frame
from kiosk.inspection.meant import Meant, sort
from kiosk.inspection.place import find
from kiosk.inspection.thresholds import Thresholds

_NEAR_INK = 9
"""Dots around the meant ink within which it is looked at closely."""
_EVEN = 0.15
"""Ink may change so much about a dot for stripes to be looked for there."""


def compare(
    meant: Mapping[SideName, Image.Image],
    scanned: ScannedFaces,
    thresholds: Thresholds,
    brought: Mapping[SideName, Image.Image] | None = None,
) -> Inspection:
    """One finding for each side of ``meant``. Blocking, some 0.2 s a side. ValueError for a picture to be printed that
    is all white or has another size.

    ``brought``: the card as it comes from the hopper, 1016 x 648, upright. Without it only the printed areas and their
    nearest surroundings are judged; stains and stray ink elsewhere are not seen.
    """
    sides = []
    for side, picture in meant.items():
        scan = scanned.front if side == "front" else scanned.back
        if scan is None:
            sides.append(SideFinding(side, (Kind.NOT_SCANNED,)))
            continue
        numbers = measure(picture, scan, (brought or {}).get(side))
        kinds = (Kind.NO_CARD,) if numbers is None else tuple(judge(numbers, thresholds))
        sides.append(SideFinding(side, kinds, numbers))
    return Inspection(tuple(sides))


def measure(picture: Image.Image, scan: Image.Image, brought: Image.Image | None = None) -> SideNumbers | None:
    """The numbers of one side; None when the picture does not show a card."""
    meant = sort(picture)
    seen = in_frame(scan)
    if seen is None:
        return None
    card = paper.on_card()
    under = _under(meant, seen, brought, card)
    there = numpy.clip(1 - seen / numpy.maximum(under, 0.05), 0, 1).astype(numpy.float32)
    grey = _grey(there)
    place = find(meant.ink, grey, meant.box)
    moved = place.moved(meant.colour, 1.0)
    ink = 1 - _grey(moved)
    text, photo, black = (
        place.moved(mask.astype(numpy.float32), 0.0) > 0.5 for mask in (meant.text, meant.photo, meant.black)
    )
    near = cv2.dilate((text | photo).astype(numpy.uint8), numpy.ones((_NEAR_INK, _NEAR_INK), numpy.uint8)) > 0
    near &= card
    radius = measures.blur(ink, grey, near)
    soft = measures.soft(moved, radius)
    soft_ink = 1 - _grey(soft)
    black_share = measures.share(soft_ink[black & card], grey[black & card]) if black.any() else None
    dyes = _dyes(soft, there, photo & card & ~_wider(black, 5))
    whole = (_even(ink, photo) if photo.any() else text) & card
    void, stray = measures.spots(_grey(under * soft), _grey(seen), card)
    return SideNumbers(
        shift_mm=place.shift_mm(meant.box),
        slant_degrees=place.slant_degrees,
        stretch=place.stretch,
        blur_mm=radius / DOTS_A_MM,
        found=place.found,
        black=black_share,
        yellow=dyes[2],
        magenta=dyes[1],
        cyan=dyes[0],
        band=measures.stripes(soft_ink, grey, whole, across=True),
        line=measures.stripes(soft_ink, grey, whole, across=False),
        text_likeness=measures.text_likeness(soft_ink, grey, text & card) if text.any() else None,
        photo_likeness=measures.photo_likeness(soft_ink, grey, photo & card) if photo.any() else None,
        void_mm2=void,
        stray_mm2=stray,
    )


def _under(meant: Meant, seen: Floats, brought: Image.Image | None, card: Mask) -> Floats:
    inked = _wider(meant.ink > 0.01, 41)
    if brought is None:
        return paper.guessed(seen, _wider(meant.text, 21), meant.photo, meant.ink > 0.01)
    if brought.size != SIZE:
        raise ValueError(f"must be {SIZE[0]} x {SIZE[1]}")
    return paper.in_this_light(floats(brought), seen, inked, card)


def _wider(mask: Mask, dots: int) -> Mask:
    wide: Mask = cv2.dilate(mask.astype(numpy.uint8), numpy.ones((dots, dots), numpy.uint8)).astype(numpy.bool_)
    return wide


def _even(ink: Floats, photo: Mask) -> Mask:
    """The photo without its edge and the edges in it, which may be a dot off their place."""
    steps = cv2.dilate(ink, numpy.ones((5, 5), numpy.uint8)) - cv2.erode(ink, numpy.ones((5, 5), numpy.uint8))
    inside = cv2.erode(photo.astype(numpy.uint8), numpy.ones((9, 9), numpy.uint8)) > 0
    even: Mask = inside & (steps < _EVEN)
    return even


def _grey(colour: Floats) -> Floats:
    grey: Floats = cv2.cvtColor(colour, cv2.COLOR_RGB2GRAY)
    return grey


def _dyes(meant: Floats, there: Floats, photo: Mask) -> tuple[float | None, float | None, float | None]:
    """Cyan, magenta and yellow: each takes away one of red, green, blue."""
    if numpy.count_nonzero(photo) < 1000:
        return None, None, None
    cyan, magenta, yellow = (
        measures.share(1 - meant[photo][:, channel], there[photo][:, channel]) for channel in range(3)
    )
    return cyan, magenta, yellow


def judge(numbers: SideNumbers, thresholds: Thresholds) -> Iterator[Kind]:
    """Everything wrong, the gravest first; a side with nothing on it is only blank."""
    at = thresholds
    shares = [share for share in (numbers.black, *numbers.dyes) if share is not None]
    if numbers.found < at.found and all(share < at.missing for share in shares):
        yield Kind.BLANK
        return
    three = ((numbers.yellow, Kind.MISSING_YELLOW), (numbers.magenta, Kind.MISSING_MAGENTA),
             (numbers.cyan, Kind.MISSING_CYAN), (numbers.black, Kind.MISSING_BLACK))  # fmt: skip
    missing = [kind for share, kind in three if share is not None and share < at.missing]
    yield from missing
    if not missing:
        yield from _tone(numbers, at)
    if _off_place(numbers, at):
        yield Kind.SHIFTED
    worse = (
        (Kind.BLURRED, numbers.blur_mm, at.blur_mm),
        (Kind.BANDING, numbers.band, at.band),
        (Kind.DEAD_DOTS, numbers.line, at.line),
        (Kind.VOID, numbers.void_mm2, at.void_mm2),
        (Kind.STRAY, numbers.stray_mm2, at.stray_mm2),
    )
    better = (
        (Kind.WRONG_TEXT, numbers.text_likeness, at.text_likeness),
        (Kind.WRONG_PHOTO, numbers.photo_likeness, at.photo_likeness),
    )
    yield from (kind for kind, value, least in better if value is not None and value < least)
    yield from (kind for kind, value, most in worse if value is not None and value > most)


def _tone(numbers: SideNumbers, at: Thresholds) -> Iterator[Kind]:
    dyes = numbers.dyes
    if (numbers.black is not None and numbers.black < at.black) or any(dye < at.dye for dye in dyes):
        yield Kind.FADED
    if dyes and (max(dyes) - min(dyes) > at.cast or max(dyes) > at.dark):
        yield Kind.COLOUR_CAST


def _off_place(numbers: SideNumbers, at: Thresholds) -> bool:
    return (
        (numbers.shift_mm is not None and max(map(abs, numbers.shift_mm)) > at.shift_mm)
        or (numbers.slant_degrees is not None and abs(numbers.slant_degrees) > at.slant_degrees)
        or (numbers.stretch is not None and numbers.stretch > at.stretch)
    )
