"""A controller that really blocks, in a process of its own: noticed by its own thread, told, ended if it must be, and
whole again when it is started anew."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from kiosk.clock import SystemClock
from kiosk.journal.store import Journal

STUCK_KIOSK = Path(__file__).with_name("stuck_kiosk.py")
ROOT = Path(__file__).parents[2]


@pytest.fixture
def settings(tmp_path: Path) -> Path:
    file = tmp_path / "settings.json"
    folder = str(tmp_path)
    file.write_text(
        json.dumps(
            {
                "kiosk": {
                    "id": "K0001",
                    "place_zh": "示例",
                    "place_en": "Example",
                    "region": "990100",
                    "state_directory": f"{folder}/state",
                },
                "host": {
                    "url": "https://127.0.0.1:1",
                    "authority_file": f"{folder}/a",
                    "certificate_file": f"{folder}/c",
                    "key_file": f"{folder}/k",
                },
                "link": {"socket": f"{folder}/link.sock"},
                "fleet": {"office_url": "https://127.0.0.1:1", "directory": f"{folder}/member"},
            }
        ),
        encoding="utf-8",
    )
    return file


def lives(settings: Path, block: float) -> int:
    """Run it to its end; how it ended."""
    return subprocess.run(
        [sys.executable, str(STUCK_KIOSK), str(settings), str(block)],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        timeout=60,
        check=False,
    ).returncode


def told(settings: Path) -> list[tuple[str, dict[str, Any], str]]:
    """Its events, each with the start it was written in."""
    journal = Journal(settings.parent / "state" / "journal.db", SystemClock(), "K0001")
    try:
        kept = journal.telemetry.oldest(1000)
        assert [each.sequence for each in kept] == list(range(1, len(kept) + 1))
        return [
            (str(each.body["event"]), dict(each.body.get("facts", {})), each.boot)  # type: ignore[arg-type, call-overload]
            for each in kept
            if each.body["type"] == "event"
        ]
    finally:
        journal.close()


def test_a_loop_that_was_blocked_for_a_while_is_told_and_left_alone(settings: Path) -> None:
    assert lives(settings, 1.5) == 0
    found = [(name, facts) for name, facts, _ in told(settings) if name in ("stuck", "healed", "not_healed")]
    once = [
        ("stuck", {"what": "event_loop", "milliseconds": 500}),
        ("healed", {"what": "event_loop", "remedies": 0}),
    ]
    assert found
    assert found == once * (len(found) // 2)  # a loaded machine may hold it up once more
    stacks = (settings.parent / "state" / "event-loop-stacks.txt").read_text(encoding="utf-8")
    assert "in hook" in stacks  # where it stood


def test_a_loop_that_does_not_come_back_is_ended_and_the_next_start_is_whole(settings: Path) -> None:
    assert lives(settings, 30) == -signal.SIGKILL
    assert [name for name, _, _ in told(settings)][-2:] == ["stuck", "not_healed"]
    assert lives(settings, 0) == 0
    events = told(settings)
    assert [name for name, _, _ in events if name in ("started", "not_healed", "stopping")] == [
        "started",
        "not_healed",
        "started",
        "stopping",
    ]
    assert len({boot for _, _, boot in events}) == 2


def test_a_kiosk_of_no_fleet_is_guarded_as_well(settings: Path) -> None:
    given = json.loads(settings.read_text(encoding="utf-8"))
    del given["fleet"]
    settings.write_text(json.dumps(given), encoding="utf-8")
    assert lives(settings, 30) == -signal.SIGKILL
    assert "in hook" in (settings.parent / "state" / "event-loop-stacks.txt").read_text(encoding="utf-8")
