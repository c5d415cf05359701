"""The real process in a real window: view in, drawn out, touched with a real click."""

from __future__ import annotations

import signal
from pathlib import Path

import msgspec
import pytest
from screens_by_hand_kiosk import PATIENCE, Kiosk, colour_at, target

from screens.theme import STANDARD
from statemachines.views import Attract, Drawn, Frame, Say, Show, Touched, Working

pytestmark = pytest.mark.window


def test_a_view_is_drawn_and_a_touch_on_it_told(kiosk: Kiosk) -> None:
    drawn = kiosk.show(5, "Attract")
    assert (drawn.number, drawn.page) == (5, "Attract")
    start = target(drawn, "start")
    assert colour_at(kiosk.picture(), start.x + 30, start.y + 30) == STANDARD["primary"]
    kiosk.click(start)
    assert kiosk.hear() == Touched(5, "start")


def test_touching_twice_tells_once(kiosk: Kiosk) -> None:
    drawn = kiosk.show(6, "Menu")
    kiosk.click(target(drawn, "choose", "pension"), times=3)
    assert kiosk.hear() == Touched(6, "choose", "pension")
    drawn = kiosk.show(7, "Amount")  # the next thing heard is this view, not a second touch
    assert drawn.number == 7
    kiosk.click(target(drawn, "print"))
    assert kiosk.hear() == Touched(7, "print")


def test_pages_are_turned_here_and_the_place_is_kept(kiosk: Kiosk) -> None:
    first = kiosk.show(8, "Menu")
    kiosk.click(target(first, "turn", "more"))
    heard = [kiosk.hear(), kiosk.hear()]
    assert Touched(8, "turn", "more") in heard
    second = next(message for message in heard if isinstance(message, Drawn))
    assert ("choose", "pin_change") in {(one.intent, one.value) for one in second.targets}
    english = kiosk.show(9, "Menu", language="en")  # the same page in the other language: still there
    assert ("choose", "pin_change") in {(one.intent, one.value) for one in english.targets}
    kiosk.show(10, "Attract")  # nobody here any more
    assert ("choose", "pin_change") not in {(one.intent, one.value) for one in kiosk.show(11, "Menu").targets}


def test_display_aids_last_until_the_citizen_has_gone(kiosk: Kiosk) -> None:
    drawn = kiosk.show(12, "Help")
    kiosk.click(target(drawn, "turn", "contrast"))
    assert kiosk.hear() == drawn  # drawn again, and the controller not told: it would close the page
    kiosk.show(13, "Menu")
    assert colour_at(kiosk.picture(), 5, 1000) == "#000000"
    kiosk.show(14, "Attract")
    assert colour_at(kiosk.picture(), 5, 1000) == STANDARD["paper"]


def test_killed_and_started_again_it_shows_the_same_page(kiosk: Kiosk) -> None:
    before = kiosk.show(15, "Years")
    picture = kiosk.picture()
    kiosk.process.send_signal(signal.SIGKILL)
    kiosk.process.wait(PATIENCE)
    kiosk.start()
    assert kiosk.show(15, "Years") == before
    assert kiosk.picture().tobytes() == picture.tobytes()


def test_without_a_controller_it_asks_for_a_moment(kiosk: Kiosk) -> None:
    kiosk.show(16, "Details")
    details = kiosk.picture().tobytes()
    kiosk.lines.close()
    kiosk.connection.close()
    kiosk.accept()
    kiosk.show_page(Frame(number=17), Attract(()))
    assert kiosk.picture().tobytes() != details


def test_a_view_that_cannot_be_drawn_does_not_end_the_screens(kiosk: Kiosk) -> None:
    kiosk.connection.sendall(msgspec.json.encode(Show(Frame(number=19), Working(Say("no.such.key"), 5))) + b"\n")
    assert kiosk.show(20, "Menu").number == 20
    assert kiosk.process.poll() is None


def test_stopped_politely_it_ends_politely(tmp_path: Path, display: str) -> None:
    kiosk = Kiosk(tmp_path / "s", display)
    kiosk.show(18, "Attract")
    kiosk.stop()
    assert kiosk.process.returncode == 0
    assert kiosk.process.stderr is not None
    assert kiosk.process.stderr.read() == b""
