"""A window that changes thirty times a second, small so that drawing it takes no share worth naming: something to
measure the live screen with, which is always told the whole display."""

import sys

from kivy.config import Config

Config.set("graphics", "width", sys.argv[1])
Config.set("graphics", "height", sys.argv[2])
Config.set("graphics", "position", "custom")
Config.set("graphics", "left", "0")
Config.set("graphics", "top", "0")

from kivy.app import App  # noqa: E402 -- the window's size is settled first
from kivy.clock import Clock  # noqa: E402
from kivy.graphics import Color, Rectangle  # noqa: E402
from kivy.uix.label import Label  # noqa: E402


class Animation(App):
    """A number that counts, and a bar that runs down the window."""

    def build(self) -> Label:
        self._count = 0
        self._label = Label(font_size=100)
        with self._label.canvas.before:
            Color(0.04, 0.35, 0.48)
            self._bar = Rectangle(size=(2000, 60))
        Clock.schedule_interval(self._next, 1 / 30)
        return self._label

    def _next(self, _: float) -> None:
        self._count += 1
        self._label.text = str(self._count)
        self._bar.pos = (0, self._count * 11 % 400)


Animation().run()
