"""Where the chart stands, for those who wait for it to stand elsewhere."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from kiosk.health.visits import SESSION


class Standing:
    """Told of every move. All calls on the event loop."""

    def __init__(self, state: str = "starting") -> None:
        self.state = state
        self.moves = 0
        self._changed = asyncio.Event()

    @property
    def serving(self) -> bool:
        """Whether a citizen is in front."""
        return self.state == SESSION or self.state.startswith(f"{SESSION}.")

    def moved(self, state: str) -> None:
        """It is in another state now."""
        self.state = state
        self.moves += 1
        self._changed.set()
        self._changed = asyncio.Event()

    async def until(self, wanted: Callable[[str], bool]) -> None:
        """Wait until it stands in a state that is wanted; at once if it does."""
        while not wanted(self.state):
            await self._changed.wait()

    async def until_free(self) -> None:
        """Wait until no citizen is in front."""
        while self.serving:
            await self._changed.wait()
