"""All that ties this kiosk to its fleet, put together; the controller builds one if the configuration names a fleet."""

from __future__ import annotations

import asyncio
import hashlib
import os
import shutil
import subprocess
from collections.abc import Awaitable, Callable
from importlib.metadata import version
from pathlib import Path

import structlog

from kiosk.catalogue.policy import REGIONS
from kiosk.config_fleet import FleetSettings
from kiosk.fleet.enrolment_messages import CommandKey
from kiosk.fleet.messages import Event, EventName, Fact, Heartbeat, Software
from kiosk.health.agent import FleetAgent
from kiosk.health.certificates import Certificates
from kiosk.health.commands import CommandDesk
from kiosk.health.counting import Tally
from kiosk.health.membership import Membership, NotEnrolled, Office, OfficeError
from kiosk.health.metrics import Metrics
from kiosk.health.performers import Performers
from kiosk.health.reporter import Reporter
from kiosk.health.standing import Standing
from kiosk.journal.errors import JournalError
from kiosk.runtime import Runtime
from kiosk.session import Session
from kiosk.tools import Tools

log = structlog.get_logger("fleet_side")

PACKAGE = "social-security-card-kiosk"
RENEWAL_EVERY = 6 * 3600.0
DISK_LOW = 200 * 1024 * 1024


