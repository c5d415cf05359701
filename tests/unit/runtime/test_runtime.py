"""The runtime on a small chart and a clock turned by hand: events, time, views, and what is dropped."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from types import SimpleNamespace
from typing import Any

import pytest

from kiosk.clock import ManualClock
from kiosk.health.watchdog import SLACK, UnchangedState
from kiosk.runtime import Runtime, Stage
from kiosk.session import Session
from statemachines.chart import Chart, On, State
from statemachines.timing import Delay, Kind
from statemachines.views import (
    Choice,
    Farewell,
    Frame,
    Menu,
    Page,
    Photo,
    Refusal,
    Say,
    Show,
    StillThere,
    Touched,
    Working,
)

MENU = Menu(
    Say("menu"), (Choice("pension", Say("pension")), Choice("benefits", Say("benefits"), why_not=Say("not_today")))
)

DELAYS = {
    "person": Delay(Kind.PERSON, 45, "a person", grace=20),
    "machine": Delay(Kind.MACHINE, 10, "a machine"),
    "rest": Delay(Kind.REST, float("inf"), "nobody"),
}


class Record:
    """Keeps the order in which things were written and done."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.disk = asyncio.Event()
        self.disk.set()

    async def begin(self, session: Session, state: str) -> str:
        await self.disk.wait()
        self.lines.append(f"intent {state}")
        return state

    async def end(self, intent: str, outcome: str) -> None:
        await self.disk.wait()
        self.lines.append(f"outcome {intent} {outcome}")


class Work:
    """An activity that a test finishes, fails or leaves hanging."""

    def __init__(self, record: Record) -> None:
        self.record = record
        self.finish: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self.stage: Stage | None = None
        self.started = 0
        self.cancelled = 0
        self.lets_go = asyncio.Event()
        self.lets_go.set()

    async def __call__(self, stage: Stage) -> str:
        self.stage = stage
        self.started += 1
        self.record.lines.append("activity")
        try:
            return await asyncio.shield(self.finish)
        except asyncio.CancelledError:
            self.cancelled += 1
            await self.lets_go.wait()
            raise


class Rig:
    """A runtime under test."""

    def __init__(self) -> None:
        self.clock = ManualClock()
        self.record = Record()
        self.work = Work(self.record)
        self.shown: list[Show] = []
        tools: Any = SimpleNamespace(clock=self.clock, record=self.record)
        self.runtime = Runtime(
            self._chart(), pages=self._page, tools=tools, delays=DELAYS, show=self.shown.append, language="zh"
        )
        self.running = asyncio.create_task(self.runtime.run())

    def _chart(self) -> Chart:
        session = Chart(
            "session",
            (
                State("menu", screen=Menu, timeout="person"),
                State("busy", screen=Working, activity=self.work, timeout="machine", durable=True, restart="look"),
            ),
            (
                On("choose", "menu", "busy", keep="service"),
                On("good", "busy", "menu"),
                On("failed", "busy", "menu"),
                On("late", "busy", "menu"),
                On("card_removed", "*", None),
            ),
        )
        service = Chart(
            "in service",
            (State("attract", screen=Farewell, timeout="rest"), State("session", chart=session)),
            (On("start", "attract", "session"), On("leave", "session", "attract"), On("silence", "session", "attract")),
        )
        return Chart(
            "kiosk",
            (State("in_service", chart=service), State("stopped", screen=Farewell, timeout="rest")),
            (On("stop", "in_service", "stopped"),),
        )

    @staticmethod
    def _page(state: str, session: Session, tools: Any) -> tuple[Page, Frame]:
        if session.kept.get("service") == "odd":
            raise KeyError("a page that cannot be built")
        pages: dict[str, Page] = {"menu": MENU, "busy": Working(Say("busy"), at_most=session.unread)}
        return pages.get(state.rsplit(".", 1)[-1], Farewell()), Frame(0)

    @property
    def state(self) -> str:
        return self.runtime.position.state.rsplit(".", 1)[-1]

    @property
    def last(self) -> Show:
        return self.shown[-1]

    async def happens(self, event: str, value: str = "") -> None:
        self.runtime.post(event, value)
        await self.settle()

    async def touches(self, intent: str, value: str = "", number: int | None = None) -> None:
        self.runtime.touched(Touched(self.last.frame.number if number is None else number, intent, value))
        await self.settle()

    async def settle(self) -> None:
        for _ in range(30):
            await asyncio.sleep(0)

    async def passes(self, seconds: float) -> None:
        await self.clock.run_for(seconds)
        await self.settle()


