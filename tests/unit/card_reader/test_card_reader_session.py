"""The typed session over a virtual card: all three versions, both algorithms, reading, PIN, writing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from card_examples import IDENTITY, DirectChip

from devices.card_reader.simulator.hsm import TestKeyHsm
from devices.card_reader.social_security_card import protection
from devices.card_reader.social_security_card.applications import (
    HouseholdFile,
    MedicalBaseFile,
    MedicalOfflineFile,
    PensionFile,
)
from devices.card_reader.social_security_card.authentication import Algorithm, KeyId
from devices.card_reader.social_security_card.declaration import Application
from devices.card_reader.social_security_card.environment import HolderFile, IssuerFile, PhotoFile
from devices.card_reader.social_security_card.identity import bas_line
from devices.card_reader.social_security_card.pin import PinLocked, PinNeeded, PinNotNeeded, PinVerified, WrongPin
from devices.card_reader.social_security_card.refusal import CardRefused
from devices.card_reader.social_security_card.session import MedicalTransaction, SocialSecurityCard
from devices.contract import DeviceError

ChipOf = Callable[..., DirectChip]
HSM = TestKeyHsm()
MEDICAL = {
    "balances": {"1": 123456, "2": 7},
    "transactions": [
        {
            "type": "1",
            "terminal": "990101000001",
            "time": f"202401{day:02d}093000",
            "account": day,
            "self_pay": 2,
            "pooled": 3,
        }
        for day in range(1, 32)
    ],
}


def fault_of(action: Callable[[], object]) -> str:
    with pytest.raises(DeviceError) as raised:
        action()
    return raised.value.code


@pytest.mark.parametrize("t0", [True, False])
@pytest.mark.parametrize("algorithm", ["sm4", "3des"])
def test_a_3_0_card_shows_its_holder_after_authentication(chip_of: ChipOf, t0: bool, algorithm: str) -> None:
    chip = chip_of(t0=t0, algorithm=algorithm)
    assert SocialSecurityCard(chip).read_identity(HSM) == IDENTITY


def test_a_3_0_card_without_an_authenticator_shows_nobody(chip_of: ChipOf) -> None:
    assert fault_of(SocialSecurityCard(chip_of()).read_identity) == "card_reader.access_denied"


@pytest.mark.parametrize(("version", "algorithm"), [("1.0", Algorithm.TRIPLE_DES), ("2.0", Algorithm.TRIPLE_DES)])
def test_older_cards_show_their_holder_freely(chip_of: ChipOf, version: str, algorithm: Algorithm) -> None:
    chip = chip_of(version=version)
    card = SocialSecurityCard(chip)
    identity = card.read_identity()
    assert (identity.name, identity.birth_date, identity.issuer.version) == ("张三", date(1880, 1, 1), version)
    assert card.algorithm is algorithm
    assert bas_line(identity).startswith("639900|440524188001010014|X00000019|639900D15600000500BF7C7A00000000|张三|")
    assert ("00B24E0016" in chip.sent) is (version == "2.0")


@pytest.mark.parametrize("text", ["2.0", ""])
def test_short_and_empty_version_texts(chip_of: ChipOf, text: str) -> None:
    issuer = SocialSecurityCard(chip_of(version="2.0", version_text=text)).read_issuer()
    assert (issuer.version_text, issuer.version) == (text, "2.0" if text else "1.0")


def test_a_long_name_stands_in_two_records(chip_of: ChipOf) -> None:
    name = "买买提·阿卜杜拉·艾合买提·吐尔逊江"
    assert len(name.encode("gbk")) > 30
    assert SocialSecurityCard(chip_of(version="2.0", name=name)).read_identity().name == name


def test_a_rare_character_beyond_gbk_is_read(chip_of: ChipOf) -> None:
    assert SocialSecurityCard(chip_of(version="2.0", name="李𠮷")).read_identity().name == "李𠮷"


def test_a_blank_card(chip_of: ChipOf) -> None:
    empty = dict.fromkeys(("number", "ssn", "name", "sex", "nation", "birthplace", "birth_date", "issue_date"), "")
    identity = SocialSecurityCard(chip_of(version="2.0", **empty)).read_identity()
    assert identity.blank
    assert (identity.name, identity.birth_date, identity.issuer.card_number) == ("", None, "")


def test_a_card_of_another_kind(chip_of: ChipOf) -> None:
    chip = chip_of()
    chip.card._state.trees[0].name = b"other"
    assert fault_of(SocialSecurityCard(chip).select) == "card_reader.not_social_security_card"


@pytest.mark.parametrize(
    ("blocked", "fault"),
    [
        ("card", "card_reader.card_blocked"),
        ("application", "card_reader.application_blocked"),
        ("for-ever", "card_reader.application_blocked"),
    ],
)
def test_blocked_cards(chip_of: ChipOf, blocked: str, fault: str) -> None:
    assert fault_of(SocialSecurityCard(chip_of(blocked=blocked)).select) == fault


def test_a_record_that_makes_no_sense(chip_of: ChipOf) -> None:
    chip = chip_of(version="2.0")
    records = chip.card._state.trees[0].files[0xEF06].records
    records[1] = bytes.fromhex("091ED501") + bytes(28)
    assert fault_of(SocialSecurityCard(chip).read_identity) == "card_reader.bad_data"


def test_wrong_pins_to_the_lock_and_the_chip_s_own_counter(chip_of: ChipOf) -> None:
    card = SocialSecurityCard(chip_of())
    assert card.pin_state() == PinNeeded(3)
    results = [card.verify_pin(bytearray(b"000000")) for _ in range(4)]
    assert results == [WrongPin(2), WrongPin(1), PinLocked(), PinLocked()]
    assert card.pin_state() == PinLocked()
    assert card.verify_pin(bytearray(b"123456")) == PinLocked()


def test_a_right_pin_gives_all_tries_back(chip_of: ChipOf) -> None:
    chip = chip_of(pin_tries_max=6, pin_tries_left=2)
    card = SocialSecurityCard(chip)
    assert card.pin_state() == PinNeeded(2)
    assert card.verify_pin(bytearray(b"123456")) == PinVerified()
    assert card.pin_state() == PinNotNeeded()
    assert chip.card.pin_tries_left == 6


def test_a_card_without_a_pin_needs_none(chip_of: ChipOf) -> None:
    assert SocialSecurityCard(chip_of(pin="")).pin_state() == PinNotNeeded()


def test_changing_the_pin(chip_of: ChipOf) -> None:
    chip = chip_of()
    card = SocialSecurityCard(chip)
    assert card.change_pin(bytearray(b"000000"), bytearray(b"24681357")) == WrongPin(2)
    assert card.change_pin(bytearray(b"123456"), bytearray(b"24681357")) == PinVerified()
    assert card.verify_pin(bytearray(b"123456")) == WrongPin(2)
    assert card.verify_pin(bytearray(b"24681357")) == PinVerified()
    assert "805E010008000000FF24681357" in chip.sent


def test_nothing_is_sent_for_what_cannot_be_a_pin(chip_of: ChipOf) -> None:
    chip = chip_of()
    with pytest.raises(ValueError, match="4 to 16 digits"):
        SocialSecurityCard(chip).verify_pin(bytearray(b"12"))
    assert chip.sent == []


@pytest.mark.parametrize("algorithm", ["sm4", "3des"])
def test_unblocking_and_resetting_a_locked_pin(chip_of: ChipOf, algorithm: str) -> None:
    card = SocialSecurityCard(chip_of(algorithm=algorithm, pin_tries_left=0))
    assert card.pin_state() == PinLocked()
    protection.unblock_pin(card, HSM)
    assert card.pin_state() == PinNeeded(3)
    protection.reset_pin(card, HSM, bytearray(b"135790"))
    assert card.verify_pin(bytearray(b"123456")) == WrongPin(2)
    assert card.verify_pin(bytearray(b"135790")) == PinVerified()


def test_medical_data_need_the_pin(chip_of: ChipOf) -> None:
    card = SocialSecurityCard(chip_of(medical=MEDICAL, files={"DF04/05": {"84": "990101", "8F": "1"}}))
    assert fault_of(card.medical_account) == "card_reader.access_denied"
    assert fault_of(lambda: card.medical_purse(1)) == "card_reader.access_denied"
    assert card.verify_pin(bytearray(b"123456")) == PinVerified()
    account = card.medical_account()
    assert (account.base["item_84"], account.base["item_8f"]) == ("990101", "1")
    assert len(account.transactions) == 30
    assert account.transactions[0] == MedicalTransaction(30, "1", "990101000001", "20240131093000", 31, 2, 3)
    assert [card.medical_purse(number) for number in (1, 2, 3)] == [123456, 7, None]


def test_a_file_that_wants_both_pin_and_key(chip_of: ChipOf) -> None:
    card = SocialSecurityCard(chip_of())
    card.verify_pin(bytearray(b"123456"))
    assert fault_of(lambda: card.read_items(MedicalOfflineFile)) == "card_reader.access_denied"
    card.context()
    card.verify_pin(bytearray(b"123456"))
    card.enter(Application.MEDICAL)
    card.prove(HSM, 0x80)
    assert card.read_items(MedicalOfflineFile) == {"item_90": "", "item_92": "", "item_93": ""}


def test_records_by_number(chip_of: ChipOf) -> None:
    card = SocialSecurityCard(chip_of(version="1.0"))
    numbers = [record[0] for record in card.read_records(Application.ENVIRONMENT, 0x06)]
    assert numbers == [0x08, 0x09, 0x0A, 0x0B, 0x0C, 0x0D]
    newer = SocialSecurityCard(chip_of(version="2.0"))
    numbers = [record[0] for record in newer.read_records(Application.ENVIRONMENT, 0x06)]
    assert numbers == [0x08, 0x09, 0x4E, 0x0A, 0x0B, 0x0C, 0x0D]


def test_the_photo_is_read_whole(chip_of: ChipOf) -> None:
    card = SocialSecurityCard(chip_of(photo="FFD8FFE0"))
    assert fault_of(lambda: card.read_transparent(PhotoFile)) == "card_reader.access_denied"
    card.authenticate(HSM)
    photo = card.read_transparent(PhotoFile)
    assert (len(photo), photo[:5]) == (0x1000, bytes.fromhex("FFD8FFE0FF"))


@pytest.mark.parametrize("algorithm", ["sm4", "3des"])
@pytest.mark.parametrize(
    ("file", "name", "value"),
    [
        (HolderFile, "sex", "2"),
        (HouseholdFile, "item_21", "测试路1号"),
        (PensionFile, "item_73", "20261122"),
        (MedicalBaseFile, "item_84", "990200"),
    ],
)
def test_a_record_is_updated_under_mac_and_read_back(
    chip_of: ChipOf, algorithm: str, file: Any, name: str, value: str
) -> None:
    card = SocialSecurityCard(chip_of(version="2.0", algorithm=algorithm))
    card.verify_pin(bytearray(b"123456"))
    card.context()
    card.verify_pin(bytearray(b"123456"))
    protection.update_item(card, HSM, file, file.item(name), value)
    assert card.read_items(file)[name] == value


def test_an_update_that_the_chip_cannot_keep(chip_of: ChipOf) -> None:
    chip = chip_of(version="2.0")
    card = SocialSecurityCard(chip)
    chip.card.worn_out = True
    code = fault_of(lambda: protection.update_item(card, HSM, HolderFile, HolderFile.item("sex"), "2"))
    assert code == "card_reader.chip_worn"


def test_a_wrong_mac_changes_nothing(chip_of: ChipOf) -> None:
    class WrongMac(TestKeyHsm):
        def command_mac(self, *arguments: Any) -> bytes:
            return bytes(byte ^ 1 for byte in super().command_mac(*arguments))

    card = SocialSecurityCard(chip_of(version="2.0"))
    code = fault_of(lambda: protection.update_item(card, WrongMac(), HolderFile, HolderFile.item("sex"), "2"))
    assert code == "card_reader.authentication_failed"
    assert card.read_items(HolderFile)["sex"] == "1"


def test_a_wrong_proof_is_counted(chip_of: ChipOf) -> None:
    card = SocialSecurityCard(chip_of())
    raw, _ = card.challenge(), card.challenge()
    with pytest.raises(CardRefused) as raised:
        card.external_authenticate(KeyId.READ_ENVIRONMENT, bytes(8), raw)
    assert (raised.value.code, raised.value.sw) == ("card_reader.authentication_failed", 0x63CE)


def test_blocking(chip_of: ChipOf) -> None:
    chip = chip_of()
    protection.block_application(SocialSecurityCard(chip), HSM, for_ever=False)
    assert fault_of(SocialSecurityCard(chip).select) == "card_reader.application_blocked"
    other = chip_of()
    protection.block_card(SocialSecurityCard(other), HSM)
    assert fault_of(SocialSecurityCard(other).select) == "card_reader.card_blocked"


@pytest.mark.parametrize("kind", ["debit", "credit", "quasi-credit", "e-cash"])
@pytest.mark.parametrize("where", ["both", "5A", "57"])
@pytest.mark.parametrize("pan", ["6217000000000000019", "6225880000000008"])
def test_the_bank_side_s_card_number(chip_of: ChipOf, kind: str, where: str, pan: str) -> None:
    card = SocialSecurityCard(chip_of(bank={"pan": pan, "kind": kind, "number_in": where}))
    assert card.bank_card_number() == pan
    assert card.read_issuer().card_number == "X00000019"


def test_a_chip_without_a_bank_side(chip_of: ChipOf) -> None:
    assert SocialSecurityCard(chip_of()).bank_card_number() is None


def test_the_bank_side_ends_what_was_proven(chip_of: ChipOf) -> None:
    card = SocialSecurityCard(chip_of(bank={"pan": "6217000000000000019"}))
    card.verify_pin(bytearray(b"123456"))
    card.bank_card_number()
    assert card.pin_state() == PinNeeded(3)


def test_the_issuer_s_file_is_read_in_the_field_s_order(chip_of: ChipOf) -> None:
    chip = chip_of()
    SocialSecurityCard(chip).read_issuer()
    reads = [sent[4:6] for sent in chip.sent if sent.startswith("00B2")]
    assert reads == ["01", "03", "07", "05", "06", "02", "04"]
    assert IssuerFile.short_identifier() == 5
