"""Notices what has changed on this kiosk and has the fleet told: devices, capabilities, supplies, counts, service."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable, Mapping

import msgspec

from kiosk.clock import Clock
from kiosk.fleet.messages import Body, Capabilities, Counters, DeviceState, Event, EventName, Supplies
from kiosk.health.capabilities import Health
from kiosk.health.counting import Tally
from kiosk.health.telemetry import Telemetry
from kiosk.health.visits import Visits
from kiosk.health.words import capabilities, device_state, supplies
from kiosk.journal.store import Journal
from kiosk.session import Session

WAVERS: Mapping[str, int] = {"temperature": 5}
"""By how much a measure must have changed to be told."""

CLOCK_WRONG = 30_000
"""Milliseconds: what the host and the fleet put in order by time is in disorder beyond that."""

COUNT_EVERY = 3600.0
"""Seconds between tellings of the counters, if they have changed."""

A_DAYS_COUNT = re.compile(r"\.20[0-9]{6}\Z")
"""Counts of one day are for the forecast; the fleet hears of the whole."""

STANDINGS: Mapping[str, EventName] = {
    "in_service": EventName.IN_SERVICE,
    "out_of_service": EventName.OUT_OF_SERVICE,
    "maintenance": EventName.MAINTENANCE_BEGAN,
    "stopping": EventName.STOPPING,
}
"""Events of the chart's outermost states."""


STOCK = "maintenance.stock"
"""The state in which two people work on the stock."""


def exchange_open(state: str, session: Session) -> bool:
    """Whether two people have signed in and are at the stock: that a vault's door is opened then is expected."""
    return state.startswith(f"{STOCK}.") and session.upkeep is not None and session.upkeep.persons.complete


class Reporter:
    """``models``: of each fitted device. ``banks``: by hopper. ``drivers``: asks them what they have counted. All calls
    on the event loop."""

    def __init__(
        self,
        telemetry: Telemetry,
        journal: Journal,
        health: Health,
        clock: Clock,
        *,
        models: Mapping[str, str],
        banks: Mapping[str, str],
        tally: Tally | None = None,
        drivers: Callable[[], Awaitable[None]] | None = None,
    ) -> None:
        self.visits = Visits(clock.monotonic)
        self.tally = tally or Tally()
        self._telemetry = telemetry
        self._journal = journal
        self._health = health
        self._clock = clock
        self._models = models
        self._banks = banks
        self._devices: dict[str, DeviceState] = {}
        self._capabilities: Capabilities | None = None
        self._supplies: Supplies | None = None
        self._counters: dict[str, int] = {}
        self._ask_drivers = drivers
        self._clock_was_wrong = False

    def noticed(self) -> None:
        """The health of something may have changed: tell what has."""
        bodies: list[Body] = []
        for name, status in self._health.statuses.items():
            state = device_state(name, status, self._models.get(name, ""), self._banks)
            if not same(self._devices.get(name), state):
                self._devices[name] = state
                bodies.append(state)
        able = capabilities(self._health)
        if able != self._capabilities and self._health.statuses:
            self._capabilities = able
            bodies.append(able)
        left = supplies(self._health)
        if left is not None and _standing(left) != _standing(self._supplies):
            self._supplies = left
            bodies.append(left)
        bodies += self._clock_told()
        self._telemetry.tell(*bodies)

    def _clock_told(self) -> list[Body]:
        off = self._health.clock_off
        wrong = off is not None and abs(off) > CLOCK_WRONG
        if wrong is self._clock_was_wrong or off is None:
            return []
        self._clock_was_wrong = wrong
        return [Event(event=EventName.CLOCK_WRONG, facts={"milliseconds": off, "wrong": wrong})]

    def ended(self, session: Session) -> tuple[Body, ...]:
        """A session is about to be written down as ended: what is told of it in the same transaction."""
        outcomes = self.visits.ended(session)
        if outcomes:
            self.tally.add(f"visits.{outcomes[0].means}")
        return outcomes

    def moved(self, before: str, event: str, after: str, session: Session) -> None:
        """The chart has moved."""
        self.visits.moved(event, after, session)
        if before.startswith(f"{STOCK}.") and not after.startswith(f"{STOCK}.") and exchange_open(before, session):
            self._telemetry.tell(Event(event=EventName.EXCHANGE_ENDED))
        old, new = before.partition(".")[0], after.partition(".")[0]
        if old == new:
            return
        if old == "maintenance":
            self._telemetry.tell(Event(event=EventName.MAINTENANCE_ENDED))
        if new in STANDINGS:
            self._telemetry.tell(Event(event=STANDINGS[new]))

    async def count(self) -> None:
        """Tell the counters now and then, for ever."""
        while True:
            if self._ask_drivers is not None:
                await self._ask_drivers()
            await asyncio.to_thread(self.count_now)
            await self._clock.sleep(COUNT_EVERY)

    def count_now(self) -> None:
        """Tell the counters if they have changed; waits for the disk."""
        self.tally.keep(self._journal)
        values = {
            name: value
            for name, value in self._journal.counters.all().items()
            if value >= 0 and not A_DAYS_COUNT.search(name)
        }
        if values and values != self._counters:
            self._telemetry.write(Counters(values=values))
            self._counters = values


def same(before: DeviceState | None, now: DeviceState) -> bool:
    """Whether it is no news: equal, but for what a measure wavers by."""
    if before is None or before.measures.keys() != now.measures.keys():
        return before == now
    near = all(abs(before.measures[name] - value) < WAVERS.get(name, 1) for name, value in now.measures.items())
    return near and before == msgspec.structs.replace(now, measures=before.measures)


def _standing(told: Supplies | None) -> object:
    """What of the supplies is worth telling: not each sheet."""
    return None if told is None else [(each.supply, each.level, each.empty_on, each.soon) for each in told.supplies]
