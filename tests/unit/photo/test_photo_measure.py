"""Every fault that is planted is named, and nothing else is; numbers agree with where the face was drawn."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest
from photo_examples import SMALL, file_of, good_photo, moved, on_wall, painted, seen
from PIL import Image

from devices.camera.landmarks import Landmarks
from devices.camera.simulated_face import Scene
from kiosk.photo.drawn import drawn
from kiosk.photo.faces import find
from kiosk.photo.jpeg import encode
from kiosk.photo.measure import NotAPicture, measure
from kiosk.photo.report import Box, Fault, Line
from kiosk.photo.rule import NATIONAL, PhotoRule
from kiosk.photo.taken import take

PEOPLE = tuple("abcdefgh")


def faults(photo: Image.Image | bytes, landmarks: Landmarks | None = None, **rule: object) -> list[Fault]:
    return [fault.fault for fault in measure(photo, landmarks, PhotoRule.model_validate(rule)).faults]


@pytest.mark.parametrize("name", PEOPLE)
def test_the_face_is_found_where_it_was_drawn(name: str) -> None:
    image, truth = seen(name)
    assert truth is not None
    found = find(image).landmarks
    assert found is not None
    near = 0.02 * truth.face_width
    for told, is_ in (
        (found.left_eye, truth.left_eye),
        (found.right_eye, truth.right_eye),
        ((found.face_left, found.face_right), (truth.face_left, truth.face_right)),
        ((found.hair_top, found.chin), (truth.hair_top, truth.chin)),
    ):
        assert told == pytest.approx(is_, abs=near)


@pytest.mark.parametrize("name", PEOPLE)
def test_a_good_picture_makes_a_photo_without_fault(name: str) -> None:
    taken = take(seen(name)[0])
    assert taken.report.faults == ()
    assert taken.report.good
    measured = taken.report.measured
    assert (measured.width, measured.height, measured.faces, measured.dpi) == (358, 441, 1, 350)
    assert taken.file is not None
    assert 14 * 1024 <= len(taken.file) <= 40 * 1024 == NATIONAL.file_kilobytes[1] * 1024
    again = measure(taken.file)
    assert again.faults == ()
    assert again.measured.face_width == pytest.approx(217, abs=6)
    assert again.measured.hair_top == pytest.approx(14, abs=3)
    assert again.measured.eye_middle == pytest.approx(179, abs=4)


@pytest.mark.parametrize(
    ("wrong", "fault"),
    [
        ({"turn": 0.5}, Fault.TURNED),
        ({"turn": -0.7}, Fault.TURNED),
        ({"tilt": 9.0}, Fault.TILTED),
        ({"tilt": -9.0}, Fault.TILTED),
        ({"blur": 4.0}, Fault.BLURRED),
        ({"glare": 0.5}, Fault.GLARE),
        ({"glare": 0.9}, Fault.GLARE),
        ({"uneven": 0.5}, Fault.BACKGROUND_NOT_PLAIN),
        ({"backdrop": (170, 190, 215)}, Fault.BACKGROUND_NOT_WHITE),
        ({"nobody": True}, Fault.NO_FACE),
        ({"eyes": (0.2, 0.42)}, Fault.OUT_OF_PICTURE),
        ({"face_width": 420.0}, Fault.OUT_OF_PICTURE),
    ],
    ids=str,
)
def test_what_is_wrong_before_the_camera_is_named(wrong: dict[str, object], fault: Fault) -> None:
    taken = take(seen("b", replace(SMALL, **wrong))[0])  # type: ignore[arg-type]
    assert [each.fault for each in taken.report.faults] == [fault]


def test_too_little_light_is_dark_and_makes_the_wall_grey() -> None:
    taken = take(seen("b", replace(SMALL, light=0.3))[0])
    assert [each.fault for each in taken.report.faults] == [Fault.DARK, Fault.BACKGROUND_NOT_WHITE]


def test_two_people() -> None:
    image = Image.new("RGB", (1440, 640))
    image.paste(seen("a")[0], (0, 0))
    image.paste(seen("c")[0], (720, 0))
    taken = take(image)
    assert [each.fault for each in taken.report.faults] == [Fault.SEVERAL_FACES]
    assert len(taken.report.faults[0].marks) == 2


@pytest.mark.parametrize(
    ("where", "fault"),
    [
        ({"right": 30}, Fault.RIGHT_OF_MIDDLE),
        ({"right": -30}, Fault.LEFT_OF_MIDDLE),
        ({"scale": 0.75, "down": -35}, Fault.FACE_SMALL),
        ({"down": 12}, Fault.HAIR_FAR_FROM_EDGE),
        ({"down": -12}, Fault.HAIR_NEAR_EDGE),
        ({"scale": 1.25, "down": 40}, Fault.FACE_LARGE),
    ],
    ids=str,
)
@pytest.mark.parametrize("known", [True, False], ids=["landmarks", "cascade"])
def test_a_face_at_the_wrong_place_is_named(where: dict[str, float], fault: Fault, known: bool) -> None:
    image, landmarks = moved(**where)
    assert faults(image, landmarks if known else None) == [fault]


def test_scenario_a3_both_faults_are_named_and_drawn() -> None:
    """Eye line 190 px above the lower edge, 11 KB."""
    image, landmarks = moved(down=441 - 170 - 190)
    file = encode(image, PhotoRule.model_validate({"file_kilobytes": [9, 11]}))
    report = measure(file, landmarks)
    named = {each.fault: each for each in report.faults}
    assert list(named) == [Fault.EYES_LOW, Fault.HAIR_FAR_FROM_EDGE, Fault.FILE_SMALL]
    low = named[Fault.EYES_LOW]
    assert (low.key, low.found, low.allowed) == ("photo.fault.eyes_low", "190", "207 or more")
    assert low.marks == (Box(0, 0, 358, 234), Line(0, pytest.approx(251), 358, pytest.approx(251)))
    assert named[Fault.FILE_SMALL].marks == ()
    shown = drawn(image, [low])
    assert shown.size == image.size
    assert shown.getpixel((10, 251)) == (244, 181, 68)
    assert image.getpixel((10, 251)) != (244, 181, 68)


def test_a_face_too_small_and_too_low_is_drawn_as_both() -> None:
    image, landmarks = moved(down=441 - 170 - 190)
    rule = PhotoRule.model_validate({"face_width": [230, 255]})
    named = {each.fault: each for each in measure(image, landmarks, rule).faults}
    assert {Fault.FACE_SMALL, Fault.EYES_LOW} <= named.keys()
    alone, both = drawn(image, [named[Fault.EYES_LOW]]), drawn(image, [named[Fault.FACE_SMALL], named[Fault.EYES_LOW]])
    x, y = round(landmarks.face_left), round(landmarks.chin) - 5
    assert (alone.getpixel((x, y)) == (244, 181, 68), both.getpixel((x, y)) == (244, 181, 68)) == (False, True)


def test_a_border_is_found_on_each_side() -> None:
    for box in ((0, 0, 358, 2), (0, 0, 1, 441), (355, 0, 358, 441)):
        image = painted(lambda pen, box=box: pen.rectangle(box, fill=(90, 90, 90)))  # type: ignore[misc]
        report = measure(image, good_photo()[1])
        assert [each.fault for each in report.faults] == [Fault.BORDER]
        assert len(report.faults[0].marks) == 1
    framed = painted(lambda pen: pen.rectangle((0, 0, 357, 440), outline=(0, 0, 0), width=3))
    assert faults(framed) == [Fault.BORDER]


def test_the_wall_and_the_clothes() -> None:
    assert faults(on_wall((225, 225, 225))) == [Fault.BACKGROUND_NOT_WHITE]
    assert faults(on_wall((255, 250, 235))) == [Fault.BACKGROUND_NOT_WHITE]
    shadow = painted(lambda pen: pen.rectangle((310, 40, 340, 150), fill=(180, 180, 180)))
    assert faults(shadow, good_photo()[1]) == [Fault.BACKGROUND_NOT_PLAIN]
    shirt = painted(lambda pen: pen.rectangle((0, 380, 358, 441), fill=(240, 240, 240)))
    assert faults(shirt, good_photo()[1]) == [Fault.LIGHT_CLOTHES]


def test_the_file() -> None:
    photo, face = good_photo()
    assert faults(file_of(photo), face) == []
    assert faults(file_of(photo, dpi=(72, 72)), face) == [Fault.RESOLUTION]
    assert faults(file_of(photo, quality=30), face) == [Fault.FILE_SMALL]
    assert faults(file_of(photo, quality=100), face) == [Fault.FILE_LARGE]
    assert faults(file_of(photo.convert("L"), quality=88), face) == [Fault.COLOUR]
    png = file_of(photo, format="PNG")
    assert faults(png, face, file_kilobytes=(0, 999)) == [Fault.FORMAT]
    assert faults(file_of(photo.resize((300, 400)), quality=92)) == [Fault.SIZE]


@pytest.mark.parametrize("quality", [40, 70, 85, 95])
def test_the_quality_of_a_file_is_read_from_its_tables(quality: int) -> None:
    measured = measure(file_of(good_photo()[0], quality=quality), good_photo()[1]).measured
    assert measured.quality == pytest.approx(quality, abs=1)


@pytest.mark.parametrize("wanted", [(9, 20), (14, 40), (25, 30), (60, 70)])
def test_a_file_is_made_to_size(wanted: tuple[int, int]) -> None:
    rule = PhotoRule.model_validate({"file_kilobytes": wanted})
    photo, face = good_photo()
    file = encode(photo, rule)
    assert wanted[0] * 1024 <= len(file) <= wanted[1] * 1024
    assert measure(file, face, rule).faults == ()


def test_a_size_that_cannot_be_made_is_named() -> None:
    photo, face = good_photo()
    for wanted, fault in (((1, 2), Fault.FILE_LARGE), ((900, 999), Fault.FILE_SMALL)):
        rule = PhotoRule.model_validate({"file_kilobytes": wanted})
        assert [each.fault for each in measure(encode(photo, rule), face, rule).faults] == [fault]


def test_a_region_changes_the_rule() -> None:
    image, landmarks = moved(right=30)
    assert faults(image, landmarks, eye_middle=(162, 215)) == []


@pytest.mark.parametrize("file", [b"", b"not a picture", file_of(good_photo()[0])[:400]], ids=["empty", "text", "cut"])
def test_no_picture(file: bytes) -> None:
    with pytest.raises(NotAPicture):
        measure(file)


def test_it_is_quick() -> None:
    image, _ = seen("d", Scene())
    take(image)
    start = time.perf_counter()
    for _ in range(3):
        take(image)
    assert (time.perf_counter() - start) / 3 < 0.3
