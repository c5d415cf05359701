"""The right font for every character, and plain words when there is none."""

from __future__ import annotations

from pathlib import Path

import pytest
from fontTools.ttLib import TTFont

from screens.fonts import Fonts, FontsMissing, take_out
from screens.typeset import Typesetter


def test_the_chinese_face_is_taken_out_once(tmp_path: Path) -> None:
    font = take_out(tmp_path, bold=False)
    with TTFont(font, lazy=True) as opened:
        assert opened["name"].getDebugName(4) == "Noto Sans CJK SC"
        assert opened["OS/2"].sCapHeight == 733
    written = font.stat().st_mtime_ns
    assert take_out(tmp_path, bold=False).stat().st_mtime_ns == written
    assert [path.name for path in tmp_path.iterdir()] == [font.name]


def test_missing_fonts_name_the_package(tmp_path: Path) -> None:
    with pytest.raises(FontsMissing, match="fonts-noto-cjk"):
        take_out(tmp_path, bold=True, collections=tmp_path)


def test_rare_characters_come_from_the_rare_fonts(typesetter: Typesetter) -> None:
    fonts = typesetter.fonts
    rarest = "\U00020001"  # CJK extension B, in Hanazono only
    runs = fonts.runs(f"郑𠮷{rarest}先生", bold=True)
    assert [run.text for run in runs] == ["郑𠮷", rarest, "先生"]
    assert [Path(run.font).name for run in runs[::2]] == [Path(fonts.bold).name] * 2
    assert Path(runs[1].font).name.startswith("HanaMin")
    assert fonts.missing(f"王𠮷㐀{rarest}￥·…") == set()


def test_a_character_nobody_has_is_told(typesetter: Typesetter) -> None:
    assert typesetter.fonts.missing("一\U0010fffe二") == {"\U0010fffe"}


def test_without_rare_fonts_the_main_one_is_used(typesetter: Typesetter) -> None:
    fonts = Fonts(typesetter.fonts.regular, typesetter.fonts.bold)
    assert [run.text for run in fonts.runs("王\U00020001", bold=False)] == ["王\U00020001"]


def test_width_is_the_sum_of_ems(typesetter: Typesetter) -> None:
    assert typesetter.width("社保卡", 40) == 120
    assert typesetter.width("", 40) == 0
