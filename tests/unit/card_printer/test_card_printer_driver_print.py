"""The driver against the simulated printer: prints, and what was proven of them."""

from __future__ import annotations

import io

import pytest
from card_printer_driver_rig import ONE, during, fed, later, motions
from card_printer_virtual_line import BOTH, FRONT, VirtualLine, drawn
from PIL import Image, ImageChops

from devices.card_printer.contract import (
    CardPosition,
    Damaged,
    NotPrinted,
    Printed,
    PrintOutcome,
    Unknown,
)
from devices.card_printer.evolis import EvolisPrinter
from devices.card_printer.evolis.transport import LinkError
from devices.card_printer.faces import Face, Faces
from devices.contract import DeviceState

# -- print -------------------------------------------------------------------------------------------------------------


def printed(line: VirtualLine, side: str = "front") -> Image.Image:
    return Image.open(io.BytesIO(line.simulator.picture(side))).convert("RGB")


def test_what_was_meant_is_on_the_card(line: VirtualLine, printer: EvolisPrinter) -> None:
    fed(printer)
    begun = line.now
    assert isinstance(printer.print(BOTH), Printed)
    assert 40 < line.now - begun < 50
    assert ImageChops.difference(printed(line), drawn("FRONT 990001")).getbbox() is None
    assert ImageChops.difference(printed(line, "back"), drawn("BACK", (20, 80, 160))).getbbox() is None
    assert (line.simulator.press.claim, line.simulator.session) == (False, 0)


def breaks(line: VirtualLine, printer: EvolisPrinter, fault: str) -> PrintOutcome:
    fed(printer)
    during(line, b"Pcla;1", lambda: line.simulator.set_fault(fault, True))
    return printer.print(ONE)


@pytest.mark.parametrize(("fault", "code"), [("jam_print", "jam_print"), ("ribbon_break", "ribbon_broken")])
def test_a_print_that_breaks_off_has_left_something(
    line: VirtualLine, printer: EvolisPrinter, fault: str, code: str
) -> None:
    outcome = breaks(line, printer, fault)
    assert isinstance(outcome, Damaged)
    assert outcome.status.fault == f"card_printer.{code}"
    assert "front" in line.simulator.mechanism.card.faces  # type: ignore[union-attr]


def test_the_cover_is_opened_in_the_middle(line: VirtualLine, printer: EvolisPrinter) -> None:
    fed(printer)
    during(line, b"Pcla;1", lambda: later(line, 10, line.simulator.open_cover))
    outcome = printer.print(ONE)
    assert isinstance(outcome, Damaged)
    assert outcome.status.fault == "card_printer.cover_open"


def test_a_print_that_ends_too_soon_has_failed(line: VirtualLine, printer: EvolisPrinter) -> None:
    """A8: under four seconds nothing can have been printed, whatever the printer says."""
    fed(printer)
    line.simulator.set_fault("too_quick", True)
    outcome = printer.print(ONE)
    assert isinstance(outcome, NotPrinted)
    assert outcome.status.fault == "card_printer.too_quick"


def test_a_power_cut_in_the_middle_then_where(line: VirtualLine) -> None:
    printer = line.printer(hoppers=2, recovery_seconds=5, print_seconds=60)
    printer.open()
    fed(printer)
    during(line, b"Pcla;1", lambda: later(line, 8, lambda: line.simulator.set_fault("power_cut", True)))
    outcome = printer.print(ONE)
    assert isinstance(outcome, Unknown)
    assert outcome.status.device is DeviceState.OFFLINE
    assert printer.where() is CardPosition.UNKNOWN
    card = line.simulator.mechanism.card
    assert card is not None
    assert "front" in card.faces
    line.simulator.set_fault("power_cut", False)
    after_the_cut = line.printer(hoppers=2)
    after_the_cut.open()
    assert after_the_cut.where() is CardPosition.IN_PATH
    assert motions(line) == ["Si"]
    after_the_cut.reject()
    assert line.simulator.mechanism.rejected == [card]


