"""Golden bytes (protocol page C2), and what happens to characters the printer has not."""

from __future__ import annotations

import logging
import tempfile
from pathlib import Path

import pytest
from PIL import Image

from devices.contract import DeviceError
from devices.receipt_printer import raster
from devices.receipt_printer.encoder import Encoder
from devices.receipt_printer.fonts import Fonts
from devices.receipt_printer.layout import TextLine
from devices.receipt_printer.receipt import Align, Feed, Picture, Qr, Receipt, Rule, Size, Text


def encoded(*blocks: object, encoder: Encoder | None = None, cut: bool = False) -> list[bytes]:
    receipt = Receipt(blocks, cut=cut)  # type: ignore[arg-type]
    return [segment.data for segment in (encoder or Encoder()).encode(receipt).segments]


def test_the_prologue_resets_and_turns_chinese_on() -> None:
    assert Encoder().encode(Receipt(())).prologue == bytes.fromhex("1b40 1b7400 1c26")
    assert Encoder("gbk").prologue == bytes.fromhex("1b40 1b7400 1c26")
    assert Encoder("utf-8").prologue == bytes.fromhex("1b40 1b7400")
    assert Encoder("image").prologue == bytes.fromhex("1b40 1b7400 1c2e")


def test_chinese_goes_out_as_gb18030_punctuation_and_yen_too() -> None:
    assert encoded(Text("社保：￥1，a。")) == [bytes.fromhex("c9e7 b1a3 a3ba a3a4 31 a3ac 61 a1a3 0a")]


def test_utf_8_printers_get_utf_8() -> None:
    assert encoded(Text("社￥"), encoder=Encoder("utf-8")) == ["社￥\n".encode()]


def test_sizes_and_bold_are_set_for_ascii_and_chinese_and_taken_back() -> None:
    assert encoded(Text("社", size=Size.WIDE)) == [bytes.fromhex("1d2110 1c2104 c9e7 0a 1d2100 1c2100")]
    assert encoded(Text("社", bold=True)) == [bytes.fromhex("1b4501 c9e7 0a 1b4500")]
    assert encoded(Text("A", size=Size.LARGE, bold=True)) == [
        bytes.fromhex("1b4501 1b333c 1d2111 1c210c 41 0a 1d2100 1c2100 1b32 1b4500")
    ]
    assert encoded(Text("A", size=Size.TALL)) == [bytes.fromhex("1b333c 1d2101 1c2108 41 0a 1d2100 1c2100 1b32")]


def test_qr_is_drawn_by_the_printer_in_the_middle_with_room_around() -> None:
    assert encoded(Qr("你好", module=4)) == [
        bytes.fromhex(
            "1b6101 1b6401 1d286b04003141 3200 1d286b0300314304 1d286b0300314531"
            " 1d286b0900315030 e4bda0e5a5bd 1d286b0300315130 1b6401 1b6100"
        )
    ]


def test_a_picture_is_raster_in_strips_of_24_rows() -> None:
    rows = bytes(range(30)) + bytes(30)
    first, second = encoded(Picture(16, 30, rows, Align.LEFT))
    assert first == bytes.fromhex("1d763000 0200 1800") + rows[:48]
    assert second == bytes.fromhex("1d763000 0200 0600") + rows[48:]


def test_only_the_last_strip_of_a_picture_counts_as_a_line() -> None:
    receipt = Receipt((Text("a\nb"), Picture(16, 30, bytes(60)), Feed(3)))
    assert [segment.lines for segment in Encoder().encode(receipt).segments] == [1, 1, 0, 1, 3, 0]


def test_feed_and_cut() -> None:
    assert encoded(Feed(2), cut=True) == [bytes.fromhex("1b6402"), bytes.fromhex("1b6406 1d5600")]
    assert encoded(cut=True, encoder=Encoder(partial_cut=True)) == [bytes.fromhex("1b6406 1d5601")]
    assert encoded(cut=True, encoder=Encoder(has_cutter=False)) == [bytes.fromhex("1b6406")]


def test_rule() -> None:
    assert encoded(Rule("=")) == [b"=" * 48 + b"\n"]


