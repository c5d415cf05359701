"""The codec against every frame of the protocol page (B2, B6), and against damage."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.id_reader.wire import (
    Answer,
    BoardTimeout,
    Command,
    DamagedFrame,
    Decoder,
    Response,
    encode,
    reading_parts,
    sam_id_text,
)

COMMANDS = {
    Command.RESET: "AAAAAA9669000310FFEC",
    Command.SAM_STATUS: "AAAAAA9669000311FFED",
    Command.SAM_ID: "AAAAAA9669000312FFEE",
    Command.FIND: "AAAAAA96690003200122",
    Command.SELECT: "AAAAAA96690003200221",
    Command.READ: "AAAAAA96690003300132",
    Command.READ_WITH_FINGERPRINT: "AAAAAA96690003301023",
    Command.READ_ADDRESS: "AAAAAA96690003300330",
    Command.BAUD_115200: "AAAAAA96690003600063",
    Command.BAUD_57600: "AAAAAA96690003600162",
    Command.BAUD_38400: "AAAAAA96690003600261",
    Command.BAUD_19200: "AAAAAA96690003600360",
    Command.BAUD_9600: "AAAAAA96690003600467",
}

RESPONSES = {
    "AAAAAA9669000800009F0000000097": (Answer.CARD_FOUND, bytes(4)),
    "AAAAAA9669000400008084": (Answer.FIND_FAILED, b""),
    "AAAAAA9669000C00009000000000000000009C": (Answer.OK, bytes(8)),
    "AAAAAA9669000400008185": (Answer.SELECT_FAILED, b""),
    "AAAAAA9669000400004145": (Answer.READ_FAILED, b""),
    "AAAAAA9669000400009094": (Answer.OK, b""),
    "AAAAAA9669000400009195": (Answer.NO_CONTENT, b""),
    "AAAAAA9669000400001014": (Answer.CHECKSUM_ERROR, b""),
    "AAAAAA9669001400009005000100E5D6340187D61200B1CB7400CB": (
        Answer.OK,
        bytes.fromhex("05000100E5D6340187D61200B1CB7400"),
    ),
}

STATUS_CODES = "90 9F 91 10 11 21 23 24 31 32 33 40 41 47 60 66 80 81"


def frame(content: bytes) -> bytes:
    """Written here once more, so that the codec is not its own witness. ``content``: SW1 SW2 SW3 and data."""
    counted = bytes([(len(content) + 1) >> 8, (len(content) + 1) & 0xFF]) + content
    check = 0
    for byte in counted:
        check = check ^ byte
    return bytes([0xAA, 0xAA, 0xAA, 0x96, 0x69]) + counted + bytes([check])


@pytest.mark.parametrize("command", Command)
def test_commands_are_those_of_the_page(command: Command) -> None:
    assert encode(command).hex().upper() == COMMANDS[command]


@pytest.mark.parametrize("text", RESPONSES)
def test_responses_are_those_of_the_page(text: str) -> None:
    answer, data = RESPONSES[text]
    decoder = Decoder()
    assert decoder.feed(bytes.fromhex(text)) == [Response(b"\0\0", answer, data)]
    assert (decoder.garbage, decoder.pending) == (0, 0)


def test_every_status_code_of_the_page_is_an_answer_and_no_other() -> None:
    assert {f"{answer:02X}" for answer in Answer} == set(STATUS_CODES.split())


def test_an_unknown_code_is_kept_as_a_number() -> None:
    (response,) = Decoder().feed(frame(b"\0\0\x77"))
    assert isinstance(response, Response)
    assert (response.code, response.answer) == (0x77, None)


def test_the_cards_own_status_word_is_kept() -> None:
    assert Decoder().feed(frame(b"\x6a\x82\x41")) == [Response(b"\x6a\x82", 0x41)]


def test_the_board_timeout_quirk_is_seen_and_does_not_swallow_what_follows() -> None:
    decoder = Decoder()
    frames = decoder.feed(bytes.fromhex("AAAAAA96690005050505" + "AAAAAA9669000400008084"))
    assert frames == [BoardTimeout(), Response(b"\0\0", 0x80)]
    assert decoder.garbage == 0


def test_a_wrong_checksum_is_reported_and_the_next_frame_still_found() -> None:
    decoder = Decoder()
    frames = decoder.feed(bytes.fromhex("AAAAAA9669000400008085" + "AAAAAA9669000400008084"))
    assert frames == [DamagedFrame(4), Response(b"\0\0", 0x80)]
    assert decoder.garbage == 11


def test_a_frame_swallowed_by_a_wrong_length_is_found() -> None:
    too_long = bytearray(frame(b"\0\0\x80"))
    too_long[6] = 15  # reaches to the end of the good frame behind it
    decoder = Decoder()
    assert decoder.feed(bytes(too_long) + frame(b"\0\0\x90")) == [DamagedFrame(15), Response(b"\0\0", 0x90)]


@pytest.mark.parametrize("length", ["0000", "0003", "090B", "FFFF"])
def test_an_impossible_length_is_not_waited_for(length: str) -> None:
    decoder = Decoder()
    assert decoder.feed(bytes.fromhex("AAAAAA9669" + length) + frame(b"\0\0\x90")) == [Response(b"\0\0", 0x90)]
    assert decoder.garbage == 7


def test_extra_preamble_bytes_do_not_hide_the_frame() -> None:
    assert Decoder().feed(b"\xaa\xaa" + frame(b"\0\0\x90")) == [Response(b"\0\0", 0x90)]


def test_clearing_counts_a_half_received_frame_as_garbage() -> None:
    decoder = Decoder()
    assert decoder.feed(frame(b"\0\0\x90")[:8]) == []
    assert decoder.pending == 8
    decoder.clear()
    assert (decoder.garbage, decoder.pending) == (8, 0)


PREAMBLE = bytes.fromhex("AAAAAA9669")
contents = st.tuples(st.binary(min_size=3, max_size=3), st.binary(max_size=60)).map(b"".join)
noise = st.binary(max_size=20).filter(lambda data: 0xAA not in data)


@given(st.lists(st.tuples(noise, contents), max_size=5), st.randoms(use_true_random=False))
def test_frames_come_through_whatever_lies_between_and_however_they_are_cut(
    sent: list[tuple[bytes, bytes]], dice: object
) -> None:
    # a content that begins like the quirk is the quirk
    sent = [(gap, content) for gap, content in sent if not (content[:3] == b"\x05\x05\x05" and len(content) == 4)]
    stream = b"".join(gap + frame(content) for gap, content in sent)
    decoder = Decoder()
    got = []
    at = 0
    while at < len(stream):
        step = dice.randint(1, 30)  # type: ignore[attr-defined]
        got += decoder.feed(stream[at : at + step])
        at += step
    assert got == [Response(content[:2], content[2], content[3:]) for _, content in sent]
    assert decoder.garbage == sum(len(gap) for gap, _ in sent)


@given(contents, st.integers(min_value=0), st.integers(min_value=1, max_value=255))
def test_one_damaged_byte_never_gives_a_response(content: bytes, where: int, flip: int) -> None:
    damaged = bytearray(frame(content))
    # not in LEN: one byte of checksum cannot see that the frame ends elsewhere
    places = [at for at in range(len(damaged)) if at not in (5, 6)]
    damaged[places[where % len(places)]] ^= flip
    assert not [f for f in Decoder().feed(bytes(damaged)) if isinstance(f, Response)]


@given(st.binary(max_size=200))
def test_any_bytes_at_all_are_survived_and_accounted_for(data: bytes) -> None:
    decoder = Decoder()
    decoder.feed(data)
    decoder.clear()
    after = decoder.feed(frame(b"\0\0\x90"))
    assert after == [Response(b"\0\0", 0x90)]


def test_a_reading_is_split_by_its_lengths() -> None:
    text, photo, finger = b"t" * 256, b"p" * 1024, b"f" * 1024
    assert reading_parts(bytes.fromhex("01000400") + text + photo) == (text, photo, b"")
    assert reading_parts(bytes.fromhex("010004000400") + text + photo + finger) == (text, photo, finger)
    assert reading_parts(bytes.fromhex("010004000000") + text + photo) == (text, photo, b"")
    assert reading_parts(bytes.fromhex("01000400") + text + photo[1:]) is None
    assert reading_parts(b"") is None


def test_the_sam_id_reads_as_printed_on_the_module() -> None:
    synthetic = bytes.fromhex("05000100E5D6340187D61200B1CB7400")
    assert sam_id_text(synthetic) == "05.01-20240101-0001234567-0007654321"
    assert sam_id_text(synthetic[1:]) == ""
