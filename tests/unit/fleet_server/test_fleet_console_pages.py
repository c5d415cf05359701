"""What the console shows of a kiosk's screen: the kind of page and no more, whatever the kiosk says."""

from __future__ import annotations

import base64
import io
from typing import Any

import pytest
from PIL import Image

from kiosk.catalogue import services
from kiosk.fleet.console import pages, words
from kiosk.fleet.console.page_screens import steps_of
from kiosk.fleet.messages import Heartbeat, decode
from kiosk.fleet.simulate.fleet import SimulatedFleet
from kiosk.fleet.simulate.machine import VISITS

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


def test_steps_stand_in_the_order_of_the_way() -> None:
    mixed = {"making.printing", "menu", "of another version", "insert_card", "applying.signing"}
    assert pages.in_order(mixed) == ["insert_card", "menu", "applying.signing", "making.printing", "of another version"]


def test_simulated_kiosks_speak_of_what_real_ones_do() -> None:
    assert {*VISITS} <= {each.id for each in services.load()}
    assert [step for way in VISITS.values() for step in way if not pages.page_of_step(step)] == []
    fleet = SimulatedFleet(1, 0, rates=None)
    machine = fleet.kiosks["S00001"]
    fleet.step(30_000)

    def beats(now: int) -> list[str]:
        return [decode(Heartbeat, each.data).state for each in fleet.step(now) if not each.message_id]

    machine.service(30_001, False)
    assert beats(30_002) == ["out_of_service"]  # at once, not with the next half minute
    machine.service(30_003, True)
    machine.serving = True
    assert [pages.page_of(each) for each in beats(30_004)] == ["Menu"]
    assert beats(30_005) == []


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
