"""Noise: a million random bytes, and every golden frame with each byte flipped, doubled or lost, through each codec.

No exception escapes, nothing hangs, and the next good frame is read.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import pytest

from devices import registry
from devices.bench.line import Line
from devices.card_printer.crt591 import wire as crt591
from devices.card_reader.apdu import CommandApdu, ResponseApdu, terminal
from devices.card_reader.crt310 import wire as crt310
from devices.card_reader.simulator import vpcd
from devices.card_reader.simulator.card import VirtualCard
from devices.card_reader.social_security_card.session import SocialSecurityCard
from devices.contract import DeviceError
from devices.id_reader import documents, simulated_cards
from devices.id_reader import wire as sam_v
from devices.pin_pad import wire as zt
from devices.receipt_printer import wire as escpos

pytestmark = pytest.mark.timeout(60)

MILLION = 1_000_000

ID_CARD = {
    "kind": "citizen",
    "name": "示例",
    "sex": "2",
    "nation_code": "01",
    "birth_date": "1988-02-29",
    "address": "示例省示例市示例路1号",
    "number": "990101198802290028",
    "authority": "示例市公安局",
    "valid_from": "2020-01-01",
    "valid_until": None,
}
CARD = {"identifier": "990100D1560000050000000148FB4966", "number": "X00000019", "version": "2.0"}


class Stream:
    """A codec that takes a stream. ``quiet`` is what its driver calls when the line has fallen silent."""

    def __init__(self, feed: Callable[[bytes], Sequence[object]], quiet: Callable[[], object]) -> None:
        self.feed = feed
        self.quiet = quiet


@dataclass(frozen=True)
class Codec:
    """``sound``: the events that only a frame whose check sum is right may bring; () for a codec without one."""

    fresh: Callable[[], Stream]
    golden: tuple[bytes, ...]
    sound: tuple[type, ...] = ()


def _sam_v() -> Stream:
    decoder = sam_v.Decoder()
    return Stream(decoder.feed, decoder.clear)


def _zt() -> Stream:
    decoder = zt.Decoder()
    return Stream(decoder.feed, decoder.quiet)


def _escpos() -> Stream:
    reader = escpos.AnswerReader()
    return Stream(reader.feed, reader.forget)


def _crt310() -> Stream:
    decoder = crt310.Decoder()
    return Stream(decoder.feed, decoder.quiet)


def _crt591() -> Stream:
    decoder = crt591.Decoder()
    return Stream(decoder.feed, decoder.quiet)


def _vpcd() -> Stream:
    reader = vpcd.FrameReader()
    return Stream(reader.feed, reader.clear)


def _reading() -> bytes:
    """The page's 1,295-byte frame: text and photo of a card."""
    text, photo = simulated_cards.text_block(ID_CARD), simulated_cards.photo_block(ID_CARD)
    counted = bytes.fromhex("0508000090") + bytes.fromhex("01000400") + text + photo
    return sam_v.PREAMBLE + counted + bytes([sam_v.checksum(counted)])


def _hex(*frames: str) -> tuple[bytes, ...]:
    return tuple(bytes.fromhex(frame) for frame in frames)


CODECS = {
    "id-reader": Codec(
        _sam_v,
        (
            *_hex(
                "AAAAAA9669000800009F0000000097",
                "AAAAAA9669000400008084",
                "AAAAAA9669000C00009000000000000000009C",
                "AAAAAA9669000400009094",
                "AAAAAA9669001400009005000100E5D6340187D61200B1CB7400CB",
                "AAAAAA96690005050505",
            ),
            _reading(),
        ),
        (sam_v.Response,),
    ),
    "pin-pad": Codec(
        _zt,
        (
            bytes.fromhex("0230303160033532"),
            zt.encode(b"\x60" + b"1B9C1845EB993A7A"),
            zt.encode(b"\x60" + b"A" * 1200, long_length=True),
        ),
        (zt.Frame,),
    ),
    "receipt-printer": Codec(
        _escpos, _hex("12", "1A", "7E", "00", "0F", "10000000", "5F4550534F4E00", "5F4553432F504F532D383000")
    ),
    "crt310": Codec(
        _crt310,
        (
            *_hex("06", "15", "04"),
            bytes(crt310.encode(b"\x31\x30\x4e\x4a\x4e")),
            bytes(crt310.encode(b"\x4e\x32\x06")),
            bytes(crt310.encode(b"\x37\x31Y\x00\x08\x02\x00\x02\x03\x06\x05\x90\x00")),
        ),
        (crt310.Reply, crt310.Refusal),
    ),
    "crt591": Codec(
        _crt591,
        _hex(
            "06",
            "15",
            "04",
            "F20000125030333032304352542D3539312D4D3030310386",
            "F20000065031303232300396",
            "F2000009505130323230303B0003F2",
            "F200000850513932323090000361",
            "F20000054E3231413003C8",
        ),
        (crt591.Reply, crt591.Refusal),
    ),
    "vpcd": Codec(_vpcd, _hex("000104", "00050084000008", "000700A40000023F00")),
}


