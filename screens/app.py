"""The application: views in, touches out. Holds which local page is turned to, and the display aids of this citizen."""

from __future__ import annotations

import gc
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import msgspec

import screens.pages  # noqa: F401  -- fills the table of pages
from screens import touch_alarm
from screens.by_hand import ByHand
from screens.fonts import Fonts
from screens.kivy_environment import ALARMED, OFTEN, SELDOM, cache_folder
from screens.layout import Composer, Scene
from screens.link import Link
from screens.locale.catalogue import Catalogue
from screens.pages.just_a_moment import JustAMoment
from screens.theme import Glass, Theme
from screens.typeset import Typesetter
from screens.widgets.node import Touch
from screens.window import open_window
from statemachines import views

from kivy.app import App  # isort: skip
from kivy.clock import Clock  # isort: skip

log = logging.getLogger("screens")

DOUBLE_TAP = 2.0
"""Seconds in which a view answers only its first touch, unless a new view comes."""

LINK_PATIENCE = 1.0
"""Seconds the last page stays when the controller is gone; a restart of it takes less."""


@dataclass(frozen=True, slots=True)
class Options:
    """How the screens are set up. ``high_contrast`` and ``low_reach`` are what every citizen begins with."""

    socket: Path
    glass: Glass
    high_contrast: bool = False
    low_reach: bool = False
    cursor: bool = False


def installed_version() -> str:
    """Of the package, as the controller is told."""
    try:
        return version("social-security-card-kiosk")
    except PackageNotFoundError:
        return "0"


AT_REST = (views.Attract, views.OutOfService, views.Maintenance, views.Starting)
"""Pages that stand for hours."""

SLEEP_RESOLUTION = 0.001
"""Seconds; what Linux sleeps to."""

WAKE = 1.0
"""Seconds of looking often after the touch alarm: by then the touch has been seen, and answered."""


class Vigilance:
    """How many times a second the window looks for a touch; drawing is another matter, and only on demand."""

    def __init__(self) -> None:
        self._at_rest = SELDOM
        self._resting = True

    def start(self) -> None:
        """Have the clock sleep until it is woken, and the touch alarm wake it, where there is one."""
        # Kivy's interruptible clock takes a sleep to be as coarse as 28 ms, and spins through anything shorter, as well
        # as through the last of the wait for a timer.
        Clock.get_resolution = lambda: SLEEP_RESOLUTION
        Clock.interupt_next_only = True
        if touch_alarm.start(lambda: Clock.schedule_once(lambda _: self._woken(), 0)):
            self._at_rest = ALARMED

    def rest(self, resting: bool) -> None:
        """Whether the page is one that stands for hours."""
        self._resting = resting
        self._look(self._at_rest if resting else OFTEN)

    def _woken(self) -> None:
        self._look(OFTEN)
        Clock.schedule_once(lambda _: self.rest(self._resting), WAKE)

    @staticmethod
    def _look(times: int) -> None:
        Clock._max_fps = float(times)  # Kivy has no other way to change it


class Memory:
    """Which local page each view is turned to. Keyed by the page's class and heading; forgotten with the citizen."""

    def __init__(self) -> None:
        self._turns: dict[tuple[str, str], int] = {}

    @staticmethod
    def _key(page: views.Page) -> tuple[str, str]:
        heading = getattr(page, "title", None) or getattr(page, "question", None)
        return type(page).__name__, msgspec.json.encode(heading).decode()

    def turn(self, page: views.Page) -> int:
        """The local page to show."""
        return self._turns.get(self._key(page), 0)

    def keep(self, page: views.Page, turn: int) -> None:
        """Turned."""
        self._turns[self._key(page)] = turn

    def drop(self, page: views.Page) -> None:
        """It begins anew."""
        self._turns.pop(self._key(page), None)

    def forget(self) -> None:
        """Nobody is here any more."""
        self._turns.clear()


