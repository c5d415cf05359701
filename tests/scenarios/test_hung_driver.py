"""A driver stands in a call that never comes back: the citizen is led home, the rest goes on, the device heals."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from issuing_steps import (
    FIRST,
    NEWCOMER,
    applications,
    applies,
    comes_by_id_card,
    entries,
    goes,
    journal_of,
    open_issues,
    sees,
    tools_of,
)
from kiosk_rig import Kiosk
from rig_screens import Screens
from test_telemetry_of_a_day import events, told

from devices import worker as device_worker
from devices.fault_catalogue import Capability
from devices.worker import DeviceWorker
from kiosk.activities import personalising
from kiosk.health import look
from kiosk.journal.issues import IssueStep
from kiosk.journal.stock_values import CardPlace
from statemachines.views import Farewell, Refusal, Say, TakeCard, TakePaper

pytestmark = [pytest.mark.pcsc]

EVENTS = ("stuck", "healed", "not_healed")


@dataclass
class Pipe:
    """What a call stands in: read(2) of a pipe to which nobody writes."""

    at: int
    other_end: int

    given: bool = False

    def hang(self) -> Any:
        return os.read(self.at, 1)

    def give(self) -> None:
        self.given = True
        os.write(self.other_end, b"x")


@pytest.fixture
def pipe() -> Iterator[Pipe]:
    pipe = Pipe(*os.pipe())
    yield pipe
    pipe.give()


def plant(worker: DeviceWorker[Any] | None, method: str, pipe: Pipe) -> DeviceWorker[Any]:
    """Such a call hangs from now on, when the device has done what it is asked for."""
    assert worker is not None
    done = getattr(worker._device, method)

    def does_not_come_back(*words: Any, **more: Any) -> Any:
        if method in DOES:
            done(*words, **more)
        return pipe.hang()

    setattr(worker._device, method, does_not_come_back)
    return worker


DOES = frozenset({"print"})
"""Calls that hang only once the device has done it: a motion, with its answer lost for ever."""


def noticed(kiosk: Kiosk) -> list[tuple[str, str]]:
    return [(name, str(facts["where"])) for name, facts in events(told(kiosk)) if name in EVENTS]


async def in_service(kiosk: Kiosk) -> None:
    kiosk.in_fleet = True
    await kiosk.start()
    await kiosk.comes_into_service()


async def test_an_id_card_whose_reader_hangs_is_given_up_and_she_may_use_her_other_card(
    standing: Kiosk, pipe: Pipe
) -> None:
    """The longest that a read can take has passed: she reads why, what else there is, and goes home; then it heals."""
    kiosk = standing
    await in_service(kiosk)
    reader = plant(tools_of(kiosk).id_reader, "read", pipe)
    reader._longest = 0.2
    await kiosk.begins()
    await kiosk.bench.lay_id_card("li_jianguo")
    refused = await sees(kiosk, Refusal)
    assert refused.what == Say("fault.id_reader.no_answer")
    assert Say("works.card_instead") in refused.works
    assert noticed(kiosk) == [("stuck", "id_reader")]
    assert Capability.IDENTIFY_ID not in tools_of(kiosk).health.works
    await goes_to_attract(kiosk, "li_jianguo")
    await starts_anew(kiosk, pipe)
    assert noticed(kiosk) == [("stuck", "id_reader")]
    await comes_by_id_card(kiosk, "li_jianguo")
    await goes(kiosk, "li_jianguo")
    assert restarts(kiosk) == {"restarted_for.id_reader": 0}


async def goes_to_attract(kiosk: Kiosk, person: str) -> None:
    """With the ID card, while the machine does not know whether it still lies there."""
    kiosk.screens.touch("leave")
    await sees(kiosk, TakeCard)
    await kiosk.bench.lift_id_card(person)
    await sees(kiosk, Farewell)


async def starts_anew(kiosk: Kiosk, pipe: Pipe) -> None:
    """The process ends by itself, what hung in it ends with it, and it is started again."""
    await kiosk.stopped()
    pipe.give()
    await kiosk.screens.close()
    kiosk.screens = Screens(kiosk.folder / "link.sock")
    await kiosk.start()
    await kiosk.comes_into_service()


def restarts(kiosk: Kiosk) -> dict[str, int]:
    return {name: count for name, count in journal_of(kiosk).counters.all().items() if name.startswith("restarted_for")}


async def test_a_card_comes_back_whatever_device_hangs_beside_it(
    standing: Kiosk, pipe: Pipe, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The pad is deaf to being called off: her time is up, and the page that asks for a PIN is left all the same."""
    kiosk = standing
    await in_service(kiosk)
    pad = plant(tools_of(kiosk).pin_pad, "enter_clear", pipe)
    monkeypatch.setattr(device_worker, "LET_GO", 0.2)
    await kiosk.comes_by_card("li_jianguo")
    await kiosk.passes(66)  # she thinks, is asked whether she is still there, and thinks
    await sees(kiosk, TakeCard)
    assert noticed(kiosk) == [("stuck", "pin_pad")]
    assert Capability.PIN not in tools_of(kiosk).health.works
    monkeypatch.setattr(device_worker, "LET_GO", 30.0)
    pipe.give()
    await kiosk.takes_card("li_jianguo")
    await kiosk.comes_to_pass(lambda: noticed(kiosk)[-1] == ("healed", "pin_pad"), seconds=5)
    assert not pad.given_up
    await kiosk.comes_to_pass(lambda: Capability.PIN in tools_of(kiosk).health.works)


