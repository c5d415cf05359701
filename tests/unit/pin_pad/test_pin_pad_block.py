"""The vectors of the page's section D4."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from devices.pin_pad import pin_block
from devices.pin_pad.simulated_keys import KeyStore, Refused, StoredKey, check_value, ecb

PIN_123456 = [1, 2, 3, 4, 5, 6]


def nibbles(text: str) -> Callable[[int, int], int]:
    values: Iterator[str] = iter(text)

    def draw(low: int, high: int) -> int:
        value = int(next(values), 16)
        assert low <= value <= high
        return value

    return draw


def test_iso_0() -> None:
    assert pin_block.iso_0(PIN_123456, "456789012345").hex().upper() == "0612713176FEDCBA"


def test_iso_0_of_the_dukpt_example() -> None:
    assert pin_block.iso_0([1, 2, 3, 4], "401234567890").hex().upper() == "041274EDCBA9876F"


def test_iso_1() -> None:
    assert pin_block.iso_1(PIN_123456, nibbles("0A1B2C3D")).hex().upper() == "161234560A1B2C3D"


def test_iso_2() -> None:
    assert pin_block.iso_2(PIN_123456).hex().upper() == "26123456FFFFFFFF"


def test_iso_3() -> None:
    assert pin_block.iso_3(PIN_123456, "456789012345", nibbles("ABCDEFAB")).hex().upper() == "3612713122CCCCEE"


def test_iso_4() -> None:
    pin, pan = [1, 2, 3, 4], "1234567890123456789"
    random = "0123456789ABCDEF"
    assert pin_block.iso_4_plain(pin, nibbles(random)).hex().upper() == "441234AAAAAAAAAA0123456789ABCDEF"
    assert pin_block.iso_4_pan(pan).hex().upper() == "71234567890123456789000000000000"
    key = bytes.fromhex("00112233445566778899AABBCCDDEEFF")
    assert pin_block.iso_4(key, pin, pan, nibbles(random)).hex().upper() == "D7701DA6E63AFB5DD0BB62AA66B71EEB"


def test_sm4_block() -> None:
    block = pin_block.sm4_block(PIN_123456, "678901234567")
    assert block.hex().upper() == "06123456FFFFFFFFFFFF9876FEDCBA98"
    key = bytes.fromhex("0123456789ABCDEFFEDCBA9876543210")
    assert ecb("sm4", key, block).hex().upper() == "52DF1BC94510411790B4008AE8A1E797"


def test_older_formats() -> None:
    assert pin_block.ibm_3624(PIN_123456, 0xFF).hex().upper() == "123456FFFFFFFFFF"
    assert pin_block.ascii_block(PIN_123456, 0xFF).hex().upper() == "313233343536FFFF"
    with pytest.raises(ValueError, match="eight"):
        pin_block.ascii_block([1] * 9, 0xFF)


def test_lengths() -> None:
    for size in (3, 13):
        with pytest.raises(ValueError, match="4 to 12"):
            pin_block.iso_0([1] * size, "0" * 12)
    assert pin_block.iso_2([9] * 12).hex().upper() == "2C999999999999FF"


def test_sm4_key_check_value() -> None:
    keys = KeyStore()
    keys.put("sm4", 1, "2", bytes.fromhex("1234567890ABCDEFABCDEF0987654321"))
    working = keys.put_encrypted("sm4", 1, 0x20, "*", bytes.fromhex("3D66234C49E4296FF9C78D8BACBD6A76"))
    assert working.value.hex().upper() == "F351D490994603795C6EBEE8FAEBB481"
    assert check_value(working).hex().upper() == "861E83E31FAEBF10"


def test_sm4_standard_vector() -> None:
    key = bytes.fromhex("0123456789ABCDEFFEDCBA9876543210")
    assert ecb("sm4", key, key).hex().upper() == "681EDF34D206965E86B3E94F536E4246"


def test_tdes_of_the_dukpt_example() -> None:
    key = bytes.fromhex("042666B49184CF5C68DE9628D0397B36")
    assert ecb("tdes", key, bytes.fromhex("041274EDCBA9876F")).hex().upper() == "1B9C1845EB993A7A"


def test_key_store_refusals() -> None:
    keys = KeyStore()

    def refused(run: Callable[[], object]) -> int:
        with pytest.raises(Refused) as raised:
            run()
        return raised.value.rtn

    assert refused(lambda: keys.put_encrypted("tdes", 1, 2, "3", bytes(16))) == 0xE1
    keys.put("tdes", 1, "2", b"\x01" * 16)
    assert refused(lambda: keys.put_encrypted("tdes", 9, 2, "3", bytes(16))) == 0xE2
    assert refused(lambda: keys.put_encrypted("tdes", 1, 2, "3", bytes(7))) == 0xE3
    assert refused(lambda: keys.put("tdes", 1, "2", bytes(10))) == 0xE3
    assert refused(lambda: keys.put("tdes", 1, "2", bytes(16))) == 0xE7
    assert refused(lambda: keys.put("sm4", 1, "2", bytes(16))) == 0xD8
    assert refused(lambda: keys.put("tdes", 1, "2", b"\x03" * 16, check_parity=True)) == 0xE6
    assert refused(lambda: keys.get("tdes", 7)) == 0xE4
    assert refused(lambda: keys.get("sm4", 1)) == 0xE5
    assert refused(lambda: keys.get("tdes", 1, "3")) == 0xE5
    assert refused(lambda: keys.erase("tdes", 7)) == 0xE4
    assert "01" * 16 not in repr(StoredKey("tdes", "2", b"\x01" * 16))
