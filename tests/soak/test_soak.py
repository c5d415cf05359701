"""A selection of what ``make soak`` does in full; and that it would notice."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from audit import Log, grown, growth, read_log, secrets_in, states_left
from machine import Sample
from wallets import write

CITIZENS = 100
STEPS = 0.35
MEGABYTE = 1_000_000


@pytest.mark.timeout(400)
@pytest.mark.pcsc
@pytest.mark.xdist_group("soak")
def test_a_hundred_citizens_and_everything_that_can_go_wrong(tmp_path: Path) -> None:
    words = ("--citizens", str(CITIZENS), "--seed", "20261122", "--workers", "4", "--steps", str(STEPS))
    soak = Path(__file__).with_name("soak.py")
    ran = subprocess.run(
        [sys.executable, str(soak), *words, "--out", str(tmp_path)], capture_output=True, text=True, check=False
    )
    told = json.loads((tmp_path / "report.json").read_text(encoding="utf-8"))
    assert (told["violations"], ran.returncode) == ([], 0), ran.stdout[-4000:]
    assert told["citizens"] == CITIZENS
    assert told["states"]["seen"] > 60
    assert any(what.startswith("fault: ") for what in told["events"])
    assert told["events"]["staff: visit"] >= 4


LOADED = {3: 80, 12: 60, 30: 20, 41: 25}
"""Megabytes that come at that citizen, and stay."""


def lasting(citizens: int, *, lost: int = 0, files: float = 0.0) -> list[Sample]:
    """A life that loads some things late, holds much for a moment, and loses bytes and files with each citizen."""

    def held(nth: int) -> int:
        loaded = sum(size for at, size in LOADED.items() if nth >= at)
        return (120 + loaded + 200 * (nth % 7 == 0)) * MEGABYTE

    return [Sample(nth, held(nth) + lost * nth, 33 + int(files * nth), 11) for nth in range(1, citizens + 1)]


def test_a_life_that_loads_what_it_needs_has_not_grown() -> None:
    assert grown(lasting(50)) == []
    assert growth(lasting(14)) == {}


@pytest.mark.parametrize(("leak", "what"), [({"lost": 200_000}, "bytes"), ({"files": 0.2}, "files")])
def test_a_planted_leak_is_seen(leak: dict[str, int], what: str) -> None:
    assert [each.split()[0] for each in grown(lasting(50, **leak))] == [what]  # type: ignore[arg-type]


def test_a_state_without_a_way_home_is_seen() -> None:
    first, second, third = ("attract", "start", "menu"), ("menu", "choose", "trap"), ("attract", "stop", "stopped")
    moves = [None, first, second, first, third]
    assert states_left(Log([*moves], [], {})) == ["trap was never left"]  # type: ignore[arg-type]
    assert states_left(Log([None, first, second, None, first], [], {})) == []  # type: ignore[arg-type]


def test_a_failed_activity_and_a_pin_in_the_log_are_seen(tmp_path: Path) -> None:
    (tmp_path / "logs").mkdir()
    (tmp_path / "state").mkdir()
    (tmp_path / "controller.stderr").touch()
    line = {"event": "activity_failed", "level": "error", "state": "menu", "error": "KeyError", "typed": "482905"}
    (tmp_path / "logs" / "controller.log").write_text(json.dumps(line) + "\n", encoding="utf-8")
    write(tmp_path / "people.toml", ())
    assert [each.split(":")[0] for each in read_log(tmp_path).wrong] == ["the log has activity_failed"]
    assert secrets_in(tmp_path, tmp_path / "people.toml", {"482905"}) == ["controller.log has a PIN"]
    assert secrets_in(tmp_path, tmp_path / "people.toml", {"731946"}) == []
