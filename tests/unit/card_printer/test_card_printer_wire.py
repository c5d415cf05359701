"""The bytes of the page (A3, A4, A5), each status bit by its name, and what a damaged reply becomes."""

from __future__ import annotations

import re
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.card_printer.evolis import flags as f
from devices.card_printer.evolis.flags import Flags
from devices.card_printer.evolis.wire import (
    WireError,
    command,
    key_values,
    parse_reply,
    request,
    tray_letter,
    whole_length,
)
from devices.card_printer.simulator.replies import StatusWords, reply

PAGE = {
    f.Config: """80000000 X01 40000000 X02 20000000 R02 10000000 X04 08000000 EXTENSION_1 04000000 S01 02000000 X20
        01000000 KC200 00800000 WIFI 00400000 ETHERNET 00200000 USB_OVER_IP 00100000 FLIP 00080000 CONTACTLESS
        00040000 SMART 00020000 MAGNETIC 00010000 REWRITE 00008000 FEED_MANUALLY 00004000 FEED_BY_CDE
        00002000 FEED_BY_FEEDER 00001000 EJECT_REVERSE 00000800 FEED_CDE_REVERSE 00000400 EXTENDED_RESOLUTION
        00000200 LCD 00000100 LOCK 00000080 OEM 00000040 JIS_MAG_HEAD 00000020 REJECT_SLOT 00000010 IO_EXT
        00000008 MONO_ONLY 00000004 KC100 00000002 KINE 00000001 WIFI_ENA""",
    f.Information: """80000000 CLAIM 40000000 CARD_HOPPER 20000000 CARD_FEEDER 10000000 CARD_FLIP
        08000000 CARD_CONTACTLESS 04000000 CARD_SMART 02000000 CARD_PRINT 01000000 CARD_EJECT 00800000 PRINTER_MASTER
        00400000 PCSVC_LOCKED 00200000 SLEEP_MODE 00100000 UNKNOWN_RIBBON 00080000 RIBBON_LOW
        00040000 CLEANING_MANDATORY 00020000 CLEANING 00010000 RESET 00008000 CLEAN_OUTWARRANTY
        00004000 CLEAN_LAST_OUTWARRANTY 00002000 CLEAN_2ND_PASS 00001000 READY_FOR_CLEANING
        00000800 CLEANING_ADVANCED 00000400 WRONG_ZONE_RIBBON 00000200 RIBBON_CHANGED 00000100 CLEANING_REQUIRED
        00000080 PRINTING_RUNNING 00000040 ENCODING_RUNNING 00000020 CLEANING_RUNNING 00000010 WRONG_ZONE_ALERT
        00000008 WRONG_ZONE_EXPIRED 00000004 SYNCH_PRINT_CENTER 00000002 UPDATING_FIRMWARE 00000001 BUSY""",
    f.Alert: """80000000 POWER_SUPPLY 40000000 REMOVE_RIBBON 10000000 RECEPTACLE_OPEN 08000000 REJECT_BOX_FULL
        04000000 CARD_ON_EJECT 02000000 WAIT_CARD 01000000 FEEDER_EMPTY 00200000 COOLING 00100000 HOPPER_FULL
        00080000 RIBBON_ENDED 00040000 PRINTER_LOCKED 00020000 COVER_OPEN 00010000 NO_RIBBON
        00008000 UNSUPPORTED_RIBBON 00002000 NO_CLEAR 00001000 CLEAR_END 00000800 CLEAR_UNSUPPORTED
        00000400 REJECT_BOX_COVER_OPEN 00000200 INF_RIBBON_COMPATIBLE 00000100 FEEDER_OPEN 00000001 EPS_NO_AUTO""",
    f.Error: """20000000 HEAD_TEMP 10000000 NO_OPTION 08000000 FEEDER_ERROR 04000000 RIBBON_ERROR 02000000 COVER_OPEN
        01000000 MECHANICAL 00800000 REJECT_BOX_FULL 00400000 BAD_RIBBON 00200000 RIBBON_ENDED 00100000 HOPPER_FULL
        00080000 BLANK_TRACK 00040000 MAGNETIC_DATA 00020000 READ_MAGNETIC 00010000 WRITE_MAGNETIC 00008000 FEATURE
        00004000 RET_TEMPERATURE 00002000 CLEAR_ERROR 00001000 CLEAR_ENDED 00000800 BAD_CLEAR
        00000400 REJECT_BOX_COVER_OPEN 00000200 CARD_ON_EJECT 00000100 NO_CARD_INSERTED 00000080 FEEDER_OPEN
        00000040 INTERNAL_PRINTER 00000001 HARDWARE""",
    f.Extension1: """80000000 EXTENSION_2 40000000 CFG_KIOSK 20000000 QUANTUM 02000000 SCANNER 00400000 SEICO_FEEDER
        00200000 KYTRONIC_FEEDER 00100000 HOPPER 00080000 LAMINATOR 00010000 CLEAN_REMINDER 00000200 CFG_BEZEL
        00000100 FEEDER_NEAR_EMPTY 00000080 FEEDER1_EMPTY 00000040 FEEDER2_EMPTY 00000020 FEEDER3_EMPTY
        00000010 FEEDER4_EMPTY 00000008 FEEDER1_NEAR_EMPTY 00000004 FEEDER2_NEAR_EMPTY 00000002 FEEDER3_NEAR_EMPTY
        00000001 FEEDER4_NEAR_EMPTY""",
    f.Extension2: "00010000 CARD_REAR",
    f.Extension3: """00800000 LOCK 00020000 BEZEL_CARD_OUTSIDE 00010000 BEZEL_CARD_RE_INSERT 00008000 BEZEL_CARD_EJECT
        00004000 BEZEL_CARD_INSERT 00000100 REJECTBOX1_FULL 08000000 CARD_MAN_FEED""",
    f.Extension4: "20000000 INDENTING_LOW 10000000 INDENTING_NO_RIBBON",
}
BITS = [
    (word, int(bit, 16), name) for word, text in PAGE.items() for bit, name in re.findall(r"([0-9A-F]{8})\s(\w+)", text)
]
ORDER = list(PAGE)


