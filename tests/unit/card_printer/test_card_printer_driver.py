"""The driver against the simulated printer, in a time of their own: abilities, sessions, the way of a card."""

from __future__ import annotations

import math

import pytest
from card_printer_driver_rig import ONE, code_of, during, fed, later, motions
from card_printer_virtual_line import BOTH, VirtualLine

from devices.card_printer.contract import (
    Ability,
    CardPosition,
    NotPrinted,
    Printed,
    RibbonState,
)
from devices.card_printer.evolis import EvolisPrinter
from devices.card_printer.simulator import EvolisSimulator
from devices.card_printer.simulator.mechanism import Place
from devices.contract import DeviceState, StorageKind

# -- opening, abilities ------------------------------------------------------------------------------------------------


def test_opening_moves_nothing_and_sets_nothing(line: VirtualLine) -> None:
    line.simulator.mechanism.draw(0)
    line.simulator.mechanism.move(Place.CONTACT)
    before = line.simulator.save()
    printer = line.printer()
    printer.open()
    assert printer.where() is CardPosition.AT_CONTACT
    assert line.simulator.heard == []
    assert line.simulator.save() == before


def test_abilities_are_what_is_fitted(line: VirtualLine) -> None:
    assert line.printer(bezel=False, reject_box=False).abilities == {Ability.FEED, Ability.PRINT, Ability.PRESENT}
    everything = line.printer(chip_address="pcsc:x", holding_slot=True, scans="/nowhere").abilities
    assert everything == set(Ability) - {Ability.CHIP, Ability.COUNT_BIN, Ability.TAKES_IN}
    for options in ({"hoppers": 0}, {"hoppers": 5}):
        with pytest.raises(ValueError, match="1 to 4"):
            line.printer(**options)
    with pytest.raises(ValueError, match="tcp://"):
        EvolisPrinter("usb:1")


# -- the session rule --------------------------------------------------------------------------------------------------


def test_a_motion_is_wrapped_as_the_makers_client_wraps_it(line: VirtualLine, printer: EvolisPrinter) -> None:
    line.requests.clear()
    fed(printer).to_contact()
    said = [request.strip(b"\x1b\r\0").decode() for request in line.requests]
    at = said.index("Sis")
    told = [text for text in said[said.index("Pem;0") + 2 : at + 3] if text]
    session = told[0].split(";")[1]
    assert 1 <= int(session) <= 65535
    assert told == [f"Psid;{session};45", "Rem;1", "Pem;2", "Sis", "Pem;0"]
    assert said[said.index(f"Psid;{session};45") - 1] == ""
    assert said[-1] == "Psid;0;45" or "Psid;0;45" in said[at:]
    assert line.simulator.session == 0


def test_error_handling_already_by_the_host_is_left_alone(line: VirtualLine, printer: EvolisPrinter) -> None:
    line.simulator.settings.errors = "2"
    fed(printer)
    assert [text for text in line.simulator.heard if text.startswith("Pem")] == []


def test_somebody_else_s_session_is_waited_for_and_then_told(line: VirtualLine, printer: EvolisPrinter) -> None:
    line.simulator.set_fault("session_held", 777)
    begun = line.now
    assert code_of(lambda: printer.feed("hopper-1")) == "session_busy"
    assert 5 <= line.now - begun < 6
    assert motions(line) == []
    assert [text for text in line.simulator.heard if text.startswith("Psid")] == []


def test_a_session_that_ends_in_time_is_taken_over(line: VirtualLine, printer: EvolisPrinter) -> None:
    line.simulator.set_fault("session_held", 777)
    later(line, 2.0, lambda: line.simulator.set_fault("session_held", 0))
    printer.feed("hopper-1")
    assert printer.where() is CardPosition.IN_PATH


@pytest.mark.parametrize(("longest", "seconds"), [(math.inf, 45), (3, 3)])
def test_a_session_whose_host_is_gone_ends_by_itself(longest: float, seconds: float) -> None:
    line = VirtualLine(EvolisSimulator(longest_hold=longest))
    line.exchange(b"\x1bPsid;777;45\r", 1)
    line.pass_time(seconds - 0.1)
    assert line.simulator.session == 777
    line.pass_time(0.2)
    assert line.simulator.session == 0


def test_status_while_somebody_else_prints_has_flags_and_the_last_ribbon(
    line: VirtualLine, printer: EvolisPrinter
) -> None:
    printer.status()
    line.simulator.set_fault("session_held", 777)
    line.simulator.ribbon.left = 5
    begun = line.now
    status = printer.status()
    assert line.now - begun < 0.1
    assert (status.device, status.fault) == (DeviceState.DEVICE_BUSY, "card_printer.session_busy")
    assert status.ribbon is not None
    assert (status.ribbon.state, status.ribbon.left) == (RibbonState.LOW, 200)
    assert not status.ready


