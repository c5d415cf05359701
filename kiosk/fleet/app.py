"""The far end put together: broker, ingest, alerts, deliveries, commands, the office where kiosks join, API, console.

Each part can run alone (``kiosk fleet run --part ingest``): only the broker and the database keep anything.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import Awaitable, Callable, Collection, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import httpx
import structlog
import uvicorn
from fastapi import FastAPI
from nats.aio.client import Client
from sqlalchemy import Engine

from kiosk.clock import Clock, SystemClock
from kiosk.fleet.access.accounts import Accounts
from kiosk.fleet.access.provider import IdentityProvider
from kiosk.fleet.access.sessions import Sessions, session_key
from kiosk.fleet.alerts.engine import AlertEngine
from kiosk.fleet.alerts.unusual import UnusualUse
from kiosk.fleet.alerts.wearing import Wearing
from kiosk.fleet.alone import alone
from kiosk.fleet.announcing import Announcer
from kiosk.fleet.api.application import application
from kiosk.fleet.api.secured import Secured
from kiosk.fleet.api.service import Service
from kiosk.fleet.broker import Broker, BrokerError, free_port
from kiosk.fleet.broker_configuration import BrokerSettings, Users
from kiosk.fleet.cluster import REPLICAS
from kiosk.fleet.connection import connect, ensure_streams
from kiosk.fleet.console.follow import Follower
from kiosk.fleet.console.quick import quicken
from kiosk.fleet.contact_secrets import ContactSecrets
from kiosk.fleet.delivery import Courier, EmailSender, MailServer, Sender, WebhookSender
from kiosk.fleet.desk.contacts import ContactDesk
from kiosk.fleet.desk.doing import Doing
from kiosk.fleet.enrolment import EnrolmentOffice, enrolment_router
from kiosk.fleet.ingest import IngestWorker
from kiosk.fleet.keys import CommandSigner
from kiosk.fleet.members import Members
from kiosk.fleet.metrics import FleetMetrics, metrics_router
from kiosk.fleet.pki import FleetPki
from kiosk.fleet.policies import Policies, policy_router
from kiosk.fleet.sending import CommandSender
from kiosk.fleet.settings import FleetServerSettings, listening
from kiosk.fleet.simulate.fleet import SimulatedFleet
from kiosk.fleet.store.database import migrate, open_database, reading
from kiosk.fleet.store.retention import Keeper

log = structlog.get_logger("fleet")

SERVICES = frozenset({"ingest", "office", "commands", "alerts"})
HERE = ("127.0.0.1", "::1", "localhost")
"""Names by which processes of one machine reach each other, beside those of the settings."""
SIMULATOR = "simulator"
"""A service, too: it speaks for all simulated kiosks."""
AGAIN_AFTER = 5.0
"""Seconds after which a part that failed is begun anew."""
MEMBERS_EVERY = 5.0
"""Seconds between two looks whether another process has let a kiosk in or struck one off."""
GRACE_SECONDS = 3


class Part(StrEnum):
    """What can be started alone."""

    BROKER = "broker"
    INGEST = "ingest"
    ALERTS = "alerts"
    DELIVERY = "delivery"
    COMMANDS = "commands"
    OFFICE = "office"
    CONSOLE = "console"
    API = "api"
    """Without a console; the console has the API with it."""


ALL = frozenset(Part) - {Part.API}
ANYWHERE = ("0.0.0.0", "::", "")
"""Addresses that can be listened on and not spoken to."""


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where it can be reached; empty for what does not run here."""

    console: str = ""
    office: str = ""
    brokers: tuple[str, ...] = ()


