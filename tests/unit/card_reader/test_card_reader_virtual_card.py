"""The card operating system by its bytes: selection, records, access, every status word, memory."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from card_examples import PAGE_CARD

from devices.card_reader.simulator.card import VirtualCard
from devices.card_reader.simulator.security import CardCipher
from devices.card_reader.simulator.test_keys import KeyId, master_keys

SELECT = "00A404000F7378312E73682EC9E7BBE1B1A3D5CF"
FCI = "6F1C840F7378312E73682EC9E7BBE1B1A3D5CFA50988011E9F0C03860103"


def card_of(memory: Path | None = None, **fields: Any) -> VirtualCard:
    return VirtualCard({**PAGE_CARD, **fields}, memory)


def say(card: VirtualCard, *commands: str) -> str:
    """Send commands; the answer to the last."""
    answer = b""
    for command in commands:
        answer = card.process(bytes.fromhex(command))
    return answer.hex().upper()


def card_key(card: VirtualCard, key_id: int) -> tuple[CardCipher, bytes]:
    cipher = CardCipher(card.description.algorithm_id)
    master = master_keys(cipher.algorithm)[key_id]
    return cipher, cipher.card_key(master, card.description.identifier_bytes)


def prove(card: VirtualCard, key_id: int) -> str:
    cipher, key = card_key(card, key_id)
    factor = card.process(bytes.fromhex("0084000008"))[:-2]
    raw = bytes(range(8))
    proof = cipher.authentication(cipher.session_key(key, factor), raw)
    return say(card, f"008200{key_id:02X}10{proof.hex()}{raw.hex()}")


def sealed(card: VirtualCard, header: str, data: str, key_id: int) -> str:
    """A command with a good MAC: a fresh random is asked for, and the bytes to send are given back."""
    cipher, key = card_key(card, key_id)
    factor = card.process(bytes.fromhex("0084000008"))[:-2]
    head = bytes.fromhex(header) + bytes((len(data) // 2 + 4,))
    mac = cipher.mac(cipher.session_key(key, factor), head + bytes.fromhex(data))
    return head.hex() + data + mac.hex()


def test_the_page_s_dump() -> None:
    card = card_of(version="2.0", algorithm="sm4", version_text="3.00")
    assert say(card, SELECT) == "611E"
    assert say(card, "00C000001E") == FCI + "9000"
    assert say(card, "00A4020002EF05", "00B2010540") == (
        "0110639900D15600000500BF7C7A000000000201330304332E3030040C915600000263990063990001"
        "05042024010106042034010107095830303030303031399000"
    )
    ef06 = (
        "0812343430353234313838303031303130303134091ED5C5C8FD"
        + "00" * 26
        + "4E14"
        + "00" * 20
        + "0A01310B01010C034405240D0418800101"
    )
    assert say(card, "00A4020002EF06", "00B201055B") == ef06 + "9000"


@pytest.mark.parametrize(
    "select", [SELECT, "00A40000023F00", "00A4000000", SELECT + "00", "00A404000F7378312E73682EC9E7BBE1B1A3D5CF1E"]
)
def test_ways_to_the_environment(select: str) -> None:
    answer = say(card_of(), select)
    assert answer in ("611E", FCI + "9000")


@pytest.mark.parametrize("p1", ["00", "01", "02"])
def test_files_by_identifier_with_any_of_the_field_s_p1(p1: str) -> None:
    assert say(card_of(), f"00A4{p1}0002EF05") == "9000"
    assert say(card_of(), f"00A4{p1}0002DF03", "00A4020002EF07") == "9000"


@pytest.mark.parametrize(
    ("read", "answer"),
    [
        ("00B2012C12", "0110639900D15600000500BF7C7A000000009000"),
        ("00B2032806", "0304332E30309000"),
        ("00B2032C06", "0304332E30309000"),
        ("00B2052806", "0504202401019000"),
        ("00B207280B", "07095830303030303031399000"),
        ("00B2072C0B", "07095830303030303031399000"),
        ("00B2012C00", "6C12"),
        ("00B2012C13", "6C12"),
        ("00B2012C", "6C12"),
        ("00B2082C00", "6A83"),
        ("00B2092800", "6A83"),
        ("00B2012E12", "6A86"),
        ("00B2014C12", "6A82"),
    ],
)
def test_reading_by_short_identifier(read: str, answer: str) -> None:
    assert say(card_of(), SELECT, read) == answer


@pytest.mark.parametrize("version", ["1.0", "2.0", "3.0"])
def test_record_numbers_of_ef06(version: str) -> None:
    card = card_of(version=version)
    if version == "3.0":
        assert say(card, SELECT, "00B2033400") == "6982"
        assert prove(card, KeyId.READ_ENVIRONMENT) == "9000"
    third = say(card, "00A4020002EF06", "00B2030403" if version == "1.0" else "00B2030416")
    assert third == ("0A01319000" if version == "1.0" else "4E14" + "00" * 20 + "9000")


STATUS_WORDS = [
    ("9000", {}, [SELECT + "00"]),
    ("61", {}, [SELECT]),
    ("63C2", {}, ["0020000003000000"]),
    ("63CE", {}, ["0084000008", "0082000A10" + "00" * 16]),
    ("6700", {}, ["0020000009000000000000000000"]),
    ("6700", {}, ["0084000005"]),
    ("6700", {}, ["00A4"]),
    ("6901", {}, ["00C0000010"]),
    ("6981", {}, ["00A4020002EF07", "00B2010400"]),
    ("6982", {}, ["00A4020002EF06", "00B2080014"]),
    ("6983", {"pin_tries_left": 0}, ["0020000003123456"]),
    ("6983", {"pin_tries_left": 0}, ["0020000000"]),
    ("6984", {}, ["0082000A10" + "00" * 16]),
    ("6985", {"blocked": "application"}, [SELECT]),
    ("6985", {"pin": ""}, ["0020000003123456"]),
    ("6986", {}, ["00B2010400"]),
    ("6987", {}, ["00A4020002EF05", "04DC020003AABBCC"]),
    ("6988", {}, ["00A4020002EF05", "0084000008", "04DC02000702013300000000"]),
    ("6A80", {}, ["805E010003123456"]),
    ("6A81", {"blocked": "card"}, [SELECT]),
    ("6A82", {}, ["00A4020002EFFF"]),
    ("6A83", {}, ["00A4020002EF05", "00B2990000"]),
    ("6A86", {}, ["0020010003123456"]),
    ("6A88", {}, ["0088007710" + "00" * 16]),
    ("6C12", {}, ["00A4020002EF05", "00B2010000"]),
    ("6D00", {}, ["00770000"]),
    ("6E00", {}, ["A0A40000023F00"]),
    ("6E00", {}, ["80B2010400"]),
    ("9303", {"blocked": "for-ever"}, [SELECT]),
    ("9403", {}, ["00A4000002DF04", "B026000904"]),
]


@pytest.mark.parametrize(("word", "fields", "commands"), STATUS_WORDS)
def test_status_words(word: str, fields: dict[str, Any], commands: list[str]) -> None:
    assert say(card_of(**fields), *commands)[-4:].startswith(word)


def test_status_words_of_protected_writing() -> None:
    card = card_of()
    assert say(card, SELECT, "00A4020002EF05", "00DC020003020134") == "6982"
    assert prove(card, KeyId.UPDATE_ENVIRONMENT) == "9000"
    assert say(card, "00DC020003020134") == "9000"
    assert say(card, "00B2020003") == "0201349000"
    assert say(card, "00DC020003040134") == "6A80"
    assert say(card, "00DC020003020234") == "6A85"
    assert say(card, "00DC02000402023434") == "6A84"
    card.worn_out = True
    assert say(card, "00DC020003020134") == "6581"


def test_a_replayed_mac_is_refused() -> None:
    card = card_of(version="2.0")
    say(card, SELECT, "00A4020002EF06")
    good = sealed(card, "04DC0A00", "0A0132", KeyId.UPDATE_ENVIRONMENT)
    assert say(card, good) == "9000"
    assert say(card, good) == "6984"
    assert say(card, "0084000008", good) == "6988"


def test_transparent_files() -> None:
    card = card_of(photo="FFD8FFE0")
    assert say(card, SELECT, "00B0880004") == "6982"
    assert prove(card, KeyId.READ_ENVIRONMENT) == "9000"
    assert say(card, "00B0880004") == "FFD8FFE09000"
    assert say(card, "00B00FFF01") == "FF9000"
    assert say(card, "00B00FFE10") == "6C02"
    assert say(card, "00B0100001") == "6B00"
    assert prove(card, KeyId.UPDATE_ENVIRONMENT) == "9000"
    assert say(card, "00D60002021234", "00B0880004") == "FFD812349000"
    assert say(card, "00D60FFF021234") == "6B00"


def test_purse_words() -> None:
    card = card_of(medical={"balances": {"1": 100}})
    say(card, "0020000003123456", "00A4000002DF04")
    assert say(card, "B026000104") == "000000649000"
    assert say(card, "B02C00010400000001") == "6985"
    say(card, "B028000102")
    assert say(card, "B02C00010400000065") == "9401"
    assert say(card, "B02C00010400000064") == "9000"
    assert say(card, "B026000106") == "0000000000019000"
    assert say(card, "B02E000100") == "9406"
    worn = card_of(medical={"balances": {"1": 1}, "counter": 0xFFFF})
    assert say(worn, "0020000003123456", "00A4000002DF04", "B028000102") == "9402"


def test_a_key_locks_after_fifteen_wrong_proofs() -> None:
    card = card_of()
    wrong = "0082000A10" + "00" * 16
    words = [say(card, "0084000008", wrong) for _ in range(16)]
    assert words == [f"63C{left:X}" for left in range(14, -1, -1)] + ["6983"]


def test_rights_end_at_reset_and_at_a_new_selection_and_live_inside_the_tree() -> None:
    card = card_of()
    say(card, SELECT, "0020000003123456")
    assert say(card, "00A4000002DF01", "00B2202804") == "200200009000"
    assert say(card, "0020000000") == "9000"
    say(card, SELECT)
    assert say(card, "0020000000") == "63C3"
    say(card, "0020000003123456")
    card.reset()
    assert say(card, "0020000000") == "63C3"


def test_unblocking_needs_the_puk_proven() -> None:
    card = card_of(pin_tries_left=0)
    assert say(card, sealed(card, "84240000", "", KeyId.PIN_UNBLOCK)) == "6982"
    prove(card, KeyId.PIN_UNBLOCK)
    assert say(card, sealed(card, "84240000", "", KeyId.PIN_UNBLOCK)) == "9000"
    assert say(card, "0020000000") == "63C3"


def test_a_long_command_may_come_in_pieces() -> None:
    card = card_of()
    name = SELECT[10:]
    assert say(card, "10A4040005" + name[:10], "00A404000A" + name[10:]) == "611E"


def test_memory_survives(tmp_path: Path) -> None:
    memory = tmp_path / "card.json"
    card = card_of(memory)
    assert not memory.exists()
    say(card, "0020000003000000")
    prove(card, KeyId.UPDATE_ENVIRONMENT)
    say(card, "00A4020002EF05", "00DC020003020134")
    again = card_of(memory)
    assert again.pin_tries_left == 2
    assert say(again, "00A4020002EF05", "00B2020003") == "0201349000"
    assert [path.name for path in tmp_path.iterdir()] == ["card.json"]


def test_memory_of_another_card_is_refused(tmp_path: Path) -> None:
    memory = tmp_path / "card.json"
    say(card_of(memory), "0020000003000000")
    with pytest.raises(ValueError, match="another card"):
        card_of(memory, identifier="990100D1560000050000000100000000")
    memory.write_text(json.dumps({**json.loads(memory.read_text()), "purse_counter": "?"}))
    with pytest.raises(ValueError, match="damaged"):
        card_of(memory)


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"colour": "red"}, "a card has no colour"),
        ({"identifier": "99"}, "32 hexadecimal digits"),
        ({"version": "5.0"}, "version"),
        ({"algorithm": "des"}, "algorithm"),
        ({"pin": "12"}, "pin: 4 to 16 digits"),
        ({"pin_tries_max": 16}, "1 to 15"),
        ({"blocked": "yes"}, "blocked"),
        ({"bank": {"pan": "62", "kind": "gold"}}, "bank kind"),
        ({"files": {"DF09/05": {}}}, "no DF09/05"),
        ({"files": {"DF01/05": {"99": "1"}}}, "no record 99"),
        ({"number": "X000000199"}, "do not fit"),
    ],
)
def test_a_description_that_makes_no_sense(fields: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        card_of(**fields)


def test_a_description_does_not_show_its_pin() -> None:
    assert "135790" not in repr(card_of(pin="135790").description)
