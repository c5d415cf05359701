"""What each key does to an entry."""

from __future__ import annotations

import pytest

from devices.pin_pad.contract import KeyKind, KeyPress
from devices.pin_pad.entry import ClearEntry, MaskedEntry
from devices.pin_pad.models import ClearKey

D, C, R, E, X = KeyKind.DIGIT, KeyKind.CLEAR, KeyKind.REFUSED, KeyKind.ENTER, KeyKind.CANCEL


def presses(entry: ClearEntry | MaskedEntry, codes: bytes) -> list[KeyPress | None]:
    return [entry.take(code) for code in codes]


def test_six_digits_and_enter() -> None:
    entry = ClearEntry(6, 6, ClearKey.ALL)
    assert presses(entry, b"314159\r") == [*(KeyPress(D, n) for n in range(1, 7)), KeyPress(E, 6)]
    assert entry.digits().digits == bytearray(b"314159")


def test_enter_too_early_and_a_digit_too_many_are_refused() -> None:
    entry = ClearEntry(4, 5, ClearKey.ALL)
    assert presses(entry, b"123\r456\r") == [
        KeyPress(D, 1),
        KeyPress(D, 2),
        KeyPress(D, 3),
        KeyPress(R, 3),
        KeyPress(D, 4),
        KeyPress(D, 5),
        KeyPress(R, 5),
        KeyPress(E, 5),
    ]
    assert entry.digits().digits == bytearray(b"12345")


@pytest.mark.parametrize(("clear_key", "left"), [(ClearKey.ALL, b""), (ClearKey.LAST, b"12")])
def test_clear_key(clear_key: ClearKey, left: bytes) -> None:
    entry = ClearEntry(1, 6, clear_key)
    assert presses(entry, b"123\x08")[-1] == KeyPress(C, len(left))
    assert entry.digits().digits == bytearray(left)
    masked = MaskedEntry(1, 6, clear_key)
    assert presses(masked, b"***\x08")[-1] == KeyPress(C, len(left))


def test_clear_on_nothing() -> None:
    for key in ClearKey:
        assert presses(ClearEntry(6, 6, key), b"\x08") == [KeyPress(C, 0)]
        assert presses(MaskedEntry(6, 6, key), b"\x08") == [KeyPress(C, 0)]


@pytest.mark.parametrize("code", [0x22, 0x23])
def test_double_zero_is_two_digits_or_none(code: int) -> None:
    entry = ClearEntry(6, 6, ClearKey.ALL)
    assert presses(entry, bytes([0x31, code, code])) == [KeyPress(D, 1), KeyPress(D, 3), KeyPress(D, 5)]
    assert entry.take(code) == KeyPress(R, 5)
    assert entry.take(0x37) == KeyPress(D, 6)
    assert entry.digits().digits == bytearray(b"100007")


def test_other_keys_have_no_part() -> None:
    assert presses(ClearEntry(6, 6, ClearKey.ALL), b".AHa\x00*") == [None] * 6
    assert presses(MaskedEntry(4, 6, ClearKey.ALL), b".AHa\x0012") == [None] * 7


def test_cancel() -> None:
    assert presses(ClearEntry(6, 6, ClearKey.ALL), b"1\x1b") == [KeyPress(D, 1), KeyPress(X, 1)]


def test_masked_digits_are_counted_up_to_the_maximum() -> None:
    assert presses(MaskedEntry(4, 4, ClearKey.ALL), b"***\r**\r") == [
        KeyPress(D, 1),
        KeyPress(D, 2),
        KeyPress(D, 3),
        KeyPress(R, 3),
        KeyPress(D, 4),
        KeyPress(R, 4),
        KeyPress(E, 4),
    ]


def test_wipe() -> None:
    entry = ClearEntry(1, 6, ClearKey.ALL)
    presses(entry, b"123")
    entry.wipe()
    assert entry._buffer._buffer == bytearray(6)
