"""A part of a page that is drawn anew when, and only when, what it shows has changed."""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable
from typing import Any, Generic, TypeVar

from nicegui import ui
from sqlalchemy.exc import SQLAlchemyError

from kiosk.fleet.console.desk import Desk
from kiosk.fleet.desk.errors import Unknown

S = TypeVar("S")


class Panel(ABC, Generic[S]):
    """Made where it shall stand. ``look`` runs on a thread, ``draw`` within the page. ``minutely``: what is drawn tells
    how long ago something was, and is drawn anew every half minute. ``of_overview``: it shows the follower's view, and
    need not look before there is a new one."""

    minutely = False
    of_overview = False

    def __init__(self, desk: Desk, classes: str = "panel") -> None:
        self.desk = desk
        self._box = ui.element("section").classes(classes)
        self._seen: object = None

    @abstractmethod
    def look(self) -> S:
        """What is shown. May wait for the database."""

    @abstractmethod
    def draw(self, seen: S) -> None:
        """Draw it."""

    def key(self, seen: S) -> object:
        """What of it makes a difference."""
        return seen

    async def update(self) -> None:
        """Look, and draw anew if need be; while the database is away what was drawn stays. Nothing once whoever looks
        is no longer signed in, whatever it is that asks."""
        if not await self.desk.still_signed_in():
            return
        try:
            seen = await asyncio.to_thread(self.look)
        except (SQLAlchemyError, Unknown):
            return
        key = (self.key(seen), self.desk.now // 30_000 if self.minutely else 0)
        if key == self._seen or self.desk.client.id not in type(self.desk.client).instances:
            return
        self._seen = key
        self.redraw(seen)

    def redraw(self, seen: S) -> None:
        """Draw it anew; a panel of many parts may change only those that differ."""
        self._box.clear()
        with self._box:
            self.draw(seen)


class HeadedPanel(Panel[S]):
    """One whose head, with what is being typed there, stays while what is below is drawn anew."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._body: ui.element | None = None

    @abstractmethod
    def head(self) -> None:
        """Draw the head, once."""

    def redraw(self, seen: S) -> None:
        """The body only."""
        if self._body is None:
            with self._box:
                self.head()
                self._body = ui.element("div").classes("as-one")
        self._body.clear()
        with self._body:
            self.draw(seen)


async def keep(desk: Desk, panels: Iterable[Panel[Any]]) -> None:
    """Show the panels, and keep them up to date as long as the page is open."""
    listed, news = list(panels), asyncio.Event()

    async def update() -> None:
        for panel in listed:
            await panel.update()

    async def follow() -> None:
        while news.is_set():
            news.clear()
            await update()

    def told() -> None:
        if not desk.client.has_socket_connection:
            return  # nobody sees it: yet, or any more
        news.set()
        if not tasks:
            tasks.add(task := asyncio.get_running_loop().create_task(follow()))
            task.add_done_callback(tasks.discard)

    tasks: set[asyncio.Task[None]] = set()
    await update()
    leave: Callable[[], None] = desk.follower.listen(told, early=not any(panel.of_overview for panel in listed))
    desk.client.on_connect(told)
    desk.client.on_delete(leave)
