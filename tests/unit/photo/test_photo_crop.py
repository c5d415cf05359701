"""The cut puts the head where the rule wants it, whatever the face; the card's photo keeps its proportions."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from photo_examples import good_photo
from PIL import Image, ImageDraw

from devices.camera.landmarks import Landmarks
from kiosk.photo.crop import CannotCut, card_photo, crop_to_rule, cut_for
from kiosk.photo.report import Fault
from kiosk.photo.rule import NATIONAL
from screens.locale.catalogue import Catalogue


@given(
    x=st.floats(100, 1000),
    y=st.floats(200, 800),
    width=st.floats(80, 400),
    apart=st.floats(0.3, 0.5),
    crown=st.floats(0.5, 1.3),
)
def test_every_head_comes_to_its_place(x: float, y: float, width: float, apart: float, crown: float) -> None:
    face = Landmarks(
        left_eye=(x - apart * width / 2, y),
        right_eye=(x + apart * width / 2, y),
        hair_top=y - crown * width,
        chin=y + 0.7 * width,
        face_left=x - width / 2,
        face_right=x + width / 2,
    )
    cut = cut_for(face, NATIONAL)
    after = face.moved(cut.left, cut.top, cut.scale)
    assert after.hair_top == pytest.approx(14)
    assert after.eye_middle[0] == pytest.approx(179)
    assert NATIONAL.height - after.eye_middle[1] >= NATIONAL.eyes_above_lower_edge
    if crown * 255 <= 219:
        assert NATIONAL.face_width[0] <= after.face_width <= NATIONAL.face_width[1]


def test_nothing_is_invented_at_the_edge() -> None:
    face = Landmarks(left_eye=(60, 200), right_eye=(120, 200), hair_top=100, chin=300, face_left=20, face_right=160)
    with pytest.raises(CannotCut) as error:
        crop_to_rule(Image.new("RGB", (640, 480)), face)
    assert error.value.fault.fault is Fault.OUT_OF_PICTURE
    assert "fault" not in str(error.value)


def test_the_photo_on_the_card() -> None:
    assert card_photo(good_photo()[0]).size == (236, 295)
    assert card_photo(good_photo()[0], 600).size == (472, 591)


def test_the_photo_on_the_card_is_cut_evenly_and_not_squeezed() -> None:
    photo = Image.new("RGB", (358, 441), "white")
    ImageDraw.Draw(photo).ellipse((79, 120, 279, 320), fill="black")
    dark = card_photo(photo).convert("L").point(lambda level: 255 if level < 128 else 0).getbbox()
    assert dark is not None
    left, top, right, bottom = dark
    assert right - left == pytest.approx(bottom - top, abs=1)
    assert (left + right) / 2 == pytest.approx(118, abs=1)


def test_every_fault_has_words() -> None:
    catalogue = Catalogue.load()
    named = {key for key in catalogue.keys("zh") if key.startswith("photo.fault.")}
    assert named == {f"photo.fault.{fault.value}" for fault in Fault}
