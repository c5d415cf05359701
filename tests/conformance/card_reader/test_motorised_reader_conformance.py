"""What every motorised card reader promises (devices/card_reader/contract.py and motorised.py), over a PTY and TCP.

Of a simulator the suite uses the actions ``insert`` and ``take``, the faults ``jam``, ``held`` and ``bin_full``, those
of its line, the count ``motions``, and of its scene ``card``, ``gate``, ``light``, ``powered`` and ``retained``.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from motorised_desk import MODELS, PATIENCE, Desk, seat

from devices import fault_catalogue
from devices.card_reader.apdu import CommandApdu
from devices.card_reader.contract import Ability
from devices.card_reader.motorised import CardPosition, Light, lit, motorised, retaining
from devices.card_reader.simulator.hsm import TestKeyHsm
from devices.card_reader.social_security_card.pin import PinNeeded, PinVerified, WrongPin
from devices.card_reader.social_security_card.session import SocialSecurityCard
from devices.contract import Cancellation, DeviceState, MediaState

CHALLENGE = CommandApdu(0x00, 0x84, 0x00, 0x00, le=8)
PRESENT, NOT_PRESENT, UNKNOWN = MediaState.PRESENT, MediaState.NOT_PRESENT, MediaState.UNKNOWN


@pytest.fixture(params=[f"{model}-{transport}" for model in MODELS for transport in ("pty", "tcp")])
def desk(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Desk]:
    model, _, transport = str(request.param).rpartition("-")
    yield from seat(model, f"pty:{tmp_path}/card-reader" if transport == "pty" else "tcp://127.0.0.1:0")


# -- nothing is there --------------------------------------------------------------------------------------------------


def test_an_empty_reader(desk: Desk) -> None:
    status = desk.reader.status()
    assert (status.device, status.fault, status.media) == (DeviceState.ONLINE, None, NOT_PRESENT)
    assert status.position is CardPosition.NONE
    assert desk.fails(desk.reader.connect) == "card_reader.no_card"
    desk.reader.release()
    assert (desk.reader.retract(), desk.reader.retain()) == (False, False)
    assert (desk.simulator.motions, desk.scene()["gate"]) == (0, "open")


def test_its_abilities_have_their_methods(desk: Desk) -> None:
    assert desk.reader.abilities >= {Ability.MOTORISED}
    assert motorised(desk.reader) is desk.reader
    assert (retaining(desk.reader) is None) == (Ability.RETAIN not in desk.reader.abilities)
    assert (lit(desk.reader) is None) == (Ability.LIGHTS not in desk.reader.abilities)


# -- a card comes in ---------------------------------------------------------------------------------------------------


def test_a_card_is_drawn_in_read_and_its_pin_verified(desk: Desk) -> None:
    desk.insert()
    assert desk.until(PRESENT) in ([MediaState.ENTERING, PRESENT], [PRESENT])
    card = SocialSecurityCard(desk.reader.connect())
    identity = card.read_identity()
    assert (identity.social_security_number, identity.name) == ("440524188001010014", "张三")
    assert card.verify_pin(bytearray(b"654321")) == WrongPin(2)
    assert card.verify_pin(bytearray(b"123456")) == PinVerified()
    assert card.medical_account().transactions == ()
    assert desk.reader.status().position is CardPosition.CONTACTS


def test_a_third_generation_card_proves_itself(desk: Desk) -> None:
    desk.insert_and_arrive(version="3.0")
    card = SocialSecurityCard(desk.reader.connect())
    assert card.read_identity(TestKeyHsm()).name == "张三"


def test_a_card_that_speaks_t1(desk: Desk) -> None:
    desk.insert_and_arrive(atr="3BED00008131FE4300814E43238697639900BF7C7A00")
    chip = desk.reader.connect()
    assert chip.atr.hex().upper() == "3BED00008131FE4300814E43238697639900BF7C7A00"
    assert SocialSecurityCard(chip).read_identity().name == "张三"


def test_no_second_card_comes_in(desk: Desk) -> None:
    desk.insert_and_arrive()
    desk.reader.release()
    with pytest.raises(ValueError, match="a card in the reader"):
        desk.insert()
    assert desk.scene()["gate"] == "shut"
    desk.take()
    desk.until(NOT_PRESENT)
    desk.insert_and_arrive(number="X00000027")
    assert desk.scene()["card"]["number"] == "0027"


def test_the_entry_can_be_closed(desk: Desk) -> None:
    desk.reader.set_entry(False)
    with pytest.raises(ValueError, match="shut"):
        desk.insert()
    desk.reader.set_entry(True)
    desk.insert_and_arrive()


# -- and goes out ------------------------------------------------------------------------------------------------------


def test_a_card_at_the_gate_is_present_until_it_is_taken(desk: Desk) -> None:
    desk.insert_and_arrive()
    chip = desk.reader.connect()
    desk.reader.release()
    assert (desk.reader.status().media, desk.reader.status().position) == (PRESENT, CardPosition.AT_GATE)
    assert (desk.scene()["powered"], desk.scene()["light"]) == (False, "blinking")
    assert desk.fails(lambda: chip.transmit(CHALLENGE)) == "card_reader.removed"
    motions = desk.simulator.motions
    desk.reader.release()
    assert desk.simulator.motions == motions
    desk.take()
    assert desk.until(NOT_PRESENT) == [NOT_PRESENT]
    assert desk.reader.status().media is NOT_PRESENT
    assert (desk.scene()["light"], desk.scene()["gate"]) == ("off", "open")


def test_not_taken_it_can_be_offered_again(desk: Desk) -> None:
    desk.insert_and_arrive()
    desk.reader.release()
    assert desk.reader.retract() is True
    assert desk.reader.status().position is CardPosition.INSIDE
    assert desk.reader.retract() is True
    assert SocialSecurityCard(desk.reader.connect()).pin_state() == PinNeeded(3)
    desk.reader.release()
    desk.take()
    desk.until(NOT_PRESENT)


def test_a_card_at_the_gate_is_drawn_in_to_be_connected(desk: Desk) -> None:
    desk.insert_and_arrive()
    desk.reader.release()
    assert SocialSecurityCard(desk.reader.connect()).read_identity().name == "张三"


def test_not_taken_it_can_be_retained(desk: Desk) -> None:
    desk.insert_and_arrive()
    desk.reader.connect()
    desk.reader.release()
    assert desk.reader.retain() is True
    desk.until(NOT_PRESENT)
    assert (desk.scene()["retained"], desk.scene()["card"]) == (["0019"], None)
    assert desk.reader.status().bin is not None


def test_taken_at_the_last_moment_it_is_not_retained(desk: Desk) -> None:
    desk.insert_and_arrive()
    desk.reader.release()
    desk.take()
    assert (desk.reader.retract(), desk.reader.retain()) == (False, False)
    assert desk.scene()["retained"] == []


# -- power and plugs ---------------------------------------------------------------------------------------------------


def test_after_a_power_cut_the_card_is_sensed_without_a_motion_and_given_back(desk: Desk) -> None:
    desk.insert_and_arrive()
    chip = desk.reader.connect()
    desk.fault("absent", True)
    desk.until(UNKNOWN)
    assert desk.fails(lambda: chip.transmit(CHALLENGE)) in ("card_reader.absent", "card_reader.removed")
    motions = desk.simulator.motions
    desk.fault("absent", False)
    desk.reader.open()
    assert desk.until(PRESENT) == [PRESENT]
    assert (desk.reader.status().position, desk.simulator.motions) == (CardPosition.CONTACTS, motions)
    assert desk.fails(lambda: chip.transmit(CHALLENGE)) == "card_reader.removed"
    assert SocialSecurityCard(desk.reader.connect()).read_identity().name == "张三"
    desk.reader.release()
    desk.take()
    desk.until(NOT_PRESENT)


def test_it_comes_back_by_itself_and_lets_cards_in(desk: Desk) -> None:
    desk.fault("absent", True)
    desk.until(UNKNOWN)
    assert desk.reader.status().device is DeviceState.NO_DEVICE
    desk.fault("absent", False)
    desk.until(NOT_PRESENT)
    desk.insert_and_arrive()


def test_power_gone_while_the_card_waits_at_the_gate(desk: Desk) -> None:
    desk.insert_and_arrive()
    desk.reader.release()
    desk.fault("absent", True)
    desk.until(UNKNOWN)
    desk.fault("absent", False)
    desk.until(PRESENT)
    assert (desk.reader.status().position, desk.scene()["gate"]) == (CardPosition.AT_GATE, "shut")
    desk.take()
    desk.until(NOT_PRESENT)


def test_a_driver_that_starts_anew_finds_the_card(desk: Desk) -> None:
    desk.insert_and_arrive()
    desk.reader.connect()
    desk.stop_watching()
    desk.reader.close()
    assert (desk.scene()["gate"], desk.scene()["powered"]) == ("shut", False)
    motions = desk.simulator.motions
    desk.reader = desk.another_driver()
    desk.reader.open()
    assert (desk.reader.status().media, desk.simulator.motions) == (PRESENT, motions)
    desk.reader.release()
    assert desk.reader.status().position is CardPosition.AT_GATE


@pytest.mark.parametrize("at", range(0, 45, 5))
def test_the_plug_is_pulled_at_any_byte_of_a_hand_back(desk: Desk, at: int) -> None:
    desk.insert_and_arrive()
    desk.reader.connect()
    desk.stop_watching()
    motions = desk.simulator.motions
    desk.fault("unplug_at_byte", at)
    code = desk.fails(desk.reader.release)
    assert code in ("card_reader.absent", "card_reader.no_answer", "nothing failed")
    desk.fault("unplug_at_byte", -1)
    desk.reader.open()
    desk.reader.release()
    assert desk.scene()["card"] is not None
    assert desk.reader.status().position is CardPosition.AT_GATE
    # Turned once, or stopped by the cut and turned again; never pushed out a second time.
    assert desk.simulator.motions - motions <= 2
    desk.take()
    assert desk.reader.status().media is NOT_PRESENT


def test_a_closed_reader_says_so(desk: Desk) -> None:
    desk.reader.close()
    desk.reader.close()
    assert desk.until(UNKNOWN) == [UNKNOWN]
    status = desk.reader.status()
    assert (status.device, status.fault) == (DeviceState.NO_DEVICE, "card_reader.absent")
    assert desk.fails(desk.reader.connect) == "card_reader.absent"
    desk.reader.open()
    desk.until(NOT_PRESENT)


def test_an_address_that_is_not_there(desk: Desk) -> None:
    desk.fault("absent", True)
    assert desk.fails(desk.another_driver().open) == "card_reader.absent"


# -- things go wrong ---------------------------------------------------------------------------------------------------


def test_a_jam_is_told_and_the_card_comes_out_once_it_is_cleared(desk: Desk) -> None:
    desk.insert_and_arrive()
    desk.fault("jam")
    assert desk.fails(desk.reader.release) == "card_reader.jammed"
    status = desk.reader.status()
    assert (status.fault, status.media) == ("card_reader.jammed", MediaState.JAMMED)
    desk.until(MediaState.JAMMED)
    desk.fault("jam", False)
    desk.reader.release()
    assert (desk.reader.status().fault, desk.reader.status().media) == (None, PRESENT)
    desk.take()
    desk.until(NOT_PRESENT)


def test_a_hand_that_holds_on(desk: Desk) -> None:
    desk.insert_and_arrive()
    desk.reader.release()
    desk.fault("held")
    assert desk.fails(desk.reader.retract) == "card_reader.held_at_gate"
    assert desk.fails(desk.reader.retain) == "card_reader.held_at_gate"
    assert desk.fails(desk.reader.connect) == "card_reader.held_at_gate"
    assert (desk.reader.status().media, desk.reader.status().fault) == (PRESENT, None)
    desk.take()
    desk.until(NOT_PRESENT)


def test_a_card_that_is_not_let_go_of_on_the_way_in(desk: Desk) -> None:
    desk.fault("held")
    desk.insert()
    desk.until(MediaState.ENTERING)
    assert desk.reader.status().position is CardPosition.ENTERING
    desk.fault("held", False)
    desk.until(PRESENT)


def test_a_card_taken_back_on_the_way_in(desk: Desk) -> None:
    desk.fault("held")
    desk.insert()
    desk.until(MediaState.ENTERING)
    desk.take()
    desk.until(NOT_PRESENT)


def test_a_full_bin(desk: Desk) -> None:
    desk.insert_and_arrive()
    desk.fault("bin_full")
    assert desk.fails(desk.reader.retain) == "card_reader.bin_full"
    status = desk.reader.status()
    assert (status.fault, status.media) == ("card_reader.bin_full", MediaState.JAMMED)
    desk.reader.release()
    assert desk.reader.status().position is CardPosition.AT_GATE


def test_silence(desk: Desk) -> None:
    desk.insert_and_arrive()
    desk.fault("silent")
    assert desk.fails(desk.reader.release) == "card_reader.no_answer"
    assert (desk.reader.status().device, desk.reader.status().media) == (DeviceState.OFFLINE, UNKNOWN)
    desk.until(UNKNOWN)
    desk.fault("silent", False)
    desk.until(PRESENT)
    desk.reader.release()


def test_a_noisy_line_loses_no_card(desk: Desk) -> None:
    desk.insert_and_arrive()
    desk.fault("noise", 0.02)
    for _ in range(3):
        desk.fails(lambda: SocialSecurityCard(desk.reader.connect()).read_identity())
        desk.fails(desk.reader.release)
        desk.fails(desk.reader.retract)
    desk.fault("noise", 0.0)
    desk.reader.release()
    assert desk.scene()["card"]["number"] == "0019"
    assert desk.reader.status().position is CardPosition.AT_GATE


def test_every_fault_is_in_the_catalogue(desk: Desk) -> None:
    own = ("no_answer", "line_noise", "jammed", "held_at_gate", "bin_full", "absent", "no_card", "removed", "mute")
    assert [fault_catalogue.find(f"card_reader.{name}").code for name in own] == [f"card_reader.{n}" for n in own]


# -- two threads, one line ---------------------------------------------------------------------------------------------


def test_the_watch_and_the_chip_share_the_line(desk: Desk) -> None:
    desk.insert_and_arrive()
    desk.reader._poll_seconds = 0.0
    card = SocialSecurityCard(desk.reader.connect())
    assert {card.read_identity().name for _ in range(20)} == {"张三"}
    assert desk.seen.empty()


def test_a_watch_ends_when_told_to(desk: Desk) -> None:
    assert desk.stop_watching() is True


def test_a_cancelled_watch_never_begins(desk: Desk) -> None:
    cancellation = Cancellation()
    cancellation.cancel()
    seen: list[MediaState] = []
    watch = threading.Thread(target=desk.reader.watch, args=(cancellation, seen.append))
    watch.start()
    watch.join(PATIENCE)
    assert (watch.is_alive(), seen) == (False, [])


# -- lights ------------------------------------------------------------------------------------------------------------


def test_the_light_shows_where_to_look(desk: Desk) -> None:
    for light in (Light.ON, Light.BLINKING, Light.OFF, Light.ON):
        desk.reader.lights(light)
        assert desk.scene()["light"] == light
    desk.insert_and_arrive()
    assert desk.scene()["light"] == "on"
    desk.reader.release()
    assert desk.scene()["light"] == "blinking"
    desk.take()
    desk.until(NOT_PRESENT)
    assert desk.scene()["light"] == "on"
