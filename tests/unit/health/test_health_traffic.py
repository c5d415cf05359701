"""What is kept of what was said to devices: words and numbers of the machine, nothing of a person."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import pytest

from devices.card_printer.contract import CardPosition
from devices.card_reader.apdu import CommandApdu, ResponseApdu
from devices.contract import DeviceError
from kiosk.traffic import Traffic

NUMBER = "990101195603120022"


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        self.now += 0.004
        return self.now


class Chip:
    atr = b"\x3b"

    def transmit(self, command: CommandApdu) -> ResponseApdu:
        return ResponseApdu(NUMBER.encode(), 0x9000)

    def close(self) -> None:
        return


@pytest.fixture
def traffic() -> Traffic:
    return Traffic(kept=3, clock=Clock())


def test_a_command_to_a_chip_shows_its_header_and_lengths_only(traffic: Traffic) -> None:
    chip = traffic.of_chip(cast("Any", Chip()))
    answer = chip.transmit(CommandApdu(0x04, 0xDC, 0x08, 0x00, data=NUMBER.encode()))
    assert answer.data == NUMBER.encode()
    assert traffic.lines() == ["chip 04DC0800+18 9000+18 4"]


@pytest.mark.parametrize("instruction", [0x20, 0x24, 0x2C, 0x5E])
def test_of_a_command_with_a_pin_not_even_the_length(traffic: Traffic, instruction: int) -> None:
    traffic.of_chip(cast("Any", Chip())).transmit(CommandApdu(0x00, instruction, 0x00, 0x00, data=b"314159"))
    assert traffic.lines() == [f"chip 00{instruction:02X}0000 9000+18 4"]


def test_a_verb_of_a_device_with_what_came_of_it(traffic: Traffic) -> None:
    def jam() -> None:
        raise DeviceError("card_printer.jam_exit")

    device = SimpleNamespace(where=lambda: CardPosition.AT_BEZEL, present=jam, at="tcp://x")
    heard = traffic.of_device("printer", cast("Any", device))
    assert heard.at == "tcp://x"
    assert [heard.where() for _ in range(3)] == [CardPosition.AT_BEZEL] * 3
    with pytest.raises(DeviceError, match="jam_exit"):
        heard.present()
    assert traffic.lines() == ["printer where atBezel x3 12", "printer present card_printer.jam_exit 4"]


def test_the_oldest_make_room_and_another_business_begins_anew(traffic: Traffic) -> None:
    for number in range(5):
        traffic.add("host", f"/v1/{number}", "ok", 0.0)
    assert traffic.lines() == [f"host /v1/{number} ok 0" for number in (2, 3, 4)]
    traffic.begin()
    assert traffic.lines() == []


def test_what_looks_like_a_person_is_withheld(traffic: Traffic) -> None:
    traffic.add("host", f"/v1/people/{NUMBER}", "ok", 0.0)
    assert NUMBER not in str(traffic.lines())
