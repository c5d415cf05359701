"""Lines break where Chinese and English may break, and nowhere else."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from screens.textflow import balanced, break_lines, pieces


def width(text: str) -> float:
    """One for a Chinese character, a half for the rest."""
    return sum(1.0 if ord(character) > 0x2E80 else 0.5 for character in text)


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("请先不要取卡", ["请先不要", "取卡"]),
        ("没有读到，请再试", ["没有读", "到，请再", "试"]),  # a comma never begins a line
        ("按“确认”吧", ["按“确认”", "吧"]),
        ("I am here", ["I am", "here"]),
        ("一\n二", ["一", "二"]),
        ("￥1,234.56", ["￥1,234.", "56"]),  # alone too wide: broken, but nothing is lost
    ],
)
def test_lines_of_four(text: str, lines: list[str]) -> None:
    assert break_lines(text, 4, width) == lines


def test_an_amount_and_a_date_stay_whole() -> None:
    assert break_lines("余额是￥1,234.56元", 6, width) == ["余额是", "￥1,234.56元"]
    assert break_lines("截至 2026年11月22日", 9, width) == ["截至 2026年11月", "22日"]


def test_words_that_belong_together_stay_together() -> None:
    assert balanced("您用什么证件办理？", 6, width) == ["您用什么", "证件办理？"]
    assert "社会保障卡" in pieces("请插入社会保障卡")


def test_balanced_lines_are_even() -> None:
    assert balanced("一二三四五六七八九十", 9, width) == ["一二三四五", "六七八九十"]
    assert balanced("一二三", 9, width) == ["一二三"]


texts = st.text(alphabet="一二三四，。“”￥1234.,ab cd证件密码\n", max_size=60)


@given(texts, st.integers(2, 20))
def test_nothing_is_lost_and_nothing_too_wide(text: str, limit: int) -> None:
    for lines in (break_lines(text, limit, width), balanced(text, limit, width)):
        assert "".join("".join(lines).split()) == "".join(text.split())
        assert all(width(line) <= limit or len(line.strip()) == 1 for line in lines)


@given(texts)
def test_pieces_are_the_text(text: str) -> None:
    assert "".join(pieces(text)) == text


def test_no_word_is_broken_to_even_the_lines() -> None:
    assert balanced("Something is wrong", 13, len) == ["Something", "is wrong"]
    assert balanced("Something is", 9, len) == ["Something", "is"]
