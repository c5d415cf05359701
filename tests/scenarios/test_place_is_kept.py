"""Language and large mode are switched at any moment, and nobody loses their place."""

from __future__ import annotations

import pytest
from kiosk_rig import Kiosk
from test_processes import reaches_menu, sees, takes_card, touches

from kiosk.demo.stand import Stand
from statemachines.views import (
    Attract,
    Details,
    Farewell,
    Help,
    Identify,
    Menu,
    Months,
    Notice,
    Page,
    PinEntry,
    Show,
    StillThere,
    TakeCard,
    Years,
)

pytestmark = [pytest.mark.pcsc]

WANG = "wang_xiulan"


async def switched(kiosk: Kiosk, page: type[Page]) -> Show:
    """The same page after English and large mode were switched on, Chinese again, and help looked at."""
    for intent, value, shown in (
        ("language", "en", page),
        ("large", "", page),
        ("help", "", Help),
        ("done", "", page),
        ("language", "zh", page),
    ):
        before = kiosk.screens.last.frame.number
        kiosk.screens.touch(intent, value)
        await kiosk.screens.page(shown, after=before)
        if (intent, value) == ("language", "en"):
            assert kiosk.screens.last.frame.language == "en"
    assert (kiosk.screens.last.frame.language, kiosk.screens.last.frame.large) == ("zh", True)
    return kiosk.screens.last


async def back_to_usual_size(kiosk: Kiosk, page: type[Page]) -> None:
    before = kiosk.screens.last.frame.number
    kiosk.screens.touch("large")
    await kiosk.screens.page(page, after=before)
    assert not kiosk.screens.last.frame.large


async def test_pages_stay_what_they_are_and_pin_dots_stay(kiosk: Kiosk) -> None:
    await kiosk.screens.page(Attract)
    assert (await switched(kiosk, Attract)).page == kiosk.screens.shown[-6].page
    await back_to_usual_size(kiosk, Attract)
    await kiosk.begins()
    await switched(kiosk, Identify)
    await back_to_usual_size(kiosk, Identify)
    await kiosk.bench.insert_card(WANG)
    await kiosk.screens.page(PinEntry)
    await kiosk.bench.wait_scene("pin-pad", lambda scene: scene["input"] != "off")
    await kiosk.bench.type(WANG, "260")
    while (await kiosk.screens.page(PinEntry)).typed != 3:
        await kiosk.screens.page(PinEntry, after=kiosk.screens.last.frame.number)
    entry = (await switched(kiosk, PinEntry)).page
    assert isinstance(entry, PinEntry)
    assert entry.typed == 3
    await kiosk.bench.type(WANG, "317", then="enter")
    await kiosk.screens.page(Menu)
    assert kiosk.screens.last.frame.large
    await back_to_usual_size(kiosk, Menu)
    for value, page in (("contributions", Menu), ("pension", Years), ("2010", Months)):
        before = kiosk.screens.last.frame.number
        await kiosk.chooses(value)
        await kiosk.screens.page(page, after=before)
        where, shown = kiosk.state, kiosk.screens.last.page
        assert (await switched(kiosk, page)).page == shown
        assert kiosk.state == where
        await back_to_usual_size(kiosk, page)
    kiosk.screens.touch("leave")
    await kiosk.takes_card(WANG)
    assert not kiosk.screens.last.frame.large, "the next citizen begins as everyone does"


async def test_revealed_details_stay_revealed_and_the_warning_is_answered_in_any_language(kiosk: Kiosk) -> None:
    await kiosk.reaches_menu(WANG)
    await kiosk.chooses("personal_data")
    await kiosk.screens.page(Details)
    before = kiosk.screens.last.frame.number
    kiosk.screens.touch("reveal")
    await kiosk.screens.page(Details, after=before)
    page = (await switched(kiosk, Details)).page
    assert isinstance(page, Details)
    assert page.revealed
    await kiosk.passes(91)
    await kiosk.screens.page(StillThere)
    before = kiosk.screens.last.frame.number
    kiosk.screens.touch("language", "en")
    while not isinstance(kiosk.screens.last.page, Details | TakeCard):
        await kiosk.screens.page(Page, after=before)
        before = kiosk.screens.last.frame.number
        if isinstance(kiosk.screens.last.page, StillThere):
            kiosk.screens.touch("more_time")
    assert isinstance(kiosk.screens.last.page, Details)
    kiosk.screens.touch("leave")
    await kiosk.screens.page(TakeCard)
    before = kiosk.screens.last.frame.number
    kiosk.screens.touch("language", "zh")
    await kiosk.screens.page(TakeCard, after=before)
    await kiosk.bench.take_card(WANG)
    await kiosk.screens.page(Farewell)


async def test_a_language_left_on_the_first_page_by_someone_who_walked_on_is_put_back(kiosk: Kiosk) -> None:
    await kiosk.screens.page(Attract)
    for intent, value in (("language", "en"), ("large", "")):
        before = kiosk.screens.last.frame.number
        kiosk.screens.touch(intent, value)
        await kiosk.screens.page(Attract, after=before)
    await kiosk.comes_to_pass(lambda: kiosk.screens.last.frame.language == "zh" and not kiosk.screens.last.frame.large)
    kiosk.screens.touch("start")
    await kiosk.screens.page(Notice)


@pytest.mark.window
@pytest.mark.asyncio(loop_scope="session")
async def test_the_years_that_are_looked_at_stay_on_the_glass(stand: Stand) -> None:
    await stand.bench.reset()
    await sees(stand, "Attract")
    await reaches_menu(stand)
    await touches(stand, "choose", "contributions", to="Menu")
    first = await touches(stand, "choose", "pension", to="Years")
    await stand.glass.touch("turn", "more")
    turned = await stand.glass.redrawn(first)
    years = {each.value for each in turned.targets if each.intent == "choose"}
    assert years.isdisjoint(each.value for each in first.targets if each.intent == "choose")
    english = await touches(stand, "language", "en", to="Years")
    assert {each.value for each in english.targets if each.intent == "choose"} == years
    large = await touches(stand, "large", to="Years")
    assert years & {each.value for each in large.targets if each.intent == "choose"}
    await touches(stand, "leave", to="TakeCard")
    await takes_card(stand)
