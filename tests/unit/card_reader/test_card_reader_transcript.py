"""The published transcript of a 3.0 card (A8), replayed: every command is the one of the transcript, in its order."""

from __future__ import annotations

import pytest

from devices.card_reader.apdu import CommandApdu, ResponseApdu, terminal
from devices.card_reader.social_security_card.authentication import (
    Algorithm,
    CardContext,
    MutualAnswer,
    MutualChallenge,
)
from devices.card_reader.social_security_card.environment import HolderFile, IssuerFile
from devices.card_reader.social_security_card.identity import historical_bytes
from devices.card_reader.social_security_card.protection import reset_pin
from devices.card_reader.social_security_card.session import SocialSecurityCard
from devices.contract import DeviceError

ATR = bytes.fromhex("3B6D000000814A444686605199000001AC")
SELECT = "00A404000F7378312E73682EC9E7BBE1B1A3D5CF"
FCI = "6F1C840F7378312E73682EC9E7BBE1B1A3D5CFA50988011E9F0C03860103"
IDENTIFIER = "519900D15600000510000B26FFFFFFFF"
MASKED_NUMBER = "583030303030303139"  # the transcript withholds it; the page's synthetic one stands in
READ_EF05 = (
    (SELECT, "611E"),
    ("00C000001E", FCI + "9000"),
    ("00A4020002EF05", "9000"),
    ("00B2010012", "0110" + IDENTIFIER + "9000"),
    ("00B2030006", "0304332E30309000"),
    ("00B207000B", "0709" + MASKED_NUMBER + "9000"),
)
AUTHENTICATE = (
    (SELECT, "611E"),
    ("00C000001E", FCI + "9000"),
    ("0084000008", "DBF7A936D0D18C9E9000"),
    ("0084000008", "32D9E876ADB31BBF9000"),
    ("008800001032D9E876ADB31BBFDBF7A936D0D18C9E", "6108"),
    ("00C0000008", "F4A0CF965BDCEA309000"),
    ("0084000008", "E603E2CAADAF02B69000"),
    ("0084000008", "98B4D293D091C3319000"),
    ("0082000A10774A08EDF447A1DEE603E2CAADAF02B6", "9000"),
)
READ_MORE = (
    ("00A4020002EF05", "9000"),
    ("00B2030006", "0304332E30309000"),
    ("00B2050006", "0504202401019000"),
    ("00B2060006", "0604203401019000"),
    ("00A4020002EF06", "9000"),
    ("00B2080014", "0812" + "343430353234313838303031303130303134" + "9000"),
    ("00B2090020", "091E" + "D5C5C8FD" + "00" * 26 + "9000"),
    ("00B24E0016", "4E14" + "00" * 20 + "9000"),
)
RESET = (
    (SELECT, "611E"),
    ("00C000001E", FCI + "9000"),
    ("0084000008", "1B0D7286F2DC77AF9000"),
    ("0084000008", "E4A30F837E2CAFEC9000"),
    ("008200061050C45431554CBADC1B0D7286F2DC77AF", "9000"),
    ("0084000008", "2AFD6A015D2D9BAC9000"),
    ("84240001142BC19C17AE974CD2427039C301CFF79FFD937AA7", "9000"),
)


class ReplayedChip:
    """Answers the transcript's commands, in its order and no other."""

    atr = ATR

    def __init__(self, *exchanges: tuple[str, str]) -> None:
        self.left = list(exchanges)
        self.transmit = terminal(self._exchange, t0=True)

    def _exchange(self, command: CommandApdu) -> ResponseApdu:
        expected, answer = self.left.pop(0)
        assert command.encode().hex().upper() == expected
        return ResponseApdu.decode(bytes.fromhex(answer))

    def close(self) -> None:
        self.left.clear()


