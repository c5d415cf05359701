"""The driver against the simulated printer: what stands in the way, and a motion whose outcome is not known."""

from __future__ import annotations

import pytest
from card_printer_driver_rig import code_of, fed, later, motions
from card_printer_virtual_line import VirtualLine

from devices.card_printer.contract import (
    CardPosition,
    HeadTemperature,
    RibbonState,
)
from devices.card_printer.evolis import EvolisPrinter
from devices.card_printer.evolis.transport import LinkError
from devices.contract import DeviceState, counts_of

# -- what stands in the way --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "fault", ["ribbon_wrong", "ribbon_unknown", "ribbon_missing", "reject_box_full", "cleaning_required"]
)
def test_no_card_leaves_the_hopper(line: VirtualLine, printer: EvolisPrinter, fault: str) -> None:
    """A8: what cannot be finished is not begun."""
    line.simulator.set_fault(fault, True)
    assert not printer.status().ready
    assert code_of(lambda: printer.feed("hopper-1")) == fault
    assert motions(line) == []


def test_a_ribbon_of_another_kind_or_nearly_spent(line: VirtualLine, printer: EvolisPrinter) -> None:
    line.simulator.new_ribbon("K", 900)
    assert code_of(lambda: printer.feed("hopper-1")) == "ribbon_wrong"
    line.simulator.new_ribbon("YMCKO", 1)
    assert code_of(lambda: printer.feed("hopper-1")) == "ribbon_nearly_spent"
    ribbon = printer.status().ribbon
    assert ribbon is not None
    assert (ribbon.state, ribbon.left) == (RibbonState.LOW, 1)
    assert motions(line) == []


def test_an_empty_hopper_among_two(line: VirtualLine, printer: EvolisPrinter) -> None:
    line.simulator.empty_hopper(1)
    assert code_of(lambda: printer.feed("hopper-1")) == "hopper_empty"
    assert printer.where() is CardPosition.NONE
    printer.feed("hopper-2")
    assert printer.where() is CardPosition.IN_PATH


def test_a_bent_card_is_tried_five_times_and_stays(line: VirtualLine, printer: EvolisPrinter) -> None:
    line.simulator.set_fault("misfeed", True)
    assert code_of(lambda: printer.feed("hopper-1")) == "feed_failed"
    assert line.simulator.motor.feed_tries == 5
    assert (printer.where(), len(line.simulator.mechanism.hoppers[0])) == (CardPosition.NONE, 8)
    assert code_of(lambda: printer.feed("hopper-1")) == "feed_failed"
    assert motions(line) == ["Si"]
    line.simulator.set_fault("misfeed", False)
    printer.clear()
    printer.feed("hopper-1")


@pytest.mark.parametrize(
    ("jam", "act"),
    [("jam_feed", "feed"), ("jam_contact", "to_contact"), ("jam_exit", "present")],
)
def test_a_jam_is_told_by_its_place(line: VirtualLine, printer: EvolisPrinter, jam: str, act: str) -> None:
    if act != "feed":
        fed(printer)
    line.simulator.set_fault(jam, True)
    assert code_of(lambda: getattr(printer, act)(*["hopper-1"] * (act == "feed"))) == jam
    assert printer.where() is CardPosition.JAMMED
    assert printer.status().fault == f"card_printer.{jam}"
    sent = len(motions(line))
    assert code_of(printer.reject) == jam
    assert len(motions(line)) == sent
    line.simulator.set_fault(jam, False)
    printer.clear()
    printer.reject()
    assert printer.where() is CardPosition.REJECTED


def test_work_in_progress_is_waited_for(line: VirtualLine, printer: EvolisPrinter) -> None:
    fed(printer)
    line.simulator.set_fault("bits", "information=1")
    later(line, 3.0, lambda: line.simulator.set_fault("bits", ""))
    begun = line.now
    printer.to_contact()
    assert line.now - begun > 3


# -- a motion whose outcome is not known -------------------------------------------------------------------------------


@pytest.mark.parametrize("act", ["present", "reject"])
def test_a_lost_reply_is_never_answered_by_a_second_motion(line: VirtualLine, printer: EvolisPrinter, act: str) -> None:
    fed(printer)
    line.simulator.set_fault("lost_reply", 1)
    assert code_of(getattr(printer, act)) == "motion_unknown"
    assert len(motions(line)) == 2
    expected = CardPosition.AT_BEZEL if act == "present" else CardPosition.UNKNOWN
    assert printer.where() is expected
    assert len(motions(line)) == 2


def test_a_line_that_is_not_there_is_no_unknown_motion(line: VirtualLine, printer: EvolisPrinter) -> None:
    fed(printer)

    def refuse(data: bytes) -> None:
        if b"Sce" in data:
            raise LinkError("connection refused", 0)

    line.on_request = refuse
    assert code_of(printer.present) == "absent"
    line.on_request = lambda data: None
    assert printer.where() is CardPosition.IN_PATH


def test_one_miss_is_no_absence(line: VirtualLine, printer: EvolisPrinter) -> None:
    misses = iter([True, True, False])

    def miss(data: bytes) -> None:
        if next(misses, False):
            raise LinkError("flapping", 0)

    line.on_request = miss
    assert printer.status().device is DeviceState.ONLINE
    assert printer.counts()["retries"] == 2


def test_each_time_the_head_becomes_too_hot_is_counted_once(line: VirtualLine, printer: EvolisPrinter) -> None:
    for hot in (True, True, False, True, False):
        line.simulator.set_fault("head_hot", hot)
        assert (printer.status().head is HeadTemperature.HIGH) is hot
    assert counts_of(printer)["head_hot"] == 2


def test_a_printer_that_is_gone(line: VirtualLine, printer: EvolisPrinter) -> None:
    line.plugged = False
    status = printer.status()
    assert (status.device, status.fault) == (DeviceState.NO_DEVICE, "card_printer.absent")
    assert printer.where() is CardPosition.UNKNOWN
    assert code_of(printer.open) == "absent"
    line.plugged = True
    assert printer.status().ready