class FleetSide:
    """``stop``: ends the controller in good order. Build it before the runtime, then :meth:`attach` the runtime."""

    def __init__(self, settings: FleetSettings, tools: Tools, *, stop: Callable[[], None]) -> None:
        self._settings = settings
        self._tools = tools
        self._stop = stop
        self._started = tools.clock.monotonic()
        self._runtime: Runtime | None = None
        self._disk_told = False
        self._dropping = False
        self._dropped_told = tools.record.journal.telemetry.backlog().dropped
        self._certificates = Certificates({"host": tools.settings.host.certificate_file}, settings.directory)
        self._reboot_wanted = False
        self._policy = _policy_digest(tools)
        self.standing = Standing()
        record, journal = tools.record, tools.record.journal
        fitted = tools.settings.devices
        issuing = tools.settings.issuing
        tally = Tally()
        tally.follow(tools.devices)
        self.reporter = Reporter(
            record.telemetry,
            journal,
            tools.health,
            tools.clock,
            models={name: device.model for name, device in fitted.items()},
            banks={} if issuing is None else issuing.hoppers,
            tally=tally,
            drivers=lambda: tally.ask_drivers(tools.devices),
        )
        self._office = Office(settings.office_url, settings.office_authority_file)
        performers = Performers(
            tools,
            self.standing,
            stop=stop,
            reboot=self._want_reboot,
            changed=self._look_again,
            office=self._office,
        )
        self._performers = performers
        self.desk = CommandDesk(
            tools.settings.kiosk.id,
            self._keys,
            journal,
            tools.clock,
            record.telemetry,
            performers=performers.by_verb,
            serving=lambda: self.standing.serving,
            free=self.standing.until_free,
        )
        self.agent = FleetAgent(
            tools.settings.kiosk.id,
            settings.directory,
            journal,
            tools.clock,
            heartbeat=self._heartbeat,
            hear=self.desk.hear,
            reconnect_seconds=settings.reconnect_seconds,
        )
        self.desk.on_reply = self.agent.news
        record.telemetry.on_news = self.agent.news
        record.outcomes = self.reporter.ended
        tools.health.noticed = self.reporter.noticed

    def attach(self, runtime: Runtime) -> None:
        """The runtime whose moves are followed; ``moved`` must have been given to it."""
        self._runtime = runtime
        self.standing.state = runtime.position.state

    def moved(self, before: str, event: str, after: str, session: Session) -> None:
        """Told by the runtime."""
        self.reporter.moved(before, event, after, session)
        if self.standing.moved(after):
            self.agent.beat()

    async def run(self) -> None:
        """Until it is cancelled; none of it can bring the kiosk down."""
        telemetry = self._tools.record.telemetry
        telemetry.tell(Event(event=EventName.STARTED, facts={"version": version(PACKAGE)}))
        parts: dict[str, Callable[[], Awaitable[None]]] = {
            "telemetry": telemetry.run,
            "agent": self.agent.run,
            "commands": self.desk.run,
            "counters": self.reporter.count,
            "renewal": self._renew,
        }
        if (port := self._settings.metrics_port) is not None:
            parts["metrics"] = self._metrics(port).run
        tasks = [asyncio.create_task(self._kept(name, part), name=f"fleet-{name}") for name, part in parts.items()]
        try:
            await asyncio.wait(tasks)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.wait(tasks)
            await self._count_last()
            self._office.close()

    async def _count_last(self) -> None:
        """What was counted since the last telling would go with the process."""
        try:
            await asyncio.to_thread(self.reporter.count_now)
        except JournalError as error:
            log.error("counters_not_kept", error=type(error).__name__)

    def recall(self) -> None:
        """Before anyone is served: was the machine closed from afar. Waits for the disk."""
        self._performers.recall()

    def reboot_if_wanted(self) -> None:
        """At the very end of the process."""
        if self._reboot_wanted:
            log.warning("rebooting")
            subprocess.Popen(self._settings.reboot_command, start_new_session=True)

    async def _kept(self, name: str, part: Callable[[], Awaitable[None]]) -> None:
        """A part that fails is begun anew: the kiosk serves on."""
        while True:
            try:
                await part()
            except Exception as error:
                log.exception("fleet_part_failed", part=name, error=type(error).__name__)
            await self._tools.clock.sleep(30)

    # -- what the parts ask for ----------------------------------------------------------------------------------------

    def _keys(self) -> tuple[CommandKey, ...]:
        try:
            return Membership.load(self._settings.directory).keys
        except NotEnrolled:
            return ()

    def _heartbeat(self, number: int) -> Heartbeat:
        tools, telemetry = self._tools, self._tools.record.telemetry
        lane = tools.record.journal.telemetry
        backlog = lane.backlog()
        free = shutil.disk_usage(tools.settings.kiosk.state_directory).free
        self._tell_disk(free)
        self._tell_dropped(backlog.dropped)
        return Heartbeat(
            kiosk=tools.settings.kiosk.id,
            boot=telemetry.boot,
            number=number,
            journal=lane.journal,
            sequence=backlog.last,
            sent_at=int(tools.clock.now().timestamp() * 1000),
            uptime=int(tools.clock.monotonic() - self._started),
            software=Software(version=version(PACKAGE), policy=self._policy, region=tools.settings.kiosk.region),
            works=tuple(sorted(each.value for each in tools.health.works)),
            banks=tuple(sorted(bank for bank, cards in tools.health.banks.items() if cards)),
            state=self.standing.state,
            serving=self.standing.serving,
            unsent=backlog.unsent,
            dropped=backlog.dropped,
            clock_off=tools.health.clock_off,
            certificate_until=self._certificates.until(),
            disk_free=free,
            memory=_resident(),
        )

    def _tell_disk(self, free: int) -> None:
        if free < DISK_LOW and not self._disk_told:
            self._write(Event(event=EventName.DISK_LOW, facts={"megabytes": free >> 20}))
        self._disk_told = free < DISK_LOW

    def _tell_dropped(self, dropped: int) -> None:
        if dropped > self._dropped_told and not self._dropping:
            self._write(Event(event=EventName.TELEMETRY_DROPPED, facts={"messages": dropped}))
        self._dropping = dropped > self._dropped_told
        self._dropped_told = dropped

    def _write(self, event: Event) -> None:
        """A disk that takes nothing more must not keep the heartbeat from saying so."""
        try:
            self._tools.record.telemetry.write(event)
        except JournalError as error:
            log.error("telemetry_not_written", kind=event.event.value, error=type(error).__name__)

    async def _renew(self) -> None:
        while True:
            for which, days in await asyncio.to_thread(self._certificates.ending, self._tools.clock.now()):
                facts: dict[str, Fact] = {"which": which, "days": days}
                self._tools.record.telemetry.tell(Event(event=EventName.CERTIFICATE_ENDING, facts=facts))
            try:
                membership = Membership.load(self._settings.directory)
                if membership.ends_soon(self._tools.clock.now()):
                    await asyncio.to_thread(self._office.renew, self._settings.directory, membership)
                    self._tools.record.telemetry.tell(Event(event=EventName.CERTIFICATE_RENEWED))
                    self.agent.reconnect()
            except NotEnrolled:
                log.debug("not_enrolled")
            except OfficeError as error:
                log.warning("certificate_not_renewed", reason=str(error))
                self._tools.record.telemetry.tell(Event(event=EventName.CERTIFICATE_ENDING))
            await self._tools.clock.sleep(RENEWAL_EVERY)

    def _metrics(self, port: int) -> Metrics:
        return Metrics(
            port,
            self._tools.health,
            heartbeat=lambda: self._heartbeat(self.agent.heartbeats),
            counters=self._tools.record.journal.counters.all,
            connected=lambda: self.agent.connected,
        )

    def _want_reboot(self) -> None:
        self._reboot_wanted = True

    def _look_again(self) -> None:
        runtime = self._runtime
        if runtime is not None and runtime.position.knows("changed"):
            runtime.post("changed", entry=runtime.position.entry)


def _policy_digest(tools: Tools) -> str:
    """SHA-256 of the pack that is in force, by which the fleet knows which one it is."""
    file = tools.settings.policy.region_file or REGIONS / f"{tools.settings.kiosk.region}.toml"
    return hashlib.sha256(file.read_bytes()).hexdigest()


def _resident() -> int | None:
    try:
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    except (OSError, ValueError, IndexError):
        return None
    return pages * os.sysconf("SC_PAGE_SIZE")
