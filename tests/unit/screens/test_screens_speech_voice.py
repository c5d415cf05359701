"""The voice, with the real espeak-ng and the real ALSA: a sound output that leaves its samples in a file."""

from __future__ import annotations

import array
import contextlib
import logging
import os
import queue
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from screens_sound_output import SoundOutput, loudness

from screens.speech.pronouncing import SPEAKERS
from screens.speech.voice import Fault, Voice, _Wish, check, making, playing

PATIENCE = 30.0
CHINESE = "请在键盘上输入社保卡密码。"
ENGLISH = "Enter your card PIN on the keypad."


@pytest.fixture
def output(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> SoundOutput:
    fitted = SoundOutput(tmp_path)
    for name, value in fitted.environment.items():
        monkeypatch.setenv(name, value)
    return fitted


@pytest.fixture
def told() -> queue.Queue[Fault]:
    return queue.Queue()


@pytest.fixture
def speaking(told: queue.Queue[Fault]) -> Iterator[Callable[..., Voice]]:
    """Starts a voice that looks often."""
    started: list[Voice] = []

    def start(**settings: float) -> Voice:
        voice = Voice("heard", told.put, **{"look_after": PATIENCE, "look_again_after": 0.02, **settings})
        voice.start()
        started.append(voice)
        return voice

    yield start
    for voice in started:
        voice.stop()


def heard(voice: Voice, output: SoundOutput, language: str, text: str, amplitude: int = 100) -> array.array[int]:
    """All of it, once it has been said."""
    output.file.unlink(missing_ok=True)
    voice.say(language, text, amplitude)
    until = time.monotonic() + PATIENCE
    while voice.busy or not output.file.exists():
        assert time.monotonic() < until
        time.sleep(0.01)
    return output.samples()


def test_both_languages_are_heard_and_differ(
    output: SoundOutput, told: queue.Queue[Fault], speaking: Callable[..., Voice]
) -> None:
    voice = speaking()
    assert told.get(timeout=PATIENCE) == ""
    chinese, english = heard(voice, output, "zh", CHINESE), heard(voice, output, "en", ENGLISH)
    for samples in (chinese, english):
        assert len(samples) > 22_050, "more than a second"
        assert loudness(samples) > 500
    assert chinese != english
    both = heard(voice, output, "en", f"{ENGLISH} 秀兰")
    assert len(both) > len(english) + 5_000, "a Chinese name is said too"
    assert told.empty()


def test_softer_is_softer(output: SoundOutput, speaking: Callable[..., Voice]) -> None:
    voice = speaking()
    levels = [loudness(heard(voice, output, "zh", CHINESE, amplitude)) for amplitude in (14, 28, 56, 112, 200)]
    assert levels == sorted(levels)
    assert levels[-1] > 10 * levels[0], "20 dB and more"
    assert max(map(abs, output.samples())) < 32_767, "not cut off at the top"


def test_a_new_page_cuts_the_old_one_off(
    output: SoundOutput, told: queue.Queue[Fault], speaking: Callable[..., Voice]
) -> None:
    os.mkfifo(output.file)
    listener = os.open(output.file, os.O_RDWR | os.O_NONBLOCK)  # who does not listen on stops the player
    try:
        voice = speaking(late=PATIENCE)
        assert told.get(timeout=PATIENCE) == ""
        _drained(listener, lambda: not voice.busy)
        voice.say("zh", CHINESE * 20, 100)
        began = _read(listener)
        voice.say("en", ENGLISH, 100)
        rest = _drained(listener, lambda: not voice.busy)
    finally:
        os.close(listener)
    whole = 20 * len(_sound("zh", CHINESE)) // 2
    ours = len(_sound("en", ENGLISH))
    assert began
    assert ours < rest < ours + 400_000 < whole, "the new one whole, and of the old one only what was on its way"
    assert told.empty(), "being interrupted is no fault"


def _sound(language: str, text: str) -> bytes:
    command = making(SPEAKERS[language], 100)
    return subprocess.run(command, input=text.encode(), capture_output=True, check=True).stdout


def _read(listener: int) -> bytes:
    until = time.monotonic() + PATIENCE
    while True:
        assert time.monotonic() < until
        try:
            return os.read(listener, 4096)
        except BlockingIOError:
            time.sleep(0.005)


def _drained(listener: int, done: Callable[[], bool]) -> int:
    """Bytes that came until it was ``done`` and nothing was left."""
    count, until = 0, time.monotonic() + PATIENCE
    while True:
        assert time.monotonic() < until
        over = done()
        try:
            count += len(os.read(listener, 65_536))
        except BlockingIOError:
            if over:
                return count
            time.sleep(0.005)


def test_quiet_when_it_is_told_to_be(output: SoundOutput, speaking: Callable[..., Voice]) -> None:
    os.mkfifo(output.file)
    listener = os.open(output.file, os.O_RDWR | os.O_NONBLOCK)
    try:
        voice = speaking(late=PATIENCE)
        voice.say("zh", CHINESE * 20, 100)
        _read(listener)
        voice.hush()
        assert _drained(listener, lambda: not voice.busy) < 400_000
    finally:
        os.close(listener)


def test_an_output_that_goes_is_told_and_when_it_is_back(
    output: SoundOutput, told: queue.Queue[Fault], speaking: Callable[..., Voice]
) -> None:
    voice = speaking()
    assert told.get(timeout=PATIENCE) == ""
    output.pull_out()
    voice.say("zh", CHINESE, 100)
    assert told.get(timeout=PATIENCE) == "silent"
    output.fit()
    assert told.get(timeout=PATIENCE) == ""
    assert voice.fault == ""


def test_it_is_noticed_without_a_word_being_said(
    output: SoundOutput, told: queue.Queue[Fault], speaking: Callable[..., Voice]
) -> None:
    speaking(look_after=0.02)
    assert told.get(timeout=PATIENCE) == ""
    output.pull_out()
    assert told.get(timeout=PATIENCE) == "silent"


def test_an_output_that_takes_no_more_counts_as_silent(
    output: SoundOutput, told: queue.Queue[Fault], speaking: Callable[..., Voice]
) -> None:
    os.mkfifo(output.file)
    listener = os.open(output.file, os.O_RDWR | os.O_NONBLOCK)
    try:
        voice = speaking(late=0.3, look_again_after=PATIENCE)
        assert told.get(timeout=PATIENCE) == ""
        with contextlib.suppress(BlockingIOError):
            while True:
                os.write(listener, bytes(4096))  # and nobody reads it
        voice.say("en", "Hello", 100)
        assert told.get(timeout=PATIENCE) == "silent"
    finally:
        os.close(listener)


@pytest.mark.usefixtures("output")
def test_without_its_programs_it_says_so(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert check("heard") == ""
    assert check("no such output") == "silent"
    monkeypatch.setenv("PATH", str(tmp_path))
    assert check("heard") == "no_program"


def test_what_is_said_is_in_no_log_and_in_no_argument(
    output: SoundOutput,
    told: queue.Queue[Fault],
    speaking: Callable[..., Voice],
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    voice = speaking()
    heard(voice, output, "zh", "秀兰九九零一")
    output.pull_out()
    voice.say("zh", "秀兰九九零一", 100)
    assert [told.get(timeout=PATIENCE) for _ in range(2)] == ["", "silent"]
    assert "silent" in caplog.text
    assert "秀兰" not in caplog.text
    assert "九九" not in caplog.text
    assert "秀兰" not in repr(_Wish("zh", "秀兰", 100))
    assert making(SPEAKERS["zh"], 100)[-2:] == ["--stdin", "--stdout"]
    assert playing("heard")[-1] == "-"
