"""The simulated printer on its own: the page's bytes in, paper and the page's answers out."""

from __future__ import annotations

import base64
import io
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from devices.receipt_printer.simulator import EscposSimulator
from devices.receipt_printer.simulator.commands import CommandReader, real_time


class ManualPort:
    """Keeps the answers; runs planned actions when told."""

    def __init__(self) -> None:
        self.answers = bytearray()
        self.planned: list[tuple[float, Callable[[], None]]] = []

    def send(self, data: bytes) -> None:
        self.answers += data

    def after(self, seconds: float, action: Callable[[], None]) -> ManualPort:
        self.planned.append((seconds, action))
        return self

    def cancel(self) -> None:
        self.planned.clear()

    def run(self) -> float:
        spent = 0.0
        while self.planned:
            seconds, action = self.planned.pop(0)
            spent += seconds
            action()
        return spent


def fitted(**options: object) -> tuple[EscposSimulator, ManualPort]:
    simulator = EscposSimulator(**{"millimetres_per_second": 0, **options})  # type: ignore[arg-type]
    port = ManualPort()
    simulator.attached(port)
    return simulator, port


def answer(simulator: EscposSimulator, port: ManualPort, question: str) -> str:
    port.answers.clear()
    simulator.received(bytes.fromhex(question))
    return port.answers.hex()


def four(simulator: EscposSimulator, port: ManualPort) -> str:
    return answer(simulator, port, "100401 100402 100403 100404")


def torn(simulator: EscposSimulator) -> list[str]:
    return [text for piece in simulator.tear_off()["pieces"] for text in piece["lines"]]


def picture(simulator: EscposSimulator) -> Image.Image:
    (piece,) = simulator.tear_off()["pieces"]
    return Image.open(io.BytesIO(base64.b64decode(piece["png"])))


def test_the_status_rows_of_the_page() -> None:
    simulator, port = fitted()
    assert four(simulator, port) == "12121212"
    simulator.set_fault("paper_near_end", True)
    assert four(simulator, port) == "1212121e"
    assert answer(simulator, port, "1d7201") == "03"
    simulator.set_fault("paper_near_end", False)
    simulator.set_fault("paper_out", True)
    assert four(simulator, port) == "1a32127e"
    simulator.new_roll()
    simulator.open_cover()
    assert four(simulator, port) == "1a161212"
    simulator.close_cover()
    assert four(simulator, port) == "12121212"
    assert answer(simulator, port, "1d7201 1d7231 1d7202") == "000000"


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        ("head_hot", "1a525212"),
        ("recoverable_error", "1a521612"),
        ("unrecoverable_error", "1a523212"),
        ("off_line", "1a121212"),
        ("feed_button", "5a1a1212"),
    ],
)
def test_every_error_bit(fault: str, expected: str) -> None:
    simulator, port = fitted()
    simulator.set_fault(fault, True)
    assert four(simulator, port) == expected
    simulator.set_fault(fault, False)
    assert four(simulator, port) == "12121212"


def test_the_knife_sticks_at_a_cut() -> None:
    simulator, port = fitted()
    simulator.set_fault("cutter_stuck", True)
    assert four(simulator, port) == "12121212"
    simulator.received(b"A\n\x1dV\x00")
    assert four(simulator, port) == "1a521a12"
    assert answer(simulator, port, "1d7201") == ""
    simulator.set_fault("cutter_stuck", False)
    assert port.answers == b"\x00"
    assert [piece["cut"] for piece in simulator.tear_off()["pieces"]] == [False]


def test_a_recoverable_error_is_reset_by_dle_enq() -> None:
    simulator, port = fitted()
    simulator.set_fault("recoverable_error", True)
    simulator.received(b"A\n\x10\x05\x02")
    assert four(simulator, port) == "12121212"
    assert torn(simulator) == []


def test_automatic_status_as_on_the_page() -> None:
    simulator, port = fitted()
    assert answer(simulator, port, "1d61ff") == "10000000"
    port.answers.clear()
    simulator.open_cover()
    assert port.answers.hex() == "38000000"
    simulator.close_cover()
    simulator.set_fault("paper_near_end", True)
    assert port.answers.hex() == "38000000 10000000 10000300".replace(" ", "")
    assert answer(simulator, port, "1d6100") == ""


def test_identification() -> None:
    simulator, port = fitted()
    assert answer(simulator, port, "1d4901 1d4902") == "2002"
    assert bytes.fromhex(answer(simulator, port, "1d4943")) == b"_ESCPOS-80\x00"