class Fleet:
    """``parts``: what runs in this process. ``clock``: for tests. ``simulated``: kiosks that report to it, too."""

    def __init__(
        self,
        settings: FleetServerSettings,
        parts: Collection[Part] = ALL,
        clock: Clock | None = None,
        simulated: SimulatedFleet | None = None,
    ) -> None:
        self.settings = settings
        self.parts = frozenset(parts)
        self.simulated = simulated
        self.clock = clock or SystemClock()
        folder = settings.directory
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        with alone(folder):
            self.pki = FleetPki.at(folder / "pki")
            self.contact_secrets = ContactSecrets.at(folder / "pki" / "contacts.key")
            self._signer = CommandSigner.at(folder / "pki" / "commands.key")
            key = session_key(folder / "pki" / "sessions.key")
        self.engine: Engine = open_database(settings.database_url)
        migrate(self.engine)
        self.members = Members(self.engine)
        self.accounts = Accounts(self.engine, self.clock)
        self.policies = Policies(folder / "policies")
        self._sockets: dict[Part, socket.socket] = {}
        here = Part.BROKER in self.parts and (not settings.brokers or self.parts != ALL)
        self._broker = self._embedded() if here else None
        self.brokers = settings.brokers or self._addressed(self._local)
        advertised = settings.brokers or self._addressed(settings.hosts[0])
        self.office = EnrolmentOffice(
            self.pki, self.members, self._signer, brokers=advertised, clock=self.clock, changed=self._members_changed
        )
        sessions = Sessions(key, self.accounts, self.clock)
        provider = settings.provider
        self.provider = None if provider is None else IdentityProvider(provider, self.clock)
        doing = Doing(self.engine, self.clock, self.accounts, self.office)
        self.follower = Follower(reading(self.engine), self.clock)
        look = self.follower.look if Part.CONSOLE in self.parts else None
        contacts = ContactDesk(self.engine, self.clock, self.contact_secrets)
        self.service = Service(
            reading(self.engine), self.accounts, sessions, doing, self.clock, contacts, look, self.policies
        )
        self.workers: list[IngestWorker] = []

    def _addressed(self, host: str) -> tuple[str, ...]:
        """The broker of this machine, whichever process runs it; empty if nobody can know its port."""
        port = self.settings.broker_port if self._broker is None else self._broker.settings.port
        return (f"tls://{f'[{host}]' if ':' in host else host}:{port}",) if port else ()

    @property
    def _local(self) -> str:
        """By which this machine reaches the broker that it runs."""
        host = self.settings.broker_host
        return "127.0.0.1" if host in ANYWHERE else host

    async def run(self, announce: Callable[[Addresses], None]) -> None:
        """Until cancelled. Raises BrokerError, OSError if a port is taken."""
        if not self.brokers and self.parts & {Part.INGEST, Part.COMMANDS, Part.OFFICE}:
            raise BrokerError("where is the broker? Without one here, the settings need broker_port or brokers")
        try:
            addresses = self._listen()
            if self._broker is not None:
                await self._broker.start(self._users())
                client = await self._connected("ingest")
                await ensure_streams(client.jetstream())
                await client.close()
            async with asyncio.TaskGroup() as group:
                for name, part in self._running().items():
                    group.create_task(self._kept(name, part), name=f"fleet-{name}")
                announce(addresses)
        finally:
            if self._broker is not None:
                await self._broker.stop()
            for listener in self._sockets.values():
                listener.close()
            self.engine.dispose()

    def _running(self) -> dict[str, Callable[[], Awaitable[object]]]:
        running: dict[str, Callable[[], Awaitable[object]]] = {}
        if Part.INGEST in self.parts:
            for number in range(self.settings.ingest_workers):
                running[f"ingest-{number + 1}"] = self._ingest
        if Part.ALERTS in self.parts:
            running["alerts"] = AlertEngine(self.engine, self.clock).run
            running["unusual"] = UnusualUse(self.engine, self.clock).run
            running["wearing"] = Wearing(self.engine, self.clock).run
            running["retention"] = Keeper(self.engine, self.clock).run
        if Part.DELIVERY in self.parts:
            running["delivery"] = self._delivery
            if self.brokers:
                running["announcements"] = self._announcements
        if Part.COMMANDS in self.parts:
            running["commands"] = self._commands
        if Part.OFFICE in self.parts:
            running["office"] = self._office
        if Part.CONSOLE in self.parts:
            running["console"] = self._console
            running["follower"] = self.follower.run
        elif Part.API in self.parts:
            running["api"] = self._console
        if self._broker is not None:
            running["members"] = self._watch_members
        if self.simulated is not None:
            running["simulated"] = self._simulate
        return running

    async def _kept(self, name: str, part: Callable[[], Awaitable[object]]) -> None:
        """A part that fails is begun anew: the others go on."""
        while True:
            try:
                await part()
            except Exception as error:
                log.exception("fleet_part_failed", part=name, error=type(error).__name__)
            else:
                log.warning("fleet_part_ended", part=name)
            await self.clock.sleep(AGAIN_AFTER)

    # -- the parts -----------------------------------------------------------------------------------------------------

    async def _ingest(self) -> None:
        client = await self._connected("ingest")
        worker = IngestWorker(client, self.engine, self.clock)
        self.workers.append(worker)
        try:
            if self._broker is None:
                replicas = REPLICAS if len(self.settings.brokers) >= REPLICAS else 1
                await ensure_streams(client.jetstream(), replicas=replicas)
            await worker.run()
        finally:
            self.workers.remove(worker)
            await client.close()

    async def _delivery(self) -> None:
        async with httpx.AsyncClient() as client:
            senders: dict[str, Sender] = {"webhook": WebhookSender(client, self.contact_secrets)}
            if (mail := self.settings.mail) is not None:
                file = mail.password_file
                password = "" if file is None else file.read_text(encoding="utf-8").strip()
                senders["email"] = EmailSender(
                    MailServer(mail.host, mail.port, mail.sender, user=mail.user, password=password, tls=mail.tls)
                )
            await Courier(self.engine, self.clock, senders).run()

    async def _announcements(self) -> None:
        client = await self._connected("alerts")
        try:
            await Announcer(client, self.engine, self.clock).run()
        finally:
            await client.close()

    async def _commands(self) -> None:
        client = await self._connected("commands")
        try:
            await CommandSender(client, self.engine, self._signer, self.clock).run()
        finally:
            await client.close()

    async def _office(self) -> None:
        api = FastAPI(title="Fleet office", docs_url=None, redoc_url=None)
        api.include_router(enrolment_router(self.office, self.clock))
        api.include_router(policy_router(self.policies))
        with alone(self.settings.directory):
            files = self.pki.broker("office", (*self.settings.hosts, *HERE))
        await _serve(api, self._sockets[Part.OFFICE], certificate=str(files.certificate), key=str(files.key))

    async def _console(self) -> None:
        api = application(self.service)
        api.add_middleware(Secured)
        file = self.settings.metrics_token_file
        token = None if file is None else file.read_text(encoding="ascii").strip()
        look = self.follower.look
        collector = FleetMetrics(self.service.reading, look, lambda: [worker.tally for worker in self.workers])
        api.include_router(metrics_router(collector, token))
        if Part.CONSOLE in self.parts:
            from kiosk.fleet.console import serve  # what the other parts need not carry

            quicken(api)
            serve.add(api, self.service, self.follower, self.provider)
        certificate, key = self.settings.console_certificate, self.settings.console_key
        await _serve(
            api,
            self._sockets[Part.CONSOLE],
            certificate=None if certificate is None else str(certificate),
            key=None if key is None else str(key),
        )

    async def _simulate(self) -> None:
        assert self.simulated is not None  # noqa: S101 -- runs only then
        client = await self._connected(SIMULATOR)
        try:
            await self.simulated.run(client, self.clock)
        finally:
            await client.close()

    # -- who is let in -------------------------------------------------------------------------------------------------

    def _embedded(self) -> Broker:
        settings = self.settings
        with alone(settings.directory):
            files = self.pki.broker("fleet", (*settings.hosts, *HERE))
        return Broker(
            BrokerSettings(
                "fleet",
                settings.directory.absolute() / "broker",
                files,
                host=settings.broker_host,
                port=settings.broker_port or free_port(),
                mqtt_port=settings.mqtt_port,
            )
        )

    def _users(self) -> Users:
        services = SERVICES if self.simulated is None else SERVICES | {SIMULATOR}
        return self.office.users(services, frozenset(self.settings.readers))

    def _members_changed(self) -> None:
        """From any thread."""
        if self._broker is not None:
            self._broker.allow(self._users())

    async def _watch_members(self) -> None:
        """Codes may be given out, and kiosks struck off, by other processes."""
        known = await asyncio.to_thread(self.members.all_current)
        while True:
            await self.clock.sleep(MEMBERS_EVERY)
            found = await asyncio.to_thread(self.members.all_current)
            if {each.id for each in found} != {each.id for each in known}:
                await asyncio.to_thread(self._members_changed)
            known = found

    async def _connected(self, name: str) -> Client:
        with alone(self.settings.directory):
            files = self.pki.service(name)
        return await connect(self.brokers, files, name=name)

    # -- where it is reached -------------------------------------------------------------------------------------------

    def _listen(self) -> Addresses:
        console = office = ""
        if self.parts & {Part.CONSOLE, Part.API}:
            scheme = "http" if self.settings.console_certificate is None else "https"
            console = f"{scheme}://{self._open(Part.CONSOLE, self.settings.console)}/"
        if Part.OFFICE in self.parts:
            office = f"https://{self._open(Part.OFFICE, self.settings.office)}"
        return Addresses(console, office, self.brokers)

    def _open(self, part: Part, where: str) -> str:
        host, port = listening(where)
        listener = socket.create_server((host, port), backlog=512)
        self._sockets[part] = listener
        return f"{host}:{listener.getsockname()[1]}"


class _Server(uvicorn.Server):
    """Ends with its task; signals are for who runs the fleet."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


async def _serve(api: FastAPI, listener: socket.socket, *, certificate: str | None, key: str | None) -> None:
    config = uvicorn.Config(
        api,
        log_level="warning",
        lifespan="on",
        ssl_certfile=certificate,
        ssl_keyfile=key,
        timeout_graceful_shutdown=GRACE_SECONDS,
    )
    server = _Server(config)
    serving: asyncio.Task[Any] = asyncio.ensure_future(server.serve(sockets=[listener.dup()]))
    try:
        await asyncio.shield(serving)
    except asyncio.CancelledError:
        server.should_exit = True
        await asyncio.wait([serving], timeout=GRACE_SECONDS + 2)
        raise
