"""The dispenser's line: rate, address, model, silence; its verbs and options."""

from __future__ import annotations

import termios
from pathlib import Path
from typing import Any

import pytest
from crt591_desk import Desk, desk, driver_for

from devices.bench.line import Line
from devices.card_printer.contract import (
    CardPosition,
)
from devices.card_printer.simulator import Crt591Simulator
from devices.card_printer.verbs import VERBS
from devices.contract import Cancellation, DeviceError, DeviceState

pytestmark = pytest.mark.usefixtures("brisk_lines")


# -- the rate, the address, the model ----------------------------------------------------------------------------------

SPEEDS = {9600: termios.B9600, 57600: termios.B57600, 115200: termios.B115200}


class Tuned(Crt591Simulator):
    """Hears what is said at one rate; anything else is noise to it."""

    def __init__(self, speed: int) -> None:
        super().__init__(pace=0)
        self.speed = SPEEDS[speed]
        self.line: Line | None = None

    def received(self, data: bytes) -> None:
        assert self.line is not None
        assert self.line._pty is not None
        heard = termios.tcgetattr(self.line._pty[0])[5] == self.speed
        super().received(data if heard else bytes(byte ^ 0xA5 for byte in data))


@pytest.mark.parametrize("speed", SPEEDS)
def test_the_rate_is_found(tmp_path: Path, speed: int) -> None:
    device = Tuned(speed)
    with Line(device, f"pty:{tmp_path}/dispenser") as line:
        device.line = line
        printer = driver_for(line.url)
        printer.open()
        assert (printer.baud, printer.status().ready) == (speed, True)
        printer.open()
        assert printer.baud == speed
        printer.close()


def test_another_unit_on_the_same_line_is_left_alone(tmp_path: Path) -> None:
    with desk(tmp_path, address=3, driver={"address": 3}) as there:
        assert there.printer.status().ready
        assert there.fails(driver_for(there.line.url, address=2, baud=9600).open) in (
            "card_printer.no_answer",
            "card_printer.absent",
        )


def test_a_unit_of_the_other_model_is_not_used(tmp_path: Path) -> None:
    with desk(tmp_path, model="r02") as there:
        there.printer.close()
        other = driver_for(there.line.url, model="m001")
        assert there.fails(other.open) == "card_dispenser.wrong_model"
        assert other.status().fault == "card_dispenser.wrong_model"
        assert there.seen()["motions"] == 0


def test_silence_slowness_and_a_late_answer(there: Desk) -> None:
    there.fault("silent")
    status = there.printer.status()
    assert (status.device, status.fault) == (DeviceState.OFFLINE, "card_printer.no_answer")
    there.fault("silent", False)
    there.fault("slow", 0.04)
    assert there.printer.status().ready
    there.fault("slow", 0.4)
    assert there.printer.status().ready is False
    there.fault("slow", 0.0)
    assert any(there.printer.status().ready for _ in range(10))  # what was late has come, and belongs to nothing
    there.printer.feed("hopper-1")
    assert there.printer.status().position is CardPosition.AT_CONTACT


def test_the_verbs(there: Desk) -> None:
    def run(name: str, *words: str) -> Any:
        return VERBS[name].run(there.printer, Cancellation(), words, lambda _: None)

    assert run("status")["ready"] is True
    assert run("identify")["firmware"] == "CRT-591-M001"
    assert run("feed")["position"] == "atContact"
    assert run("contact") == {"position": "atContact", "chip": None}
    assert run("chip")["atr"].startswith("3B")
    there.printer._contact_since = None  # as another process finds it
    assert run("chip")["position"] == "atContact"
    assert run("present")["position"] == "atBezel"
    assert run("retain") == {"moved": True, "position": "rejected"}
    assert run("bin-emptied")["storage"][1]["count"] == 0
    assert run("clear")["fault"] is None
    for name, words in (("print", ("-",)), ("inspect", ("/tmp",)), ("recall", ()), ("ribbon", ()), ("clean", ())):
        with pytest.raises(ValueError, match="this model"):
            run(name, *words)


def test_options_that_make_no_sense() -> None:
    for options in ({"model": "m002"}, {"address": 16}):
        with pytest.raises(ValueError, match=next(iter(options))):
            driver_for("pty", **options)
    with pytest.raises(DeviceError, match=r"card_printer\.absent"):
        driver_for("/dev/there-is-no-such-line").open()
