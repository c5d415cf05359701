"""Speech of one machine: what is drawn is said, as this citizen has set it. Called in the window's thread only."""

from __future__ import annotations

from collections.abc import Callable

from screens.layout import Scene
from screens.locale.catalogue import Catalogue
from screens.locale.formats import Words
from screens.speech.aids import LEVELS, SoundOutput, SpeechAid
from screens.speech.narrator import Narrator
from screens.speech.reading import aloud
from screens.speech.voice import Fault, Voice


class Speaking:
    """On a headset it speaks from the start, for plugging it in is all that somebody who does not see can do; on a
    loudspeaker only when asked to. ``on_change`` is called in the voice's thread."""

    again_after = 15.0
    """Seconds from one call of :meth:`welcome` to the next, for whoever has just put on the headset."""

    def __init__(self, output: SoundOutput, catalogue: Catalogue, on_change: Callable[[Fault], None]) -> None:
        self._begin = SpeechAid(on=output.private)
        self._set = self._begin
        self._private = output.private
        self._catalogue = catalogue
        self._narrator = Narrator(catalogue, overheard=not output.private)
        self._voice = Voice(output.device, on_change)
        self._lost = False
        self._scene: Scene | None = None
        self._language = ""

    def start(self) -> None:
        """Look whether it would be heard, now and from time to time."""
        self._voice.start()

    def stop(self) -> None:
        """Fall silent for good."""
        self._voice.stop()

    @property
    def fault(self) -> Fault | None:
        """What keeps it from being heard; None: not known yet."""
        return self._voice.fault

    @property
    def aid(self) -> SpeechAid | None:
        """As it is set; None while nobody would hear it."""
        return self._set if self._voice.fault == "" else None

    def shown(self, scene: Scene, language: str) -> None:
        """This is drawn from now on: say what is new of it."""
        self._scene, self._language = scene, language
        if self._set.on and (text := self._narrator.tell(scene, language)):
            self._voice.say(language, text, self._set.amplitude)

    def again(self) -> None:
        """Say the whole page once more."""
        self._narrator.forget()
        if self._set.on and self._scene is not None:
            self.shown(self._scene, self._language)

    def changed(self, fault: Fault) -> None:
        """It is heard again, or no longer: what was said meanwhile is said anew."""
        back, self._lost = self._lost and not fault, bool(fault)
        if back:
            self.again()

    def takes_longer(self) -> None:
        """What is waited for takes longer than it was said to."""
        if self._set.on:
            words = Words(self._catalogue, self._language)
            self._voice.say(self._language, words("working.longer"), self._set.amplitude)

    def welcome(self) -> None:
        """Nobody is here, as far as is known: say the page again, if nothing is being said."""
        if self._private and not self._voice.busy:
            self.again()

    def switch(self, aid: str) -> None:
        """``speech``, ``louder`` or ``softer`` was touched. The page is to be drawn again after it."""
        self._set = self._set.switched(aid)
        if aid == "speech":
            self._narrator.forget()
            self._voice.hush()
        else:
            words = Words(self._catalogue, self._language)
            level = words("speech.level", level=self._set.level + 1, levels=len(LEVELS))
            self._voice.say(self._language, aloud(self._language, level), self._set.amplitude)

    def forget(self) -> None:
        """The citizen has gone: what they set goes with them, and what was being said to them."""
        self._voice.hush()
        self._set = self._begin
        self._narrator.forget()
        self._scene = None
