"""The sandbox's HSM against the simulated card: two programs written from one page, agreeing under published keys."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.card_reader.simulator.card import VirtualCard
from kiosk.host.sandbox.hsm import Authentication, Hsm, HsmError, diversify

HSM = Hsm()
SELECT = bytes.fromhex("00A404000F7378312E73682EC9E7BBE1B1A3D5CF")
IDENTIFIERS = ["990100D1560000050A00000148FB4966", "330100D1560000050A00000148FB4966"]


def card(identifier: str, algorithm: str) -> VirtualCard:
    made = VirtualCard({"identifier": identifier, "version": "3.0", "algorithm": algorithm})
    made.reset()
    assert exchange(made, SELECT)[-2:-1] in (b"\x61", b"\x90")
    return made


def exchange(made: VirtualCard, command: bytes) -> bytes:
    answer = made.process(command)
    if answer[-2] == 0x61:
        return made.process(bytes((0x00, 0xC0, 0x00, 0x00, answer[-1])))
    return answer


def challenge(made: VirtualCard) -> bytes:
    answer = exchange(made, bytes.fromhex("0084000008"))
    assert answer[-2:] == b"\x90\x00"
    return answer[:-2]


@pytest.mark.parametrize("identifier", IDENTIFIERS)
@pytest.mark.parametrize(("algorithm", "code"), [("sm4", "03"), ("3des", "01")])
@pytest.mark.parametrize("key_id", [0x0A, 0x06])
def test_a_card_and_the_hsm_believe_each_other(identifier: str, algorithm: str, code: str, key_id: int) -> None:
    made = card(identifier, algorithm)
    raw, factor = challenge(made), challenge(made)
    told = exchange(made, bytes.fromhex("0088000010") + factor + raw)
    assert told[-2:] == b"\x90\x00"
    external_raw, external_factor = challenge(made), challenge(made)
    internal, external = HSM.authenticate(
        Authentication(code, bytes.fromhex(identifier), factor, raw, external_factor, external_raw, key_id)
    )
    assert told[:-2] == internal
    command = bytes((0x00, 0x82, 0x00, key_id, 0x10))
    assert exchange(made, command + external + external_raw)[-2:] == b"\x90\x00"


@pytest.mark.parametrize(("algorithm", "code"), [("sm4", "03"), ("3des", "01")])
def test_a_card_with_another_identifier_is_not_believed(algorithm: str, code: str) -> None:
    made = card(IDENTIFIERS[0], algorithm)
    raw, factor = challenge(made), challenge(made)
    told = exchange(made, bytes.fromhex("0088000010") + factor + raw)[:-2]
    copied = bytes.fromhex(IDENTIFIERS[0][:-1] + "7")
    internal, _ = HSM.authenticate(Authentication(code, copied, factor, raw, factor, raw, 0x0A))
    assert internal != told


@given(st.binary(min_size=16, max_size=16), st.binary(min_size=8, max_size=8), st.sampled_from(["01", "03"]))
def test_a_diversified_key_has_sixteen_bytes_and_depends_on_the_factor(key: bytes, factor: bytes, code: str) -> None:
    other = bytes((factor[0] ^ 1,)) + factor[1:]
    assert len(diversify(code, key, factor)) == 16
    assert diversify(code, key, factor) != diversify(code, key, other)


def test_golden_diversification_of_published_algorithms() -> None:
    # SM4 of GB/T 32907 appendix A.1 and single-block two-key 3DES degenerating to DES (FIPS 81), through the same path
    key = bytes.fromhex("0123456789ABCDEFFEDCBA9876543210")
    assert diversify("03", key, bytes.fromhex("0123456789ABCDEF")) == bytes.fromhex("681EDF34D206965E86B3E94F536E4246")
    des = bytes.fromhex("0123456789ABCDEF") * 2
    assert diversify("01", des, bytes.fromhex("4E6F772069732074"))[:8] == bytes.fromhex("3FA40E8A984D4815")


def test_an_unknown_key_or_a_wrong_length_is_an_error() -> None:
    eight, identifier = bytes(8), bytes(16)
    with pytest.raises(HsmError, match="no key 77 for algorithm 03"):
        HSM.authenticate(Authentication("03", identifier, eight, eight, eight, eight, 0x77))
    with pytest.raises(HsmError, match="8 bytes"):
        Authentication("03", identifier, eight[:7], eight, eight, eight, 0x0A)
    assert "00000000" not in repr(Authentication("03", identifier, eight, eight, eight, eight, 0x0A))