def test_a_power_cut_that_ends_in_time_is_damage(line: VirtualLine, printer: EvolisPrinter) -> None:
    fed(printer)
    during(line, b"Pcla;1", lambda: later(line, 8, lambda: line.simulator.set_fault("power_cut", True)))
    later(line, 14, lambda: line.simulator.set_fault("power_cut", False))
    outcome = printer.print(BOTH)
    assert isinstance(outcome, Damaged)


def test_the_cable_is_pulled_in_mid_print_and_the_printer_finishes(line: VirtualLine, printer: EvolisPrinter) -> None:
    fed(printer)

    def pull() -> None:
        line.plugged = False

    def put_in() -> None:
        line.plugged = True

    during(line, b"Pcla;1", lambda: later(line, 3, pull))
    later(line, 10, put_in)
    outcome = printer.print(ONE)
    assert isinstance(outcome, Printed)
    assert line.simulator.heard.count("Se") == 1
    assert line.simulator.press.claim is False


def test_a_job_that_arrives_in_part_prints_nothing(line: VirtualLine, printer: EvolisPrinter) -> None:
    fed(printer)

    def cut(data: bytes) -> None:
        if b"Pcla;1" in data:
            line.on_request = lambda data: None
            line.simulator.received(data[:1_000_000])
            line.simulator.input_ended()
            raise LinkError("reset by peer", 1_000_000)

    line.on_request = cut
    outcome = printer.print(ONE)
    assert isinstance(outcome, NotPrinted)
    assert line.simulator.mechanism.card is not None
    assert line.simulator.mechanism.card.faces == {}
    assert line.simulator.ribbon.left == 200


def test_a_claim_that_never_comes_is_judged_by_the_ribbon(line: VirtualLine, printer: EvolisPrinter) -> None:
    line.simulator.set_fault("claim_never", True)
    fed(printer)
    outcome = printer.print(ONE)
    assert isinstance(outcome, Printed)
    assert line.simulator.heard.count("Se") == 1


def test_the_claim_of_a_host_that_died_is_let_go(line: VirtualLine, printer: EvolisPrinter) -> None:
    line.exchange(b"\x1bPcla;1\r\0", 1)
    fed(printer)
    assert isinstance(printer.print(ONE), Printed)


def test_the_last_side_of_the_ribbon_is_enough_for_one(line: VirtualLine, printer: EvolisPrinter) -> None:
    fed(printer)
    line.simulator.ribbon.left = 1
    outcome = printer.print(BOTH)
    assert isinstance(outcome, NotPrinted)
    assert outcome.status.fault == "card_printer.ribbon_nearly_spent"
    outcome = printer.print(ONE)
    assert isinstance(outcome, Printed)
    assert outcome.status.fault == "card_printer.ribbon_out"


@pytest.mark.parametrize(("label", "left"), [("YMCKOK", 9), ("YMCKO", 8)])
def test_a_black_back_needs_no_set_of_its_own_where_there_is_a_panel_for_it(
    line: VirtualLine, label: str, left: int
) -> None:
    line.simulator.new_ribbon(label, 10)
    printer = line.printer(ribbon=label)
    printer.open()
    fed(printer)
    black = Face(black=Image.new("1", (1016, 648), 0), overlay=False)
    assert isinstance(printer.print(Faces(FRONT, black)), Printed)
    assert line.simulator.ribbon.left == left
    assert printed(line, "back").getcolors() == [(1016 * 648, (0, 0, 0))]


def test_a_print_is_not_begun_while_somebody_else_holds_the_printer(line: VirtualLine, printer: EvolisPrinter) -> None:
    fed(printer)
    line.simulator.set_fault("session_held", 9)
    outcome = printer.print(ONE)
    assert isinstance(outcome, NotPrinted)
    assert outcome.status.fault == "card_printer.session_busy"
    assert "Ss" not in line.simulator.heard


def test_nothing_of_the_faces_is_told(line: VirtualLine, printer: EvolisPrinter) -> None:
    fed(printer)
    outcome = printer.print(ONE)
    for told in (printer, outcome, ONE, line.simulator.mechanism.card):
        assert "FRONT" not in repr(told)
    assert repr(printer) == "EvolisPrinter('virtual:')"
