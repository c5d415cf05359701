"""Where the chart stands, for those who wait for it to stand elsewhere."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from kiosk.health.visits import SESSION

PASSED_THROUGH = frozenset({"in_service.checking", "looking_again"})
"""Between two citizens, and between two looks at what is broken: nothing to tell anyone of."""


def serving(state: str) -> bool:
    """Whether a citizen is in front."""
    return state == SESSION or state.startswith(f"{SESSION}.")


class Standing:
    """Told of every move. All calls on the event loop."""

    def __init__(self, state: str = "starting") -> None:
        self.state = state
        self.moves = 0
        self._place = state
        self._changed = asyncio.Event()

    @property
    def serving(self) -> bool:
        """Whether a citizen is in front."""
        return serving(self.state)

    def moved(self, state: str) -> bool:
        """It is in another state now. True when that is another place to those far away: a citizen has come or gone,
        the kiosk is in service or no longer."""
        self.state = state
        self.moves += 1
        self._changed.set()
        self._changed = asyncio.Event()
        place = ".".join(state.split(".")[:2])
        elsewhere = place not in PASSED_THROUGH and place != self._place
        if elsewhere:
            self._place = place
        return elsewhere

    async def until(self, wanted: Callable[[str], bool]) -> None:
        """Wait until it stands in a state that is wanted; at once if it does."""
        while not wanted(self.state):
            await self._changed.wait()

    async def until_free(self) -> None:
        """Wait until no citizen is in front."""
        while self.serving:
            await self._changed.wait()
