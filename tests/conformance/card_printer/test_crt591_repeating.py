"""The dispenser's motions: said again, and not said again, whatever is lost."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from crt591_desk import Desk, desk
from crt591_motions import MOTIONS

from devices.card_printer.contract import CardPosition
from devices.contract import DeviceState

pytestmark = pytest.mark.usefixtures("brisk_lines")


# -- said again, and not said again ------------------------------------------------------------------------------------

AFTER = {
    "feed": CardPosition.AT_CONTACT,
    "present": CardPosition.AT_BEZEL,
    "reject": CardPosition.REJECTED,
    "retract": CardPosition.REJECTED,
    "draw_in": CardPosition.IN_PATH,
}


def prepared(there: Desk, motion: str) -> int:
    """Just before a motion; how many there have been."""
    if motion != "feed":
        there.printer.feed("hopper-1")
    if motion in ("retract", "draw_in"):
        there.printer.present()
    return int(there.seen()["motions"])


def on_motion(there: Desk, fault: str, count: int) -> None:
    """The fault befalls the next motion, and nothing before it."""
    receive = there.device._talk._hear_frame

    def hear(frame: bytes) -> None:
        if frame[5] == 0x32:
            there.device.faults[fault] = count
            there.device._talk._hear_frame = receive  # type: ignore[method-assign]
        receive(frame)

    there.line.call(lambda: setattr(there.device._talk, "_hear_frame", hear))


@pytest.mark.parametrize("fault", ["lost_reply", "lost_ack", "nak", "wrong_bcc"])
@pytest.mark.parametrize("motion", MOTIONS)
def test_a_motion_is_made_once_whatever_is_lost(there: Desk, motion: str, fault: str) -> None:
    before = prepared(there, motion)
    on_motion(there, fault, 1)
    MOTIONS[motion](there)
    assert there.device.faults[fault] == 0
    assert (there.printer.where(), there.seen()["motions"] - before) == (AFTER[motion], 1)


@pytest.mark.parametrize("motion", MOTIONS)
def test_ack_and_reply_lost_is_still_settled_by_the_sensors(there: Desk, motion: str) -> None:
    before = prepared(there, motion)
    on_motion(there, "lost_ack", 1)
    on_motion(there, "lost_reply", 1)
    MOTIONS[motion](there)
    assert (there.printer.where(), there.seen()["motions"] - before) == (AFTER[motion], 1)


def test_a_motion_slower_than_our_patience_is_waited_for_and_not_told_again(tmp_path: Path) -> None:
    """The unit is deaf while it moves; its late reply is not taken for the status that is asked for next."""
    with desk(tmp_path, pace=0.7) as there:
        there.printer.feed("hopper-1")
        assert (there.printer.where(), there.seen()["motions"]) == (CardPosition.AT_CONTACT, 1)


@contextmanager
def at_each_turn(there: Desk, then: Callable[[], object]) -> Iterator[None]:
    """``then`` happens in the device's own thread whenever it has begun to turn a motor."""
    turned = there.device._turn

    def turn(*arguments: Any) -> None:
        turned(*arguments)
        then()

    there.line.call(lambda: setattr(there.device, "_turn", turn))
    yield
    there.line.call(lambda: setattr(there.device, "_turn", turned))


@pytest.mark.parametrize("motion", MOTIONS)
def test_the_cable_is_pulled_during_a_motion(there: Desk, motion: str) -> None:
    """It is not told again, and after the plug is back the sensors tell what came of it."""
    before = prepared(there, motion)
    with at_each_turn(there, lambda: there.device.clock.after(0, lambda: there.line.set_fault("absent", True))):
        assert there.fails(lambda: MOTIONS[motion](there)) == "card_printer.motion_unknown"
        assert there.printer.where() is CardPosition.UNKNOWN
        assert there.printer.status().device is DeviceState.NO_DEVICE
    there.fault("absent", False)
    there.printer.open()
    assert there.seen()["motions"] - before == 1
    seen = {"feed": CardPosition.IN_PATH, "present": CardPosition.AT_BEZEL, "draw_in": CardPosition.IN_PATH}
    assert there.printer.where() is seen.get(motion, CardPosition.NONE)


@pytest.mark.parametrize("motion", MOTIONS)
def test_a_power_cut_during_a_motion(there: Desk, motion: str) -> None:
    before = prepared(there, motion)

    def cut() -> None:
        there.device.clock.after(0, lambda: there.device.set_fault("power_cut", True))
        there.device.clock.after(0.05, lambda: there.device.set_fault("power_cut", False))

    with at_each_turn(there, cut):
        assert there.fails(lambda: MOTIONS[motion](there)) == "card_printer.motion_unknown"
    assert (there.printer.where(), there.seen()["motions"] - before) == (CardPosition.UNKNOWN, 1)
    status = there.printer.status()
    assert (status.fault, status.ready) == ("card_printer.position_unknown", False)
    assert there.fails(lambda: there.printer.feed("hopper-1")) == "card_printer.position_unknown"
    assert there.do("clear_path")["serial"] == "9901000001"
    assert there.printer.status().ready


def test_a_unit_that_came_up_anew_is_woken_by_a_question_and_never_by_a_motion(there: Desk) -> None:
    there.printer.feed("hopper-1")
    there.fault("power_cut", True)
    assert there.printer.status().device is DeviceState.OFFLINE
    there.fault("power_cut", False)
    assert there.seen()["initialised"] is False
    assert there.printer.where() is CardPosition.IN_PATH
    assert there.seen()["initialised"] is True
    receive = there.device._talk._hear_frame

    def hear(frame: bytes) -> None:
        if frame[5] == 0x32:
            there.device.initialised = False
        receive(frame)

    there.line.call(lambda: setattr(there.device._talk, "_hear_frame", hear))
    motions = there.seen()["motions"]
    assert there.fails(there.printer.present) == "card_dispenser.restarted"
    assert there.seen()["motions"] == motions
    there.line.call(lambda: setattr(there.device._talk, "_hear_frame", receive))
    there.printer.present()
    assert there.printer.where() is CardPosition.AT_BEZEL


def test_noise_makes_no_second_card(there: Desk) -> None:
    there.fault("noise", 0.02)
    for _ in range(6):
        for act in MOTIONS.values():
            there.fails(lambda act=act: act(there))  # type: ignore[misc]
    there.fault("noise", 0.0)
    scene = there.seen()
    everywhere = scene["hoppers"][0]["cards"] + len(scene["reject_box"]) + (scene["card"] is not None)
    assert everywhere == 8
    there.printer.open()
    assert there.printer.status().device is DeviceState.ONLINE
