"""Fingers on the pages of issuing, in the real process and window: live pictures, digits, a signature."""

from __future__ import annotations

import io

import msgspec
import pytest
from PIL import Image
from screens_by_hand_kiosk import Kiosk, colour_at, target

from screens import sample_pictures
from screens.samples import SAMPLES
from statemachines.views import Confirm, Drawn, Frame, Photo, Row, Say, Touched, Verbatim

pytestmark = pytest.mark.window
FRAME, _ = SAMPLES["Photo"]


def plain(colour: str, right: str = "") -> bytes:
    """A picture of one colour, or of two side by side."""
    image = Image.new("RGB", (480, 600), colour)
    if right:
        image.paste(right, (240, 0, 480, 600))
    written = io.BytesIO()
    image.save(written, "PNG")
    return written.getvalue()


def frame(number: int) -> Frame:
    return msgspec.structs.replace(FRAME, number=number)


def heard(kiosk: Kiosk, number: int) -> list[object]:
    """Everything until the answer of a view that is shown now."""
    kiosk.send(Frame(number), Photo("taking"))
    messages: list[object] = []
    while not (isinstance(message := kiosk.hear(), Drawn) and message.number == number):
        messages.append(message)
    return messages


def test_a_finger_down_while_pictures_run_still_touches(kiosk: Kiosk) -> None:
    take = target(kiosk.show_page(frame(5), Photo("aim", plain("#200000"))), "take")
    kiosk.press(take)
    for shade in range(5):
        kiosk.send(frame(5), Photo("aim", plain(f"#{40 + shade:02x}0000")))
    drawn = kiosk.show_page(frame(6), Photo("aim", plain("#00A000")))  # the same to a finger, but numbered anew
    assert drawn.number == 6
    kiosk.mouse("mouseup", "1")
    assert kiosk.hear() == Touched(6, "take")


def test_a_live_picture_of_the_same_view_is_shown_and_not_told(kiosk: Kiosk) -> None:
    drawn = kiosk.show_page(frame(5), Photo("aim", plain("#A00000")))
    kiosk.send(frame(5), Photo("aim", plain("#0000A0", "#00A000")))
    assert heard(kiosk, 9) == []
    kiosk.show_page(frame(10), Photo("aim", plain("#A00000")))
    kiosk.send(frame(10), Photo("aim", plain("#0000A0", "#00A000")))
    help_ = target(drawn, "help")
    kiosk.click(help_)
    assert kiosk.hear() == Touched(10, "help")  # the picture came before the touch, and is on the glass
    glass = kiosk.picture()
    assert colour_at(glass, 400, 1200) == "#00A000"  # mirrored: what the camera has at its right
    assert colour_at(glass, 680, 1200) == "#0000A0"


def test_while_the_picture_is_taken_the_last_one_stays(kiosk: Kiosk) -> None:
    kiosk.show_page(frame(5), Photo("aim", plain("#0000A0")))
    kiosk.show_page(frame(6), Photo("taking"))
    assert colour_at(kiosk.picture(), 400, 1200) == "#0000A0"
    kiosk.show_page(frame(7), Photo("good", plain("#A00000")))
    assert colour_at(kiosk.picture(), 400, 1200) == "#A00000"


def test_a_finger_does_not_confirm_what_came_under_it(kiosk: Kiosk) -> None:
    row = Row(Say("personal.name"), Verbatim("一"))
    right = target(kiosk.show_page(frame(5), Confirm(Say("personal.title"), (row,))), "right")
    kiosk.press(right)
    drawn = kiosk.show_page(frame(6), Confirm(Say("personal.title"), (row, row)))
    kiosk.mouse("mouseup", "1")
    kiosk.click(target(drawn, "help"))
    assert kiosk.hear() == Touched(6, "help")  # and nothing before it


def test_but_it_may_leave(kiosk: Kiosk) -> None:
    leave = target(kiosk.show_page(frame(5), Confirm(Say("personal.title"), ())), "leave")
    kiosk.press(leave)
    kiosk.show(6, "PinEntry")
    kiosk.mouse("mouseup", "1")
    assert kiosk.hear() == Touched(6, "leave")


def test_digits_are_typed_here_and_told_when_entered(kiosk: Kiosk) -> None:
    drawn = kiosk.show(5, "EnterDigits")
    for digit in "9012345":
        kiosk.click(target(drawn, "digit", digit))
        messages = [kiosk.hear(), kiosk.hear()]
        assert Touched(5, "turn", "digit") in messages
        drawn = next(message for message in messages if isinstance(message, Drawn))
    kiosk.click(target(drawn, "erase"))
    assert Touched(5, "turn", "erase") in [kiosk.hear(), kiosk.hear()]
    kiosk.show(6, "Help")
    large = kiosk.show(7, "EnterDigits", language="en", large=True)
    kiosk.click(target(large, "enter"))
    assert kiosk.hear() == Touched(7, "enter", "901234")
    kiosk.show(8, "Menu")
    assert "enter" not in {each.intent for each in kiosk.show(9, "EnterDigits").targets}


def test_a_signature_is_drawn_live_kept_and_told(kiosk: Kiosk) -> None:
    drawn = kiosk.show(5, "Sign")
    field = target(drawn, "ink")
    x, y = field.x + field.width // 4, field.y + field.height // 2
    before = kiosk.picture()
    way = [word for step in range(1, 6) for word in ("sleep", "0.1", "mousemove", str(x + step * 40), str(y))]
    kiosk.mouse("mousemove", str(x), str(y), "mousedown", "1", *way, "sleep", "0.1", "mouseup", "1")  # at a hand's pace
    messages = [kiosk.hear(), kiosk.hear()]
    assert Touched(5, "turn", "ink") in messages
    assert colour_at(before, x + 100, y) == "#FFFFFF"
    assert colour_at(kiosk.picture(), x + 100, y) == "#14283C"
    drawn = kiosk.show(6, "Sign", large=True)  # another size: the ink is there, and may be sent
    kiosk.click(target(drawn, "signed"))
    told = kiosk.hear()
    assert isinstance(told, Touched)
    assert (told.number, told.intent) == (6, "signed")
    points = [tuple(map(int, point.split(","))) for point in told.value.split(" ")]
    assert points[0] == pytest.approx((250, 200), abs=3)
    assert points[-1] == pytest.approx((250 + 200_000 / field.width, 200), abs=4)
    kiosk.click(target(drawn, "begin_again"))
    messages = [kiosk.hear(), kiosk.hear()]
    assert Touched(6, "turn", "begin_again") in messages
    cleared = next(message for message in messages if isinstance(message, Drawn))
    assert "signed" not in {each.intent for each in cleared.targets}


def test_a_real_picture_looks_as_it_should(kiosk: Kiosk) -> None:
    kiosk.show_page(frame(5), Photo("good", sample_pictures.finished()))
    glass = kiosk.picture().convert("RGB")
    dark = [y for y in range(300, 1500, 4) if sum(glass.getpixel((540, y))) < 150]  # type: ignore[arg-type]
    assert min(dark) < 700  # the hair is above
