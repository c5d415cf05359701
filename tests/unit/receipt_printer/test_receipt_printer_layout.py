"""Cells, wrapping and tables."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.receipt_printer.layout import NOT_FIRST, NOT_LAST, TextLine, cells, lay_out, wrap
from devices.receipt_printer.receipt import Align, Column, Feed, Picture, Qr, Receipt, Rule, Size, Table, Text


def lines(*blocks: object, columns: int = 48) -> list[str]:
    return [line.text for line in lay_out(Receipt(blocks, columns)) if isinstance(line, TextLine)]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "width"),
    [
        ("", 0),
        ("Ab 1", 4),
        ("社保卡", 6),
        ("￥1,234.56", 10),
        ("𠮷", 2),
        ("㐀a", 3),
        ("·", 2),
        ("é", 2),
        ("e\u0301", 1),
        ("葛\U000e0100城", 4),
        ("a\x00\x1b\r b", 3),
        ("\t", 1),
        ("　", 2),
    ],
)
def test_width_in_cells(text: str, width: int) -> None:
    assert cells(text) == width


def test_words_are_kept_whole_and_characters_are_not() -> None:
    assert wrap("the medical account pays", 12) == ["the medical", "account pays"]
    assert wrap("社会保障卡自助服务", 8) == ["社会保障", "卡自助服", "务"]
    assert wrap("卡号 AB123456 已挂失", 10) == ["卡号", "AB123456", "已挂失"]


def test_punctuation_neither_begins_nor_wrongly_ends_a_line() -> None:
    assert wrap("请取走您的卡，谢谢", 12) == ["请取走您的", "卡，谢谢"]
    assert wrap("今天是（星期日）好", 8) == ["今天是", "（星期", "日）好"]
    assert wrap("余额为￥1,234.56", 14) == ["余额为", "￥1,234.56"]


def test_what_is_longer_than_a_line_is_cut_where_it_must_be() -> None:
    assert wrap("A" * 25, 10) == ["A" * 10, "A" * 10, "A" * 5]


def test_paragraphs_and_empty_lines() -> None:
    assert wrap("一\n\n二", 10) == ["一", "", "二"]
    assert wrap("", 10) == [""]


@given(
    st.text(st.sampled_from("abc ,.（）《》，。￥社保卡𠮷㐀\n1"), max_size=80),
    st.integers(min_value=2, max_value=48),
)
def test_wrapping_keeps_every_character_and_the_width(text: str, width: int) -> None:
    wrapped = wrap(text, width)
    assert all(cells(line) <= width for line in wrapped)
    assert "".join(wrapped).replace(" ", "") == text.replace(" ", "").replace("\n", "")


@given(st.text(st.sampled_from("社保卡号，。（《￥12"), min_size=1, max_size=40))
def test_forbidden_punctuation_on_ample_lines(text: str) -> None:
    for wrapped in (wrap(text, 200),):
        assert wrapped == [text]
    if not any(text[i] in NOT_LAST or text[i + 1] in NOT_FIRST or text[i].isdigit() for i in range(len(text) - 1)):
        for line in wrap(text, 12)[1:]:
            assert line[0] not in NOT_FIRST


def test_alignment_counts_chinese_as_two_and_wide_text_as_double() -> None:
    assert lines(Text("社保", Align.RIGHT), columns=10) == ["      社保"]
    assert lines(Text("社保", Align.CENTER), columns=10) == ["   社保"]
    assert lines(Text("社保", Align.CENTER, Size.LARGE), columns=16) == ["  社保"]
    assert lines(Text("社保卡", size=Size.WIDE), columns=8) == ["社保", "卡"]


def test_a_table_lines_up_chinese_and_figures() -> None:
    table = Table(
        (Column(), Column(10, Align.RIGHT)),
        (("医保账户", "￥1.00"), ("Pension", "￥1,234.56"), ("一个很长很长的名称", "￥2.00")),
    )
    assert lines(table, columns=24) == [
        "医保账户          ￥1.00",
        "Pension       ￥1,234.56",
        "一个很长很长      ￥2.00",
        "的名称",
    ]
    assert [cells(line) for line in lines(table, columns=24)[:3]] == [24, 24, 24]


def test_columns_without_a_width_share_what_is_left() -> None:
    table = Table((Column(4), Column(), Column()), (("a", "b", "c"),), gap=1)
    assert lines(table, columns=15) == ["a    b     c"]


def test_a_table_too_wide_for_the_paper_is_an_error() -> None:
    with pytest.raises(ValueError, match="more than the 10 cells"):
        lines(Table((Column(9), Column()), (("a", "b"),)), columns=10)
    with pytest.raises(ValueError, match="row 2 has 1 cells"):
        Table((Column(), Column()), (("a", "b"), ("c",)))


def test_other_blocks_pass_through() -> None:
    shown = Picture(8, 1, b"\xff")
    blocks = (Rule("="), Qr("x"), shown, Feed(2))
    assert lay_out(Receipt(blocks, 4)) == (TextLine("===="), Qr("x"), shown, Feed(2))


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: Rule("=="),
        lambda: Rule("中"),
        lambda: Qr(""),
        lambda: Qr("x", module=17),
        lambda: Picture(9, 1, b"\xff"),
        lambda: Feed(0),
        lambda: Feed(256),
    ],
)
def test_impossible_blocks_cannot_be_built(wrong: object) -> None:
    with pytest.raises(ValueError):
        wrong()  # type: ignore[operator]


def test_texts_are_not_in_any_repr() -> None:
    blocks = (Text("王秀兰"), Table((Column(),), (("王秀兰",),)), Qr("王秀兰"))
    assert "王" not in repr(Receipt(blocks)) + repr(lay_out(Receipt((Text("王秀兰"),))))
