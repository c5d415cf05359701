"""The dispenser's chip contact, driver against simulator on a real line."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

import pytest
from crt591_desk import Desk, desk

from devices.card_reader.apdu import CommandApdu
from devices.card_reader.social_security_card.pin import PinNeeded
from devices.card_reader.social_security_card.session import SocialSecurityCard

pytestmark = pytest.mark.usefixtures("brisk_lines")
CHALLENGE = CommandApdu(0x00, 0x84, 0x00, 0x00, le=8)


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