@pytest.fixture
async def rig() -> AsyncIterator[Rig]:
    made = Rig()
    await made.settle()
    await made.happens("start")
    yield made
    made.running.cancel()
    await asyncio.wait([made.running])


async def test_a_touch_moves_the_chart_and_its_value_is_kept(rig: Rig) -> None:
    await rig.touches("choose", "pension")
    assert (rig.state, rig.runtime.session.kept) == ("busy", {"service": "pension"})


async def test_a_touch_on_an_old_view_is_dropped(rig: Rig) -> None:
    old = rig.last.frame.number
    await rig.touches("language", "en")
    await rig.touches("choose", "pension", number=old)
    assert rig.state == "menu"


@pytest.mark.parametrize("value", ["nothing_like_it", "benefits", ""])
async def test_a_choice_that_the_page_does_not_offer_is_not_made(rig: Rig, value: str) -> None:
    await rig.touches("choose", value)
    assert (rig.state, rig.runtime.session.kept) == ("menu", {})


async def test_a_double_tap_counts_once(rig: Rig) -> None:
    number = rig.last.frame.number
    rig.runtime.touched(Touched(number, "choose", "pension"))
    rig.runtime.touched(Touched(number, "choose", "pension"))
    await rig.settle()
    assert (rig.state, rig.work.started) == ("busy", 1)


async def test_every_view_has_a_higher_number(rig: Rig) -> None:
    await rig.touches("large")
    await rig.touches("language", "en")
    numbers = [show.frame.number for show in rig.shown]
    assert numbers == sorted(set(numbers))


async def test_language_and_size_change_at_once_and_nothing_else_does(rig: Rig) -> None:
    await rig.touches("language", "en")
    await rig.touches("large")
    assert (rig.state, rig.last.frame.language, rig.last.frame.large) == ("menu", "en", True)


async def test_the_intent_is_written_before_the_activity_starts_and_the_outcome_after(rig: Rig) -> None:
    await rig.touches("choose", "pension")
    rig.work.finish.set_result("good")
    await rig.settle()
    where = "in_service.session.busy"
    assert rig.record.lines == [f"intent {where}", "activity", f"outcome {where} good"]
    assert rig.state == "menu"


async def test_an_activity_that_raises_ends_in_failed_and_the_kiosk_goes_on(rig: Rig) -> None:
    await rig.touches("choose", "pension")
    rig.work.finish.set_exception(RuntimeError("planted"))
    await rig.settle()
    assert rig.state == "menu"
    assert rig.record.lines[-1] == "outcome in_service.session.busy failed"


async def test_leaving_cancels_the_activity_and_its_late_answer_is_dropped(rig: Rig) -> None:
    await rig.touches("choose", "pension")
    await rig.happens("leave")
    rig.work.finish.set_result("good")
    await rig.settle()
    assert (rig.state, rig.work.cancelled) == ("attract", 1)
    assert rig.record.lines[-1] == "outcome in_service.session.busy abandoned"


@pytest.mark.parametrize("being_written", ["intent", "outcome"])
async def test_left_while_the_disk_still_writes_no_intent_stays_without_its_outcome(
    rig: Rig, being_written: str
) -> None:
    if being_written == "outcome":
        await rig.happens("choose")
        rig.record.disk.clear()
        rig.work.finish.set_result("good")
        await rig.settle()
        expected = ["intent in_service.session.busy", "activity", "outcome in_service.session.busy good"]
    else:
        rig.record.disk.clear()
        await rig.happens("choose")
        expected = ["intent in_service.session.busy", "outcome in_service.session.busy abandoned"]
    await rig.happens("leave")
    rig.record.disk.set()
    await rig.settle()
    assert rig.record.lines == expected
    assert rig.state == "attract"


async def test_a_page_that_cannot_be_built_says_so_and_the_state_goes_on(rig: Rig) -> None:
    await rig.happens("choose", "odd")
    assert (rig.state, type(rig.last.page)) == ("busy", Refusal)
    assert not rig.running.done()
    rig.runtime.session.kept.clear()
    rig.work.finish.set_result("good")
    await rig.settle()
    assert (rig.state, type(rig.last.page)) == ("menu", Menu)


async def test_a_machine_that_is_late_is_left(rig: Rig) -> None:
    await rig.touches("choose", "pension")
    await rig.passes(9.9)
    assert rig.state == "busy"
    await rig.passes(0.2)
    assert (rig.state, rig.work.cancelled) == ("menu", 1)