def test_the_printer_frees_a_session_nobody_gives_back(line: VirtualLine) -> None:
    line.exchange(b"\x1bPsid;321;45\r\0", 1)
    assert line.simulator.session == 321
    line.pass_time(45.1)
    assert line.simulator.session == 0


# -- the way of a card -------------------------------------------------------------------------------------------------


def test_the_whole_way(line: VirtualLine, printer: EvolisPrinter) -> None:
    printer.feed("hopper-2")
    assert printer.where() is CardPosition.IN_PATH
    printer.to_contact()
    assert printer.where() is CardPosition.AT_CONTACT
    assert isinstance(printer.print(BOTH), Printed)
    printer.to_contact()
    printer.present()
    assert printer.where() is CardPosition.AT_BEZEL
    line.pass_time(600)
    assert printer.where() is CardPosition.AT_BEZEL
    card = line.simulator.take_card()
    assert card["serial"] == "9902000001"
    assert sorted(card["faces"]) == ["back", "front"]
    assert printer.where() is CardPosition.TAKEN
    assert motions(line) == ["Si", "Sis", "Sis", "Sce"]
    assert line.simulator.ribbon.left == 198


def test_a_card_at_the_contact_is_not_moved_again(line: VirtualLine, printer: EvolisPrinter) -> None:
    fed(printer).to_contact()
    printer.to_contact()
    assert motions(line) == ["Si", "Sis"]


def test_nothing_is_fed_by_the_way(line: VirtualLine, printer: EvolisPrinter) -> None:
    """``Sis`` and a print job would feed a card by themselves: they are not sent."""
    for act in (printer.to_contact, printer.present, printer.reject):
        assert code_of(act) == "no_card"
    outcome = printer.print(ONE)
    assert isinstance(outcome, NotPrinted)
    assert outcome.status.fault == "card_printer.no_card"
    assert motions(line) == []
    assert "Ss" not in line.simulator.heard


def test_a_second_card_is_not_fed(line: VirtualLine, printer: EvolisPrinter) -> None:
    fed(printer)
    assert code_of(lambda: printer.feed("hopper-1")) == "card_inside"
    assert motions(line) == ["Si"]


@pytest.mark.parametrize("store", [StorageKind.PARK, StorageKind.RETAIN])
def test_a_card_nobody_takes(line: VirtualLine, printer: EvolisPrinter, store: StorageKind) -> None:
    fed(printer).present()
    assert printer.retract(store)  # type: ignore[arg-type]
    park = store is StorageKind.PARK
    assert printer.where() is (CardPosition.PARKED if park else CardPosition.REJECTED)
    assert [card.serial for card in line.simulator.mechanism.held] == ["9901000001"] * park
    assert [card.serial for card in line.simulator.mechanism.rejected] == ["9901000001"] * (not park)
    assert line.simulator.settings.input == "F"


def test_a_parked_card_comes_back(line: VirtualLine, printer: EvolisPrinter) -> None:
    fed(printer).present()
    printer.retract(StorageKind.PARK)
    printer.recall()
    assert printer.where() is CardPosition.IN_PATH
    assert line.simulator.mechanism.card is not None
    assert line.simulator.mechanism.card.serial == "9901000001"
    assert code_of(printer.recall) == "card_inside"


def test_a_card_taken_before_it_is_drawn_in(line: VirtualLine, printer: EvolisPrinter) -> None:
    fed(printer).present()
    line.simulator.take_card()
    assert printer.retract(StorageKind.PARK) is False
    assert printer.where() is CardPosition.TAKEN
    assert motions(line) == ["Si", "Sce"]


def test_a_card_taken_while_it_is_drawn_in(line: VirtualLine, printer: EvolisPrinter) -> None:
    fed(printer).present()
    during(line, b"\x1bSi\r", lambda: later(line, 0.5, line.simulator.take_card))
    assert printer.retract(StorageKind.PARK) is False
    assert printer.where() is CardPosition.TAKEN
    assert line.simulator.mechanism.held == []


def test_a_hand_that_holds_on(line: VirtualLine, printer: EvolisPrinter) -> None:
    fed(printer).present()
    line.simulator.set_fault("held_at_bezel", True)
    assert code_of(lambda: printer.retract(StorageKind.PARK)) == "held_at_bezel"
    assert printer.where() is CardPosition.AT_BEZEL


def test_taken_is_not_said_of_a_card_never_seen_at_the_bezel(line: VirtualLine, printer: EvolisPrinter) -> None:
    fed(printer)
    line.simulator.set_fault("lost_reply", 1)
    assert code_of(printer.present) == "motion_unknown"
    line.simulator.take_card()
    assert printer.where() is CardPosition.UNKNOWN
    fed(printer).present()
    assert printer.where() is CardPosition.AT_BEZEL


def test_after_opening_anew_an_earlier_end_is_not_claimed(line: VirtualLine, printer: EvolisPrinter) -> None:
    fed(printer).reject()
    assert printer.where() is CardPosition.REJECTED
    printer.open()
    assert printer.where() is CardPosition.NONE
