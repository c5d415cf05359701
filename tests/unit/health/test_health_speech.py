"""Whether the kiosk can speak: told by the screens, derived, and told on to the fleet and to Prometheus."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

import msgspec
import pytest

from devices.contract import DeviceState, Status
from devices.fault_catalogue import Capability
from devices.speech import contract as speech
from kiosk.clock import ManualClock
from kiosk.fleet import messages
from kiosk.health.capabilities import Health
from kiosk.health.reporter import Reporter
from kiosk.health.telemetry import Telemetry
from kiosk.health.words import capabilities, device_state
from kiosk.journal.store import Journal
from kiosk.link import ScreenLink
from screens.link import Link
from statemachines.views import Speech

PATIENCE = 30.0


def health(status: Status | None) -> Health:
    return Health(host=cast(Any, None), statuses={"speech": status})


def test_not_fitted_it_cannot_speak_and_nothing_is_wrong() -> None:
    for found in (Health(host=cast(Any, None)), health(None)):
        assert Capability.SPEAK not in found.works
    assert device_state("speech", None).state == "notFitted", "why the fleet does not count it as lost"
    assert capabilities(health(None)).lost["speak"] == "speech"
    assert "speak" not in capabilities(Health(host=cast(Any, None))).lost


def test_heard_it_can_speak() -> None:
    found = health(speech.status(""))
    assert Capability.SPEAK in found.works
    assert "speak" in capabilities(found).works


@pytest.mark.parametrize("fault", list(speech.FAULTS))
def test_a_fault_takes_speech_and_nothing_else(fault: str) -> None:
    whole, found = health(speech.status("")), health(speech.status(fault))
    assert whole.works - found.works == {Capability.SPEAK}
    assert capabilities(found).lost["speak"] == f"speech.{fault}"
    assert device_state("speech", found.statuses["speech"]).faults == (f"speech.{fault}",)


def test_without_screens_it_cannot_speak() -> None:
    found = health(speech.UNHEARD_OF)
    assert Capability.SPEAK not in found.works
    assert capabilities(found).lost["speak"] == "speech"


async def test_the_screens_tell_on_connecting_and_on_every_change(tmp_path: Path) -> None:
    told: asyncio.Queue[str | None] = asyncio.Queue()
    link = ScreenLink(tmp_path / "s", on_touch=print, on_drawn=print, on_alive=lambda: None, on_speech=told.put_nowait)
    await link.open()
    screens = Link(
        tmp_path / "s", "1", on_show=print, on_lost=lambda: None, on_bad=print, greeting=lambda: (Speech("silent"),)
    )
    screens.start()
    async with asyncio.timeout(PATIENCE):
        assert await told.get() == "silent"
        await asyncio.to_thread(screens.send, Speech())
        assert await told.get() == ""
        await asyncio.to_thread(screens.stop)
        assert await told.get() is None
    await link.close()


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    journal = Journal(tmp_path / "journal.db", ManualClock(datetime(2026, 3, 2, 8, tzinfo=UTC)), "K0001")
    yield journal
    journal.close()


async def test_the_fleet_is_told_of_each_change(journal: Journal) -> None:
    telemetry, found = Telemetry(journal), health(speech.UNHEARD_OF)
    clock = ManualClock(datetime(2026, 3, 2, 8, tzinfo=UTC))
    found.noticed = Reporter(telemetry, journal, found, clock, models={}, banks={}).noticed
    for status in (speech.status(""), speech.status("silent"), speech.status("silent"), speech.status("")):
        found.saw("speech", status)
    states = [body for body in telemetry._waiting if isinstance(body, messages.DeviceState)]
    assert [(each.state, each.fault) for each in states] == [
        ("online", None),
        ("hardwareError", "speech.silent"),
        ("online", None),
    ]
    able = [body for body in telemetry._waiting if isinstance(body, messages.Capabilities)]
    assert ["speak" in each.works for each in able] == [True, False, True]
    for each in (*states, *able):
        assert msgspec.convert(msgspec.to_builtins(each), messages.Body) == each
    assert found.statuses["speech"] == Status(DeviceState.ONLINE)