async def test_a_driver_that_hangs_while_nobody_is_there_begins_again_when_its_call_comes_back(
    standing: Kiosk, pipe: Pipe, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Found at a look; the kiosk goes on serving, its own driver is used again, and the process is not touched."""
    kiosk = standing
    monkeypatch.setattr(look, "PATIENCE", 0.2)
    await in_service(kiosk)
    printer = plant(tools_of(kiosk).receipt_printer, "status", pipe)
    driver = printer._device
    await kiosk.comes_to_pass(lambda: printer.given_up, seconds=5)
    await kiosk.comes_to_pass(lambda: Capability.PRINT not in tools_of(kiosk).health.works, seconds=5)
    monkeypatch.setattr(look, "PATIENCE", 8.0)
    assert noticed(kiosk) == [("stuck", "receipt_printer")]
    page = await comes_by_id_card(kiosk, "li_jianguo")
    assert [choice.id for choice in page.choices if choice.why_not is None]
    del driver.status
    pipe.give()
    await kiosk.comes_to_pass(lambda: noticed(kiosk)[-1] == ("healed", "receipt_printer"))
    await goes(kiosk, "li_jianguo")
    await kiosk.comes_to_pass(lambda: Capability.PRINT in tools_of(kiosk).health.works)
    assert printer._device is driver


async def test_a_print_whose_driver_hangs_is_not_made_twice_and_the_restart_settles_the_card(
    standing_issuer: Kiosk, pipe: Pipe, monkeypatch: pytest.MonkeyPatch
) -> None:
    kiosk = standing_issuer
    await in_service(kiosk)
    printer = plant(tools_of(kiosk).card_printer, "print", pipe)
    monkeypatch.setattr(personalising, "PRINT_WITHIN", 1.0)
    await applies(kiosk)
    await kiosk.comes_to_pass(lambda: printer.given_up)
    assert await sees(kiosk, TakePaper)
    assert noticed(kiosk) == [("stuck", "card_printer")]
    assert printer.given_up
    (issue,) = await open_issues(kiosk)
    assert (issue.step, issue.serial) == (IssueStep.SPOILING, FIRST)
    await kiosk.passes(20)
    await sees(kiosk, Refusal)
    await goes_to_attract(kiosk, NEWCOMER)
    await starts_anew(kiosk, pipe)
    await kiosk.comes_to_pass(lambda: not tools_of(kiosk).health.why_no_issue)
    assert await open_issues(kiosk) == ()
    assert journal_of(kiosk).ledger.card(FIRST).place is CardPlace.SPOILED
    assert (await kiosk.new_card(FIRST))["place"] == "in:card-printer/reject-box"
    assert journal_of(kiosk).ledger.blocks() == {}
    assert [each["state"] for each in await applications(kiosk)] == ["withdrawn"]
    assert len(entries(kiosk, "issue.printing")) == 1
