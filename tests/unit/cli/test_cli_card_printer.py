"""``kiosk device card-printer`` end to end, with ``kiosk simulate card-printer`` on TCP: both models, one address."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from PIL import Image

pytestmark = [pytest.mark.pcsc, pytest.mark.timeout(120)]


@contextmanager
def simulated(model: str) -> Iterator[str]:
    """Its address as an operator would write it."""
    words = ("simulate", "card-printer", "--model", model, "--listen", "tcp://127.0.0.1:0", "--option", "pace=0.02")
    process = subprocess.Popen(
        [sys.executable, "-m", "kiosk.cli", *words], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout is not None
        yield f"tcp://{urlsplit(process.stdout.readline().strip()).netloc}"
    finally:
        process.terminate()
        process.wait(15)


def by_hand(model: str, at: str, *words: str, code: int = 0) -> Any:
    """The answer as JSON; of a failure the words of the complaint."""
    told = ("--option", "fastest_print_seconds=0.1") if model == "evolis" else ()
    run = subprocess.run(
        [sys.executable, "-m", "kiosk.cli", "device", "card-printer", "--model", model, "--at", at, *words, "--json",
         *told],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert run.returncode == code, run.stderr
    return json.loads(run.stdout) if code == 0 else run.stderr


def test_an_evolis_feeds_prints_and_hands_out(tmp_path: Path) -> None:
    for side in ("front", "back"):
        Image.new("RGB", (1016, 648), "white").save(tmp_path / f"{side}.png")
    with simulated("evolis") as at:
        assert by_hand("evolis", at, "status")["ready"] is True
        assert by_hand("evolis", at, "feed") == {"position": "inPath"}
        assert by_hand("evolis", at, "contact")["position"] == "atContact"
        sides = ("--front", str(tmp_path / "front.png"), "--back", str(tmp_path / "back.png"))
        assert by_hand("evolis", at, "print", *sides)["outcome"] == "printed"
        assert "--front" in by_hand("evolis", at, "print", "--fornt", "x.png", code=2)
        assert by_hand("evolis", at, "present") == {"position": "atBezel"}
        assert by_hand("evolis", at, "retain") == {"moved": True, "position": "rejected"}
        assert "printing 2 sides" in by_hand("evolis", at, "print", *sides, code=1)  # with no card there is no print


def test_a_crt591_feeds_reaches_the_chip_and_hands_out() -> None:
    with simulated("crt591") as at:
        assert by_hand("crt591", at, "status")["ready"] is True
        assert by_hand("crt591", at, "feed") == {"position": "atContact"}
        assert by_hand("crt591", at, "contact")["position"] == "atContact"
        assert by_hand("crt591", at, "chip")["atr"].startswith("3B")
        assert "does not print" in by_hand("crt591", at, "print", "--front", "x.png", code=2)
        assert by_hand("crt591", at, "present") == {"position": "atBezel"}
        assert by_hand("crt591", at, "retain") == {"moved": True, "position": "rejected"}