def test_wrong_and_missing_answers() -> None:
    simulator, port = fitted()
    simulator.set_fault("wrong_answer", "ff00")
    assert answer(simulator, port, "100401") == "ff00"
    with pytest.raises(ValueError):
        simulator.set_fault("wrong_answer", "zz")
    simulator.set_fault("wrong_answer", "")
    simulator.set_fault("answers_nothing", True)
    assert answer(simulator, port, "100401 1d7201") == ""
    with pytest.raises(KeyError):
        simulator.set_fault("on_fire", True)


def test_a_fence_is_answered_when_what_is_before_it_is_on_paper() -> None:
    simulator, port = fitted(millimetres_per_second=150.0)
    simulator.received(b"A\nB\n\x1dr\x01")
    assert port.answers == b""
    spent = port.run()
    assert port.answers == b"\x00"
    assert spent == pytest.approx(2 * 30 / 8 / 150)


def test_paper_that_ends_stops_before_the_next_line_and_goes_on_with_a_new_roll() -> None:
    simulator, port = fitted()
    simulator.set_fault("paper_out_after_lines", 2)
    simulator.received(b"A\nB\nC\n\x1dr\x01")
    assert torn(simulator) == ["A", "B"]
    assert port.answers == b""
    simulator.new_roll()
    assert torn(simulator) == ["C"]
    assert port.answers == b"\x00"


def test_paper_is_counted() -> None:
    simulator, port = fitted(roll_millimetres=40, near_end_millimetres=20)
    simulator.received(b"A\n" * 6)
    assert simulator.scene()["paper_left_millimetres"] == 18
    assert four(simulator, port) == "1212121e"
    simulator.received(b"A\n" * 6)
    assert simulator.scene()["paper"] == "out"
    simulator.new_roll()
    assert simulator.scene()["paper"] == "full"


def test_text_modes() -> None:
    simulator, _ = fitted(chinese_at_start=False)
    simulator.received("社保\n".encode("gb18030") + b"\x1c&" + "社保\n".encode("gb18030"))
    assert torn(simulator) == [bytes("社保".encode("gb18030")).decode("cp437"), "社保"]
    simulator, _ = fitted(encoding="utf-8")
    simulator.received("社保￥\n".encode())
    assert torn(simulator) == ["社保￥"]


def test_alignment_size_wrapping_and_reset() -> None:
    simulator, _ = fitted()
    simulator.received(b"\x1ba\x01AB\n\x1ba\x02AB\n\x1b@AB\n" + b"X" * 50 + b"\n")
    assert torn(simulator) == [" " * 23 + "AB", " " * 46 + "AB", "AB", "X" * 48, "XX"]
    simulator.received(b"\x1d!\x11" + "社".encode("gb18030") * 13 + b"\n")
    assert torn(simulator) == ["社" * 12, "社"]


def test_a_character_outside_the_rom_is_a_hollow_box() -> None:
    simulator, _ = fitted()
    simulator.received("𠮷\n".encode("gb18030"))
    box = picture(simulator)
    simulator.received("吉\n".encode("gb18030"))
    known = picture(simulator)
    assert box.getpixel((32 + 12, 32 + 12)) == 255
    assert box.getpixel((32 + 12, 32 + 2)) == 0
    assert known.tobytes() != box.tobytes()


def test_raster_pictures_dot_by_dot() -> None:
    simulator, _ = fitted()
    simulator.received(bytes.fromhex("1d763000 0100 0200 80 01"))
    shown = picture(simulator)
    assert shown.size == (576 + 64, 2 + 64)
    black = [(x, y) for x in range(shown.width) for y in range(shown.height - 2) if shown.getpixel((x, y)) == 0]
    assert black == [(32, 32), (39, 33)]


def test_graphics_and_column_pictures() -> None:
    simulator, _ = fitted()
    simulator.received(bytes.fromhex("1d284c0b00 30 70 30 01 01 31 0800 0100 ff 1d284c0200 30 32"))
    shown = picture(simulator)
    assert [shown.getpixel((32 + x, 32)) for x in (0, 7, 8)] == [0, 0, 255]
    simulator.received(bytes.fromhex("1b2a210100 800001 0a"))
    shown = picture(simulator)
    assert [shown.getpixel((32, 32 + y)) for y in (0, 1, 22, 23)] == [0, 255, 255, 0]


def test_a_qr_code_is_drawn_and_its_data_told() -> None:
    simulator, _ = fitted()
    simulator.received(
        bytes.fromhex("1d286b0300314304 1d286b0300314531 1d286b0900315030 e4bda0e5a5bd 1d286b0300315130")
    )
    (piece,) = simulator.tear_off()["pieces"]
    assert piece["lines"] == ["[qr 你好]"]


