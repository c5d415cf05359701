"""The "F2" frame: the page's golden frames in both directions, for the driver and for the simulator."""

from __future__ import annotations

from typing import Any

import pytest
from crt591_by_hand import HandPort
from hypothesis import given
from hypothesis import strategies as st

from devices.card_printer.crt591.wire import (
    LONGEST_TEXT,
    START,
    Command,
    Control,
    DamagedFrame,
    Decoder,
    Foreign,
    Refusal,
    Reply,
    encode,
)
from devices.card_printer.simulator import Crt591Simulator
from devices.card_printer.simulator.crt591_line import framed

COMMANDS = {
    "INIT leave card": (Command.INITIALISE.value, "F2 00 00 03 43 30 33 03 B2"),
    "INIT capture": (b"\x30\x31", "F2 00 00 03 43 30 31 03 B0"),
    "STATUS": (Command.STATUS.value, "F2 00 00 03 43 31 30 03 B0"),
    "STATUS + sensors": (Command.STATUS_AND_SENSORS.value, "F2 00 00 03 43 31 31 03 B1"),
    "MOVE to IC contact": (Command.MOVE_TO_CONTACT.value, "F2 00 00 03 43 32 31 03 B2"),
    "MOVE holding at gate": (Command.MOVE_TO_GATE_AND_HOLD.value, "F2 00 00 03 43 32 30 03 B3"),
    "MOVE out of gate": (b"\x32\x39", "F2 00 00 03 43 32 39 03 BA"),
    "MOVE to error bin": (Command.MOVE_INTO_BIN.value, "F2 00 00 03 43 32 33 03 B0"),
    "ENTRY forbid": (b"\x33\x31", "F2 00 00 03 43 33 31 03 B3"),
    "CPU cold reset ISO 5 V": (Command.CHIP_COLD_RESET.value + b"\x33", "F2 00 00 04 43 51 30 33 03 E4"),
    "CPU power off": (Command.CHIP_OFF.value, "F2 00 00 03 43 51 31 03 D1"),
    "APDU auto": (
        Command.CHIP_APDU.value + bytes.fromhex("00A40000023F00"),
        "F2 00 00 0A 43 51 39 00 A4 00 00 02 3F 00 03 49",
    ),
    "read bin counter": (Command.READ_BIN_COUNTER.value, "F2 00 00 03 43 A5 30 03 24"),
}
ANSWERS = {
    "INIT": ("F2 00 00 12 50 30 33 30 32 30 43 52 54 2D 35 39 31 2D 4D 30 30 31 03 86",
             Reply(0, b"\x30\x33", b"020", b"CRT-591-M001")),
    "STATUS": ("F2 00 00 06 50 31 30 32 32 30 03 96", Reply(0, b"\x31\x30", b"220")),
    "reset": ("F2 00 00 09 50 51 30 32 32 30 30 3B 00 03 F2", Reply(0, b"\x51\x30", b"220", b"0\x3b\x00")),
    "APDU": ("F2 00 00 08 50 51 39 32 32 30 90 00 03 61", Reply(0, b"\x51\x39", b"220", b"\x90\x00")),
    "stacker empty": ("F2 00 00 05 4E 32 31 41 30 03 C8", Refusal(0, b"\x32\x31", "A0")),
    "jam": ("F2 00 00 05 4E 32 31 31 30 03 B8", Refusal(0, b"\x32\x31", "10")),
    "not initialised": ("F2 00 00 05 4E 31 30 42 30 03 C9", Refusal(0, b"\x31\x30", "B0")),
}  # fmt: skip


def raw(text: str) -> bytes:
    return bytes.fromhex(text)


@pytest.mark.parametrize("name", COMMANDS)
def test_the_commands_of_the_page(name: str) -> None:
    text, frame = COMMANDS[name]
    assert encode(0, text).hex(" ").upper() == frame


@pytest.mark.parametrize("name", ANSWERS)
def test_the_answers_of_the_page(name: str) -> None:
    frame, answer = ANSWERS[name]
    assert Decoder().feed(raw(frame)) == [answer]
    decoder = Decoder()
    assert [event for byte in raw(frame) for event in decoder.feed(bytes((byte,)))] == [answer]


