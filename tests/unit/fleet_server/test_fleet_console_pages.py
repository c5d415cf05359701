"""What the console shows of a kiosk's screen: the kind of page and no more, whatever the kiosk says."""

from __future__ import annotations

import base64
import io
from typing import Any

import pytest
from PIL import Image

from kiosk.fleet.console import pages, words
from kiosk.fleet.console.page_screens import steps_of

NAMES = sorted(set(pages.pages().values()))


def test_every_state_of_the_charts_has_a_page_that_has_words() -> None:
    assert len(pages.pages()) > 150
    assert pages.page_of("in_service.attract") == "Attract"
    assert pages.page_of_step("query.amount") == "Amount"
    assert [name for name in NAMES if name not in words.document()["page"]] == []


@pytest.mark.parametrize("name", NAMES)
def test_each_page_has_a_picture_that_is_too_small_to_be_read(name: str) -> None:
    address = pages.picture(name)
    assert address.startswith("data:image/png;base64,")
    with Image.open(io.BytesIO(base64.b64decode(address.partition(",")[2]))) as picture:
        assert picture.size == (pages.WIDTH, pages.HEIGHT)


def test_there_are_no_pictures_of_pages_that_are_no_more() -> None:
    assert sorted(file.stem for file in pages.FOLDER.iterdir()) == NAMES


@pytest.mark.parametrize("said", ["", "王秀兰", "990101199001010019", "../secret", "in_service.session", "Menu"])
def test_a_word_that_is_no_state_shows_nothing(said: str) -> None:
    assert pages.page_of(said) == ""
    assert pages.page_of_step(said) == ""


@pytest.mark.parametrize("said", ["", "王秀兰", "../../style", "990101199001010019"])
def test_a_page_that_is_not_of_the_charts_has_no_picture(said: str) -> None:
    assert pages.picture(said) == ""


def test_steps_become_pages_with_their_time_and_nothing_else_of_them_is_kept() -> None:
    steps: list[dict[str, Any]] = [
        {"step": "reading_card", "milliseconds": 900},
        {"step": "menu", "milliseconds": 4000},
        {"step": "query.fetching", "milliseconds": 20},
        {"step": "query.amount", "milliseconds": 2500},
        {"step": "query.printing", "milliseconds": 1000, "visits": 2},
        {"step": "王秀兰", "milliseconds": 1},
        {"step": "making.feeding", "milliseconds": 1000},
        {"step": "making.reading", "milliseconds": 9_000_000_000},
    ]
    assert [*steps_of({"service": "medical_account", "steps": steps})] == [
        ("Menu", 4000),
        ("Amount", 2500),
        ("Printing", 1000),
        ("MakingCard", 3_601_000),
    ]
    assert [*steps_of({})] == []
