"""Which page a kiosk shows in a state of its chart, and what that kind of page looks like.

All that comes from the kiosk is the state's name. The pictures ship with the software: they were painted from invented
samples (`docs/make_page_pictures.py`), so small that nothing on them can be read.
"""

from __future__ import annotations

import base64
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any, cast

from kiosk.health.visits import SESSION
from statemachines.chart import SEPARATOR, Chart
from statemachines.kiosk import KioskActivities, kiosk_chart

FOLDER = Path(__file__).with_name("page_pictures")
WIDTH, HEIGHT = 108, 192


class _Nobody:
    """Does nothing: only what the chart shows is asked for."""

    def __getattr__(self, name: str) -> Callable[[Any], Awaitable[str]]:
        async def nothing(_stage: Any) -> str:
            return name

        return nothing


@cache
def pages() -> Mapping[str, str]:
    """State -> the name of its page."""

    def within(chart: Chart, above: str) -> Iterator[tuple[str, str]]:
        for state in chart.states:
            path = f"{above}{state.name}"
            if state.screen is not None:
                yield path, state.screen.__name__
            if state.chart is not None:
                yield from within(state.chart, f"{path}{SEPARATOR}")

    return dict(within(kiosk_chart(cast("KioskActivities", _Nobody())), ""))


def page_of(state: str) -> str:
    """Its name; empty for what no chart of this version knows."""
    return pages().get(state, "")


def page_of_step(step: str) -> str:
    """The same for a step of a visit."""
    return page_of(f"{SESSION}{SEPARATOR}{step}")


def in_order(steps: Iterable[str]) -> list[str]:
    """Steps of visits as they are charted; what no chart of this version knows comes last, by name."""
    place = {state: number for number, state in enumerate(pages())}
    return sorted(steps, key=lambda step: (place.get(f"{SESSION}{SEPARATOR}{step}", len(place)), step))


@cache
def picture(page: str) -> str:
    """What it looks like, as an address that holds the picture itself; empty where there is none."""
    if page not in pages().values():
        return ""
    content = (FOLDER / f"{page}.png").read_bytes()
    return f"data:image/png;base64,{base64.b64encode(content).decode('ascii')}"
