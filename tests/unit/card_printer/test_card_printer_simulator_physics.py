"""Whatever the simulated printer is told: no card is lost, none is there twice."""

from __future__ import annotations

import json

from card_printer_virtual_line import VirtualLine
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from devices.card_printer.simulator import EvolisSimulator
from devices.card_printer.simulator.mechanism import Place

# -- nothing is lost, nothing is there twice ---------------------------------------------------------------------------

COMMANDS = [
    "Si",
    "Sib",
    "Sie",
    "Sis",
    "Sic",
    "Sce",
    "Ser",
    "Seb",
    "Scs",
    "Srs",
    "Pcim;F",
    "Pcim;I",
    "Pkc;M;1",
    "Pkc;M;2",
]
SWITCHES = [
    "jam_feed",
    "jam_contact",
    "jam_exit",
    "jam_print",
    "misfeed",
    "held_at_bezel",
    "reject_box_full",
    "power_cut",
]


class Physics(RuleBasedStateMachine):
    """Whatever a host says, a hand does or a fault spoils: each card is in one place, or has left by hand."""

    def __init__(self) -> None:
        super().__init__()
        self.line = VirtualLine(EvolisSimulator(hoppers=2, cards=4, reject_capacity=2, pace=0.1))
        self.serials = sorted(card.serial for card in self.line.simulator.mechanism.all())
        self.ribbon = self.line.simulator.ribbon.left

    @rule(text=st.sampled_from(COMMANDS), wait=st.sampled_from([0.05, 5.0]))
    def host(self, text: str, wait: float) -> None:
        self.line.simulator.received(f"\x1b{text}\r\0".encode())
        self.line.simulator.input_ended()
        self.line.pass_time(wait)

    @rule(wait=st.sampled_from([0.5, 5.0]))
    def job(self, wait: float) -> None:
        self.line.simulator.received(JOB)
        self.line.simulator.input_ended()
        self.line.pass_time(wait)

    @rule(name=st.sampled_from(SWITCHES), on=st.booleans())
    def fault(self, name: str, on: bool) -> None:
        self.line.simulator.set_fault(name, on)

    @rule(act=st.sampled_from(["take_card", "open_cover", "close_cover", "clear_path", "empty_reject_box"]))
    def hand(self, act: str) -> None:
        try:
            getattr(self.line.simulator, act)()
        except ValueError:
            return

    @rule()
    def another_bench(self) -> None:
        kept = json.loads(json.dumps(self.line.simulator.save()))
        self.line.simulator.restore(kept)

    @invariant()
    def every_card_is_somewhere(self) -> None:
        mechanism = self.line.simulator.mechanism
        assert sorted([card.serial for card in mechanism.all()] + mechanism.taken) == self.serials
        assert (mechanism.card is None) is (mechanism.place is Place.NOWHERE)
        assert len(mechanism.rejected) <= 2
        assert len(mechanism.held) <= 1
        assert 0 <= self.line.simulator.ribbon.left <= self.ribbon
        self.ribbon = self.line.simulator.ribbon.left


JOB = b"\x1bSs\r\x1bSr\r\x1bDb;k;2;" + bytes(82_296) + b"\r\x1bSe\r\0"

TestPhysics = Physics.TestCase
TestPhysics.settings = settings(
    max_examples=150, stateful_step_count=40, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
