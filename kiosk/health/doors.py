"""Doors and tamper contact, watched from second to second, whoever is being served (A25, F108).

A vault that is opened while no two people are signed in at the stock, or a cabinet that is forced, blocks issuing until
two people have counted; the block, its note and what the fleet is told are one transaction. A service door is expected
open during maintenance; at another time it is told, and nothing is blocked.
"""

from __future__ import annotations

from dataclasses import replace

import structlog

from devices.cabinet.contract import CabinetStatus, DoorState, TamperState
from devices.contract import DeviceError
from kiosk.fleet.facts import Door
from kiosk.health.issuing_view import IssuingView
from kiosk.health.reporter import exchange_open
from kiosk.journal.entries import Fact
from kiosk.journal.errors import JournalError
from kiosk.journal.store import Journal
from kiosk.record_stock import Blocked
from kiosk.runtime import Runtime
from kiosk.tools import Tools

log = structlog.get_logger("doors")

LOOK_EVERY = 1.0


class DoorWatch:
    """``runtime``: says who is at the machine, and is told when what it can do has changed."""

    def __init__(self, tools: Tools, runtime: Runtime) -> None:
        self._tools = tools
        self._runtime = runtime
        self._doors: dict[str, DoorState | None] = {
            Door.VAULT.value: DoorState.CLOSED,
            Door.SERVICE.value: DoorState.CLOSED,
        }
        """As they were last known; shut, until seen otherwise."""
        self._tampered = False

    async def run(self) -> None:
        """Watch for ever."""
        while True:
            try:
                await self.look()
            except (DeviceError, JournalError) as error:
                log.error("doors_not_watched", error=type(error).__name__)
            await self._tools.clock.sleep(LOOK_EVERY)

    async def look(self) -> None:
        """Look once. Raises JournalError: what was seen is seen again at the next look."""
        cabinet, health = self._tools.cabinet, self._tools.health
        if cabinet is None or cabinet.given_up:
            return
        status = await cabinet.call(lambda each: each.status())
        for name in self._doors:
            await self._door(name, getattr(status, name))
        await self._contact(status)
        if status != health.statuses.get("cabinet") and health.saw("cabinet", status):
            self._changed()

    async def _door(self, name: str, now: DoorState | None) -> None:
        before = self._doors[name]
        if now is before or now in (None, DoorState.UNKNOWN):
            return
        if now is DoorState.CLOSED:
            await self._tools.record.stock.change(lambda journal: _note(journal, "cabinet.door_closed", {"door": name}))
            log.info("door_closed", door=name)
        else:
            await self._opened(name)
        self._doors[name] = now

    async def _opened(self, name: str) -> None:
        runtime = self._runtime
        state = runtime.position.state
        expected = exchange_open(state, runtime.session) if name == Door.VAULT else state.startswith("maintenance.")
        facts: dict[str, Fact] = {"door": name, "exchange": expected, "state": state}
        blocks = name == Door.VAULT and not expected
        (log.error if blocks else log.warning)("door_opened", door=name, expected=expected)

        def write(journal: Journal) -> None:
            _note(journal, "cabinet.door_opened", facts)
            if blocks:
                journal.ledger.block(Blocked.DOOR_OPENED.value)

        await self._tools.record.stock.change(write)
        if blocks:
            self._blocked(Blocked.DOOR_OPENED)

    async def _contact(self, status: CabinetStatus) -> None:
        if status.tamper in (None, TamperState.UNKNOWN):
            return
        tampered = status.tamper is TamperState.TAMPERED
        if tampered and not self._tampered:
            log.critical("cabinet_tampered")

            def write(journal: Journal) -> None:
                _note(journal, "cabinet.tampered", {"state": self._runtime.position.state})
                journal.ledger.block(Blocked.TAMPERED.value)

            await self._tools.record.stock.change(write)
            self._blocked(Blocked.TAMPERED)
        self._tampered = tampered

    def _blocked(self, reason: Blocked) -> None:
        """No issue begins from now on; the next look at the stock finds the same in the journal."""
        view = self._tools.health.issuing
        if view is None:
            return
        blocked: IssuingView = replace(view, blocks=tuple(sorted({*view.blocks, reason.value})))
        if self._tools.health.saw_issuing(blocked):
            self._changed()

    def _changed(self) -> None:
        """Between citizens the chart looks again; a citizen's page is drawn anew with what still works."""
        runtime = self._runtime
        if runtime.position.knows("changed"):
            runtime.post("changed", entry=runtime.position.entry)
        elif runtime.shown is not None:
            runtime.refresh()


def _note(journal: Journal, step: str, facts: dict[str, Fact]) -> None:
    journal.note(journal.new_business(), step, facts)