@pytest.fixture(params=CODECS)
def codec(request: pytest.FixtureRequest) -> Codec:
    return CODECS[request.param]


def reads_the_next(stream: Stream, codec: Codec) -> bool:
    """After the silence, every golden frame is read as by a decoder that has seen nothing."""
    stream.quiet()
    return all(stream.feed(frame) == codec.fresh().feed(frame) != [] for frame in codec.golden)


def pieces(data: bytes, chance: random.Random) -> Iterator[bytes]:
    at = 0
    while at < len(data):
        size = chance.choice((1, 2, 7, 64, 600))
        yield data[at : at + size]
        at += size


def test_golden_frames_are_read_whole_and_in_pieces(codec: Codec) -> None:
    for frame in codec.golden:
        whole = codec.fresh().feed(frame)
        assert len(whole) == 1
        stream = codec.fresh()
        assert [event for byte in frame for event in stream.feed(bytes([byte]))] == whole


def test_a_million_random_bytes(codec: Codec) -> None:
    chance = random.Random(1)
    stream = codec.fresh()
    for piece in pieces(chance.randbytes(MILLION), chance):
        stream.feed(piece)
    assert reads_the_next(stream, codec)


def test_golden_frames_in_a_sea_of_noise(codec: Codec) -> None:
    """Noise that looks like the protocol: pieces of golden frames, shuffled and spoilt."""
    chance = random.Random(2)
    stream = codec.fresh()
    for _ in range(4000):
        frame = chance.choice(codec.golden)[:64]
        at = chance.randrange(len(frame) + 1)
        stream.feed(frame[:at] + chance.randbytes(chance.randrange(4)) + frame[chance.randrange(len(frame)) :])
    assert reads_the_next(stream, codec)


def damaged(frame: bytes) -> Iterator[tuple[bytes, bool]]:
    """Each byte flipped (each of its bits, and all of them), doubled and lost, and the frame cut short anywhere.

    With each: whether an eight-bit check sum must notice. It need not where a byte is doubled or lost.
    """
    for at, byte in enumerate(frame):
        bits = range(8) if len(frame) < 100 else (at % 8,)
        for flip in (*(1 << bit for bit in bits), 0xFF):
            yield frame[:at] + bytes([byte ^ flip]) + frame[at + 1 :], True
        yield frame[: at + 1] + frame[at:], False
        yield frame[:at] + frame[at + 1 :], False
        yield frame[:at], True


def test_every_golden_frame_damaged_in_every_place(codec: Codec) -> None:
    for frame in codec.golden:
        for spoilt, noticed in damaged(frame):
            stream = codec.fresh()
            events = stream.feed(spoilt)
            if noticed:
                assert [event for event in events if isinstance(event, codec.sound)] == []
            stream.quiet()
            assert stream.feed(codec.golden[0]) == codec.fresh().feed(codec.golden[0])


def test_every_golden_frame_twice(codec: Codec) -> None:
    for frame in codec.golden:
        assert codec.fresh().feed(frame + frame) == codec.fresh().feed(frame) * 2


# -- what is not a stream ----------------------------------------------------------------------------------------------


def chunks(seed: int, total: int, longest: int) -> Iterator[bytes]:
    chance = random.Random(seed)
    left = total
    while left > 0:
        size = chance.randrange(longest + 1)
        yield chance.randbytes(size)
        left -= max(1, size)


@pytest.mark.parametrize(
    ("decode", "expected"),
    [
        (CommandApdu.decode, ValueError),
        (ResponseApdu.decode, ValueError),
        (crt310.counted, ()),
        (sam_v.reading_parts, ()),
        (sam_v.sam_id_text, ()),
        (documents.decode_address, documents.CardDataError),
    ],
    ids=["command", "response", "counted", "reading", "sam-id", "address"],
)
def test_a_million_random_bytes_as_messages(decode: Callable[[bytes], object], expected: Any) -> None:
    for chunk in chunks(3, MILLION, 300):
        try:
            decode(chunk)
        except expected:
            continue


