"""Drives the charts: one inbox, timers on an injected clock, activities with cancellation, views over the link.

The runtime is the only one that tells the chart anything, and does it one event at a time. An event that belongs to a
state already left (an activity's late answer, a touch on an old view, a timer) is dropped and logged.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

import structlog

from devices.contract import DeviceError
from kiosk.carried import carried_through
from kiosk.clock import Clock, Handle
from kiosk.journal.entries import Entry
from kiosk.journal.errors import JournalError
from kiosk.session import Session
from kiosk.tools import Tools
from statemachines.chart import SEPARATOR, Chart, Position, State
from statemachines.timing import EVENT_OF, Delay, Kind
from statemachines.views import Frame, Help, Page, Refusal, Say, Show, StillThere, Touched, is_offered, same_to_touch

log = structlog.get_logger("runtime")

WIPED = ("in_service.session", "maintenance.stock", "recovering")
"""The states whose leaving wipes the session: a citizen's, that of the people who work on the stock, and the recovery
of an issue, which asks the host for what is on its card."""

HELP = Help((Say("help.phone"), Say("help.attendant"), Say("help.card_safe"), Say("help.language"), Say("help.stop")))


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened. ``entry``: the state entry it belongs to; None: it concerns whatever is now."""

    name: str
    value: str = ""
    entry: int | None = None


class Stage(Protocol):
    """What an activity is given."""

    @property
    def session(self) -> Session:
        """The citizen being served."""
        ...

    @property
    def tools(self) -> Tools:
        """Devices, host, journal, policy."""
        ...

    @property
    def state(self) -> str:
        """The path of the state whose activity this is."""
        ...

    def refresh(self) -> None:
        """The facts of the page have changed: draw it again."""
        ...

    def sign_of_life(self) -> None:
        """The citizen did something: the time-out starts afresh."""
        ...


class Pages(Protocol):
    """Makes pages of facts."""

    def __call__(self, state: str, session: Session, tools: Tools) -> tuple[Page, Frame]:
        """The page of a state and the frame around it; number, language, back and leave are the runtime's."""
        ...


