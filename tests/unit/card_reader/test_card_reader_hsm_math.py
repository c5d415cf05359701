"""The terminal side's cryptography: published vectors, and agreement with the card's own, written apart."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.card_reader.simulator.security import CardCipher
from devices.card_reader.social_security_card import hsm_math
from devices.card_reader.social_security_card.authentication import Algorithm

ALGORITHMS = st.sampled_from([Algorithm.TRIPLE_DES, Algorithm.SM4])
KEY = st.binary(min_size=16, max_size=16)
EIGHT = st.binary(min_size=8, max_size=8)


def test_sm4_is_gb_t_32907() -> None:
    # Appendix A.1: key = data = 0123456789ABCDEFFEDCBA9876543210; the factor and its inverse are just that block.
    key = bytes.fromhex("0123456789ABCDEFFEDCBA9876543210")
    derived = hsm_math.diversify(Algorithm.SM4, key, bytes.fromhex("0123456789ABCDEF"))
    assert derived.hex().upper() == "681EDF34D206965E86B3E94F536E4246"


def test_triple_des_with_equal_halves_is_des_of_fips_81() -> None:
    key = bytes.fromhex("0123456789ABCDEF") * 2
    assert hsm_math.session_key(Algorithm.TRIPLE_DES, key, b"Now is t").hex().upper() == "3FA40E8A984D4815"


def test_factors_of_the_page() -> None:
    assert hsm_math.province_factor("519900").hex().upper() == "3531303030307368"
    assert hsm_math.city_factor("519900").hex().upper() == "3531393930307378"
    assert hsm_math.city_factor("330199").hex().upper() == "3333303130307378"
    assert hsm_math.card_factor(bytes(range(16))) == bytes(range(8, 16))


def test_ssf33_is_not_public() -> None:
    with pytest.raises(ValueError, match="SSF33"):
        hsm_math.session_key(Algorithm.SSF33, bytes(16), bytes(8))


def test_the_page_s_words_for_sm4_step_by_step() -> None:
    key, factor, raw = bytes(range(16)), bytes(range(8)), bytes(range(8, 16))
    # Encrypting with SM4 through the vector-checked path: diversify(K, f) = E_K(f || NOT f).
    session = hsm_math.session_key(Algorithm.SM4, key, factor)
    assert len(session) == 16
    answer = hsm_math.authentication_data(Algorithm.SM4, key, factor, raw)
    assert len(answer) == 8
    assert answer != hsm_math.authentication_data(Algorithm.SM4, key, factor, bytes(8))


def test_a_random_of_four_bytes_is_filled_with_zeros() -> None:
    for algorithm in (Algorithm.TRIPLE_DES, Algorithm.SM4):
        assert hsm_math.session_key(algorithm, bytes(16), b"\1\2\3\4") == hsm_math.session_key(
            algorithm, bytes(16), b"\1\2\3\4\0\0\0\0"
        )


@given(ALGORITHMS, KEY, EIGHT, EIGHT)
def test_card_and_terminal_agree_on_authentication(algorithm: Algorithm, key: bytes, factor: bytes, raw: bytes) -> None:
    card = CardCipher(algorithm)
    assert card.authentication(card.session_key(key, factor), raw) == hsm_math.authentication_data(
        algorithm, key, factor, raw
    )


@given(ALGORITHMS, KEY, st.binary(min_size=16, max_size=16))
def test_card_and_terminal_agree_on_keys(algorithm: Algorithm, master: bytes, identifier: bytes) -> None:
    digits = bytes(byte % 10 | (byte // 16 % 10) << 4 for byte in identifier[:3])
    identifier = digits + identifier[3:]
    assert CardCipher(algorithm).card_key(master, identifier) == hsm_math.card_key(algorithm, master, identifier)


@given(ALGORITHMS, KEY, EIGHT, st.binary(max_size=60))
def test_card_and_terminal_agree_on_macs(algorithm: Algorithm, key: bytes, factor: bytes, data: bytes) -> None:
    card = CardCipher(algorithm)
    header = bytes.fromhex("04DC070010")
    assert card.mac(card.session_key(key, factor), header + data) == hsm_math.command_mac(
        algorithm, key, factor, header, data
    )


@given(ALGORITHMS, KEY, EIGHT, st.text("0123456789", min_size=4, max_size=12))
def test_the_card_deciphers_a_new_pin(algorithm: Algorithm, key: bytes, factor: bytes, digits: str) -> None:
    card = CardCipher(algorithm)
    header = bytes.fromhex("8424000114")
    sealed = hsm_math.pin_block(algorithm, key, factor, header, bytearray(digits.encode()))
    session = card.session_key(key, factor)
    packed = card.decipher(session, sealed[:-4])
    assert packed is not None
    assert packed.hex().rstrip("f") == digits
    assert card.mac(session, header + sealed[:-4]) == sealed[-4:]


@pytest.mark.parametrize(("algorithm", "size"), [(Algorithm.TRIPLE_DES, 0x0C), (Algorithm.SM4, 0x14)])
def test_the_pin_block_s_length_is_the_page_s(algorithm: Algorithm, size: int) -> None:
    block = hsm_math.pin_block(algorithm, bytes(16), bytes(8), bytes(5), bytearray(b"123456"))
    assert len(block) == size
