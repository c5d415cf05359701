"""What the verbs of the fleet do on this machine."""

from __future__ import annotations

import asyncio
import gzip
import hashlib
import json
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from time import monotonic
from typing import Any, cast

import structlog

from devices.card_printer.contract import CardPrinter
from devices.contract import Device, DeviceError, Status
from devices.worker import DeviceWorker
from kiosk.catalogue import policy
from kiosk.fleet.facts import Failure
from kiosk.fleet.messages import Event, EventName, Fact
from kiosk.fleet.pki import write_private
from kiosk.health.commands import CommandFailed, Performed, Performer
from kiosk.health.look import forget_errors
from kiosk.health.membership import Office, OfficeError
from kiosk.health.self_test import self_test
from kiosk.health.standing import Standing
from kiosk.journal import searching
from kiosk.journal.database import Database
from kiosk.journal.errors import JournalError
from kiosk.located_toml import MistakesError
from kiosk.tools import Tools

log = structlog.get_logger("performers")

FREE_WITHIN = 120.0
"""Seconds a machine that is serving nobody may take to close."""
DEVICE_WITHIN = 60.0
MOST_LOG = 400_000
"""Bytes of a log as it is sent, compressed."""
USUAL_LINES = 2000
MOST_POLICY = 1_000_000
NDJSON = "application/x-ndjson"
CLOSED = "fleet.closed"
"""The count that is 1 while the kiosk is kept out of service from afar."""

Arguments = Mapping[str, Fact]


