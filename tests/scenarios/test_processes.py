"""A kiosk as processes: screens killed, controller stopped and killed, in the middle of a session; nothing is lost."""

from __future__ import annotations

import asyncio
import json
import signal
import time
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
import pytest_asyncio

from kiosk.demo.stand import Stand
from statemachines.views import Drawn

pytestmark = [
    pytest.mark.pcsc,
    pytest.mark.window,
    pytest.mark.asyncio(loop_scope="session"),
]

WANG = "wang_xiulan"


@pytest_asyncio.fixture(loop_scope="session")
async def fresh(stand: Stand) -> AsyncIterator[Stand]:
    """The stand with nobody before it."""
    await stand.bench.reset()
    await stand.glass.page("Attract", seconds=40)
    yield stand
    await stand.bench.reset()
    await stand.glass.page("Attract", seconds=40)


async def sees(stand: Stand, *pages: str, after: int = 0) -> Drawn:
    return await stand.glass.page(*pages, after=after)


async def touches(stand: Stand, intent: str, value: str = "", *, to: str) -> Drawn:
    """Touch, and see the page that comes of it."""
    touched = await stand.glass.touch(intent, value)
    return await sees(stand, to, after=touched.number)


async def reaches_menu(stand: Stand) -> None:
    await touches(stand, "start", to="Notice")
    await touches(stand, "agree", to="Identify")
    await stand.bench.insert_card(WANG)
    await sees(stand, "PinEntry")
    await stand.bench.wait_scene("pin-pad", lambda scene: scene["input"] != "off")
    await stand.bench.type(WANG, own_pin=True, then="enter")
    await sees(stand, "Menu")


async def takes_card(stand: Stand) -> None:
    await sees(stand, "TakeCard")
    await stand.bench.take_card(WANG)
    await sees(stand, "Attract")


async def killed(stand: Stand, name: str, number: int = signal.SIGKILL) -> None:
    """End a process of the stand without asking it, and wait until it is gone."""
    process = stand.children[name].process
    assert process is not None
    process.send_signal(number)
    await process.wait()


def events(stand: Stand) -> list[dict[str, Any]]:
    """The controller's log."""
    return [json.loads(line) for line in (stand.logs / "controller.log").read_text(encoding="utf-8").splitlines()]


@pytest.mark.parametrize("page", ["Menu", "Amount"])
async def test_killed_screens_are_back_on_the_same_page_in_three_seconds_with_the_session_intact(
    fresh: Stand, page: str
) -> None:
    await reaches_menu(fresh)
    if page == "Amount":
        await touches(fresh, "choose", "medical_account", to="Amount")
    shown = fresh.glass.shown
    assert shown is not None
    begun = time.monotonic()
    await killed(fresh, "screens")
    again = await fresh.glass.redrawn(shown)
    assert (again.page, again.number >= shown.number) == (page, True)
    assert time.monotonic() - begun < 3.0
    await touches(fresh, "leave", to="TakeCard")
    await takes_card(fresh)


async def test_a_stopped_controller_sees_the_card_back_and_is_in_service_when_started_again(fresh: Stand) -> None:
    await reaches_menu(fresh)
    before = fresh.children["controller"]
    assert before.process is not None
    before.process.send_signal(signal.SIGTERM)
    await sees(fresh, "TakeCard")
    assert before.running, "it waits for the card"
    await fresh.bench.take_card(WANG)
    assert await before.ended() == 0
    await sees(fresh, "Attract")


async def test_a_killed_controller_comes_back_reports_the_card_and_shows_nothing_of_its_holder(fresh: Stand) -> None:
    await reaches_menu(fresh)
    await touches(fresh, "choose", "personal_data", to="Details")
    await touches(fresh, "reveal", to="Details")
    pages: list[str] = []
    fresh.glass.on_drawn = lambda drawn: pages.append(drawn.page)
    await killed(fresh, "controller")
    await sees(fresh, "OutOfService")
    (held,) = [each for each in events(fresh) if each["event"] == "card_held"]
    assert len(held["serial"]) == 8
    await fresh.bench.take_card(WANG)
    await sees(fresh, "Attract")
    fresh.glass.on_drawn = lambda _: None
    assert set(pages) <= {"Starting", "OutOfService", "Attract"}
    await reaches_menu(fresh)
    await touches(fresh, "leave", to="TakeCard")
    await takes_card(fresh)


async def test_a_card_taken_while_the_controller_was_dead_is_known_to_be_taken(fresh: Stand) -> None:
    await reaches_menu(fresh)
    await killed(fresh, "controller")
    await fresh.bench.take_card(WANG)
    await sees(fresh, "Attract", "OutOfService")
    await sees(fresh, "Attract")


async def test_killed_between_print_and_activation_the_paper_is_void(fresh: Stand) -> None:
    await reaches_menu(fresh)
    await fresh.bench.set_fault("receipt-printer", "slow_lines", 0.05)
    await touches(fresh, "choose", "contributions", to="Menu")
    await touches(fresh, "choose", "pension", to="Years")
    await touches(fresh, "print", to="AskPrint")
    await touches(fresh, "choose", "3", to="Printing")
    await fresh.bench.wait_scene("receipt-printer", lambda scene: scene["printing"])
    await killed(fresh, "controller")
    await sees(fresh, "OutOfService")
    async with httpx.AsyncClient(base_url=fresh.host_control, trust_env=False) as host, asyncio.timeout(20):
        while True:
            calls = (await host.get("/sandbox/calls")).json()
            if any(call["path"] == "/v1/documents/void" and 200 <= call["status"] < 300 for call in calls):
                break
            await asyncio.sleep(0.05)
    assert not any(call["path"] == "/v1/documents/activation" for call in calls)
    await fresh.bench.take_card(WANG)
    await sees(fresh, "Attract")
