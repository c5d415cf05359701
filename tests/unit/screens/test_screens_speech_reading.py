"""Numbers, money and names as they are read aloud, and by which voice."""

from __future__ import annotations

import pytest

from screens.speech.pronouncing import SPEAKERS, spoken_by
from screens.speech.reading import aloud, chinese_number


@pytest.mark.parametrize(
    ("written", "chinese", "english"),
    [
        ("￥1,234.56", "一千二百三十四元五角六分", "1,234.56 yuan"),
        ("￥1,000.05", "一千元零五分", "1,000.05 yuan"),
        ("-￥0.50", "负五角", "minus 0.50 yuan"),
        ("￥20.00", "二十元", "20 yuan"),
        ("￥0.00", "零元", "0 yuan"),
        ("990***********0022", "九九零，十一个星号，零零二二", "9 9 0, 11 stars, 0 0 2 2"),
        ("139****0000", "一三九，四个星号，零零零零", "1 3 9, 4 stars, 0 0 0 0"),
        ("X0000****", "X 零零零零，四个星号", "X 0 0 0 0, 4 stars"),
        ("13900000000", "一三九零零零零零零零零", "1 3 9 0 0 0 0 0 0 0 0"),
        ("D2026112200031", "D 二零二六一一二二零零零三一", "D 2 0 2 6 1 1 2 2 0 0 0 3 1"),
        ("12 · 0012", "十二，零零一二", "12, 0 0 1 2"),
        ("郑𠮷", "郑，生僻字", "郑, rare character"),
    ],
)
def test_written_as_it_is_read(written: str, chinese: str, english: str) -> None:
    assert (aloud("zh", written), aloud("en", written)) == (chinese, english)


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("2026年11月22日", "二零二六年十一月二十二日"),
        ("还可以输 2 次", "还可以输两次"),
        ("第 2 步，共 12 步", "第二步，共十二步"),
        ("2月", "二月"),
        ("拨打 12333", "拨打一二三三三"),
        ("按“确认”", "按确认"),
        ("尾号 8012", "尾号八零一二"),
    ],
)
def test_chinese_sentences(written: str, said: str) -> None:
    assert aloud("zh", written) == said


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (0, "零"),
        (10, "十"),
        (105, "一百零五"),
        (110, "一百一十"),
        (10_000, "一万"),
        (10_005, "一万零五"),
        (100_005, "十万零五"),
        (123_456_789, "一亿二千三百四十五万六千七百八十九"),
        (100_000_001, "一亿零一"),
    ],
)
def test_chinese_numbers(value: int, words: str) -> None:
    assert chinese_number(value) == words


def test_a_name_in_another_language_has_the_other_voice() -> None:
    assert spoken_by("en", "Hello, star 秀兰.") == [(SPEAKERS["en"], "Hello, star "), (SPEAKERS["zh"], "秀兰")]
    assert spoken_by("zh", "点 English 。") == [(SPEAKERS["zh"], "点 "), (SPEAKERS["en"], "English")]


def test_characters_with_several_readings_are_given_theirs() -> None:
    assert spoken_by("zh", "重新插银行卡") == [(SPEAKERS["zh"], " chong2xin1 插 yin2hang2 卡")]
