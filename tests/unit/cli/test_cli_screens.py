"""How the touchscreen is started: with what the configuration says, in the program's own words."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from typer.testing import CliRunner

from kiosk.cli import build
from screens.__main__ import parser

CONFIGURATION = """
[kiosk]
id = "K0001"
place_zh = "厅"
place_en = "Hall"
region = "990100"
[host]
url = "https://127.0.0.1:1"
authority_file = "a"
certificate_file = "b"
key_file = "c"
"""


@pytest.mark.parametrize(
    ("section", "speech", "device"),
    [
        ("", None, "default"),
        ('[speech]\noutput = "headset"\ndevice = "plughw:CARD=Device"', "headset", "plughw:CARD=Device"),
        ('[speech]\noutput = "loudspeaker"', "loudspeaker", "default"),
    ],
)
def test_the_sound_output_is_handed_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, section: str, speech: str | None, device: str
) -> None:
    file = tmp_path / "kiosk.toml"
    file.write_text(f"{CONFIGURATION}{section}\n", encoding="utf-8")
    started: list[list[str]] = []
    monkeypatch.setattr(os, "execve", lambda program, words, environment: started.append(words))
    answer = CliRunner().invoke(build(["screens"]), ["screens", "--config", str(file)])
    assert answer.exit_code == 0, answer.output
    ((_, _, _, *words),) = started
    given = parser().parse_args(words)
    assert (given.speech, given.sound_device) == (speech, device)
