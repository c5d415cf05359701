"""The physics of the simulated dispenser: where every card is, whatever is done to it."""

from __future__ import annotations

from typing import Any

import pytest
from crt591_by_hand import HandPort, command
from hypothesis import given, settings
from hypothesis import strategies as st

from devices.card_printer.simulator import Crt591Simulator, stock
from devices.card_printer.simulator.mechanism import Place


class Unit:
    def __init__(self, **options: Any) -> None:
        self.device = Crt591Simulator(**{"pace": 1.0, "cards": 8, "reject_capacity": 3, **options})
        self.port = HandPort()
        self.device.attached(self.port)

    def say(self, text: str, seconds: float = 20.0) -> bytes:
        """The text of the reply; empty: none came."""
        self.port.sent.clear()
        self.device.received(command(text))
        self.port.run(seconds)
        self.device.received(b"\x06")
        return bytes(self.port.sent[5:-2])


@pytest.fixture
def unit() -> Unit:
    unit = Unit()
    assert unit.say("3037") == b"P07020CRT-591-M001"
    return unit


def test_fed_held_out_and_taken(unit: Unit) -> None:
    assert unit.say("3231") == b"P21220"
    assert unit.say("3131") == b"P1122000011000"
    assert unit.say("3230") == b"P20120"
    assert unit.device.take_card()["serial"] == "9901000001"
    assert unit.say("3130") == b"P10020"


def test_few_and_empty() -> None:
    unit = Unit(cards=6)
    unit.say("3033")
    shown = []
    for _ in range(6):
        shown.append(unit.say("3231")[4:5])
        unit.say("3230")
        unit.device.take_card()
    assert shown == [b"1"] * 5 + [b"0"]
    assert unit.say("3231") == b"N21A0"
    unit.device.refill([card.plain() for card in stock.filled(1, 9)[0][6:]])
    assert unit.say("3130") == b"P10010"
    with pytest.raises(ValueError, match="inside already"):
        unit.device.refill([stock.pre_made(1, 9).plain()])


def test_a_bent_card_is_tried_five_times(unit: Unit) -> None:
    unit.device.set_fault("misfeed", True)
    assert unit.say("3231", 5.9) == b""
    unit.port.run(0.2)
    assert unit.port.sent[5:-2] == b"N2110"
    assert (unit.device.motor.feed_tries, len(unit.device.mechanism.hoppers[0])) == (5, 8)


def test_the_bin_counts_and_is_full(unit: Unit) -> None:
    for fallen in (1, 2, 3):
        unit.say("3231")
        assert unit.say("3233") == (b"P23011" if fallen == 3 else b"P23020")
        assert unit.say("A530")[6:] == b"%03d" % fallen
    unit.say("3231")
    assert unit.say("3233") == b"N23A1"
    assert [card["serial"] for card in unit.device.empty_reject_box()["cards"]] == [f"990100000{n}" for n in (1, 2, 3)]
    assert unit.say("A531303030")[0:1] == b"P"
    assert unit.say("3233") == b"P23010"
    assert unit.say("A530")[6:] == b"001"


def test_a_counter_that_is_at_its_end(unit: Unit) -> None:
    unit.say("A531393939")
    unit.say("3231")
    assert unit.say("3233") == b"N2350"


def test_r02_has_its_own_mind() -> None:
    unit = Unit(model="r02", takes_in_after=30)
    assert unit.say("3033") == b"P03020CRT-591-V1.00"
    unit.say("3231")
    unit.say("3230")
    unit.port.run(31)
    assert [card.serial for card in unit.device.mechanism.rejected] == ["9901000001"]
    unit.say("3231")
    assert unit.say("3239") == b"P29020"
    assert len(unit.device.mechanism.rejected) == 2
    unit.device.set_fault("bin_full", True)
    assert unit.say("3130")[5:6] == b"2"


def test_a_power_cut_stops_everything_where_it_is(unit: Unit) -> None:
    unit.say("3231", 0.1)
    unit.device.set_fault("power_cut", True)
    unit.port.run(20)
    assert unit.say("3130") == b""
    assert (unit.device.mechanism.place, unit.device.motor.busy) == (Place.FEEDER, False)
    unit.device.set_fault("power_cut", False)
    assert unit.say("3130") == b"N10B0"
    unit.say("3033")
    assert unit.say("3131") == b"P1102000000010"


def test_what_is_saved_is_taken_up_by_another(unit: Unit) -> None:
    unit.say("3231")
    unit.say("3233")
    unit.say("3231")
    another = Unit()
    another.device.restore(unit.device.save())
    assert another.say("3130") == b"N10B0"
    assert another.device.mechanism.place is Place.CONTACT
    assert another.device.motor.count == 1
    assert another.say("3033")[3:6] == b"220"


def test_a_cancelled_motion_stops_and_says_so(unit: Unit) -> None:
    unit.say("3231", 0.1)
    unit.device.received(b"\x04")
    assert unit.port.sent[-1:] == b"\x04"
    unit.port.run(20)
    assert unit.device.mechanism.place is Place.FEEDER


FAULTS = ("misfeed", "jam_feed", "jam_contact", "jam_exit", "jam_bin", "held_at_gate", "power_cut")
STEPS = st.one_of(
    st.sampled_from(["3230", "3231", "3232", "3233", "3239", "3030", "3031", "3033", "3034", "3035", "3037"]),
    st.sampled_from(["take_card", "empty_hopper", "empty_reject_box", "clear_path", "cancel", "restore"]),
    st.sampled_from([f"{fault}={on}" for fault in FAULTS for on in (0, 1)]),
    st.floats(0.0, 40.0),
)


@settings(max_examples=150, deadline=None)
@given(model=st.sampled_from(["m001", "r02"]), steps=st.lists(STEPS, max_size=40))
def test_cards_are_conserved(model: str, steps: list[str | float]) -> None:
    """Whatever is said and done, every card is in one place, and none has left but by a hand."""
    unit = Unit(model=model)
    unit.say("3037")
    for step in steps:
        device = unit.device
        if isinstance(step, float):
            unit.port.run(step)
        elif step == "cancel":
            device.received(b"\x04")
        elif step == "restore":
            device.restore(device.save())
        elif "=" in step:
            name, _, on = step.partition("=")
            device.set_fault(name, on == "1")
        elif step.isdigit():
            unit.say(step, 0.7)
        else:
            try:
                getattr(device, step)()
            except ValueError:
                continue
        everywhere = [card.serial for card in device.mechanism.all()] + device.mechanism.taken
        assert sorted(everywhere) == [f"990100000{number}" for number in range(1, 9)]
        assert len(device.mechanism.rejected) <= 3