class Performers:
    """``stop``: ends the process in good order, a citizen's card first; it is started again by the service manager.
    ``reboot``: has the machine restarted once the process has ended. ``changed``: something in front of the chart has
    changed, look again."""

    def __init__(
        self,
        tools: Tools,
        standing: Standing,
        *,
        stop: Callable[[], None],
        reboot: Callable[[], None],
        changed: Callable[[], None],
        office: Office | None,
    ) -> None:
        self._tools = tools
        self._standing = standing
        self._stop = stop
        self._reboot = reboot
        self._changed = changed
        self._office = office
        self.by_verb: Mapping[str, Performer] = {
            "test_device": self._test_device,
            "page_attendant": self._page_attendant,
            "restart_device": self._restart_device,
            "restart_application": self._restart_application,
            "restart_machine": self._restart_machine,
            "take_out_of_service": self._take_out_of_service,
            "put_into_service": self._put_into_service,
            "send_logs": self._send_logs,
            "search_journal": self._search_journal,
            "sync_policy": self._sync_policy,
        }

    def recall(self) -> None:
        """At the start, before anyone is served: whether the machine was closed from afar. Waits for the disk."""
        self._tools.wishes.closed = self._tools.record.counters.value(CLOSED) > 0

    # -- devices -------------------------------------------------------------------------------------------------------

    async def _test_device(self, arguments: Arguments) -> Performed:
        """Its harmless self-test, then its status: both on its own thread, with nobody served meanwhile."""
        name, worker = self._device(arguments)
        found: dict[str, Fact] = {}

        def test(device: Device) -> Status:
            found.update(self_test(name, device))
            return device.status()

        performed = await self._ask(name, worker, test)
        return replace(performed, facts={**performed.facts, **found})

    async def _restart_device(self, arguments: Arguments) -> Performed:
        name, worker = self._device(arguments)

        def restart(device: Device) -> Status:
            device.close()
            device.open()
            if name == "card_printer":
                forget_errors(cast("CardPrinter", device))
            return device.status()

        async with self._closed_for_a_while():
            return await self._ask(name, worker, restart)

    def _device(self, arguments: Arguments) -> tuple[str, DeviceWorker[Any]]:
        name = str(arguments["device"])
        worker = self._tools.devices.get(name)
        if worker is None:
            raise CommandFailed(Failure.NOT_FITTED)
        return name, worker

    async def _ask(self, name: str, worker: DeviceWorker[Any], question: Callable[[Device], Status]) -> Performed:
        began = monotonic()
        answer = asyncio.ensure_future(worker.call(question))
        await asyncio.wait({answer}, timeout=DEVICE_WITHIN)
        if not answer.done():
            raise CommandFailed(Failure.DEVICE_SILENT)
        try:
            status = answer.result()
        except DeviceError as error:
            raise CommandFailed(error) from error
        self._tools.health.saw(name, status)
        facts: dict[str, Fact] = {
            "device": name,
            "state": status.device.value,
            "milliseconds": round((monotonic() - began) * 1000),
        }
        if status.fault is not None:
            facts["fault"] = status.fault
        return Performed(facts)

    # -- the machine ---------------------------------------------------------------------------------------------------

    async def _page_attendant(self, arguments: Arguments) -> Performed:
        """The hall's console shows it; at the machine the pad sounds, unless someone is typing at it."""
        sounded = False
        if self._tools.pin_pad is not None and not self._standing.serving:
            try:
                await self._tools.pin_pad.call(lambda pad: pad.beep())
                sounded = True
            except DeviceError as error:
                log.info("page_not_sounded", fault=error.code)
        self._tools.record.telemetry.tell(Event(event=EventName.ATTENDANT_PAGED, facts={"sounded": sounded}))
        return Performed({"sounded": sounded})

    async def _restart_application(self, arguments: Arguments) -> Performed:
        return Performed(then=self._stop)

    async def _restart_machine(self, arguments: Arguments) -> Performed:
        def both() -> None:
            self._reboot()
            self._stop()

        return Performed(then=both)

    async def _take_out_of_service(self, arguments: Arguments) -> Performed:
        await self._close(True)
        await self._until_closed()
        return Performed({"closed": True})

    async def _put_into_service(self, arguments: Arguments) -> Performed:
        await self._close(False)
        return Performed({"closed": False})

    async def _close(self, closed: bool) -> None:
        await asyncio.to_thread(self._tools.record.counters.set, CLOSED, int(closed))
        self._tools.wishes.closed = closed
        self._changed()

    async def _until_closed(self) -> None:
        try:
            async with asyncio.timeout(FREE_WITHIN):
                await self._standing.until(lambda state: state.partition(".")[0] in ("out_of_service", "maintenance"))
        except TimeoutError as error:
            raise CommandFailed(Failure.NOT_FREE) from error

    @asynccontextmanager
    async def _closed_for_a_while(self) -> AsyncIterator[None]:
        """No citizen is let in meanwhile."""
        before = self._tools.wishes.closed
        self._tools.wishes.closed = True
        self._changed()
        try:
            await self._until_closed()
            yield
        finally:
            self._tools.wishes.closed = before
            self._changed()

    # -- files ---------------------------------------------------------------------------------------------------------

    async def _send_logs(self, arguments: Arguments) -> Performed:
        folder = self._tools.settings.log.directory
        if folder is None:
            raise CommandFailed(Failure.NO_LOG_FILES)
        lines = int(arguments.get("lines", USUAL_LINES))
        content = await asyncio.to_thread(_last_lines, folder, lines)
        return Performed({"bytes": len(content)}, content, "application/gzip")

    async def _search_journal(self, arguments: Arguments) -> Performed:
        """Entries of this kiosk's own journal, a line of JSON each, the newest first, masked."""
        try:
            wanted = searching.Wanted.typed(**{name: str(value).strip() for name, value in arguments.items()})
        except searching.SearchError as error:
            raise CommandFailed(error.mistake) from error
        try:
            found = await asyncio.to_thread(_found, self._tools.settings.journal_file, wanted)
        except JournalError as error:
            raise CommandFailed(Failure.JOURNAL_NOT_READABLE) from error
        lines = [json.dumps(each, ensure_ascii=False) for each in found]
        content = "\n".join([*lines, ""]).encode("utf-8")
        while len(content) > MOST_LOG:
            del lines[len(lines) // 2 + 1 :]
            content = "\n".join([*lines, ""]).encode("utf-8")
        return Performed({"entries": len(lines)}, content if lines else b"", NDJSON if lines else "")

    async def _sync_policy(self, arguments: Arguments) -> Performed:
        """The pack of the region, as the fleet has it under this SHA-256; in force after a restart."""
        file, office = self._tools.settings.policy.region_file, self._office
        if file is None or office is None:
            raise CommandFailed(Failure.POLICY_NOT_CHANGEABLE)
        wanted = str(arguments["digest"]).lower()
        region = self._tools.settings.kiosk.region
        try:
            content = await asyncio.to_thread(office.fetch, f"/policy/{region}/{wanted}", MOST_POLICY)
        except OfficeError as error:
            raise CommandFailed(Failure.POLICY_NOT_FETCHED) from error
        if hashlib.sha256(content).hexdigest() != wanted:
            raise CommandFailed(Failure.POLICY_ALTERED)
        await asyncio.to_thread(self._put_policy, file, content, region)
        self._tools.record.telemetry.tell(Event(event=EventName.POLICY_CHANGED))
        return Performed(then=self._stop)

    @staticmethod
    def _put_policy(file: Path, content: bytes, region: str) -> None:
        trial = file.with_name(f"{file.stem}.trial.toml")
        try:
            write_private(trial, content, mode=0o644)
            policy.load(region, trial)
            write_private(file, content, mode=0o644)
        except (OSError, MistakesError) as error:
            raise CommandFailed(Failure.POLICY_UNUSABLE) from error
        finally:
            trial.unlink(missing_ok=True)


def _found(file: Path, wanted: searching.Wanted) -> list[dict[str, object]]:
    database = Database(file, read_only=True)
    try:
        return searching.search(database, wanted)
    finally:
        database.close()


def _last_lines(folder: Path, lines: int) -> bytes:
    """The last lines of the newest files, oldest first, compressed; fewer if they would be too many bytes."""
    found: list[str] = []
    for file in sorted(folder.glob("*.log*"), key=lambda each: each.stat().st_mtime, reverse=True):
        text = file.read_text(encoding="utf-8", errors="replace").splitlines()
        found[:0] = text[-(lines - len(found)) :]
        if len(found) >= lines:
            break
    while len(packed := gzip.compress("\n".join(found).encode("utf-8"))) > MOST_LOG:
        del found[: len(found) // 2 + 1]
    return packed
