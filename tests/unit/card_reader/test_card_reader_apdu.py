"""Commands, answers, and the layers between a terminal and a chip."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.card_reader.apdu import (
    CommandApdu,
    ResponseApdu,
    StatusWord,
    terminal,
    with_chaining,
    with_get_response,
    with_reissue,
    with_t0_commands,
)

BYTE = st.integers(0, 255)


class Script:
    """A chip that expects commands in order and answers each."""

    def __init__(self, *exchanges: tuple[str, str]) -> None:
        self.exchanges = list(exchanges)

    def __call__(self, command: CommandApdu) -> ResponseApdu:
        expected, answer = self.exchanges.pop(0)
        assert bytes(command.encode()).hex().upper() == expected.replace(" ", "")
        return ResponseApdu.decode(bytes.fromhex(answer))


@given(BYTE, BYTE, BYTE, BYTE, st.binary(max_size=255), st.one_of(st.none(), st.integers(0, 255)))
def test_a_command_is_what_it_was_after_the_wire(
    cla: int, ins: int, p1: int, p2: int, data: bytes, le: int | None
) -> None:
    command = CommandApdu(cla, ins, p1, p2, data, le)
    assert CommandApdu.decode(bytes(command.encode())) == command


@pytest.mark.parametrize(
    ("command", "wire"),
    [
        (CommandApdu(0x00, 0xB2, 0x01, 0x04, le=0x12), "00B2010412"),
        (CommandApdu(0x00, 0x20, 0x00, 0x00, bytes.fromhex("123456")), "0020000003123456"),
        (CommandApdu(0x00, 0xB2, 0x01, 0x04, le=256), "00B2010400"),
        (CommandApdu(0x80, 0xA8, 0x00, 0x00, b"\x83\x00", 0), "80A8000002830000"),
        (CommandApdu(0x00, 0xA4, 0x00, 0x00), "00A40000"),
    ],
)
def test_the_page_s_commands(command: CommandApdu, wire: str) -> None:
    assert command.encode().hex().upper() == wire


@pytest.mark.parametrize("wire", ["", "00B201", "00A4040003AABB", "00A4040002AABBCCDD", "00A4040000AA"])
def test_what_is_no_command_is_refused(wire: str) -> None:
    with pytest.raises(ValueError):
        CommandApdu.decode(bytes.fromhex(wire))


def test_more_than_255_bytes_do_not_fit_one_command() -> None:
    with pytest.raises(ValueError, match="256 bytes do not fit one command"):
        CommandApdu(0, 0xDC, 1, 4, bytes(256)).encode()


def test_an_answer_has_two_bytes_at_least() -> None:
    with pytest.raises(ValueError, match="not 1"):
        ResponseApdu.decode(b"\x90")


@pytest.mark.parametrize(
    ("word", "attempts"), [("63C0", 0), ("63C2", 2), ("63CF", 15), ("6300", None), ("6983", None), ("9000", None)]
)
def test_attempts_left(word: str, attempts: int | None) -> None:
    assert ResponseApdu.decode(bytes.fromhex(word)).attempts_left == attempts


def test_status_words_by_name() -> None:
    assert ResponseApdu(b"", 0x6982).status is StatusWord.SECURITY_NOT_SATISFIED
    assert ResponseApdu(b"", 0x1234).status is None
    assert (ResponseApdu(b"", 0x6100).more, ResponseApdu(b"", 0x6C12).right_length) == (256, 0x12)


def test_a_wrong_length_is_reissued_once() -> None:
    chip = Script(("00B2010400", "6C12"), ("00B2010412", "0110" + "00" * 16 + "9000"))
    assert len(with_reissue(chip)(CommandApdu(0, 0xB2, 1, 4, le=0)).data) == 18
    stubborn = Script(("00B2010400", "6C12"), ("00B2010412", "6C13"))
    assert with_reissue(stubborn)(CommandApdu(0, 0xB2, 1, 4, le=0)).sw == 0x6C13


def test_what_waits_is_fetched_to_the_end() -> None:
    chip = Script(("00A40400 02 AABB", "6102"), ("00C0000002", "C1C2 6101"), ("00C0000001", "C3 9000"))
    response = with_get_response(chip)(CommandApdu(0, 0xA4, 4, 0, b"\xaa\xbb"))
    assert (response.data, response.sw) == (b"\xc1\xc2\xc3", 0x9000)


def test_a_chip_that_promises_for_ever_is_not_asked_for_ever() -> None:
    chip = Script(("00A40400 01 AA", "6102"), ("00C0000002", "6102"))
    assert with_get_response(chip)(CommandApdu(0, 0xA4, 4, 0, b"\xaa")).sw == 0x6102


def test_long_data_go_in_a_chain_that_stops_at_the_first_refusal() -> None:
    first = "10DC0104FF" + "AA" * 255
    chip = Script((first, "9000"), ("00DC010402AAAA", "9000"))
    assert with_chaining(chip)(CommandApdu(0, 0xDC, 1, 4, b"\xaa" * 257)).ok
    refusing = Script((first, "6A80"))
    assert with_chaining(refusing)(CommandApdu(0, 0xDC, 1, 4, b"\xaa" * 257)).sw == 0x6A80


def test_t0_sends_no_length_with_data_and_always_one_without() -> None:
    chip = Script(("00A4040001AA", "9000"), ("00A4000000", "9000"), ("0084000008", "9000"))
    send = with_t0_commands(chip)
    send(CommandApdu(0, 0xA4, 4, 0, b"\xaa", 0))
    send(CommandApdu(0, 0xA4, 0, 0))
    send(CommandApdu(0, 0x84, 0, 0, le=8))
    assert chip.exchanges == []


def test_the_whole_stack_over_t0() -> None:
    chip = Script(("00A4040001AA", "611E"), ("00C000001E", "6C02"), ("00C0000002", "0102 9000"))
    assert terminal(chip, t0=True)(CommandApdu(0, 0xA4, 4, 0, b"\xaa", 0)).data == b"\x01\x02"


def test_nothing_secret_is_shown() -> None:
    assert repr(CommandApdu(0, 0x20, 0, 0, bytearray.fromhex("123456"))) == "CommandApdu(00200000 03 ******)"
    assert repr(CommandApdu(0x80, 0x5E, 1, 0, bytearray.fromhex("123456FF654321"))) == (
        "CommandApdu(805E0100 07 **************)"
    )
    assert repr(CommandApdu(0, 0xA4, 2, 0, b"\xef\x05")) == "CommandApdu(00A40200 02 EF05)"
    assert repr(ResponseApdu(b"\xd5\xc5", 0x9000)) == "ResponseApdu(2 bytes, 9000)"
