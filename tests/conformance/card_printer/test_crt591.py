"""The CRT-591 driver against its simulator, over a PTY and TCP; a real dispenser must pass the same checks."""

from __future__ import annotations

import logging
import termios
from collections.abc import Callable, Iterator
from enum import StrEnum
from pathlib import Path
from typing import Any

import pytest
from crt591_desk import TRANSPORTS, Desk, brisk, desk, driver_for
from simulated_person import outcome_of

from devices import registry
from devices.bench.line import Line
from devices.card_printer.check import SUITE, Question, Step
from devices.card_printer.contract import (
    Ability,
    CardPosition,
    bin_counter,
    chip_carrier,
    face_printer,
    parking,
    retracting,
)
from devices.card_printer.simulator import Crt591Simulator
from devices.card_printer.verbs import VERBS
from devices.card_reader.apdu import CommandApdu
from devices.card_reader.social_security_card.pin import PinNeeded
from devices.card_reader.social_security_card.session import SocialSecurityCard
from devices.conformance import Check, Result
from devices.conformance_common import Plug
from devices.contract import Cancellation, DeviceError, DeviceState, MediaState, StorageKind, StorageLevel

CHALLENGE = CommandApdu(0x00, 0x84, 0x00, 0x00, le=8)
NOT_HERE = {"park", "print", "cover"}


@pytest.fixture(autouse=True)
def brisk_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    brisk(monkeypatch)


@pytest.fixture(params=[*(f"m001-{transport}" for transport in TRANSPORTS), "r02-pty"])
def each(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Desk]:
    model, _, transport = str(request.param).partition("-")
    with desk(tmp_path, transport, model=model) as there:
        yield there


@pytest.fixture
def there(tmp_path: Path) -> Iterator[Desk]:
    with desk(tmp_path) as one:
        yield one


@pytest.mark.parametrize("check", SUITE.checks, ids=lambda check: check.name)
def test_check(each: Desk, check: Check[Any]) -> None:
    """What is also checked on a real dispenser, by hand."""
    hands: dict[StrEnum, Callable[[], object]] = {
        Plug.PULL: lambda: each.fault("absent", True),
        Plug.PUT_IN: lambda: each.fault("absent", False),
        Step.TAKE_CARD: lambda: each.do("take_card"),
        Question.HELD_OUT: lambda: each.seen()["card"]["place"] == "bezel",
    }
    outcome = outcome_of(SUITE, check, each.printer, hands)
    expected = Result.NOT_APPLICABLE if check.name in NOT_HERE else Result.PASS
    assert (outcome.result, outcome.reason if expected is Result.PASS else "") == (expected, "")


def test_its_abilities(there: Desk) -> None:
    printer = there.printer
    assert printer.abilities == {
        Ability.FEED, Ability.CONTACT, Ability.CHIP, Ability.PRESENT, Ability.RETRACT, Ability.RETAIN,
        Ability.COUNT_BIN,
    }  # fmt: skip
    assert (face_printer(printer), parking(printer), bin_counter(printer)) == (None, None, printer)
    assert (chip_carrier(printer), retracting(printer), printer.chip_address) == (printer, printer, None)
    assert registry.driver_class("card-printer", "crt591") is type(printer)


def test_opening_moves_nothing_and_finds_the_card(each: Desk) -> None:
    each.printer.feed("hopper-1")
    motions = each.seen()["motions"]
    each.printer.close()
    anew = driver_for(each.line.url, model=each.device.model)
    anew.open()
    assert (anew.where(), each.seen()["motions"]) == (CardPosition.IN_PATH, motions)
    assert each.fails(anew.connect) == "card_reader.no_card"
    anew.to_contact()
    assert anew.where() is CardPosition.AT_CONTACT
    anew.close()


# -- the chip ----------------------------------------------------------------------------------------------------------


def test_the_chip_is_a_social_security_card_like_any_other(each: Desk) -> None:
    printer = each.printer
    printer.feed("hopper-1")
    card = SocialSecurityCard(printer.connect())
    assert card.read_issuer().initialiser == "999999999999"
    assert card.pin_state() == PinNeeded(3)
    printer.present()
    assert each.seen()["chip_powered"] is False
    assert each.do("take_card")["serial"] == "9901000001"


def test_a_chip_of_t1_and_one_outside_emv(tmp_path: Path) -> None:
    atr = "3BED00008131FE4300814E43238697639900BF7C7A00"
    stock = [{"serial": "99T1", "bank": "", "chip": {"identifier": "990100D1560000050000000148FB4966",
                                                     "number": "X00000019", "atr": atr}}]  # fmt: skip
    with desk(tmp_path, stock_cards=[stock]) as there:
        there.printer.feed("hopper-1")
        there.fault("not_emv")
        chip = there.printer.connect()
        assert chip.atr.hex().upper() == atr
        assert chip.transmit(CHALLENGE).ok


