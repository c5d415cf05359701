"""``kiosk photo``, by hand."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from photo_examples import good_photo, moved, seen
from PIL import Image

from kiosk import cli
from kiosk.photo.jpeg import encode
from kiosk.photo.rule import NATIONAL


def run(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str]:
    with pytest.raises(SystemExit) as ended:
        cli.main(["photo", *words])
    told = capsys.readouterr()
    return int(ended.value.code or 0), told.out + told.err


def test_a_good_photo(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "good.jpg"
    file.write_bytes(encode(good_photo()[0], NATIONAL))
    code, told = run(capsys, str(file), "--json", "--region", "990100")
    answer = json.loads(told)
    assert (code, answer["good"], answer["faults"]) == (0, True, [])
    assert (answer["measured"]["width"], answer["measured"]["dpi"]) == (358, 350)


def test_faults_are_told_in_both_languages_and_drawn(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file, drawn = tmp_path / "low.jpg", tmp_path / "drawn.png"
    file.write_bytes(encode(moved(right=30)[0], NATIONAL))
    code, told = run(capsys, str(file), "--draw", str(drawn))
    assert code == 1
    for line in ("right_of_middle (208; 162 to 196)", "脸偏向照片右边，请往中间坐", "faults: 1"):
        assert line in told
    assert Image.open(drawn).size == (358, 441)


def test_a_photo_is_cut_out_of_a_picture(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    picture, out = tmp_path / "seen.png", tmp_path / "photo.jpg"
    seen("wang")[0].save(picture)
    assert run(capsys, str(picture), "--take", str(out))[0] == 0
    assert run(capsys, str(out))[0] == 0
    assert Image.open(out).size == (358, 441)


def test_what_is_no_picture(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = tmp_path / "text.jpg"
    text.write_text("hello")
    assert run(capsys, str(text)) == (1, f"{text}: no picture, or a damaged one (UnidentifiedImageError)\n")
    assert run(capsys, str(tmp_path / "gone.jpg"))[0] == 1
    assert run(capsys, str(text), "--region", "999999")[0] == 1