class TranscriptHsm:
    """The HSM's part of the transcript."""

    def __init__(self, internal: str = "F4A0CF965BDCEA30") -> None:
        self.asked: list[str] = []
        self._internal = bytes.fromhex(internal)

    def mutual(self, card: CardContext, challenge: MutualChallenge) -> MutualAnswer:
        self.asked.append(challenge.line(card))
        return MutualAnswer(self._internal, bytes.fromhex("774A08EDF447A1DE"))

    def external(self, card: CardContext, key_id: int, factor: bytes, raw: bytes) -> bytes:
        assert (card.algorithm, key_id) == (Algorithm.SM4, 0x06)
        assert (factor.hex().upper(), raw.hex().upper()) == ("E4A30F837E2CAFEC", "1B0D7286F2DC77AF")
        return bytes.fromhex("50C45431554CBADC")

    def command_mac(self, card: CardContext, key_id: int, factor: bytes, header: bytes, data: bytes) -> bytes:
        raise AssertionError("the transcript has no such command")

    def pin_block(self, card: CardContext, factor: bytes, header: bytes, pin: bytearray) -> bytes:
        assert (factor.hex().upper(), header.hex().upper()) == ("2AFD6A015D2D9BAC", "8424000114")
        return bytes.fromhex("2BC19C17AE974CD2427039C301CFF79FFD937AA7")


def known(card: SocialSecurityCard) -> SocialSecurityCard:
    """As if EF05 had been read whole, which the transcript does in pieces."""
    original = card.chip
    card.chip = ReplayedChip(
        *READ_EF05,
        ("00B2050006", "6A83"),
        ("00B2060006", "6A83"),
        ("00B2020003", "6A83"),
        ("00B204000E", "6A83"),
    )
    card.read_issuer()
    card.chip = original
    return card


def test_reading_ef05() -> None:
    chip = ReplayedChip(*READ_EF05)
    card = SocialSecurityCard(chip)
    card.select()
    card.open_file(IssuerFile)
    assert card.values_of(IssuerFile, ("card_identifier", "version", "card_number")) == {
        "card_identifier": bytes.fromhex(IDENTIFIER),
        "version": "3.00",
        "card_number": "X00000019",
    }
    assert card.algorithm is Algorithm.SM4
    assert chip.left == []


def test_mutual_authentication_and_reading_on() -> None:
    chip = ReplayedChip(*AUTHENTICATE, *READ_MORE)
    card = known(SocialSecurityCard(chip))
    hsm = TranscriptHsm()
    card.authenticate(hsm)
    randoms = ("32D9E876ADB31BBF", "DBF7A936D0D18C9E", "98B4D293D091C331", "E603E2CAADAF02B6")
    assert hsm.asked == [f"519900|{ATR.hex().upper()}|03|{IDENTIFIER}|{'|'.join(randoms)}|"]
    card.open_file(IssuerFile)
    card.values_of(IssuerFile, ("version", "issue_date", "valid_until"))
    card.open_file(HolderFile)
    values = card.values_of(HolderFile, ("social_security_number", "name", "name_extension"))
    assert values["social_security_number"] == "440524188001010014"
    assert chip.left == []


def test_a_card_whose_answer_is_another_is_not_genuine_and_gets_no_proof() -> None:
    chip = ReplayedChip(*AUTHENTICATE)
    card = known(SocialSecurityCard(chip))
    with pytest.raises(DeviceError) as raised:
        card.authenticate(TranscriptHsm(internal="F4A0CF965BDCEA31"))
    assert raised.value.code == "card_reader.card_not_genuine"
    assert [command for command, _ in chip.left] == ["0082000A10774A08EDF447A1DEE603E2CAADAF02B6"]


def test_the_pin_reset() -> None:
    chip = ReplayedChip(*RESET)
    reset_pin(known(SocialSecurityCard(chip)), TranscriptHsm(), bytearray(b"246810"))
    assert chip.left == []


def test_the_historical_bytes_of_the_transcript_s_card() -> None:
    assert historical_bytes(ATR).hex().upper() == "00814A444686605199000001AC"