def test_a_text_block_of_noise_is_no_card() -> None:
    text = simulated_cards.text_block(ID_CARD)
    chance = random.Random(4)
    told = []
    for _ in range(3000):
        spoilt = bytearray(text)
        for _ in range(chance.randrange(1, 20)):
            spoilt[chance.randrange(len(text))] = chance.randrange(256)
        try:
            documents.decode_card(bytes(spoilt), bytes(1024))
        except documents.CardDataError as error:
            told.append(str(error))
    assert len(told) > 1000
    assert [text for text in told if "示例" in text or "990101" in text] == []


def test_the_virtual_card_hears_a_million_random_bytes() -> None:
    card = VirtualCard(CARD)
    select = bytes.fromhex("00A404000F7378312E73682EC9E7BBE1B1A3D5CF")
    good = VirtualCard(CARD).process(select)
    for chunk in chunks(5, MILLION, 300):
        assert len(card.process(chunk)) >= 2
    card.reset()
    assert card.process(select) == good


def test_a_chip_that_answers_with_damage_is_refused_and_nothing_escapes() -> None:
    chance = random.Random(6)
    read = SocialSecurityCard(NoisyChip(VirtualCard(CARD), chance, 0.0)).read_issuer()
    outcomes = set()
    for _ in range(400):
        try:
            outcomes.add(SocialSecurityCard(NoisyChip(VirtualCard(CARD), chance, 0.4)).read_issuer() == read)
        except DeviceError as error:
            outcomes.add(error.code)
    assert outcomes >= {True, "card_reader.bad_data"}
    assert {one for one in outcomes if isinstance(one, str) and not one.startswith("card_reader.")} == set()


class NoisyChip:
    """A chip whose answers arrive damaged, now and then: a byte flipped, lost or too many."""

    def __init__(self, card: VirtualCard, chance: random.Random, share: float) -> None:
        card.reset()
        self.atr = card.atr
        self._card = card
        self._chance = chance
        self._share = share
        self.transmit = terminal(self._exchange, t0=True)

    def _exchange(self, command: CommandApdu) -> ResponseApdu:
        answer = self._card.process(bytes(command.encode()))
        if self._chance.random() < self._share:
            at = self._chance.randrange(len(answer))
            instead = self._chance.randbytes(self._chance.randrange(3))
            answer = (answer[:at] + instead + answer[at + 1 :]).rjust(2, b"\x6f")
        return ResponseApdu.decode(answer)

    def close(self) -> None:
        """Nothing to let go of."""


# -- a device that babbles ---------------------------------------------------------------------------------------------

ON_A_LINE = [(of, model) for of, models in registry.CLASSES.items() for model in models if models[model].line == "pty:"]
BRISK: dict[str, dict[str, object]] = {
    "cabinet": {"answer_seconds": 0.05},
    "card-printer": {"answer_seconds": 0.1, "chip_seconds": 0.1, "motion_seconds": 0.1, "initialise_seconds": 0.1},
    "card-reader": {"answer_seconds": 0.1, "chip_seconds": 0.1, "motion_seconds": 0.1},
    "id-reader": {"timeout": 0.1},
    "pin-pad": {"reply_timeout": 0.1, "attempts": 2},
    "receipt-printer": {"answer_seconds": 0.05},
}


@pytest.mark.parametrize(("device_class", "model"), ON_A_LINE, ids=lambda word: word)
def test_a_device_that_babbles_is_unwell_and_comes_back(device_class: str, model: str) -> None:
    """Every answer is noise of any length: each status is an answer in words, and none takes long."""
    chance = random.Random(7)
    with Line(registry.simulator(device_class, model), "pty:") as line:
        driver = registry.driver(device_class, model, line.url, **BRISK.get(device_class, {}))
        driver.open()
        healthy, say = driver.status(), line.send
        line.call(lambda: setattr(line, "send", lambda _: say(chance.randbytes(chance.randrange(1, 400)))))
        for _ in range(6):
            begun = time.monotonic()
            assert isinstance(driver.status(), type(healthy))
            assert time.monotonic() - begun < 3
        line.call(lambda: setattr(line, "send", say))
        driver.open()
        assert driver.status() == healthy
        driver.close()
