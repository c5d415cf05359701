"""From numbers to kinds: each threshold is good up to and including itself."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from kiosk.inspection import Inspection, Kind, SideFinding, national
from kiosk.inspection.compare import judge
from kiosk.inspection.findings import SideNumbers
from kiosk.inspection.thresholds import FILE, load
from kiosk.inspection.trials.choose import CHOSEN, choose
from kiosk.located_toml import MistakesError

AT = national()
PERFECT = SideNumbers(
    shift_mm=(0.0, 0.0), slant_degrees=0.0, stretch=0.0, blur_mm=0.05, found=1.0, black=1.0, yellow=1.0, magenta=1.0,
    cyan=1.0, band=0.0, line=0.0, text_likeness=1.0, photo_likeness=1.0, void_mm2=0.0, stray_mm2=0.0,
)  # fmt: skip


def kinds(**measured: object) -> list[Kind]:
    return list(judge(replace(PERFECT, **measured), AT))  # type: ignore[arg-type]


def test_a_perfect_print_is_good() -> None:
    assert kinds() == []


@pytest.mark.parametrize(
    ("name", "threshold", "step", "kind"),
    [
        ("slant_degrees", AT.slant_degrees, 0.01, Kind.SHIFTED),
        ("slant_degrees", -AT.slant_degrees, -0.01, Kind.SHIFTED),
        ("stretch", AT.stretch, 0.001, Kind.SHIFTED),
        ("blur_mm", AT.blur_mm, 0.001, Kind.BLURRED),
        ("black", AT.black, -0.01, Kind.FADED),
        ("band", AT.band, 0.01, Kind.BANDING),
        ("line", AT.line, 0.01, Kind.DEAD_DOTS),
        ("text_likeness", AT.text_likeness, -0.01, Kind.WRONG_TEXT),
        ("photo_likeness", AT.photo_likeness, -0.01, Kind.WRONG_PHOTO),
        ("void_mm2", AT.void_mm2, 0.01, Kind.VOID),
        ("stray_mm2", AT.stray_mm2, 0.01, Kind.STRAY),
    ],
)
def test_a_threshold_is_good_and_a_step_beyond_is_not(name: str, threshold: float, step: float, kind: Kind) -> None:
    assert kinds(**{name: threshold}) == []
    assert kinds(**{name: threshold + step}) == [kind]


@pytest.mark.parametrize("place", [(AT.shift_mm + 0.01, 0.0), (0.0, -AT.shift_mm - 0.01)])
def test_off_its_place_in_any_direction(place: tuple[float, float]) -> None:
    assert kinds(shift_mm=place) == [Kind.SHIFTED]


def test_weak_dyes_all_are_faded_and_one_alone_is_a_cast_too() -> None:
    weak = AT.dye - 0.01
    assert kinds(yellow=weak, magenta=weak, cyan=weak) == [Kind.FADED]
    assert kinds(magenta=1 - AT.cast - 0.01 if 1 - AT.cast - 0.01 >= AT.dye else weak)[-1] is Kind.COLOUR_CAST
    assert kinds(yellow=AT.dark + 0.01, magenta=AT.dark + 0.01, cyan=AT.dark + 0.01) == [Kind.COLOUR_CAST]


def test_each_missing_panel_is_named() -> None:
    assert kinds(yellow=0.1, cyan=0.0) == [Kind.MISSING_YELLOW, Kind.MISSING_CYAN]
    assert kinds(magenta=0.1) == [Kind.MISSING_MAGENTA]
    assert kinds(black=0.1) == [Kind.MISSING_BLACK]


def test_nothing_there_is_blank_and_nothing_else() -> None:
    assert kinds(found=0.0, black=0.0, yellow=0.0, magenta=0.0, cyan=0.0, text_likeness=0.0, void_mm2=9.0) == [
        Kind.BLANK
    ]


def test_what_a_side_has_not_is_not_judged() -> None:
    assert list(judge(SideNumbers(found=1.0, black=1.0), AT)) == []


def test_an_inspection_says_all_it_found() -> None:
    front, back = SideFinding("front", ()), SideFinding("back", (Kind.FADED, Kind.SHIFTED), PERFECT)
    assert (Inspection((front, back)).good, Inspection((front, back)).said) == (False, "back: faded, shifted")
    assert (Inspection((front,)).good, Inspection((front,)).said) == (True, "good")
    assert Inspection((front, back)).scanned
    assert not Inspection((front, SideFinding("back", (Kind.NOT_SCANNED,)))).scanned


def test_thresholds_are_checked_with_their_place(tmp_path: Path) -> None:
    file = tmp_path / "thresholds.toml"
    file.write_text(FILE.read_text(encoding="utf-8").replace("stretch = ", "strech = "), encoding="utf-8")
    with pytest.raises(MistakesError, match=r"thresholds\.toml:7:1: strech: found unknown key 'strech'.*stretch"):
        load(file)


def test_thresholds_are_chosen_beyond_the_worst_good_print() -> None:
    worse = replace(PERFECT, line=0.20, text_likeness=0.80, black=0.80)
    chosen = choose([PERFECT, worse], AT)
    assert (chosen.line, chosen.text_likeness, chosen.black) == (0.27, 0.73, 0.73)
    assert (chosen.void_mm2, chosen.shift_mm) == (0.05, AT.shift_mm)
    assert {each.name for each in CHOSEN} < set(type(AT).model_fields)
