"""The SZZT frame: the page's golden frames, resync, and never a key that nobody pressed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.pin_pad.wire import Counters, Decoder, Frame, RawKey, encode, lrc

GOLDEN = [
    ("5030", "02 30 30 34 35 30 33 30 03 33 31"),
    ("5032", "02 30 30 34 35 30 33 32 03 33 33"),
    ("5033", "02 30 30 34 35 30 33 33 03 33 32"),
]
OK = bytes.fromhex("02 30 30 31 60 03 35 32")


@pytest.mark.parametrize(("text", "frame"), GOLDEN)
def test_golden_commands(text: str, frame: str) -> None:
    assert encode(text.encode()) == bytes.fromhex(frame)
    assert Decoder(long_length=False).feed(bytes.fromhex(frame)) == [Frame(text.encode())]


def test_golden_reply() -> None:
    assert encode(b"\x60") == OK
    (frame,) = Decoder().feed(OK)
    assert isinstance(frame, Frame)
    assert (frame.rtn, frame.data) == (0x60, b"")


def test_content_must_fit() -> None:
    for size in (0, 10000):
        with pytest.raises(ValueError, match="1 to 9999"):
            encode(bytes(size))


@given(st.binary(min_size=1, max_size=999), st.booleans())
def test_any_content_comes_back(content: bytes, long_length: bool) -> None:
    assert Decoder(long_length=long_length).feed(encode(content)) == [Frame(content)]


@pytest.mark.parametrize("long_length", [True, False])
@pytest.mark.parametrize("size", [999, 1000, 1001, 9999])
def test_long_content_comes_back(size: int, long_length: bool) -> None:
    content = b"\x60" + b"A" * (size - 1)
    frame = encode(content, long_length=long_length)
    assert frame[1:4] == (b"999" if size == 999 else b"000")
    assert Decoder().feed(frame) == [Frame(content)]


def test_long_command_may_begin_with_a_digit() -> None:
    content = b"9201" + b"00" * 600
    assert Decoder(long_length=False).feed(encode(content)) == [Frame(content)]


def test_keys_stand_outside_frames() -> None:
    decoder = Decoder()
    assert decoder.feed(b"\x31" + OK + b"\x0d") == [RawKey(0x31), Frame(b"\x60"), RawKey(0x0D)]
    assert decoder.counters == Counters(frames=1, keys=2)


@given(
    st.lists(st.one_of(st.binary(min_size=1, max_size=20).map(Frame), st.sampled_from(b"0123456789*\r").map(RawKey)))
)
def test_pieces_of_any_size(events: list[Frame | RawKey]) -> None:
    line = b"".join(encode(e.content) if isinstance(e, Frame) else bytes([e.code]) for e in events)
    decoder = Decoder()
    assert [event for byte in line for event in decoder.feed(bytes([byte]))] == events
    assert decoder.quiet() == []
    assert decoder.counters.damaged == 0


@given(st.integers(1, 7), st.integers(0, 7))
def test_a_damaged_frame_never_becomes_keys(at: int, bit: int) -> None:
    damaged = bytearray(OK)
    damaged[at] ^= 1 << bit
    decoder = Decoder()
    events = decoder.feed(bytes(damaged)) + decoder.quiet()
    assert events == []
    assert decoder.counters.damaged >= 1
    assert decoder.counters.keys == 0
    assert decoder.feed(b"\x35" + OK) == [RawKey(0x35), Frame(b"\x60")]


def test_after_damage_the_next_frame_counts_even_without_a_pause() -> None:
    decoder = Decoder()
    wrong = OK[:-1] + b"9"
    assert decoder.feed(wrong + b"12" + OK) == [Frame(b"\x60")]
    assert decoder.counters == Counters(frames=1, keys=0, damaged=1, discarded=len(wrong) + 2)


def test_a_length_that_swallowed_the_next_frame_gives_it_back() -> None:
    decoder = Decoder()
    too_long = OK.replace(b"001", b"901")
    assert decoder.feed(too_long + OK) == []
    assert decoder.quiet() == [Frame(b"\x60")]


def test_a_frame_cut_short_is_given_up_when_the_line_falls_silent() -> None:
    decoder = Decoder()
    assert decoder.feed(OK[:5]) == []
    assert decoder.quiet() == []
    assert decoder.feed(b"\x31") == [RawKey(0x31)]
    assert decoder.counters == Counters(frames=0, keys=1, damaged=1, discarded=5)


@given(st.binary(max_size=3000))
def test_any_noise_leaves_a_working_decoder(noise: bytes) -> None:
    decoder = Decoder()
    decoder.feed(noise)
    decoder.quiet()
    assert decoder.feed(OK) == [Frame(b"\x60")]


def test_lrc_is_upper_case() -> None:
    assert lrc(b"\xab") == b"AB"


def test_nothing_shows_what_was_pressed() -> None:
    assert repr(RawKey(0x37)) == "<RawKey>"
    assert repr(Frame(b"\x601234")) == "<Frame 5 bytes>"
