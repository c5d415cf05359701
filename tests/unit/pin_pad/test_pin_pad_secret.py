"""Secret digits: one buffer, zeroed on every way out, shown to nobody."""

from __future__ import annotations

import copy
import pickle

import pytest

from devices.pin_pad.secret import DigitBuffer, SecretDigits, SecretWiped


def digits(text: bytes = b"314159") -> SecretDigits:
    return SecretDigits(bytearray(text))


def test_the_owner_may_use_them() -> None:
    with digits() as secret:
        assert secret.digits == bytearray(b"314159")
        assert len(secret) == 6
        assert secret.apply(lambda own: own[0] == own[1]) is False


def test_leaving_the_block_zeroes_the_very_buffer() -> None:
    buffer = bytearray(b"314159")
    with SecretDigits(buffer) as secret:
        pass
    assert buffer == bytearray(6)
    with pytest.raises(SecretWiped):
        secret.digits  # noqa: B018
    secret.close()


def test_an_exception_zeroes_too() -> None:
    buffer = bytearray(b"314159")
    with pytest.raises(RuntimeError), SecretDigits(buffer):
        raise RuntimeError
    assert buffer == bytearray(6)


def test_dropping_it_zeroes_too() -> None:
    buffer = bytearray(b"314159")
    SecretDigits(buffer)
    assert buffer == bytearray(6)


def test_matches() -> None:
    assert digits().matches(digits())
    assert not digits().matches(digits(b"314158"))
    assert not digits().matches(digits(b"31415"))


def test_nothing_copies_or_shows_them() -> None:
    secret = digits()
    assert repr(secret) == "<SecretDigits 6>"
    for attempt in (str, "{}".format, hash, copy.copy, copy.deepcopy, pickle.dumps, bytes, list, lambda s: s == s):
        with pytest.raises(TypeError):
            attempt(secret)


def test_the_typing_buffer_never_moves_and_hands_over() -> None:
    buffer = DigitBuffer(6)
    inner = buffer._buffer
    for code in b"31415":
        assert buffer.append(code)
    buffer.drop_last()
    assert buffer.append(0x39)
    secret = buffer.take()
    assert secret.digits == bytearray(b"31419")
    assert buffer._buffer is inner
    assert (inner, buffer.count) == (bytearray(6), 0)


def test_the_typing_buffer_is_full_at_its_maximum() -> None:
    buffer = DigitBuffer(2)
    assert [buffer.append(0x31) for _ in range(3)] == [True, True, False]
    assert repr(buffer) == "<DigitBuffer 2>"
    buffer.wipe()
    assert buffer._buffer == bytearray(2)
