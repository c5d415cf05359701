"""Waiting for the next view while time passes; a machine that shows nothing new within bounded time is stuck."""

from __future__ import annotations

import time
from typing import Any

from machine import Machine, Stuck

from statemachines.views import Attract, OutOfService, Show

LONGEST = 60.0
"""Real seconds without a new view, in a state that somebody waits in."""
SPEED = 4.0
"""How much faster than the real one the kiosk's clock runs while devices and host are at work: they take real time."""
LOOK = 0.03
CALLED = 15.0
"""Real seconds, an hour or so of the kiosk's, after which somebody puts right what keeps a view standing: a card in a
reader whose cable is out cannot be seen to have been taken."""
IDLE = 1.5
"""Real seconds after which the first screen is looked at again: a card or a touch may not have been noticed."""


class Eyes:
    """Of whoever stands before the machine."""

    def __init__(self, machine: Machine) -> None:
        self.machine = machine
        self.acted = 0
        """The number of the view that has been dealt with."""

    @property
    def show(self) -> Show:
        """The view that is on the glass."""
        return self.machine.glass.last

    @property
    def idle(self) -> bool:
        """Nobody is served."""
        return bool(self.machine.glass.shown) and isinstance(self.show.page, Attract | OutOfService)

    async def next(self, *, hurry: bool = False) -> Show:
        """The next view to be dealt with. ``hurry``: nobody does anything meanwhile."""
        machine, begun = self.machine, time.monotonic()
        while not await machine.glass.newer(self.acted, LOOK):
            elapsed = time.monotonic() - begun
            await machine.passes(self._pace(elapsed, hurry=hurry))
            await self._calls(elapsed)
            if self.idle and elapsed > IDLE:
                return self.show
            if elapsed > LONGEST:
                page = type(self.show.page).__name__ if machine.glass.shown else "nothing"
                raise Stuck(f"no new view in {machine.seen['state']}, which shows {page}")
        for _ in range(8):
            if not await machine.glass.newer(self.show.frame.number, 0.015):
                break
        machine.waited[machine.seen["state"]] += time.monotonic() - begun
        return self.show

    async def _calls(self, elapsed: float) -> None:
        if elapsed > CALLED and self.machine.standing:
            await self.machine.heals(everything=True)
            self.machine.events.append(("staff", f"called to {self.machine.seen['state']}"))

    def _pace(self, elapsed: float, *, hurry: bool) -> float:
        if self.machine.seen["kind"] == "machine":
            return SPEED * LOOK
        if hurry or elapsed > 1.0:
            return 4.0
        return LOOK

    async def until_not_idle(self) -> None:
        """Until somebody is served: whoever was called has come."""
        begun = time.monotonic()
        while self.idle:
            await self.machine.glass.newer(self.show.frame.number, LOOK)
            await self.machine.passes(LOOK)
            if time.monotonic() - begun > LONGEST:
                raise Stuck(f"nobody is served: {self.machine.seen['state']}")

    async def until_idle(self, seconds: float = LONGEST) -> Any:
        """Until the machine waits for somebody or is out of service; the page."""
        begun = time.monotonic()
        while not self.idle:
            await self.machine.glass.newer(self.show.frame.number if self.machine.glass.shown else 0, LOOK)
            await self.machine.passes(self._pace(1.1, hurry=True))
            await self._calls(time.monotonic() - begun)
            if time.monotonic() - begun > seconds:
                raise Stuck(f"it does not come to rest: {self.machine.seen['state']}")
        return self.show.page
