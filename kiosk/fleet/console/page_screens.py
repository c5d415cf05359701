"""What a kiosk shows: the kind of page on its glass, and those of its last business. Nothing of a citizen is in it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from nicegui import ui

from kiosk.fleet.console import pieces
from kiosk.fleet.console.desk import Desk
from kiosk.fleet.console.pages import HEIGHT, WIDTH, page_of, page_of_step, picture
from kiosk.fleet.console.panel import Panel
from kiosk.fleet.console.words import moment
from kiosk.fleet.desk import one_kiosk
from kiosk.fleet.desk.shapes import Moment

LOOKED_THROUGH = 120
"""Moments of the time line in which the last business is looked for."""
MOST = 10
BRIEF, LONGEST = 10_000, 3_600_000


@dataclass(frozen=True, slots=True)
class Shown:
    """``state``: of the chart, by the last heartbeat; ``at``: when that came. ``last``: the last business that is
    known."""

    state: str
    at: int | None
    last: Moment | None


class Screens(Panel[Shown]):
    """The page now, by the last heartbeat, and the pages of the last business with the time spent on each."""

    def __init__(self, desk: Desk, kiosk: str) -> None:
        super().__init__(desk)
        self.kiosk = kiosk

    def look(self) -> Shown:
        engine = self.desk.service.reading
        presence = one_kiosk.one_kiosk(engine, self.kiosk).presence
        line = one_kiosk.time_line(engine, self.kiosk, limit=LOOKED_THROUGH)
        last = next((each for each in line if each.kind == "business_outcome"), None)
        if presence is None:
            return Shown("", None, last)
        return Shown(presence.state, presence.seen_at, last)

    def key(self, seen: Shown) -> object:
        return page_of(seen.state), (seen.at or 0) // 60_000, None if seen.last is None else seen.last.key

    def draw(self, seen: Shown) -> None:
        words = self.desk.words
        pieces.title(words("screen.title"), words("screen.hint"))
        page = page_of(seen.state)
        with ui.element("div").classes("screens"):
            if page and seen.at is not None:
                when = moment(seen.at, self.desk.now)
                self._screen(page, words("screen.now", when=when, page=words.of("page", page)), "screen-now")
        if not page:
            pieces.nothing(words("screen.unknown"))
        if seen.last is not None and (steps := [*steps_of(seen.last.body)]):
            service = words.of("service", str(seen.last.body.get("service")))
            result = words.of("told", str(seen.last.body.get("result")))
            when = moment(seen.last.happened_at, self.desk.now)
            ui.label(words("screen.last", what=words.said(service, result, when))).classes("hint")
            with ui.element("div").classes("screens").props('data-testid="screens-last"'):
                for page, milliseconds in steps:
                    seconds = words(
                        "screen.seconds", count=f"{milliseconds / 1000:.{1 if milliseconds < BRIEF else 0}f}"
                    )
                    self._screen(page, f"{words.of('page', page)} {seconds}")

    def _screen(self, page: str, caption: str, testid: str = "") -> None:
        with ui.element("figure").classes("screen") as figure:
            image = ui.element("img").props(f'width="{WIDTH}" height="{HEIGHT}" alt=""')
            image._props["src"] = picture(page)
            with ui.element("figcaption"):
                ui.label(caption)
        if testid:
            figure.props(f'data-testid="{testid}" data-page="{page}"')


def steps_of(body: Mapping[str, Any]) -> Iterator[tuple[str, int]]:
    """The pages of a business with the milliseconds spent on each, in the order in which they were first shown; steps
    in a row on the same page are one, and what only works in the background is none."""
    found: list[list[Any]] = []
    for step in body.get("steps") or ():
        page = page_of_step(str(step.get("step")))
        if not page or page == "Working":
            continue
        spent = min(int(step.get("milliseconds") or 0), LONGEST)
        if found and found[-1][0] == page:
            found[-1][1] += spent
        else:
            found.append([page, spent])
    for page, spent in found[-MOST:]:
        yield page, spent
