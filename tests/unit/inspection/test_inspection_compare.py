"""Pictures in, findings out."""

from __future__ import annotations

import random
from time import perf_counter

import numpy
import pytest
from PIL import Image, ImageChops, ImageDraw

from devices.card_printer.faces import SIZE, ScannedFaces
from devices.card_printer.simulator.scanner import look
from kiosk.documents.card_faces import SideName
from kiosk.inspection import Inspection, Kind, compare, national
from kiosk.inspection.frame import card_box, in_frame
from kiosk.inspection.trials.people import Holder, holders

PEOPLE = holders(9, 5)
HOLDER = PEOPLE[0]
Faces = dict[SideName, Image.Image]


@pytest.fixture(scope="module")
def meant() -> Faces:
    return faces(HOLDER)


def faces(holder: Holder) -> Faces:
    return {"front": holder.face("front"), "back": holder.face("back")}


def found(meant: Faces, scanned: ScannedFaces, *, known: bool = False) -> Inspection:
    brought: Faces | None = {"front": HOLDER.card("front"), "back": HOLDER.card("back")} if known else None
    return compare(meant, scanned, national(), brought)


def kinds(inspection: Inspection) -> list[tuple[Kind, ...]]:
    return [side.kinds for side in inspection.sides]


def test_what_was_meant_is_good_and_measured(meant: Faces) -> None:
    start = perf_counter()
    inspection = found(meant, ScannedFaces(meant["front"], meant["back"]))
    assert perf_counter() - start < 5
    assert (inspection.good, inspection.scanned, inspection.said) == (True, True, "good")
    back = inspection.sides[1].numbers
    assert back is not None
    assert back.dyes == pytest.approx((1.0, 1.0, 1.0), abs=0.02)
    assert back.shift_mm == pytest.approx((0.0, 0.0), abs=0.005)


def test_sides_that_were_not_scanned_are_said(meant: Faces) -> None:
    inspection = found(meant, ScannedFaces(front=meant["front"]))
    assert kinds(inspection) == [(), (Kind.NOT_SCANNED,)]
    assert (inspection.good, inspection.scanned, inspection.said) == (False, False, "back: not_scanned")


@pytest.mark.parametrize(
    "picture", [Image.new("RGB", SIZE, (6, 6, 6)), Image.new("RGB", (20, 12)), Image.new("RGB", (900, 900), "white")]
)
def test_what_is_no_card_is_said(meant: Faces, picture: Image.Image) -> None:
    assert kinds(found({"back": meant["back"]}, ScannedFaces(back=picture))) == [(Kind.NO_CARD,)]


def test_a_shift_is_measured_to_a_fraction_of_a_dot(meant: Faces) -> None:
    moved = {side: ImageChops.offset(picture, 12, -5) for side, picture in meant.items()}
    inspection = found(meant, ScannedFaces(moved["front"], moved["back"]))
    for side in inspection.sides:
        assert side.kinds == (Kind.SHIFTED,)
        assert side.numbers is not None
        assert side.numbers.shift_mm == pytest.approx((12 / 300 * 25.4, -5 / 300 * 25.4), abs=0.03)


def test_the_place_on_the_card_is_told_from_the_place_in_the_scan(meant: Faces) -> None:
    """The scanner lays the card where it likes; only where the print is on the card counts."""
    shifts = []
    for seed in range(3):
        scan = look(ImageChops.offset(meant["back"], 12, 0), HOLDER.card("back"), f"place {seed}")
        numbers = found({"back": meant["back"]}, ScannedFaces(back=scan), known=True).sides[0].numbers
        assert numbers is not None
        assert numbers.shift_mm is not None
        shifts.append(numbers.shift_mm)
    assert numpy.abs(numpy.array(shifts) - (12 / 300 * 25.4, 0.0)).max() < 0.06


def test_the_card_is_found_on_its_bed() -> None:
    """A mark in each corner of the card comes to where it was drawn."""
    left, top, right, bottom = card_box()
    marks = [(left + 60, top + 60), (right - 60, top + 60), (right - 60, bottom - 60), (left + 60, bottom - 60)]
    card = Image.new("RGB", SIZE, "white")
    for x, y in marks:
        ImageDraw.Draw(card).ellipse((x - 9, y - 9, x + 9, y + 9), fill="black")
    seen = in_frame(look(card, None, "corners"))
    assert seen is not None
    for x, y in marks:
        around = 1 - seen[round(y) - 20 : round(y) + 21, round(x) - 20 : round(x) + 21].mean(axis=2)
        around = numpy.where(around > 0.3, around, 0)
        rows, columns = numpy.mgrid[round(y) - 20 : round(y) + 21, round(x) - 20 : round(x) + 21]
        middle = (columns * around).sum() / around.sum(), (rows * around).sum() / around.sum()
        assert middle == pytest.approx((x, y), abs=0.8)


def test_one_other_digit_is_wrong_text(meant: Faces) -> None:
    other = faces(HOLDER.misspelt(random.Random(3)))
    inspection = found(meant, ScannedFaces(other["front"], other["back"]))
    assert [Kind.WRONG_TEXT in side.kinds for side in inspection.sides] == [True, True]


def test_another_persons_photo_is_wrong(meant: Faces) -> None:
    other = next(person for person in PEOPLE if person.sitter != HOLDER.sitter)
    back = HOLDER.with_photo_of(other).face("back")
    assert Kind.WRONG_PHOTO in kinds(found({"back": meant["back"]}, ScannedFaces(back=back)))[0]


def test_stray_ink_beside_the_print_is_seen_only_where_the_card_is_known(meant: Faces) -> None:
    stained = meant["back"].copy()
    ImageDraw.Draw(stained).ellipse((700, 560, 730, 590), fill=(60, 60, 60))
    scan = look(stained, HOLDER.card("back"), "stain")
    assert kinds(found({"back": meant["back"]}, ScannedFaces(back=scan), known=True)) == [(Kind.STRAY,)]
    assert kinds(found({"back": meant["back"]}, ScannedFaces(back=scan))) == [()]


@pytest.mark.parametrize(
    ("picture", "why"),
    [(Image.new("RGB", SIZE, "white"), "nothing was meant"), (Image.new("RGB", (9, 9)), "1016 x 648")],
)
def test_what_cannot_have_been_meant_is_refused(picture: Image.Image, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        compare({"back": picture}, ScannedFaces(back=Image.new("RGB", SIZE, "white")), national())


def test_nothing_of_a_person_is_in_what_is_found(meant: Faces) -> None:
    inspection = found({"back": meant["back"]}, ScannedFaces(back=meant["back"]))
    told = f"{inspection!r} {inspection.said} {HOLDER!r}"
    data = HOLDER.data
    assert [each for each in (data.name, data.social_security_number, data.bank_card_number) if each in told] == []
