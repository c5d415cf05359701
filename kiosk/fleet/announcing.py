"""Alerts for other systems, by the broker: every step of one is published where readers hear it, over NATS or MQTT.

``fleet.v1.<kiosk>.alert`` (MQTT ``fleet/v1/<kiosk>/alert``), for an alert of many kiosks ``fleet.v1.many.alert``: the
JSON that a webhook gets (:func:`kiosk.fleet.alerts.telling.message`), with ``step``, the number of the step, by which
one that comes twice is known, and ``at``. Kept by nobody: who does not listen is not told later, and sees what stands
in the API.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from typing import Any

import structlog
from nats.aio.client import Client
from nats.errors import Error as NatsError
from sqlalchemy import Engine, func, select
from sqlalchemy.exc import SQLAlchemyError

from kiosk.clock import Clock
from kiosk.fleet import subjects
from kiosk.fleet.alerts import telling
from kiosk.fleet.alerts.book import ACKNOWLEDGED, CLEARED, ESCALATED, OPENED
from kiosk.fleet.store.tables_alerts import alert_event

log = structlog.get_logger("announcing")

STEPS = (OPENED, ACKNOWLEDGED, ESCALATED, CLEARED)
LOOK_EVERY = 0.5
PATIENCE = 5.0
"""Seconds between two looks, and after the database or the broker was away."""
RECENT = 60_000
"""Milliseconds: what is younger is announced by one that begins, for the one before may have ended without doing it."""
AT_ONCE = 500

Step = tuple[int, str, dict[str, Any]]
"""Number, subject, content."""


class Announcer:
    """One is enough; two announce everything twice."""

    def __init__(self, client: Client, engine: Engine, clock: Clock) -> None:
        self._client = client
        self._engine = engine
        self._clock = clock
        self._floor: int | None = None
        self._announced: dict[int, int] = {}
        """Above the floor, by number, when it was: transactions may end in another order than they began."""

    async def run(self) -> None:
        """For ever; cancel it to end it."""
        while True:
            try:
                await self.round()
            except (SQLAlchemyError, NatsError, OSError) as error:
                log.warning("announcements_wait", error=type(error).__name__)
                await self._clock.sleep(PATIENCE)
            else:
                await self._clock.sleep(LOOK_EVERY)

    async def round(self) -> int:
        """Announce what is new; how many steps. Raises SQLAlchemyError, nats.errors.Error, OSError: they are announced
        the next time."""
        steps = await asyncio.to_thread(self._new)
        for _, subject, content in steps:
            await self._client.publish(subject, json.dumps(content, ensure_ascii=False, sort_keys=True).encode())
        if steps:
            await self._client.flush(timeout=5)
        self._announced |= {number: content["at"] for number, _, content in steps}
        return len(steps)

    def _new(self) -> Sequence[Step]:
        old = int(self._clock.now().timestamp() * 1000) - RECENT
        with self._engine.connect() as connection:
            if self._floor is None:
                highest = select(func.coalesce(func.max(alert_event.c.id), 0)).where(alert_event.c.at < old)
                self._floor = int(connection.execute(highest).scalar_one())
            past = {number for number, at in self._announced.items() if at < old}
            self._floor = max(self._floor, *past, 0)
            self._announced = {number: at for number, at in self._announced.items() if number > self._floor}
            wanted = (
                select(alert_event)
                .where(
                    alert_event.c.id > self._floor,
                    alert_event.c.id.not_in(list(self._announced)),
                    alert_event.c.what.in_(STEPS),
                )
                .order_by(alert_event.c.id)
                .limit(AT_ONCE)
            )
            return [
                (row.id, subjects.alert(content["kiosk"] or subjects.MANY), {**content, "step": row.id, "at": row.at})
                for row in connection.execute(wanted).all()
                for content in (telling.message(connection, row.alert, row.what),)
            ]
