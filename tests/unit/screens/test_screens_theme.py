"""The theme table: millimetres to pixels, capital heights, contrast."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from screens.theme import CAPITAL, CAPITALS, HIGH_CONTRAST, STANDARD, Colour, Glass, Role, Theme, contrast

KIOSK = Glass(1080, 1920, 27.0)


def test_the_reference_screen() -> None:
    assert KIOSK.pixels_per_mm == pytest.approx(3.2122, abs=1e-4)
    assert 1080 / KIOSK.pixels_per_mm == pytest.approx(336, abs=0.5)
    assert 1920 / KIOSK.pixels_per_mm == pytest.approx(598, abs=0.5)
    theme = Theme(KIOSK)
    assert (theme.margin, theme.gap, theme.target, theme.primary_height) == (64, 13, 58, 78)


@pytest.mark.parametrize(
    ("role", "standard", "large"),
    [("body", 5.5, 7.5), ("question", 9.0, 11.0), ("amount", 14.0, 17.0), ("small", 4.8, 5.5)],
)
def test_capitals_are_those_of_the_specification(role: Role, standard: float, large: float) -> None:
    assert CAPITALS[role] == (standard, large)


def test_no_text_is_smaller_than_the_smallest() -> None:
    assert min(standard for standard, _ in CAPITALS.values()) == 4.8
    assert min(large for _, large in CAPITALS.values()) == 5.5


@given(
    st.builds(Glass, st.integers(640, 4000), st.integers(480, 4000), st.floats(10, 60)),
    st.sampled_from(list(CAPITALS)),
    st.booleans(),
)
def test_capitals_are_never_lower_than_the_table(glass: Glass, role: Role, large: bool) -> None:
    capital = Theme(glass, large).em(role) * CAPITAL / glass.pixels_per_mm
    assert capital >= CAPITALS[role][large] - 1e-6


@given(st.builds(Glass, st.integers(640, 4000), st.integers(480, 4000), st.floats(10, 60)), st.floats(0.1, 200))
def test_at_least_is_at_least(glass: Glass, length: float) -> None:
    pixels = Theme(glass).at_least(length)
    assert pixels / glass.pixels_per_mm >= length - 1e-6
    assert pixels - 1 < math.ceil(length * glass.pixels_per_mm)


def test_targets_are_those_of_the_specification() -> None:
    for large, (target, primary) in {False: (18, 24), True: (22, 30)}.items():
        theme = Theme(KIOSK, large)
        assert theme.target >= target * KIOSK.pixels_per_mm
        assert theme.primary_height >= primary * KIOSK.pixels_per_mm
        assert theme.primary_width >= 60 * KIOSK.pixels_per_mm
    assert (Theme(KIOSK).choices, Theme(KIOSK, True).choices) == (6, 4)


@pytest.mark.parametrize(
    ("one", "other", "ratio"),
    [
        ("ink", "paper", 13.7),
        ("ink", "surface", 15.0),
        ("muted", "paper", 6.4),
        ("muted", "surface", 7.0),
        ("primary", "on_primary", 7.6),
        ("pressed", "on_primary", 10.5),
        ("tint", "on_tint", 6.5),
        ("good", "on_good", 6.5),
        ("wrong", "on_wrong", 7.3),
        ("look", "on_look", 8.3),
        ("edge", "surface", 3.0),
    ],
)
def test_contrasts_are_those_of_the_specification(one: Colour, other: Colour, ratio: float) -> None:
    assert contrast(STANDARD[one], STANDARD[other]) == pytest.approx(ratio, abs=0.1)


def test_high_contrast_uses_three_colours() -> None:
    assert set(HIGH_CONTRAST.values()) == {"#000000", "#FFFFFF", "#FFD54A"}
    assert contrast("#000000", "#FFD54A") == pytest.approx(14.9, abs=0.1)
    assert HIGH_CONTRAST.keys() == STANDARD.keys()


def test_contrast_of_black_and_white() -> None:
    assert contrast("#000000", "#FFFFFF") == pytest.approx(21)
    assert contrast("#777777", "#777777") == 1
