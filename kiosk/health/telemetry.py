"""Telemetry of this kiosk: written to the journal's lane, in the transaction that causes it where there is one.

From a thread that writes the journal::

    with journal.together():
        journal.note(business, "session.ended", facts)
        telemetry.write(BusinessOutcome(...))

From the event loop, for what has no transaction of its own: ``telemetry.tell(Event(event=EventName.STARTED))``.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable

import msgspec
import structlog

from kiosk.carried import carried_through
from kiosk.fleet.messages import Body
from kiosk.journal.errors import JournalError
from kiosk.journal.store import Journal

log = structlog.get_logger("telemetry")


class Telemetry:
    """``enabled`` False: this kiosk belongs to no fleet, and nothing is written."""

    def __init__(self, journal: Journal, *, enabled: bool = True) -> None:
        self.boot = secrets.token_hex(8)
        """This start of the controller."""
        self.enabled = enabled
        self.on_news: Callable[[], None] = lambda: None
        """Called when there is something to send; from any thread."""
        self._journal = journal
        self._waiting: list[Body] = []
        self._woken = asyncio.Event()

    def write(self, *bodies: Body) -> None:
        """Write now, all or none; waits for the disk, so never on the loop. Raises JournalError."""
        if not self.enabled or not bodies:
            return
        with self._journal.together():
            for body in bodies:
                facts = msgspec.to_builtins(body)
                msgspec.convert(facts, Body)  # what the fleet would not read is refused here
                self._journal.telemetry.add(facts, self.boot)
        self.on_news()

    def tell(self, *bodies: Body) -> None:
        """Have it written soon, in this order. On the event loop only; never fails and never waits."""
        if self.enabled and bodies:
            self._waiting += bodies
            self._woken.set()

    async def run(self) -> None:
        """Write what is told, for ever; cancelled, what was told is written first."""
        try:
            while True:
                await self._woken.wait()
                self._woken.clear()
                await self._write_waiting()
        finally:
            await self._write_waiting()

    async def _write_waiting(self) -> None:
        bodies, self._waiting = self._waiting, []
        try:
            await carried_through(asyncio.to_thread(self.write, *bodies))
        except (JournalError, ValueError):
            for body in bodies:  # one that cannot be written takes no other with it
                await self._write_one(body)

    async def _write_one(self, body: Body) -> None:
        try:
            await asyncio.to_thread(self.write, body)
        except (JournalError, ValueError) as error:
            # Whatever goes on with a journal that cannot be written is decided by those who cannot do without it.
            log.error("telemetry_not_written", kind=type(body).__name__, error=type(error).__name__, reason=str(error))