def test_an_error_may_be_headed_45() -> None:
    assert Decoder().feed(framed(0, b"E\x32\x31A0")) == [Refusal(0, b"\x32\x31", "A0")]


def answered(simulator: Crt591Simulator, frame: str) -> bytes:
    port = HandPort()
    simulator.attached(port)
    simulator.received(raw(frame))
    port.run()
    return bytes(port.sent)


@pytest.mark.parametrize(
    ("cards", "before", "command", "answer"),
    [
        (20, (), "INIT leave card", "INIT"),
        (20, ("INIT leave card", "MOVE to IC contact"), "STATUS", "STATUS"),
        (0, ("INIT leave card",), "MOVE to IC contact", "stacker empty"),
        (20, (), "STATUS", "not initialised"),
    ],
    ids=["init", "status", "empty", "asleep"],
)
def test_the_simulator_says_what_the_page_says(cards: int, before: tuple[str, ...], command: str, answer: str) -> None:
    simulator = Crt591Simulator(pace=0, cards=cards)
    for earlier in before:
        answered(simulator, COMMANDS[earlier][1])
    assert answered(simulator, COMMANDS[command][1]) == b"\x06" + raw(ANSWERS[answer][0])


def test_the_simulator_says_jam() -> None:
    simulator = Crt591Simulator(pace=0)
    simulator.set_fault("jam_feed", True)
    answered(simulator, COMMANDS["INIT leave card"][1])
    assert answered(simulator, COMMANDS["MOVE to IC contact"][1]) == b"\x06" + raw(ANSWERS["jam"][0])


def test_a_stray_acknowledgement_and_data_that_looks_like_a_frame() -> None:
    data = bytes.fromhex("F2000003431F03060403159000")
    frame = framed(0, b"P\x51\x39220" + data)
    assert Decoder().feed(b"\x06\x06" + frame) == [Control.ACK, Control.ACK, Reply(0, b"\x51\x39", b"220", data)]


def test_another_unit_and_what_is_no_answer() -> None:
    assert Decoder().feed(framed(3, b"P\x31\x30020")) == [Reply(3, b"\x31\x30", b"020")]
    assert Decoder().feed(framed(0, b"C\x31\x30")) == [Foreign(0)]
    assert Decoder().feed(framed(0, b"P\x31\x30")) == [Foreign(0)]


def test_a_good_frame_behind_a_damaged_one_is_read() -> None:
    good = raw(ANSWERS["STATUS"][0])
    spoilt = good[:-1] + bytes((good[-1] ^ 1,))
    assert Decoder().feed(spoilt + good) == [DamagedFrame(6), ANSWERS["STATUS"][1]]
    swallowed = bytes((START, 0, 0, 20, 0x50)) + good
    decoder = Decoder()
    assert decoder.feed(swallowed) == []
    assert decoder.quiet() == [DamagedFrame(20), ANSWERS["STATUS"][1]]


@given(
    text=st.binary(min_size=6, max_size=700).map(lambda text: b"P" + text[1:]),
    cuts=st.lists(st.integers(0, 700), max_size=5),
)
def test_any_reply_in_any_pieces(text: bytes, cuts: list[int]) -> None:
    frame = framed(5, text)
    decoder, events, at = Decoder(), list[Any](), 0
    for cut in [*sorted(cuts), len(frame)]:
        events += decoder.feed(frame[at:cut])
        at = max(at, cut)
    assert events == [Reply(5, text[1:3], text[3:6], text[6:])]


def test_a_frame_has_its_limits() -> None:
    assert len(encode(15, bytes(LONGEST_TEXT - 1))) == LONGEST_TEXT + 6
    for size in (0, 1, LONGEST_TEXT):
        with pytest.raises(ValueError, match="a command holds"):
            encode(0, bytes(size))
    with pytest.raises(ValueError, match="an address"):
        encode(16, b"\x31\x30")


def test_nothing_personal_is_shown() -> None:
    shown = repr([Reply(0, b"\x51\x39", b"220", b"SECRET"), Refusal(0, b"\x51\x39", "69", b"SECRET")])
    assert "SECRET" not in shown
