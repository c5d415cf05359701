"""How often the window looks for a touch: seldom while nobody is here, often while somebody is."""

from __future__ import annotations

from screens import touch_alarm
from screens.kivy_environment import ALARMED, OFTEN, SELDOM

from kivy.clock import Clock  # isort: skip

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