@pytest.mark.parametrize("char", ["𠮷", "㐀", "龦", "䶮", "¥", "葛\U000e0100", "é\u0323"])
def test_a_line_with_a_character_outside_the_printers_font_is_a_picture(char: str) -> None:
    segments = encoded(Text(f"姓名{char}"))
    assert segments[0].startswith(bytes.fromhex("1d763000"))
    assert any(any(segment[8:]) for segment in segments)


@pytest.mark.parametrize("encoding", ["gb18030", "gbk", "utf-8"])
def test_a_common_line_is_never_a_picture(encoding: str) -> None:
    text = "王秀兰 ￥1,234.56 ，。、；：？！（）《》“”·—…2026年11月22日"
    assert [data[:1] != b"\x1d" for data in encoded(Text(text), encoder=Encoder(encoding))] == [True, True]


def test_image_printers_get_chinese_as_pictures_and_ascii_as_text() -> None:
    printer = Encoder("image")
    assert encoded(Text("abc"), encoder=printer) == [b"abc\n"]
    assert encoded(Text("社保"), encoder=printer)[0].startswith(bytes.fromhex("1d763000"))


def test_a_qr_code_can_be_drawn_here() -> None:
    segments = encoded(Qr("https://example.invalid"), encoder=Encoder(native_qr=False))
    assert all(segment.startswith(bytes.fromhex("1b6101 1d763000")) for segment in segments)


def test_control_characters_in_a_name_are_not_commands() -> None:
    assert encoded(Text("王\x1b@\x1d\x56\x00\x10\x04\x01秀")) == ["王@V秀\n".encode("gb18030")]


def test_rare_characters_are_drawn_from_a_font_that_has_them() -> None:
    def black(text: str) -> int:
        return sum(byte.bit_count() for byte in raster.text_picture(TextLine(text), Fonts()).rows)

    boxes = {black("\U0003fffd"), black("\U000e1000a")}
    assert black("𠮷") > 60
    assert black("㐀") > 40
    assert black("𠮷") not in boxes


def test_a_character_no_font_has_is_a_box_with_its_code_point() -> None:
    shown = raster.image(raster.text_picture(TextLine("\U0003fffd"), Fonts()))
    assert shown.size == (24, 30)
    assert shown.getpixel((1, 10)) == 0
    inside = shown.crop((4, 4, 20, 20)).get_flattened_data()
    assert any(dot == 0 for dot in inside)


def test_without_any_font_nothing_is_dropped_in_silence(tmp_path: Path) -> None:
    printer = Encoder(fonts=[tmp_path / "none.ttf"])
    assert encoded(Text("王秀兰"), encoder=printer)
    with pytest.raises(DeviceError) as raised:
        encoded(Text("𠮷"), encoder=printer)
    assert raised.value.code == "receipt_printer.font_missing"
    assert "𠮷" not in str(raised.value)


def test_wide_bold_pictures_have_the_size_of_their_text() -> None:
    shown = raster.text_picture(TextLine("㐀a", Size.LARGE, bold=True), Fonts())
    assert (shown.width, shown.height) == (72, 54)


def test_pictures_from_pillow_and_back() -> None:
    image = Image.new("L", (10, 3), 255)
    image.putpixel((0, 0), 0)
    image.putpixel((9, 2), 0)
    shown = raster.picture(image)
    assert shown == Picture(10, 3, bytes.fromhex("8000 0000 0040"))
    assert list(raster.image(shown).get_flattened_data()) == list(image.get_flattened_data())
    clear = Image.new("RGBA", (8, 1), (0, 0, 0, 0))
    assert raster.picture(clear).rows == b"\x00"


def test_too_wide_for_the_paper() -> None:
    with pytest.raises(ValueError, match="48 columns on paper of 32"):
        Encoder(columns=32).encode(Receipt(()))
    with pytest.raises(ValueError, match="584 dots"):
        encoded(Picture(584, 1, bytes(73)))


def test_importing_python_escpos_leaves_no_trace() -> None:
    from escpos import capabilities

    assert not Path(capabilities.pickle_dir).exists()
    assert Path(capabilities.pickle_dir).is_relative_to(tempfile.gettempdir())
    assert not any(type(handler) is logging.StreamHandler for handler in logging.getLogger().handlers)
