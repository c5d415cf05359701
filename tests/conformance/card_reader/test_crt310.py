"""The CRT-310 driver against its simulator: what this protocol has and others may not."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from motorised_desk import PATIENCE, Desk, seat

from devices import fault_catalogue
from devices.card_reader.apdu import CommandApdu
from devices.card_reader.crt310 import chip as chip_module
from devices.card_reader.crt310 import line
from devices.card_reader.crt310.wire import with_length
from devices.card_reader.motorised import CardPosition, Light
from devices.card_reader.social_security_card.pin import PinNeeded
from devices.card_reader.social_security_card.session import SocialSecurityCard
from devices.contract import DeviceState, MediaState

CHALLENGE = CommandApdu(0x00, 0x84, 0x00, 0x00, le=8)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    yield from seat("crt310", f"pty:{tmp_path}/card-reader")


@pytest.fixture
def alone(desk: Desk) -> Desk:
    """A card is inside, and nobody watches, so that faults befall what the test does."""
    desk.insert_and_arrive()
    desk.stop_watching()
    return desk


def test_the_firmware_tells_its_name(desk: Desk) -> None:
    assert desk.reader.firmware == "CRT-310-SIM"


def spent(desk: Desk, fault: str) -> None:
    """Until a counted fault has befallen the last one."""
    done = threading.Event()

    def look() -> None:
        if desk.simulator.faults[fault] == 0:
            done.set()
        else:
            desk.simulator.port.after(0.005, look)

    desk.line.call(look)
    assert done.wait(PATIENCE)


def test_two_looks_that_fail_are_not_the_end_and_three_are(desk: Desk) -> None:
    desk.fault("nak", 2 * line.TRIES)
    spent(desk, "nak")
    desk.insert()
    assert MediaState.UNKNOWN not in desk.until(MediaState.PRESENT)
    desk.fault("nak", 3 * line.TRIES)
    assert desk.until(MediaState.UNKNOWN) == [MediaState.UNKNOWN]
    desk.until(MediaState.PRESENT)


# -- said again, and not said again ------------------------------------------------------------------------------------


def test_a_command_taken_for_damaged_is_said_again(alone: Desk) -> None:
    alone.fault("nak", 2)
    assert alone.reader.status().position is CardPosition.INSIDE
    alone.fault("nak", 3)
    assert alone.fails(alone.reader.connect) == "card_reader.line_noise"
    assert alone.reader.status().fault is None


def test_a_damaged_reply_is_asked_for_again_and_nothing_moves_twice(alone: Desk) -> None:
    motions = alone.simulator.motions
    alone.fault("wrong_bcc", 2)
    assert alone.reader.status().fault is None
    for wrong in range(6):
        alone.fault("wrong_bcc", wrong)
        alone.reader.release()
        alone.reader.retract()
    assert alone.simulator.motions - motions == 12


@pytest.mark.parametrize("lost", range(6))
def test_a_lost_reply_never_moves_a_card_twice(alone: Desk, lost: int) -> None:
    """Each exchange of a hand-back loses its reply once; the sensors tell what came of the motion."""
    motions = alone.simulator.motions
    answered = [0]
    reply = alone.simulator._talk.reply

    def losing(text: bytes) -> None:
        if answered[0] == lost:
            alone.simulator.faults["lost_reply"] = 1
        answered[0] += 1
        reply(text)

    alone.simulator._talk.reply = losing
    alone.reader.release()
    assert answered[0] > lost
    assert alone.reader.status().position is CardPosition.AT_GATE
    assert alone.simulator.motions - motions == 1


def test_a_reader_that_speaks_only_noise(alone: Desk) -> None:
    alone.fault("wrong_bcc", 1000)
    status = alone.reader.status()
    assert (status.device, status.fault) == (DeviceState.HARDWARE_ERROR, "card_reader.line_noise")
    alone.fault("wrong_bcc", 0)
    assert alone.reader.status().fault is None


def test_an_unanswered_motion_that_did_not_happen_is_no_success(alone: Desk) -> None:
    alone.fault("jam")
    alone.line.call(lambda: setattr(alone.simulator, "_motion_seconds", 3.0))
    motions = alone.simulator.motions
    assert alone.fails(alone.reader.release) == "card_reader.jammed"
    assert alone.simulator.motions - motions == 1


def test_a_pin_is_never_presented_twice(alone: Desk) -> None:
    card = SocialSecurityCard(alone.reader.connect())
    card.select()
    alone.fault("lost_reply", 1)
    assert alone.fails(lambda: card.verify_pin(bytearray(b"654321"))) == "card_reader.mute"
    again = SocialSecurityCard(alone.reader.connect())
    assert again.pin_state() == PinNeeded(2)


def test_after_an_error_the_chip_is_of_no_more_use(alone: Desk) -> None:
    chip = alone.reader.connect()
    alone.fault("lost_reply", 1)
    assert alone.fails(lambda: chip.transmit(CHALLENGE)) == "card_reader.mute"
    assert alone.fails(lambda: chip.transmit(CHALLENGE)) == "card_reader.removed"
    chip.close()
    assert alone.reader.connect().transmit(CHALLENGE).ok


# -- the chip ----------------------------------------------------------------------------------------------------------


def test_a_chip_that_gives_no_answer_to_reset_is_touched_a_second_time(alone: Desk) -> None:
    motions = alone.simulator.motions
    alone.fault("no_reset_answer")
    assert alone.fails(alone.reader.connect) == "card_reader.mute"
    assert alone.simulator.motions - motions == 3
    alone.fault("no_reset_answer", False)
    assert alone.reader.connect().transmit(CHALLENGE).ok


def test_a_chip_that_falls_silent(alone: Desk) -> None:
    chip = alone.reader.connect()
    alone.fault("mute")
    assert alone.fails(lambda: chip.transmit(CHALLENGE)) == "card_reader.mute"


def test_an_answer_cut_short(alone: Desk) -> None:
    chip = alone.reader.connect()
    alone.fault("short_answer")
    assert alone.fails(lambda: chip.transmit(CHALLENGE)) == "card_reader.garbled"


def test_a_card_taken_out_by_staff(alone: Desk) -> None:
    chip = alone.reader.connect()
    alone.line.call(alone.simulator.clear_path)
    assert alone.fails(lambda: chip.transmit(CHALLENGE)) == "card_reader.removed"


def test_a_new_connection_ends_the_old_chip(alone: Desk) -> None:
    old = alone.reader.connect()
    new = alone.reader.connect()
    assert alone.fails(lambda: old.transmit(CHALLENGE)) == "card_reader.removed"
    old.close()
    assert new.transmit(CHALLENGE).ok
    new.close()
    new.close()
    assert alone.scene()["powered"] is False


def test_no_pin_stays_in_a_frame_or_a_log(
    alone: Desk, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    frames: list[bytearray] = []
    encode = line.encode

    def keep(text: bytes | bytearray) -> bytearray:
        frame = encode(text)
        frames.append(frame)
        if isinstance(text, bytearray):
            frames.append(text)
        return frame

    def keep_counted(apdu: bytearray) -> bytearray:
        frames.extend((apdu, with_length(apdu)))
        return frames[-1]

    monkeypatch.setattr(line, "encode", keep)
    monkeypatch.setattr(chip_module, "with_length", keep_counted)
    card = SocialSecurityCard(alone.reader.connect())
    card.verify_pin(bytearray(b"482905"))
    alone.fault("mute")
    assert alone.fails(lambda: card.verify_pin(bytearray(b"482905"))) == "card_reader.mute"
    secret = bytes.fromhex("482905")
    assert frames
    assert [frame for frame in frames if secret in frame] == []
    assert "482905" not in caplog.text


# -- what the reader says of itself ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fault", "value", "code"),
    [
        ("refuses", True, "card_reader.cannot_execute"),
        ("low_voltage", True, "card_reader.supply_voltage"),
        ("power_lost", True, "card_reader.power_lost"),
        ("wrong_size", "short", "card_reader.abnormal_card"),
        ("strange_status", True, "card_reader.unexpected_answer"),
    ],
)
def test_what_keeps_a_card_inside(alone: Desk, fault: str, value: object, code: str) -> None:
    motions = alone.simulator.motions
    alone.fault(fault, value)
    for act in (alone.reader.release, alone.reader.connect):
        assert alone.fails(act) == code
    assert alone.simulator.motions == motions
    assert fault_catalogue.find(code).code == code
    alone.fault(fault, type(value)())
    alone.reader.release()
    assert alone.reader.status().position is CardPosition.AT_GATE


def test_something_that_is_no_card(alone: Desk) -> None:
    alone.fault("wrong_size", "long")
    status = alone.reader.status()
    assert (status.device, status.fault) == (DeviceState.ONLINE, "card_reader.abnormal_card")
    assert (status.media, status.position) == (MediaState.JAMMED, CardPosition.ABNORMAL)


def test_a_position_that_nobody_knows_is_unknown(alone: Desk) -> None:
    alone.fault("strange_status")
    status = alone.reader.status()
    assert (status.device, status.media, status.position) == (
        DeviceState.ONLINE,
        MediaState.UNKNOWN,
        CardPosition.UNKNOWN,
    )


def test_a_reader_without_a_light_is_a_reader(alone: Desk) -> None:
    alone.fault("no_light")
    alone.reader.lights(Light.ON)
    alone.reader.release()
    assert alone.reader.status().fault is None


def test_main_power_that_comes_back(desk: Desk) -> None:
    desk.insert_and_arrive()
    chip = desk.reader.connect()
    desk.fault("power_lost")
    assert desk.fails(lambda: chip.transmit(CHALLENGE)) == "card_reader.power_lost"
    desk.fault("power_lost", False)
    desk.reader.release()
    desk.take()
    desk.until(MediaState.NOT_PRESENT)
