"""The application: views in, touches out. Holds which local page is turned to, and the display aids of this citizen."""

from __future__ import annotations

import gc
import logging
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

import screens.pages  # noqa: F401  -- fills the table of pages
from screens.by_hand import ByHand
from screens.fonts import Fonts
from screens.kivy_environment import cache_folder
from screens.layout import Composer, Scene
from screens.link import Link
from screens.locale.catalogue import Catalogue
from screens.options import Options, installed_version
from screens.pages.just_a_moment import JustAMoment
from screens.succession import goes_on, kept_still
from screens.theme import Theme
from screens.turned import Turned
from screens.typeset import Typesetter
from screens.vigilance import Vigilance
from screens.widgets.node import Touch
from screens.window import open_window
from statemachines import views

if TYPE_CHECKING:
    from screens.speech.speaking import Speaking
    from screens.speech.voice import Fault

from kivy.app import App  # isort: skip
from kivy.clock import Clock  # isort: skip

log = logging.getLogger("screens")

DOUBLE_TAP = 2.0
"""Seconds in which a view answers only its first touch, unless a new view comes."""

LINK_PATIENCE = 1.0
"""Seconds the last page stays when the controller is gone; a restart of it takes less."""


AT_REST = (views.Attract, views.OutOfService, views.Maintenance, views.Starting)
"""Pages that stand for hours."""


class ScreensApp(App):  # type: ignore[misc]  # Kivy is untyped
    """One window, one stage, one link."""

    def __init__(self, options: Options, *, now: Callable[[], datetime] = datetime.now) -> None:
        super().__init__()
        self._options = options
        self._begin = Theme(options.glass, False, options.high_contrast, options.low_reach)
        typesetter = Typesetter(Fonts.prepare(cache_folder() / "fonts"))
        catalogue = Catalogue.load()
        self._composer = Composer(self._begin, catalogue, typesetter, now)
        self._speaking: Speaking | None = None
        if options.sound is not None:
            from screens.speech.speaking import Speaking  # what nobody would hear is not loaded

            self._speaking = Speaking(
                options.sound, catalogue, lambda fault: Clock.schedule_once(lambda _: self._voice_changed(fault), 0)
            )
        self._turned = Turned()
        self._vigilance = Vigilance()
        self._newest: views.Show | None = None
        self._show: views.Show | None = None
        self._scene: Scene | None = None
        self._since = time.monotonic()
        self._answered = 0.0
        self._hand = ByHand()
        self._longer = Clock.create_trigger(lambda _: self._say_longer())
        self._apart = False
        """Whether the controller was gone: the next view is told to be on the glass even if it is the same."""
        self._lost = Clock.create_trigger(self._show_lost, LINK_PATIENCE)
        open_window(options.glass, cursor=options.cursor)
        from screens.stage import Stage  # the window exists only now

        self._stage = Stage(typesetter, self._touched, self._on_glass, self._say_again)
        self._link = Link(
            options.socket,
            installed_version(),
            on_show=self._received,
            on_lost=lambda: Clock.schedule_once(lambda _: self._parted(), 0),
            on_bad=lambda reason: log.error("view refused: %s", reason),
            greeting=self._greeting,
        )

    def build(self) -> object:
        """Kivy's hook: the root widget."""
        return self._stage

    def on_start(self) -> None:
        """Kivy's hook: the window is there."""
        self._link.start()
        if self._speaking is not None:
            self._speaking.start()
            Clock.schedule_interval(lambda _: self._welcome(), self._speaking.again_after)
        self._vigilance.start()
        self._lost()
        gc.freeze()  # what is here now stays: looking through it again at each farewell would take a tenth of a second

    def end_soon(self) -> None:
        """Stop at the next frame. From any thread."""
        Clock.schedule_once(lambda _: self.stop(), 0)

    def on_stop(self) -> None:
        """Kivy's hook."""
        self._link.stop()
        if self._speaking is not None:
            self._speaking.stop()

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
        show = kept_still(before, show)
        apart, self._apart = self._apart, False
        if before is not None and not apart and views.same_to_touch(before, show):
            self._same_again(before, show)
            return
        if before is None or not goes_on(before.page, show.page):
            self._since = time.monotonic()
        self._hand.meet(show.page)
        if isinstance(show.page, views.Attract):
            self._turned.forget()
            self._composer = replace(self._composer, theme=self._begin)
            if self._speaking is not None:
                self._speaking.forget()
        elif isinstance(show.page, views.Photo) and show.page.stage == "aim":
            self._turned.drop(show.page)  # the next photo's faults are read from the first
        self._show = show
        self._answered = 0.0
        self._wait_for_longer(show.page)
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
        self._longer.cancel()
        self._scene = self._composer.scene(frame, JustAMoment())
        self._stage.show(self._scene, time.monotonic())
        self._say(frame)

    def _draw(self, *, same: bool = True) -> None:
        if self._show is None:
            return
        page = self._show.page
        composer = replace(self._composer, speech=self._speaking.aid if self._speaking is not None else None)
        try:
            self._scene = composer.scene(self._show.frame, page, self._turned.turn(page), self._hand)
        except LookupError as error:  # a key without words, an icon that is none: the next view may be whole
            log.error("view %d, %s, cannot be drawn: %s", self._show.frame.number, type(page).__name__, error)
            self._show_lost(0)
            return
        self._stage.show(self._scene, self._since, same=same)
        self._say(self._show.frame)

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
            self._turned.keep(self._show.page, self._scene.turn + touch.turn)
        self._draw()

    def _switch_aid(self, aid: str) -> None:
        theme = self._composer.theme
        match aid:
            case "contrast":
                theme = replace(theme, high_contrast=not theme.high_contrast)
            case "low_reach":
                theme = replace(theme, low_reach=not theme.low_reach)
            case _ if self._speaking is not None:
                self._speaking.switch(aid)
        self._composer = replace(self._composer, theme=theme)

    # -- speech --------------------------------------------------------------------------------------------------------

    def _say(self, frame: views.Frame) -> None:
        if self._speaking is not None and self._scene is not None:
            self._speaking.shown(self._scene, frame.language)

    def _say_again(self) -> None:
        """A finger beside everything: say the page once more."""
        if self._speaking is not None:
            self._speaking.again()

    def _wait_for_longer(self, page: views.Page) -> None:
        """What takes longer than it was said to says so, as it does on the glass."""
        self._longer.cancel()
        at_most = getattr(page, "at_most", None)
        if self._speaking is not None and at_most is not None:
            self._longer.timeout = max(0.0, at_most + 1 - (time.monotonic() - self._since))
            self._longer()

    def _say_longer(self) -> None:
        if self._speaking is not None:
            self._speaking.takes_longer()

    def _welcome(self) -> None:
        if self._speaking is not None and self._show is not None and isinstance(self._show.page, views.Attract):
            self._speaking.welcome()

    def _greeting(self) -> tuple[views.Speech, ...]:
        """In the link's thread."""
        fault = self._speaking.fault if self._speaking is not None else None
        return () if fault is None else (views.Speech(fault),)

    def _voice_changed(self, fault: Fault) -> None:
        self._link.send(views.Speech(fault))
        if self._show is not None and isinstance(self._show.page, views.Help):
            self._draw()
        if self._speaking is not None:
            self._speaking.changed(fault)