async def test_a_machine_that_lets_go_slowly_does_not_make_the_next_page_look_stuck(rig: Rig) -> None:
    runtime = rig.runtime
    sign = UnchangedState(lambda: runtime.position.state, lambda: runtime.signs, lambda: runtime.patience)
    await rig.touches("choose", "pension")
    assert sign(0.0) == {}
    rig.work.lets_go.clear()
    await rig.passes(10)
    assert (rig.state, rig.work.cancelled) == ("menu", 1)
    assert sign(200.0) == {}
    assert sign(200.0 + 45 + 20 + SLACK) == {}
    assert sign(200.1 + 45 + 20 + SLACK) != {}  # but it may not take for ever
    rig.work.lets_go.set()
    await rig.settle()
    assert sign(300.0) == {}


async def test_a_silent_person_is_warned_and_only_then_the_session_ends(rig: Rig) -> None:
    await rig.passes(44.9)
    assert rig.last.page == MENU
    await rig.passes(0.2)
    assert (rig.state, rig.last.page) == ("menu", StillThere(seconds=20))
    await rig.passes(19.8)
    assert rig.state == "menu"
    await rig.passes(0.2)
    assert rig.state == "attract"


async def test_more_time_can_be_had_as_often_as_wanted(rig: Rig) -> None:
    for _ in range(5):
        await rig.passes(50)
        assert rig.last.page == StillThere(seconds=20)
        await rig.touches("more_time")
        assert (rig.state, rig.last.page) == ("menu", MENU)


async def test_a_key_on_the_pad_is_a_sign_of_life_and_takes_the_warning_away(rig: Rig) -> None:
    await rig.passes(50)
    rig.runtime.sign_of_life()
    assert rig.last.page == MENU
    await rig.passes(44)
    assert rig.state == "menu"


async def test_leave_on_the_warning_ends_the_session(rig: Rig) -> None:
    await rig.passes(50)
    await rig.touches("leave")
    assert rig.state == "attract"


async def test_help_lies_over_the_page_and_goes_back_to_it(rig: Rig) -> None:
    await rig.touches("help")
    assert type(rig.last.page).__name__ == "Help"
    await rig.touches("done")
    assert (rig.state, rig.last.page) == ("menu", MENU)


async def test_what_is_only_noted_draws_nothing_and_keeps_the_time(rig: Rig) -> None:
    await rig.passes(40)
    drawn = len(rig.shown)
    await rig.happens("card_removed")
    assert len(rig.shown) == drawn
    await rig.passes(6)
    assert rig.last.page == StillThere(seconds=20)


@pytest.mark.parametrize("way_out", ["leave", "silence", "stop"])
async def test_the_session_is_wiped_whatever_the_way_out(rig: Rig, way_out: str) -> None:
    session = rig.runtime.session
    session.language, session.large, session.document = "en", True, "marked"
    session.kept["service"] = "marked"
    await rig.happens(way_out)
    assert session == Session(language="zh")


async def test_an_activity_can_have_its_page_drawn_again(rig: Rig) -> None:
    await rig.touches("choose", "pension")
    assert rig.work.stage is not None
    rig.runtime.session.unread = 7
    rig.work.stage.refresh()
    assert rig.last.page == Working(Say("busy"), at_most=7)


async def test_what_is_the_same_to_a_finger_keeps_its_number(rig: Rig) -> None:
    pictures = iter((b"one", b"two", b"two"))
    rig.runtime._pages = lambda state, session, tools: (Photo("aim", next(pictures)), Frame(0))
    await rig.touches("choose", "pension")
    assert rig.work.stage is not None
    rig.work.stage.refresh()
    rig.work.stage.refresh()
    first, second, third = rig.shown[-3:]
    assert first.frame == second.frame == third.frame
    assert [shown.page for shown in (first, second, third)] == [
        Photo("aim", b"one"),
        Photo("aim", b"two"),
        Photo("aim", b"two"),
    ]
    rig.runtime._pages = lambda state, session, tools: (Photo("taking"), Frame(0))
    rig.work.stage.refresh()
    assert rig.last.frame.number == first.frame.number + 1


async def test_a_state_entered_anew_has_a_new_number_though_it_looks_the_same(rig: Rig) -> None:
    rig.runtime._pages = lambda state, session, tools: (Farewell(), Frame(0))
    before = rig.last.frame.number
    await rig.touches("choose", "pension")
    assert rig.last.frame.number == before + 1


async def test_it_runs_until_stopped(rig: Rig) -> None:
    await rig.happens("stop")
    await asyncio.wait_for(rig.running, 1)
    assert rig.state == "stopped"
