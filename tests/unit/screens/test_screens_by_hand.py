"""What is typed or drawn on a page: kept through what lies over it, forgotten with it."""

from __future__ import annotations

import math
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from screens.by_hand import INK_ENOUGH, ByHand, Ink
from screens.widgets.keypad import grouped
from statemachines.views import Attract, EnterDigits, Help, Menu, Page, Say, Sign, StillThere, Working

NUMBER = EnterDigits(Say("a"), 6, 20)
WRONG = EnterDigits(Say("a"), 6, 20, problem=Say("no such number"))
OTHER = EnterDigits(Say("b"), 6, 20)
SIGN = Sign(Say("c"))
points = st.tuples(st.integers(0, 1000), st.integers(0, 400))


def typed(*pages: Page) -> str:
    """What stands on the last of the pages, when 123456 was typed on the first."""
    hand = ByHand()
    hand.meet(pages[0])
    for digit in "123456":
        hand.type(digit, 20)
    for page in pages[1:]:
        hand.meet(page)
    return hand.digits


@pytest.mark.parametrize(
    "pages",
    [
        (NUMBER, NUMBER),
        (NUMBER, Help(()), NUMBER),
        (NUMBER, StillThere(20), NUMBER),
        (NUMBER, WRONG),
        (NUMBER, Working(Say("w"), 5), WRONG),
        (NUMBER, Working(Say("w"), 5), Help(()), WRONG),
    ],
)
def test_digits_stay(pages: tuple[Page, ...]) -> None:
    assert typed(*pages) == "123456"


@pytest.mark.parametrize(
    "pages",
    [
        (NUMBER, OTHER),
        (NUMBER, Menu(Say("m"), ())),
        (NUMBER, Menu(Say("m"), ()), WRONG),
        (NUMBER, Attract(())),
        (NUMBER, Attract(()), NUMBER),
        (NUMBER, Working(Say("w"), 5), NUMBER),
        (NUMBER, SIGN, NUMBER),
    ],
)
def test_digits_are_forgotten(pages: tuple[Page, ...]) -> None:
    assert typed(*pages) == ""


def test_ink_stays_under_help_and_not_for_another_signature() -> None:
    hand = ByHand()
    hand.meet(SIGN)
    hand.ink.begin(1, 1)
    hand.meet(Help(()))
    hand.meet(SIGN)
    assert hand.ink.text() == "1,1"
    hand.meet(Working(Say("w"), 5))
    hand.meet(Sign(Say("c"), problem=Say("too faint")))
    assert hand.ink.text() == ""


def test_no_more_digits_than_the_longest_and_the_last_goes_first() -> None:
    hand = ByHand()
    hand.meet(NUMBER)
    for digit in "12345":
        hand.type(digit, 3)
    assert hand.digits == "123"
    hand.erase()
    assert hand.digits == "12"


@pytest.mark.parametrize(
    ("digits", "longest", "shown"),
    [
        ("", 11, ""),
        ("139", 11, "139"),
        ("13900000000", 11, "139 0000 0000"),
        ("12345678", 20, "1234 5678"),
        ("123456789", 20, "1234 5678 9"),
        ("123456", 6, "1234 56"),
    ],
)
def test_digits_are_shown_as_they_are_read_aloud(digits: str, longest: int, shown: str) -> None:
    assert grouped(digits, longest) == shown


@given(st.text("0123456789", max_size=30), st.integers(1, 30))
def test_no_digit_is_lost_in_grouping(digits: str, longest: int) -> None:
    assert grouped(digits[:longest], longest).replace(" ", "") == digits[:longest]


def test_strokes_are_written_as_the_vocabulary_says() -> None:
    ink = Ink()
    ink.begin(100, 50)
    ink.extend(101, 51)  # not far enough to tell
    ink.extend(160, 50)
    ink.begin(10, 20)
    assert ink.text() == "100,50 160,50;10,20"
    ink.clear()
    assert ink.text() == ""


def test_enough_is_a_stroke_of_a_fifth_of_the_width() -> None:
    ink = Ink()
    ink.begin(0, 0)
    ink.extend(INK_ENOUGH - 1, 0)
    assert not ink.enough
    ink.extend(INK_ENOUGH - 1, 3)
    assert ink.enough


def test_dots_alone_are_no_signature() -> None:
    ink = Ink()
    for place in range(0, 1000, 50):
        ink.begin(place, 100)
    assert not ink.enough


@given(st.lists(st.lists(points, min_size=1, max_size=40), max_size=8))
def test_what_is_sent_is_what_was_drawn(strokes: list[list[tuple[int, int]]]) -> None:
    ink = Ink()
    for stroke in strokes:
        ink.begin(*stroke[0])
        for point in stroke[1:]:
            ink.extend(*point)
    read = [
        [tuple(map(int, point.split(","))) for point in stroke.split(" ")] for stroke in ink.text().split(";") if stroke
    ]
    assert read == ink.strokes
    assert [stroke[0] for stroke in read] == [stroke[0] for stroke in strokes]
    assert ink.length == pytest.approx(sum(math.dist(a, b) for stroke in read for a, b in pairwise(stroke)))


def test_scribbling_without_end_does_not_fill_the_line() -> None:
    ink = Ink()
    ink.begin(0, 0)
    for turn in range(20_000):
        ink.extend((turn % 2) * 1000, turn % 400)
    assert len(ink.text()) < 40_000
