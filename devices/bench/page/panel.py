"""A part of the page that is drawn anew when, and only when, what it shows has changed."""

from __future__ import annotations

from abc import ABC, abstractmethod

from nicegui import ui

from devices.bench.page.desk import Desk


class Panel(ABC):
    """Made where it shall stand. :meth:`update` is called on every view; the desk holds it by then."""

    def __init__(self, desk: Desk, classes: str) -> None:
        self.desk = desk
        self._box = ui.element("div").classes(classes)
        self._seen: object = None

    @abstractmethod
    def seen(self) -> object:
        """All that the drawing depends on, to be compared."""

    @abstractmethod
    def draw(self) -> None:
        """Draw it."""

    def update(self) -> None:
        """Draw it anew if need be."""
        seen = self.seen()
        if seen == self._seen:
            return
        self._seen = seen
        self._box.clear()
        with self._box:
            self.draw()


def heading(step: str, title: str, hint: str) -> None:
    """The head of a column."""
    with ui.element("header").classes("heading"):
        ui.label(step).classes("step")
        with ui.element("div"):
            ui.label(title).classes("title")
            ui.label(hint).classes("hint")
