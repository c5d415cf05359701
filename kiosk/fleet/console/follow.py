"""Follows the store for all open pages of a process: a cheap look six times a second, a whole one when it differs."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

import structlog
from sqlalchemy import Engine, func, select
from sqlalchemy.exc import SQLAlchemyError

from kiosk.clock import Clock
from kiosk.fleet.desk.overview import Remembered, overview
from kiosk.fleet.desk.shapes import Overview
from kiosk.fleet.store.tables_alerts import alert_event, audit_head, ticket_note

log = structlog.get_logger("console")

PULSE_EVERY = 0.15
LOOK_EVERY = 3.0
"""Seconds between two pulses, and between two whole looks when no pulse says that something was done."""

SHARE = 20
"""A whole look that nothing calls for may take one part in so many of the time."""

Pulse = tuple[int, int, int]

_NEWEST = select(
    *(
        select(func.coalesce(func.max(each), 0)).scalar_subquery()
        for each in (alert_event.c.id, audit_head.c.number, ticket_note.c.id)
    )
)


class Follower:
    """``view``: the fleet at a glance, some three seconds old at most. ``number`` rises with each look. ``away``: the
    database does not answer, and the view is an old one."""

    def __init__(self, engine: Engine, clock: Clock) -> None:
        self._engine = engine
        self._clock = clock
        self._listeners: list[Callable[[], None]] = []
        self._early: list[Callable[[], None]] = []
        self._looked_at = 0.0
        self._took = 0.0
        self._pulse: Pulse | None = None
        self._remembered: Remembered = {}
        self.view: Overview | None = None
        self.number = 0
        self.away = False

    async def run(self) -> None:
        """For ever; cancel it to end it."""
        while True:
            try:
                pulse = await asyncio.to_thread(self._feel)
                if pulse != self._pulse:
                    self._tell(self._early)
                if await asyncio.to_thread(self._look_if_due, pulse):
                    self.number += 1
                    self._tell(self._listeners)
            except SQLAlchemyError as error:
                if not self.away:
                    log.error("store_away", error=type(error).__name__)
                    self.away = True
                    self._tell(self._listeners)
            await self._clock.sleep(PULSE_EVERY)

    def look(self) -> Overview:
        """The latest look, or one now if there was none. May be called from any thread; waits for the database."""
        view = self.view
        return self._look() if view is None else view

    def listen(self, listener: Callable[[], None], *, early: bool = False) -> Callable[[], None]:
        """Hear of each look, on the event loop; call what is returned to hear no more. ``early``: hear that something
        was done before the whole look, too, as one who does not need it."""
        heard = [self._listeners, self._early] if early else [self._listeners]
        for each in heard:
            each.append(listener)

        def leave() -> None:
            for each in heard:
                if listener in each:
                    each.remove(listener)

        return leave

    def _look_if_due(self, pulse: Pulse) -> bool:
        begun = self._clock.monotonic()
        if pulse == self._pulse and begun < self._looked_at + max(LOOK_EVERY, SHARE * self._took):
            return False
        self.view = self._look()
        self._looked_at = self._clock.monotonic()
        self._took = self._looked_at - begun
        self._pulse = pulse
        self.away = False
        return True

    def _look(self) -> Overview:
        return overview(self._engine, int(self._clock.now().timestamp() * 1000), self._remembered)

    def _feel(self) -> Pulse:
        with self._engine.connect() as connection:
            events, audited, notes = map(int, connection.execute(_NEWEST).one())
        return events, audited, notes

    @staticmethod
    def _tell(listeners: Sequence[Callable[[], None]]) -> None:
        for listener in tuple(listeners):
            listener()