def test_a_chip_is_of_no_use_after_an_error_a_motion_or_a_power_cut(there: Desk) -> None:
    printer = there.printer
    printer.feed("hopper-1")
    chip = printer.connect()
    there.fault("lost_reply", 1)
    assert there.fails(lambda: chip.transmit(CHALLENGE)) == "card_reader.mute"
    assert there.fails(lambda: chip.transmit(CHALLENGE)) == "card_reader.removed"
    chip = printer.connect()
    there.fault("power_cut", True)
    there.fault("power_cut", False)
    assert there.fails(lambda: chip.transmit(CHALLENGE)) == "card_reader.removed"
    assert there.fails(printer.connect) == "card_reader.no_card"  # whether it still touches, nobody has proved
    printer.to_contact()
    chip = printer.connect()
    printer.reject()
    assert there.fails(lambda: chip.transmit(CHALLENGE)) == "card_reader.removed"


@pytest.mark.parametrize(
    ("fault", "value", "code"),
    [
        ("mute", True, "card_reader.mute"),
        ("short_answer", True, "card_reader.garbled"),
        ("chip_error", "68", "card_reader.mute"),
        ("chip_error", "64", "card_reader.garbled"),
        ("chip_error", "65", "card_reader.removed"),
    ],
)
def test_what_a_chip_can_do_wrong(there: Desk, fault: str, value: Any, code: str) -> None:
    there.printer.feed("hopper-1")
    chip = there.printer.connect()
    there.fault(fault, value)
    assert there.fails(lambda: chip.transmit(CHALLENGE)) == code


def test_a_blank_and_a_dirty_contact(tmp_path: Path) -> None:
    with desk(tmp_path, stock_cards=[[{"serial": "99B1"}, {"serial": "99B2"}]]) as there:
        there.printer.feed("hopper-1")
        assert there.fails(there.printer.connect) == "card_reader.mute"