class Runtime:
    """One kiosk's chart, running. ``explain`` puts a device's fault that an activity could not deal with into words.
    ``moved`` is told the state before, the event, the state after, and the session as it is before it is wiped."""

    def __init__(
        self,
        chart: Chart,
        *,
        pages: Pages,
        tools: Tools,
        delays: Mapping[str, Delay],
        show: Callable[[Show], None],
        language: str = "zh",
        explain: Callable[[Session, Tools, DeviceError], None] = lambda session, tools, error: None,
        moved: Callable[[str, str, str, Session], None] = lambda before, event, after, session: None,
    ) -> None:
        self.position = Position(chart)
        self.session = Session(language=language)
        self.tools = tools
        self.shown: Show | None = None
        self._pages = pages
        self._delays = delays
        self._show = show
        self._language = language
        self._explain = explain
        self._moved = moved
        self._clock: Clock = tools.clock
        self._inbox: asyncio.Queue[Event] = asyncio.Queue()
        self._activity: asyncio.Task[None] | None = None
        self._timer: Handle | None = None
        self._overlay: Page | None = None
        self._view = 0
        self.signs = 0
        """Rises whenever the present state's time begins afresh: a move, or a citizen's sign of life."""
        self._ended = asyncio.Event()

    # -- from outside --------------------------------------------------------------------------------------------------

    def post(self, event: str, value: str = "", entry: int | None = None) -> None:
        """Put an event into the inbox. On the event loop only."""
        self._inbox.put_nowait(Event(event, value, entry))

    def touched(self, touch: Touched) -> None:
        """A touch came from the screens."""
        if self.shown is None or touch.number != self.shown.frame.number:
            log.info("stale_touch_dropped", intent=touch.intent, view=touch.number)
            return
        if touch.intent in ("language", "large", "help", "more_time") or self._overlay is not None:
            self._frame_intent(touch)
        else:
            self.sign_of_life()
            if touch.intent == "turn":
                return  # the screens turn their pages themselves, and only say that someone is there
            offered = is_offered(self.shown.page, touch.intent, touch.value)
            if offered and self.position.knows(touch.intent, touch.value):
                self.post(touch.intent, touch.value, self.position.entry)
            else:
                log.error("touch_without_answer", intent=touch.intent, state=self.position.state)

    def refresh(self) -> None:
        """Draw the present page again, with a new number unless it is the same to a finger: a live picture moved on."""
        self._draw(again=True)

    def sign_of_life(self) -> None:
        """The citizen is there: no warning, and the time-out starts afresh."""
        delay = self._delay
        if delay is not None and delay.kind is Kind.PERSON:
            self._arm()
            if isinstance(self._overlay, StillThere):
                self._overlay = None
                self._draw()

    async def run(self) -> None:
        """Run until the chart has come to ``stopped``."""
        self._enter()
        while not self._ended.is_set():
            await self._hear(await self._inbox.get())

    # -- one event -----------------------------------------------------------------------------------------------------

    async def _hear(self, event: Event) -> None:
        if event.entry is not None and event.entry != self.position.entry:
            log.info("stale_event_dropped", kind=event.name, state=self.position.state)
            return
        before = self.position.state
        edge = self.position.tell(event.name, event.value)
        if edge.keep:
            self.session.keep(edge.keep, event.value)
        if edge.dest is None:
            log.debug("noted", kind=event.name, state=before)
            return
        self.signs += 1  # now, not when the old state's activity has let go: its rest is not the new state's
        log.info("moved", kind=event.name, source=before, dest=self.position.state)
        self._moved(before, event.name, self.position.state, self.session)
        await self._leave()
        if any(_within(before, each) and not _within(self.position.state, each) for each in WIPED):
            self.session.wipe(self._language)
        self._enter()

    async def _leave(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self._overlay = None
        activity, self._activity = self._activity, None
        if activity is not None and not activity.done():
            activity.cancel()
            await asyncio.wait([activity])

    def _enter(self) -> None:
        self._draw()
        self._arm()
        leaf = self.position.leaf
        if leaf.activity is not None:
            self._activity = asyncio.create_task(self._perform(leaf, self.position.entry), name=self.position.state)
        if self.position.state == "stopped":
            self._ended.set()

    async def _perform(self, leaf: State, entry: int) -> None:
        stage = _Stage(self, self.position.state)
        beginning: asyncio.Future[Entry] | None = None
        try:
            if leaf.durable:
                beginning = asyncio.ensure_future(self.tools.record.begin(self.session, self.position.state))
                await carried_through(beginning)
            assert leaf.activity is not None  # noqa: S101 -- only states with one come here
            outcome = await leaf.activity(stage)
        except asyncio.CancelledError:
            if (intent := _begun(beginning)) is not None:
                await self._ended_well(intent, "abandoned")
            raise
        except DeviceError as error:
            log.warning("device_failed", state=stage.state, fault=error.code)
            self._explain(self.session, self.tools, error)
            outcome = "failed"
        except Exception as error:
            log.exception("activity_failed", state=stage.state, error=type(error).__name__)
            outcome = "failed"
        if (intent := _begun(beginning)) is not None and not await self._ended_well(intent, outcome):
            outcome = "failed"
        self.post(outcome, entry=entry)

    async def _ended_well(self, intent: Entry, outcome: str) -> bool:
        """Write down what became of it. False: the disk would not have it; the intent stays open for a restart."""
        try:
            await carried_through(self.tools.record.end(intent, outcome))
        except JournalError as error:
            log.error("outcome_not_written", step=intent.step, outcome=outcome, reason=type(error).__name__)
            return False
        return True

    # -- time ----------------------------------------------------------------------------------------------------------

    @property
    def _delay(self) -> Delay | None:
        timeout = self.position.leaf.timeout
        return self._delays[timeout] if timeout else None

    @property
    def patience(self) -> float | None:
        """Seconds that the present state may last without a sign of life; None: for ever."""
        delay = self._delay
        return None if delay is None or delay.kind is Kind.REST else delay.seconds + delay.grace

    def time_out(self) -> None:
        """What happens when the present state's time is up happens now."""
        delay = self._delay
        if delay is not None and delay.kind is not Kind.REST:
            self._time_is_up(self.position.entry, delay)

    def _arm(self) -> None:
        self.signs += 1
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        delay = self._delay
        if delay is None or delay.kind is Kind.REST:
            return
        entry = self.position.entry
        if delay.kind is Kind.PERSON and delay.grace:
            self._timer = self._clock.call_later(delay.seconds, lambda: self._warn(entry, delay))
        else:
            self._timer = self._clock.call_later(delay.seconds, lambda: self._time_is_up(entry, delay))

    def _warn(self, entry: int, delay: Delay) -> None:
        if entry != self.position.entry:
            return
        self._overlay = StillThere(seconds=int(delay.grace))
        self._draw()
        self._timer = self._clock.call_later(delay.grace, lambda: self._time_is_up(entry, delay))

    def _time_is_up(self, entry: int, delay: Delay) -> None:
        self.post(EVENT_OF[delay.kind], entry=entry)

    # -- the screen ----------------------------------------------------------------------------------------------------

    def _frame_intent(self, touch: Touched) -> None:
        if touch.intent == "leave" and isinstance(self._overlay, StillThere):
            self.post("leave", entry=self.position.entry)
            return
        if touch.intent == "language":
            self.session.language = touch.value
        elif touch.intent == "large":
            self.session.large = not self.session.large
        elif touch.intent == "help":
            self._overlay = HELP
        else:  # more_time, or help's done
            self._overlay = None
        self._arm()
        self._draw()

    def _page(self) -> tuple[Page, Frame]:
        """The page of the present state. One that cannot be built must not take the machine down with a card inside:
        what is shown instead says so, and the state goes on."""
        try:
            return self._pages(self.position.state, self.session, self.tools)
        except Exception as error:
            log.exception("page_not_built", state=self.position.state, error=type(error).__name__)
            return Refusal(what=Say("refusal.unexpected"), advice=(Say("advice.ask_attendant"),)), Frame(number=0)

    def _draw(self, *, again: bool = False) -> None:
        page, frame = self._page()
        knows = self.position.knows
        leaf = self.position.leaf
        overlay = self._overlay
        show = Show(
            Frame(
                number=self._view + 1,
                language=self.session.language,
                large=self.session.large,
                place=frame.place,
                machine=frame.machine,
                card_in=frame.card_in,
                back=overlay is None and knows("back"),
                leave=overlay is None and knows("leave") and not leaf.durable,
                lit=frame.lit,
                step=frame.step,
                print_available=frame.print_available,
            ),
            overlay or page,  # type: ignore[arg-type]  # every page of the vocabulary is one of AnyPage
        )
        if again and self.shown is not None and same_to_touch(self.shown, show):
            show = Show(self.shown.frame, show.page)
        self._view = show.frame.number
        self.shown = show
        self._show(show)


@dataclass(frozen=True, slots=True)
class _Stage:
    runtime: Runtime
    state: str

    @property
    def session(self) -> Session:
        return self.runtime.session

    @property
    def tools(self) -> Tools:
        return self.runtime.tools

    def refresh(self) -> None:
        self.runtime.refresh()

    def sign_of_life(self) -> None:
        self.runtime.sign_of_life()


def _within(state: str, around: str) -> bool:
    return state == around or state.startswith(around + SEPARATOR)


def _begun(beginning: asyncio.Future[Entry] | None) -> Entry | None:
    """The intent that was written, if one was, even if it was only just before the state was left."""
    if beginning is None or beginning.cancelled() or beginning.exception() is not None:
        return None
    return beginning.result()
