"""The real process with the real voice: switched on Help, heard, forgotten with the citizen; an output that goes."""

from __future__ import annotations

import array
import socket
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from screens_by_hand_kiosk import PATIENCE, Kiosk, target
from screens_sound_output import SoundOutput, loudness

from statemachines.views import Drawn, Frame, Say, Speech, Touched, Working

pytestmark = pytest.mark.window


@pytest.fixture(scope="module")
def output(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SoundOutput]:
    fitted = SoundOutput(tmp_path_factory.mktemp("sound"))
    with pytest.MonkeyPatch.context() as patch:
        for name, value in fitted.environment.items():
            patch.setenv(name, value)
        yield fitted


Fit = Callable[[str], Kiosk]


@pytest.fixture
def fitted(tmp_path: Path, display: str, output: SoundOutput) -> Iterator[Fit]:
    started: list[Kiosk] = []

    def start(kind: str) -> Kiosk:
        started.append(Kiosk(tmp_path / "s", display, "--speech", kind, "--sound-device", "heard"))
        assert started[0].hear_of_speech() == Speech()
        return started[0]

    yield start
    for kiosk in started:
        kiosk.stop()


def played(output: SoundOutput) -> array.array[int]:
    """What is played from now on, once there is enough of it to be a word."""
    until = time.monotonic() + PATIENCE
    while not output.file.exists() or output.file.stat().st_size < 20_000:
        assert time.monotonic() < until
        time.sleep(0.01)
    return output.samples()


def switched(kiosk: Kiosk, drawn: Drawn, aid: str) -> Drawn:
    kiosk.click(target(drawn, "turn", aid))
    heard = kiosk.hear()
    assert isinstance(heard, Drawn), "the controller is not told: it would close the page"
    return heard


def aids(drawn: Drawn) -> set[str]:
    return {each.value for each in drawn.targets if each.intent == "turn"} - {"contrast", "low_reach"}


def test_on_a_loudspeaker_it_speaks_when_asked_and_forgets_with_the_citizen(fitted: Fit, output: SoundOutput) -> None:
    kiosk = fitted("loudspeaker")
    output.file.unlink(missing_ok=True)
    help_ = kiosk.show(1, "Help")
    assert aids(help_) == {"speech"}
    assert not output.file.exists(), "nobody has asked it to speak"
    help_ = switched(kiosk, help_, "speech")
    assert aids(help_) == {"speech", "softer", "louder"}
    usual = loudness(played(output))
    output.file.unlink()
    help_ = switched(kiosk, help_, "softer")
    assert loudness(played(output)) < 0.8 * usual
    help_ = switched(kiosk, switched(kiosk, help_, "softer"), "contrast")
    assert aids(help_) == {"speech", "louder"}, "as soft as can be"
    output.file.unlink()
    kiosk.show(2, "Menu")
    played(output)
    kiosk.show(3, "Attract")
    assert aids(kiosk.show(4, "Help")) == {"speech"}, "the next citizen begins anew"


def test_on_a_headset_it_speaks_from_the_start_and_a_lost_output_is_told(fitted: Fit, output: SoundOutput) -> None:
    kiosk = fitted("headset")
    output.file.unlink(missing_ok=True)
    attract = kiosk.show(1, "Attract")
    played(output)
    kiosk.click(target(attract, "start"))
    assert kiosk.hear() == Touched(1, "start")
    assert aids(kiosk.show(2, "Help")) == {"speech", "softer", "louder"}
    kiosk.show_page(Frame(number=3), Working(Say("working.reading_card"), 0))
    played(output)
    output.file.unlink()
    played(output)  # it takes longer than was said
    output.file.unlink()
    kiosk.mouse("mousemove", "5", "1000", "click", "1")
    played(output)  # said again, for a finger was where nothing can be touched
    output.pull_out()
    kiosk.show(4, "Menu")
    assert kiosk.hear_of_speech() == Speech("silent")
    assert aids(kiosk.show(5, "Help")) == set(), "what cannot be heard is not offered"
    kiosk.connection.shutdown(socket.SHUT_RDWR)
    kiosk.accept()
    assert kiosk.hear_of_speech() == Speech("silent"), "told on connecting"
    output.fit()
