"""What the doctor says of the voice."""

from __future__ import annotations

from pathlib import Path

import pytest

from kiosk.config_speech import SpeechSettings
from kiosk.doctor import sound
from kiosk.doctor.findings import Finding, State, fine
from screens.speech import voice

FITTED = SpeechSettings(output="headset", device="heard")


def told(settings: SpeechSettings) -> list[Finding]:
    return list(sound.speech(settings))


@pytest.fixture(autouse=True)
def alsa(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An ALSA with one output."""
    configuration = tmp_path / "asound.conf"
    configuration.write_text("pcm.heard { type null }\n")
    monkeypatch.setenv("ALSA_CONFIG_PATH", str(configuration))
    return configuration


def test_not_fitted_nothing_is_asked_of_it() -> None:
    assert told(SpeechSettings()) == [fine("speech", "no sound output is fitted")]


def test_fitted_and_heard() -> None:
    assert told(FITTED) == [fine("speech", "headset at heard")]


def test_an_output_that_is_not_there(alsa: Path) -> None:
    alsa.write_text("")
    (finding,) = told(FITTED)
    assert (finding.state, finding.found) == (State.MISSING, "no sound can be played at heard")
    assert "aplay -L" in finding.remedy


def test_programs_that_are_not_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert [(each.found, each.remedy) for each in told(FITTED)] == [
        ("espeak-ng is not there", "apt-get install espeak-ng"),
        ("aplay is not there", "apt-get install alsa-utils"),
    ]


def test_a_program_that_does_not_work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for program in sound.PACKAGES:
        (tmp_path / program).write_text("#!/bin/sh\nexit 1\n")
        (tmp_path / program).chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert voice.check("heard") == "no_program"
    assert [each.found for each in told(FITTED)] == ["espeak-ng does not work"]