def block(words: list[int], session: int) -> bytes:
    main = b"\x10" + struct.pack(">IIII", *words[:4]) + b"\x02" + struct.pack(">H", session)
    return main + b"".join(b"\x04" + struct.pack(">I", word) for word in words[4:])


def test_the_requests_of_the_page() -> None:
    assert request("Rfv") == bytes.fromhex("1B526676 0D 00")
    assert request("Psid;0;45") == bytes.fromhex("1B507369643B303B3435 0D 00")
    assert command("Sis") == b"\x1bSis\r"


@pytest.mark.parametrize("text", ["", "Rfv\r", "Sis\x1b", "读"])
def test_what_cannot_be_sent(text: str) -> None:
    with pytest.raises(ValueError, match="not a command"):
        command(text)


@pytest.mark.parametrize(("word", "bit", "name"), BITS, ids=[f"{w.__name__}.{n}" for w, _, n in BITS])
def test_every_status_bit_by_its_name(word: type[f.Word], bit: int, name: str) -> None:
    words = [0] * 8
    words[ORDER.index(word)] = bit
    told = parse_reply(b"\0\0\x28" + block(words, 0)).flags
    assert told == Flags.of(word[name])
    assert [one.name for one in word if one in word(bit)] == [name]


def test_there_is_no_bit_that_the_page_has_not() -> None:
    assert {(word, bit.value, bit.name) for word in ORDER for bit in word} == set(BITS)


def test_the_simulator_knows_the_same_bits() -> None:
    names = {(type_.__name__, name): bit for type_, bit, name in BITS}
    classes = {
        "config": "Config",
        "information": "Information",
        "warning": "Alert",
        "error": "Error",
        "extension1": "Extension1",
        "extension2": "Extension2",
        "extension3": "Extension3",
    }
    from devices.card_printer.simulator.replies import WORDS

    for word, bits in WORDS.items():
        for name, bit in bits.items():
            assert names[classes[word], name] == bit


def test_a_whole_reply_is_forty_bytes_behind_the_length() -> None:
    words = StatusWords()
    words.set("config", "EXTENSION_1")
    words.set("extension3", "BEZEL_CARD_OUTSIDE")
    told = reply("OK", words.block(0x1234))
    assert told[:3] == b"OK\0"
    assert told[3:5] == b"\x00\x28"
    assert len(told[5:]) == 40
    parsed = parse_reply(told)
    assert (parsed.text, parsed.session) == ("OK", 0x1234)
    assert parsed.flags is not None
    assert parsed.flags.names() == ("extension3.BEZEL_CARD_OUTSIDE",)
    assert whole_length(told) == len(told)
    assert [whole_length(told[:n]) for n in range(len(told))] == [None] * len(told)


def test_a_reply_without_status_words() -> None:
    for rest in (b"", b"\0\0", b"\0\0\0\0"):
        told = parse_reply(b"KC Prime\r\0" + rest)
        assert (told.text, told.flags, told.session) == ("KC Prime", None, None)


@pytest.mark.parametrize(
    "data",
    [
        b"no end",
        b"\0\0\x28\x11" + bytes(39),
        b"\0\0\x28\x10" + bytes(5),
        b"\0\0\x28\x10" + bytes(16) + b"\x03\0\0",
        b"\0\0\x28\x10" + bytes(16) + b"\x02\0\0\x05",
        b"\0\0\x28\x10" + bytes(16) + b"\x02\0\0\x04\0\0",
    ],
)
def test_a_reply_that_makes_no_sense(data: bytes) -> None:
    with pytest.raises(WireError):
        parse_reply(data)


@given(
    st.lists(st.integers(0, 2**32 - 1), min_size=4, max_size=8), st.integers(0, 65535), st.text("OKERO ", max_size=9)
)
def test_any_words_survive(words: list[int], session: int, text: str) -> None:
    told = parse_reply(text.encode() + b"\0\0\x28" + block(words, session))
    assert told.flags is not None
    got = [getattr(told.flags, name) for name in Flags.__dataclass_fields__]
    assert [int(word) for word in got] == (words + [0] * 4)[:8]
    assert (told.text, told.session) == (text, session)


@given(st.binary(max_size=200))
def test_noise_is_a_wire_error_or_a_reply(data: bytes) -> None:
    for read in (parse_reply, whole_length):
        try:
            read(data)
        except WireError:
            continue


def test_key_values() -> None:
    assert key_values("label: YMCKO\nqty:200\nnonsense\n\ncount :  7") == {"label": "YMCKO", "qty": "200", "count": "7"}


def test_trays() -> None:
    assert tray_letter("FEEDER (F)") == "F"
    for text in ("FEEDER", "OK", "(", "(FEED)"):
        with pytest.raises(WireError):
            tray_letter(text)