def test_what_hangs_out_and_what_is_cut() -> None:
    simulator, _ = fitted()
    simulator.received(b"A\n\x1dV\x00B\n")
    assert [(piece["lines"], piece["cut"]) for piece in simulator.scene()["outlet"]] == [(["A"], True), (["B"], False)]
    assert Image.open(io.BytesIO(simulator.picture(0))).width == 640
    assert len(simulator.tear_off()["pieces"]) == 2
    assert simulator.tear_off() == {"pieces": []}
    with pytest.raises(IndexError):
        simulator.picture()


def test_unplugged_it_forgets_what_it_had_not_printed() -> None:
    simulator, port = fitted(millimetres_per_second=150.0)
    simulator.received(b"A\nB\n")
    simulator.detached()
    simulator.attached(port)
    simulator.received(b"C\n")
    port.run()
    assert torn(simulator) == ["A", "C"]


def test_without_flow_control_a_full_buffer_loses_bytes() -> None:
    simulator, _ = fitted(millimetres_per_second=150.0)
    simulator.set_fault("buffer_bytes", 10)
    simulator.received(b"0123456789ABCDEF\n")
    assert simulator.lost_bytes == 7


def test_paper_and_cover_survive_the_benchs_restart() -> None:
    simulator, _ = fitted()
    simulator.received(b"A\n" * 10)
    simulator.open_cover()
    other, _ = fitted()
    other.restore(simulator.save())
    assert other.scene()["paper_left_millimetres"] == simulator.scene()["paper_left_millimetres"]
    assert other.scene()["cover"] == "open"


def test_what_a_person_can_do() -> None:
    simulator, _ = fitted()
    assert set(simulator.actions()) == {"tear_off", "new_roll", "open_cover", "close_cover"}


COMMANDS = (
    b"\x1b@",
    b"\x1c&",
    b"text\n",
    "社保".encode("gb18030"),
    b"\x1b!\x30",
    b"\x1d!\x11",
    b"\x1bd\x03",
    b"\x1dV\x00",
    b"\x1dVB\x00",
    b"\x1d(k\x03\x00\x31\x43\x04",
    b"\x1dv0\x00\x01\x00\x01\x00\xff",
    b"\x1b*\x21\x01\x00\x01\x02\x03",
    b"\x1dk\x04ABC\x00",
    b"\x1dkI\x02AB",
    b"\x1bD\x08\x10\x00",
    b"\x10\x04\x01",
    b"\x10\x14\x01\x00\x01",
    b"\x1bp\x00\x10\x10",
    b"\x1d8L\x02\x00\x00\x00\x30\x32",
    b"\x1b&\x03AB\x01\x00\x00\x00\x01\x00\x00\x00",
    b"\x1f",
    b"\x1b\x7f",
)


@given(st.lists(st.sampled_from(COMMANDS), max_size=12), st.lists(st.integers(1, 5), max_size=40))
def test_commands_are_cut_the_same_from_pieces_of_any_size(commands: list[bytes], sizes: list[int]) -> None:
    def parsed(pieces: list[bytes]) -> list[tuple[str, bytes]]:
        reader, found = CommandReader(), []
        for piece in pieces:
            reader.feed(piece)
            for command in reader:
                if command.name == "text" and found and found[-1][0] == "text":
                    found[-1] = ("text", found[-1][1] + command.data)
                else:
                    found.append((command.name, command.data))
        assert len(reader) == 0
        return found

    data, pieces, at = b"".join(commands), [], 0
    for size in sizes:
        pieces.append(data[at : at + size])
        at += size
    assert parsed([*pieces, data[at:]]) == parsed([data])


@given(st.binary(max_size=200))
def test_no_bytes_break_it(data: bytes) -> None:
    simulator, _ = fitted()
    simulator.received(data)
    simulator.tear_off()


def test_real_time_questions_are_heard_even_inside_a_picture() -> None:
    assert real_time(bytes.fromhex("00 100401 ff 100502 100407")) == [("DLE EOT", 1, 4), ("DLE ENQ", 2, 8)]
    simulator, port = fitted()
    simulator.received(bytes.fromhex("1d763000 0300 0100 10"))
    simulator.received(bytes.fromhex("04"))
    simulator.received(bytes.fromhex("01"))
    assert port.answers.hex() == "12"
    assert torn(simulator) == ["[picture 24x1]"]