def _kept_still(before: views.Show | None, show: views.Show) -> views.Show:
    """While the picture is taken, the last live one stays."""
    page = show.page
    if not isinstance(page, views.Photo) or page.stage != "taking" or page.picture:
        return show
    if before is None or not isinstance(before.page, views.Photo) or before.page.stage not in ("aim", "taking"):
        return show
    return views.Show(show.frame, msgspec.structs.replace(page, picture=before.page.picture))


def _goes_on(before: views.Page, page: views.Page) -> bool:
    """Whether it is one wait: the same page, or the next step of a card that is being made."""
    if isinstance(before, views.MakingCard) and isinstance(page, views.MakingCard):
        return before.at_most == page.at_most
    return views.alike(before, page)


class ScreensApp(App):  # type: ignore[misc]  # Kivy is untyped
    """One window, one stage, one link."""

    def __init__(self, options: Options, *, now: Callable[[], datetime] = datetime.now) -> None:
        super().__init__()
        self._options = options
        self._begin = Theme(options.glass, False, options.high_contrast, options.low_reach)
        typesetter = Typesetter(Fonts.prepare(cache_folder() / "fonts"))
        self._composer = Composer(self._begin, Catalogue.load(), typesetter, now)
        self._memory = Memory()
        self._vigilance = Vigilance()
        self._newest: views.Show | None = None
        self._show: views.Show | None = None
        self._scene: Scene | None = None
        self._since = time.monotonic()
        self._answered = 0.0
        self._hand = ByHand()
        self._apart = False
        """Whether the controller was gone: the next view is told to be on the glass even if it is the same."""
        self._lost = Clock.create_trigger(self._show_lost, LINK_PATIENCE)
        open_window(options.glass, cursor=options.cursor)
        from screens.stage import Stage  # the window exists only now

        self._stage = Stage(typesetter, self._touched, self._on_glass)
        self._link = Link(
            options.socket,
            installed_version(),
            on_show=self._received,
            on_lost=lambda: Clock.schedule_once(lambda _: self._parted(), 0),
            on_bad=lambda reason: log.error("view refused: %s", reason),
        )

    def build(self) -> object:
        """Kivy's hook: the root widget."""
        return self._stage

    def on_start(self) -> None:
        """Kivy's hook: the window is there."""
        self._link.start()
        self._vigilance.start()
        self._lost()
        gc.freeze()  # what is here now stays: looking through it again at each farewell would take a tenth of a second

    def end_soon(self) -> None:
        """Stop at the next frame. From any thread."""
        Clock.schedule_once(lambda _: self.stop(), 0)

    def on_stop(self) -> None:
        """Kivy's hook."""
        self._link.stop()

    # -- views ---------------------------------------------------------------------------------------------------------

    def _received(self, show: views.Show) -> None:
        """In the link's thread. Of views that come faster than they can be drawn only the newest is."""
        self._newest = show
        Clock.schedule_once(lambda _: self._show_newest(), 0)

    def _show_newest(self) -> None:
        show, self._newest = self._newest, None
        if show is not None:
            self._shown(show)

    def _parted(self) -> None:
        self._apart = True
        self._lost()

    def _shown(self, show: views.Show) -> None:
        self._lost.cancel()
        before = self._show
        show = _kept_still(before, show)
        apart, self._apart = self._apart, False
        if before is not None and not apart and views.same_to_touch(before, show):
            self._same_again(before, show)
            return
        if before is None or not _goes_on(before.page, show.page):
            self._since = time.monotonic()
        self._hand.meet(show.page)
        if isinstance(show.page, views.Attract):
            self._memory.forget()
            self._composer = replace(self._composer, theme=self._begin)
        elif isinstance(show.page, views.Photo) and show.page.stage == "aim":
            self._memory.drop(show.page)  # the next photo's faults are read from the first
        self._show = show
        self._answered = 0.0
        self._vigilance.rest(isinstance(show.page, AT_REST))
        self._draw(same=before is not None and views.alike(before.page, show.page))

    def _same_again(self, before: views.Show, show: views.Show) -> None:
        """Nothing is laid out or painted anew but a live picture: a finger that is down does not notice."""
        self._show = show
        if isinstance(show.page, views.Photo) and show.page != before.page:
            self._stage.renew(show.page.picture)
        if self._scene is not None and show.frame.number != before.frame.number:
            self._answered = 0.0
            self._scene = replace(self._scene, number=show.frame.number)
            self._stage.renumber(self._scene)

    def _show_lost(self, _passed: float) -> None:
        before = self._show.frame if self._show else views.Frame(number=0)
        frame = views.Frame(number=0, language=before.language, place=before.place, machine=before.machine)
        self._show = None
        self._scene = self._composer.scene(frame, JustAMoment())
        self._stage.show(self._scene, time.monotonic())

    def _draw(self, *, same: bool = True) -> None:
        if self._show is None:
            return
        page = self._show.page
        try:
            self._scene = self._composer.scene(self._show.frame, page, self._memory.turn(page), self._hand)
        except LookupError as error:  # a key without words, an icon that is none: the next view may be whole
            log.error("view %d, %s, cannot be drawn: %s", self._show.frame.number, type(page).__name__, error)
            self._show_lost(0)
            return
        self._stage.show(self._scene, self._since, same=same)

    def _on_glass(self, scene: Scene) -> None:
        if self._show is not None and scene is self._scene:
            self._link.send(views.Drawn(scene.number, scene.page, scene.targets()))
            if isinstance(self._show.page, views.Attract):
                self._stage.forget()

    # -- touches -------------------------------------------------------------------------------------------------------

    def _touched(self, touch: Touch) -> None:
        if self._show is None or self._scene is None:
            return
        number = self._show.frame.number
        if touch.local:
            self._by_hand(touch, self._show.page)
            self._link.send(views.Touched(number, "turn", touch.intent))  # never what was typed or drawn
            return
        if touch.turn or touch.aid:
            self._turn(touch)
            if isinstance(self._show.page, views.Help):
                return  # it lies over another page, and the controller takes any touch on it as its end
        elif time.monotonic() - self._answered < DOUBLE_TAP:
            return
        else:
            self._answered = time.monotonic()
        self._link.send(views.Touched(number, touch.intent, self._value(touch)))

    def _value(self, touch: Touch) -> str:
        """Its own, or what was done by hand: that is not in the scene, for watchers are told its targets."""
        match touch.intent:
            case "enter":
                return self._hand.digits
            case "signed":
                return self._hand.ink.text()
            case _:
                return touch.value

    def _by_hand(self, touch: Touch, page: views.Page) -> None:
        match touch.intent, page:
            case "digit", views.EnterDigits(longest=longest):
                self._hand.type(touch.value, longest)
            case "erase", _:
                self._hand.erase()
            case "begin_again", _:
                self._hand.ink.clear()
            case "ink", _ if self._can_be_signed() == self._hand.ink.enough:
                return  # the stroke is on the glass already
        self._draw()

    def _can_be_signed(self) -> bool:
        return self._scene is not None and any(target.intent == "signed" for target in self._scene.targets())

    def _turn(self, touch: Touch) -> None:
        assert self._show is not None  # noqa: S101 -- a touch belongs to a view
        assert self._scene is not None  # noqa: S101
        if touch.aid:
            self._switch_aid(touch.aid)
        else:
            self._memory.keep(self._show.page, self._scene.turn + touch.turn)
        self._draw()

    def _switch_aid(self, aid: str) -> None:
        theme = self._composer.theme
        if aid == "contrast":
            theme = replace(theme, high_contrast=not theme.high_contrast)
        else:
            theme = replace(theme, low_reach=not theme.low_reach)
        self._composer = replace(self._composer, theme=theme)
