"""The units start what there is, may be restarted for ever, and leave the card's owner the time the charts ask for."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from kiosk.cli import COMMANDS
from kiosk.config_example import DEVICES
from statemachines.timing import DELAYS

DEPLOY = Path(__file__).parents[3] / "deploy"
UNITS = sorted(DEPLOY.glob("systemd/*.service"))


def settings(unit: Path) -> list[tuple[str, str]]:
    lines = unit.read_text(encoding="utf-8").splitlines()
    return [
        (name, value) for name, equals, value in (line.partition("=") for line in lines) if equals and name[0] != "#"
    ]


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.stem)
def test_a_unit_starts_a_command_there_is_and_never_gives_up(unit: Path) -> None:
    said = dict(settings(unit))
    program, command, *_ = said["ExecStart"].split()
    assert (program, unit.stem) == ("/opt/kiosk/.venv/bin/kiosk", f"kiosk-{command}")
    assert command in COMMANDS
    assert (said["Restart"], said["StartLimitIntervalSec"]) == ("always", "0")


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.stem)
def test_no_secret_reaches_a_disk_and_no_privilege_is_left(unit: Path) -> None:
    said = dict(settings(unit))
    assert (said["LimitCORE"], said["MemorySwapMax"]) == ("0", "0")
    user = "kiosk-fleet" if unit.stem == "kiosk-fleet" else "kiosk"
    assert (said["User"], said["NoNewPrivileges"], said["CapabilityBoundingSet"]) == (user, "yes", "")
    assert said["ProtectSystem"] == "strict"


def test_the_controller_has_the_time_to_give_the_card_back() -> None:
    said = dict(settings(DEPLOY / "systemd/kiosk-controller.service"))
    needed = DELAYS["take_card"].seconds + DELAYS["take_card_urgent"].seconds + DELAYS["check"].seconds
    assert float(said["TimeoutStopSec"]) >= needed


def test_the_ports_have_the_names_of_the_example() -> None:
    rules = (DEPLOY / "udev/70-kiosk.rules").read_text(encoding="utf-8")
    named = {f"/dev/{name}" for name in re.findall(r'SYMLINK\+="([^"]+)"', rules)}
    assert named == {str(device["at"]) for device in DEVICES.values() if str(device["at"]).startswith("/dev/")}