def test_a_pin_is_never_presented_twice_nor_told(there: Desk, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    there.printer.feed("hopper-1")
    card = SocialSecurityCard(there.printer.connect())
    card.select()
    there.fault("lost_reply", 1)
    assert there.fails(lambda: card.verify_pin(bytearray(b"654321"))) == "card_reader.mute"
    assert SocialSecurityCard(there.printer.connect()).pin_state() == PinNeeded(2)
    assert "654321" not in caplog.text
    assert "654321" not in repr(there.printer.__dict__)


# -- said again, and not said again ------------------------------------------------------------------------------------

MOTIONS: dict[str, Callable[[Desk], object]] = {
    "feed": lambda there: there.printer.feed("hopper-1"),
    "present": lambda there: there.printer.present(),
    "reject": lambda there: there.printer.reject(),
    "retract": lambda there: there.printer.retract(StorageKind.RETAIN),
    "draw_in": lambda there: there.printer.draw_in(),
}
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


@pytest.mark.parametrize("motion", MOTIONS)
def test_the_cable_is_pulled_during_a_motion(there: Desk, motion: str) -> None:
    """It is not told again, and after the plug is back the sensors tell what came of it."""
    before = prepared(there, motion)
    pulled = there.device._turn

    def turn(*arguments: Any) -> None:
        pulled(*arguments)
        there.device.clock.after(0, lambda: there.line.set_fault("absent", True))

    there.line.call(lambda: setattr(there.device, "_turn", turn))
    assert there.fails(lambda: MOTIONS[motion](there)) == "card_printer.motion_unknown"
    assert there.printer.where() is CardPosition.UNKNOWN
    assert there.printer.status().device is DeviceState.NO_DEVICE
    there.line.call(lambda: setattr(there.device, "_turn", pulled))
    there.fault("absent", False)
    there.printer.open()
    assert there.seen()["motions"] - before == 1
    seen = {"feed": CardPosition.IN_PATH, "present": CardPosition.AT_BEZEL, "draw_in": CardPosition.IN_PATH}
    assert there.printer.where() is seen.get(motion, CardPosition.NONE)


@pytest.mark.parametrize("motion", MOTIONS)
def test_a_power_cut_during_a_motion(there: Desk, motion: str) -> None:
    before = prepared(there, motion)
    turned = there.device._turn

    def turn(*arguments: Any) -> None:
        turned(*arguments)
        there.device.clock.after(0, lambda: there.device.set_fault("power_cut", True))
        there.device.clock.after(0.05, lambda: there.device.set_fault("power_cut", False))

    there.line.call(lambda: setattr(there.device, "_turn", turn))
    assert there.fails(lambda: MOTIONS[motion](there)) == "card_printer.motion_unknown"
    there.line.call(lambda: setattr(there.device, "_turn", turned))
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


# -- the end of a card's way -------------------------------------------------------------------------------------------


def test_a_card_not_taken_is_retained(each: Desk) -> None:
    each.printer.feed("hopper-1")
    each.printer.present()
    assert each.printer.retract(StorageKind.RETAIN) is True
    assert each.printer.where() is CardPosition.REJECTED
    assert each.printer.retract(StorageKind.RETAIN) is False
    with pytest.raises(ValueError, match="cannot park"):
        each.printer.retract(StorageKind.PARK)
    assert len(each.seen()["reject_box"]) == 1


def test_a_hand_that_holds_on(each: Desk) -> None:
    each.printer.feed("hopper-1")
    each.printer.present()
    each.fault("held_at_gate")
    assert each.fails(lambda: each.printer.retract(StorageKind.RETAIN)) == "card_printer.held_at_bezel"
    assert each.fails(each.printer.draw_in) == "card_printer.held_at_bezel"
    assert (each.printer.where(), each.printer.status().fault) == (CardPosition.AT_BEZEL, None)
    each.do("take_card")
    assert each.printer.where() is CardPosition.TAKEN


@pytest.mark.parametrize("motion", ["retract", "draw_in"])
def test_a_hand_that_is_quicker_than_the_motor(there: Desk, motion: str) -> None:
    there.printer.feed("hopper-1")
    there.printer.present()
    receive = there.device._talk._hear_frame

    def hear(frame: bytes) -> None:
        if frame[5] == 0x32:
            there.device.take_card()
        receive(frame)

    there.line.call(lambda: setattr(there.device._talk, "_hear_frame", hear))
    assert there.printer.draw_in() is False if motion == "draw_in" else not MOTIONS["retract"](there)
    assert (there.printer.where(), there.seen()["reject_box"]) == (CardPosition.TAKEN, [])
    assert there.seen()["hoppers"][0]["cards"] == 7


def test_the_bin_s_counter_tells_a_hand_from_the_unit_s_own_timer(tmp_path: Path) -> None:
    with desk(tmp_path, takes_in_after=0.05) as there:
        there.printer.feed("hopper-1")
        there.printer.present()
        until_gone(there)
        assert there.printer.where() is CardPosition.REJECTED
        assert there.printer.status().of(StorageKind.RETAIN)[0].count == 1


def test_without_a_counter_it_is_the_time_that_tells_or_nobody(tmp_path: Path) -> None:
    now = [0.0]
    with desk(tmp_path, model="r02", driver={"clock": lambda: now[0], "takes_in_after": 10.0}) as there:
        for seconds, told in ((9.0, CardPosition.TAKEN), (11.0, CardPosition.UNKNOWN)):
            there.printer.feed("hopper-1")
            there.printer.present()
            now[0] += seconds
            there.do("take_card")
            assert there.printer.where() is told
        assert there.printer.status().of(StorageKind.RETAIN)[0].count is None
        assert Ability.TAKES_IN in there.printer.abilities


def until_gone(there: Desk) -> None:
    look = Cancellation()
    for _ in range(100):
        if there.seen()["card"] is None:
            return
        look.wait(0.02)
    raise AssertionError("the card is still at the gate")


def test_a_full_bin_of_either_model(each: Desk) -> None:
    each.printer.feed("hopper-1")
    each.fault("bin_full")
    assert each.fails(each.printer.reject) == "card_printer.reject_box_full"
    assert each.printer.where() is CardPosition.AT_CONTACT
    box = each.printer.status().of(StorageKind.RETAIN)[0]
    assert box.level is StorageLevel.FULL


def test_emptied_by_hand_and_counted_anew(there: Desk) -> None:
    there.printer.feed("hopper-1")
    there.printer.reject()
    there.do("empty_reject_box")
    assert there.printer.status().of(StorageKind.RETAIN)[0].count == 1
    there.printer.bin_emptied()
    assert there.printer.status().of(StorageKind.RETAIN)[0].count == 0


@pytest.mark.parametrize("states", ["9??", "?9?", "??9"])
def test_a_digit_that_nobody_knows_is_unknown(there: Desk, states: str) -> None:
    there.fault("states", states)
    status = there.printer.status()
    assert status.ready is False
    assert status.blocking == (
        "card_printer.position_unknown" if states == "9??" else "card_printer.unexpected_answer",
    )
    assert there.fails(lambda: there.printer.feed("hopper-1")) == status.fault
    assert there.seen()["hoppers"][0]["cards"] == 8


def test_the_digit_of_the_other_model_is_unknown(there: Desk) -> None:
    there.fault("states", "??2")
    assert there.printer.status().of(StorageKind.RETAIN)[0].level is StorageLevel.UNKNOWN


def test_a_bent_card_stays_in_the_hopper_and_a_jam_is_seen(there: Desk) -> None:
    there.fault("misfeed")
    assert there.fails(lambda: there.printer.feed("hopper-1")) == "card_printer.feed_failed"
    assert (there.printer.where(), there.seen()["feed_tries"]) == (CardPosition.NONE, 5)
    assert there.printer.status().blocking == ("card_printer.feed_failed",)
    there.fault("misfeed", False)
    there.printer.clear()
    there.fault("jam_feed")
    assert there.fails(lambda: there.printer.feed("hopper-1")) == "card_printer.jam_feed"
    status = there.printer.status()
    assert (status.position, status.media) == (CardPosition.JAMMED, MediaState.JAMMED)
    assert there.fails(there.printer.reject) == "card_printer.jam_feed"
    there.do("clear_path")
    assert there.printer.status().ready


def test_the_entry_is_never_opened_and_errors_headed_45_are_read(there: Desk) -> None:
    there.fault("head_45")
    there.fault("jam_exit")
    there.printer.feed("hopper-1")
    assert there.fails(there.printer.present) == "card_printer.jam_exit"


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
