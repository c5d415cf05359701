"""PINs on their way: packed, wiped, never in words."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.card_reader.apdu import ResponseApdu
from devices.card_reader.social_security_card import pin
from devices.card_reader.social_security_card.pin import (
    PinLocked,
    PinNeeded,
    PinNotNeeded,
    PinVerified,
    WrongPin,
    pack,
    packed,
    verify_result,
)
from devices.card_reader.social_security_card.refusal import CardRefused


@pytest.mark.parametrize(("digits", "wire"), [(b"123456", "123456"), (b"12345", "12345F"), (b"0000", "0000")])
def test_two_digits_a_byte(digits: bytes, wire: str) -> None:
    assert pack(digits).hex().upper() == wire


@given(st.text("0123456789", min_size=4, max_size=16))
def test_any_pin_packs_to_its_digits(digits: str) -> None:
    assert pack(digits.encode()).hex().rstrip("f") == digits


@pytest.mark.parametrize("digits", [b"", b"123", b"12345678901234567", b"12a4", b"12 4"])
def test_what_is_no_pin_is_not_repeated_in_the_error(digits: bytes) -> None:
    with pytest.raises(ValueError, match=r"^a PIN has 4 to 16 digits$"):
        pack(digits)


def test_buffers_are_wiped_and_the_caller_s_is_left_to_the_caller() -> None:
    old, new = bytearray(b"123456"), bytearray(b"654321")
    with packed(old, new) as buffer:
        assert buffer.hex().upper() == "123456FF654321"
        seen = buffer
    assert seen == bytes(7)
    assert (old, new) == (b"123456", b"654321")


@pytest.mark.parametrize(
    ("word", "result"),
    [(0x9000, PinVerified()), (0x63C2, WrongPin(2)), (0x63C0, PinLocked()), (0x6983, PinLocked())],
)
def test_answers_to_verify(word: int, result: object) -> None:
    assert verify_result(ResponseApdu(b"", word), "VERIFY") == result


@pytest.mark.parametrize(
    ("word", "state"),
    [(0x9000, PinNotNeeded()), (0x63C6, PinNeeded(6)), (0x63C0, PinLocked()), (0x6983, PinLocked())],
)
def test_answers_to_an_empty_verify(word: int, state: object) -> None:
    assert pin.pin_state(ResponseApdu(b"", word)) == state


def test_any_other_answer_is_a_refusal() -> None:
    with pytest.raises(CardRefused) as raised:
        verify_result(ResponseApdu(b"", 0x6A81), "VERIFY")
    assert (raised.value.code, raised.value.sw, str(raised.value)) == (
        "card_reader.card_blocked",
        0x6A81,
        "card_reader.card_blocked: VERIFY: 6A81",
    )
