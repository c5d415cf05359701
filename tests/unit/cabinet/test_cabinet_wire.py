"""Modbus RTU as the standard's examples have it, on both sides of the line."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.cabinet.simulator import ModbusCabinetSimulator
from devices.cabinet.wire import (
    READ_INPUTS,
    READ_REGISTERS,
    Ask,
    Refused,
    WireError,
    answer_in,
    crc,
    inputs,
    register,
)
from devices.simulation import Timer

ASK = Ask(1, READ_INPUTS, 0, 8)


class Wire:
    """A line that keeps what the device says; its clock stands still."""

    def __init__(self) -> None:
        self.said = b""

    def send(self, data: bytes) -> None:
        self.said += data

    def after(self, seconds: float, action: object) -> Timer:
        class Never:
            def cancel(self) -> None:
                """It never runs."""

        return Never()


@pytest.mark.parametrize(
    ("ask", "frame"),
    [
        (ASK, "01 02 00 00 00 08 79 CC"),
        (Ask(1, READ_REGISTERS, 0, 10), "01 03 00 00 00 0A C5 CD"),
        (Ask(0x11, READ_REGISTERS, 0x6B, 3), "11 03 00 6B 00 03 76 87"),
        (Ask(0x11, READ_INPUTS, 0xC4, 0x16), "11 02 00 C4 00 16 BA A9"),
    ],
)
def test_published_frames(ask: Ask, frame: str) -> None:
    assert ask.encode() == bytes.fromhex(frame)


def test_published_answers() -> None:
    """MODBUS Application Protocol 6.2: inputs 197 to 218; 6.3: registers 108 to 110."""
    asked = Ask(0x11, READ_INPUTS, 0xC4, 0x16)
    body = bytes.fromhex("11 02 03 AC DB 35")
    data = answer_in(asked, body + crc(body))
    assert data == bytes.fromhex("ACDB35")
    levels = inputs(bytes.fromhex("ACDB35"), 22)
    assert levels[:8] == (False, False, True, True, False, True, False, True)
    assert levels[16:] == (True, False, True, False, True, True)
    assert register(bytes.fromhex("022B00000064"), 2) == 100
    assert register(bytes.fromhex("FF9C")) == -100


@pytest.mark.parametrize(
    ("request_", "answer"),
    [
        ("01 02 00 00 00 08 79 CC", "01 02 01 1F"),
        ("01 03 00 00 00 01 84 0A", "01 03 02 01 18"),
        ("01 02 00 0C 00 08 B9 CF", "01 82 02"),
        ("01 06 00 00 00 01 48 0A", "01 86 01"),
        ("01 02 00 00 00 00 78 0A", "01 82 03"),
    ],
)
def test_the_simulator_answers_by_the_standard(request_: str, answer: str) -> None:
    wire, simulator = Wire(), ModbusCabinetSimulator()
    simulator.attached(wire)
    for octet in bytes.fromhex(request_):
        simulator.received(bytes([octet]))
    said = bytes.fromhex(answer)
    assert wire.said == said + crc(said)


def test_the_simulator_is_silent_to_others_and_to_damage() -> None:
    wire, simulator = Wire(), ModbusCabinetSimulator(unit=2)
    simulator.attached(wire)
    simulator.received(ASK.encode())
    simulator.received(Ask(2, READ_INPUTS, 0, 8).encode()[:-1] + b"\x00")
    assert wire.said == b""
    simulator.received(Ask(2, READ_INPUTS, 0, 8).encode())
    assert wire.said[:3] == bytes.fromhex("020201")


def test_an_answer_in_pieces_and_its_damage() -> None:
    body = bytes.fromhex("01 02 01 1F")
    frame = body + crc(body)
    assert [answer_in(ASK, frame[:at]) for at in range(len(frame))] == [None] * len(frame)
    assert answer_in(ASK, frame) == b"\x1f"
    for at in range(len(frame)):
        spoilt = frame[:at] + bytes([frame[at] ^ 0x41]) + frame[at + 1 :]
        with pytest.raises(WireError):
            answer_in(ASK, spoilt)
    refusal = bytes.fromhex("01 82 02")
    assert answer_in(ASK, refusal + crc(refusal)) == Refused(2)
    with pytest.raises(WireError):
        answer_in(ASK, refusal + b"\x00\x00")


@given(st.binary(max_size=300))
def test_whatever_is_heard(heard: bytes) -> None:
    try:
        found = answer_in(ASK, heard)
    except WireError:
        return
    assert found is None or isinstance(found, bytes | Refused)
