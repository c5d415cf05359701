"""The driver against the simulated printer, in a time of their own: sessions, motions, prints, and what was proven."""

from __future__ import annotations

import io
import math
from collections.abc import Callable

import pytest
from card_printer_virtual_line import BOTH, FRONT, VirtualLine, drawn
from PIL import Image, ImageChops

from devices.card_printer.contract import (
    Ability,
    CardPosition,
    Damaged,
    HeadTemperature,
    NotPrinted,
    Printed,
    PrintOutcome,
    RibbonState,
    Unknown,
)
from devices.card_printer.evolis import EvolisPrinter
from devices.card_printer.evolis.transport import LinkError
from devices.card_printer.faces import Face, Faces
from devices.card_printer.simulator import EvolisSimulator
from devices.card_printer.simulator.mechanism import Place
from devices.contract import DeviceError, DeviceState, StorageKind, counts_of

ONE = Faces(front=FRONT)
MOTIONS = {"Si", "Sib", "Sie", "Sis", "Sic", "Siscan", "Sce", "Ser", "Seb", "Scp"}


@pytest.fixture
def line() -> VirtualLine:
    return VirtualLine(EvolisSimulator(hoppers=2, cards=8))


@pytest.fixture
def printer(line: VirtualLine) -> EvolisPrinter:
    opened = line.printer(hoppers=2, ribbon="YMCKO", chip_address="pcsc:Encoder", holding_slot=True)
    opened.open()
    return opened


def motions(line: VirtualLine) -> list[str]:
    return [text for text in line.simulator.heard if text in MOTIONS]


def code_of(act: Callable[[], object]) -> str:
    with pytest.raises(DeviceError) as raised:
        act()
    return raised.value.code.removeprefix("card_printer.")


def fed(printer: EvolisPrinter) -> EvolisPrinter:
    printer.feed("hopper-1")
    return printer


def during(line: VirtualLine, text: bytes, act: Callable[[], object]) -> None:
    """Once, as soon as a request with this text has reached the printer."""

    def look(data: bytes) -> None:
        if text in data:
            line.after_request = lambda data: None
            act()

    line.after_request = look


def later(line: VirtualLine, seconds: float, act: Callable[[], object]) -> None:
    line.after(seconds, lambda: (act(), None)[1])


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
