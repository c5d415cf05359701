"""The "02" frame: the page's golden frames, any data in any pieces, and the next good frame after any damage."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.card_reader.crt310.wire import (
    LONGEST_DATA,
    STX,
    Command,
    Control,
    DamagedFrame,
    Decoder,
    Refusal,
    Reply,
    blink,
    counted,
    encode,
    with_length,
)

GOLDEN = {
    Command.RESET_IN_PLACE: "02 00 02 30 30 03 03",
    Command.STATUS: "02 00 02 31 30 03 02",
    Command.MOVE_TO_CONTACTS: "02 00 02 32 2F 03 1E",
    Command.CHIP_COLD_RESET: "02 00 02 37 30 03 04",
    Command.LIGHT_ON: "02 00 02 46 30 03 75",
    Command.MOVE_INTO_BIN: "02 00 02 32 33 03 02",
}
"""The page's, B2."""

STATUS = bytes(encode(b"\x31\x30\x4e\x4a\x4e"))
STATUS_READ = Reply(b"\x31\x30", b"\x4e\x4a\x4e")
FRAMES = [
    *(bytes.fromhex(text) for text in GOLDEN.values()),
    STATUS,
    bytes(encode(b"\x4e\x32\x06")),
    bytes(encode(b"\x37\x31Y\x00\x08\x02\x00\x02\x03\x06\x05\x90\x00")),
]

texts = st.binary(min_size=2, max_size=2 + LONGEST_DATA).filter(lambda text: text[0] != 0x4E)


@pytest.mark.parametrize("command", GOLDEN, ids=lambda command: command.name)
def test_the_golden_frames(command: Command) -> None:
    assert encode(command.value).hex(" ").upper() == GOLDEN[command]


def test_blinking_counts_quarters_of_a_second() -> None:
    assert encode(blink(2, 4)).hex(" ").upper() == "02 00 03 49 02 04 03 4D"


def test_a_frame_has_its_limits() -> None:
    assert len(encode(bytes(2 + LONGEST_DATA))) == 271
    for size in (0, 1, 3 + LONGEST_DATA):
        with pytest.raises(ValueError, match="2 to 266"):
            encode(bytes(size))
    assert len(with_length(bytes(262))) == LONGEST_DATA
    with pytest.raises(ValueError, match="does not fit"):
        with_length(bytes(263))


@given(texts, st.lists(st.integers(1, 40), max_size=8))
def test_any_reply_comes_through_in_any_pieces(text: bytes, cuts: list[int]) -> None:
    decoder, frame, events = Decoder(), bytes(encode(text)), []
    for cut in cuts:
        events += decoder.feed(frame[:cut])
        frame = frame[cut:]
    events += decoder.feed(frame)
    assert events == [Reply(text[:2], text[2:])]
    assert (decoder.pending, decoder.garbage) == (0, 0)


def test_data_may_hold_every_control_byte() -> None:
    apdu = bytes.fromhex("0200020603050415")
    frame = encode(b"\x37\x31Y" + with_length(apdu))
    (reply,) = Decoder().feed(bytes(frame))
    assert isinstance(reply, Reply)
    assert counted(reply.data[1:]) == apdu


def test_a_refusal_is_told_apart_from_a_failed_motion() -> None:
    assert Decoder().feed(bytes(encode(b"\x4e\x32\x06"))) == [Refusal(0x32, 0x06)]
    assert Decoder().feed(bytes(encode(b"\x32\x31N"))) == [Reply(b"\x32\x31", b"N")]


def test_control_bytes_stand_between_frames() -> None:
    events = Decoder().feed(b"\x06" + STATUS + b"\x15\x04")
    assert events == [Control.ACK, STATUS_READ, Control.NAK, Control.EOT]


def test_counted_wants_the_right_length() -> None:
    assert counted(b"\x00\x02\x90\x00") == b"\x90\x00"
    assert [counted(data) for data in (b"", b"\x00", b"\x00\x03\x90\x00", b"\x00\x01\x90\x00")] == [None] * 4


def test_a_wrong_check_character_is_told() -> None:
    broken = STATUS[:-1] + bytes((STATUS[-1] ^ 0x01,))
    assert Decoder().feed(broken) == [DamagedFrame(5)]


def test_bytes_of_a_damaged_frame_are_no_control_bytes() -> None:
    broken = bytearray(encode(b"\x37\x31Y\x00\x03\x06\x15\x04"))
    broken[-1] ^= 0x80
    assert Decoder().feed(bytes(broken) + b"\x06") == [DamagedFrame(8), Control.ACK]


def test_a_frame_that_breaks_off_is_told_when_the_line_is_quiet() -> None:
    decoder = Decoder()
    assert decoder.feed(STATUS[:4]) == []
    assert decoder.quiet() == [DamagedFrame(5)]
    assert decoder.quiet() == []
    assert decoder.feed(STATUS) == [STATUS_READ]


def test_nothing_personal_is_shown() -> None:
    assert "990101" not in repr(Reply(b"\x37\x31", b"990101"))


def damaged(frame: bytes) -> list[bytes]:
    """Each byte flipped in each bit, cut short at each place, doubled at each place."""
    flipped = [
        frame[:at] + bytes((frame[at] ^ 1 << bit,)) + frame[at + 1 :] for at in range(len(frame)) for bit in range(8)
    ]
    cut = [frame[:at] for at in range(len(frame))]
    doubled = [frame[: at + 1] + frame[at:] for at in range(len(frame))]
    return flipped + cut + doubled


@pytest.mark.parametrize("frame", FRAMES, ids=lambda frame: frame.hex())
def test_the_next_good_frame_is_read_after_any_damage(frame: bytes) -> None:
    for broken in damaged(frame):
        decoder = Decoder()
        if broken != frame[:-1] or frame[-1] != STX:  # else the next frame's first byte is what was missing
            events = [*decoder.feed(broken + STATUS), *decoder.quiet()]
            assert STATUS_READ in events, broken.hex()
            assert decoder.pending == 0
        events = [*decoder.feed(broken), *decoder.quiet(), *decoder.feed(STATUS)]
        assert events[-1] == STATUS_READ


def test_a_million_random_bytes() -> None:
    noise = random.Random(310)
    decoder = Decoder()
    for _ in range(1000):
        decoder.feed(noise.randbytes(1000))
        assert decoder.pending <= 271
    decoder.quiet()
    assert decoder.feed(STATUS) == [STATUS_READ]
