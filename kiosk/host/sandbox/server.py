"""Runs the sandbox host: the business port over mutual TLS, the control port in the clear on loopback.

:func:`serve` is a program's whole life (``kiosk host``); :func:`running` is the same in a thread, for tests and for the
bench.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import signal
import socket
import ssl
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

import structlog
import uvicorn
from starlette.types import ASGIApp

from kiosk.host.sandbox.api import business_app
from kiosk.host.sandbox.careers import month_number
from kiosk.host.sandbox.certificates import TlsFiles
from kiosk.host.sandbox.control import control_app
from kiosk.host.sandbox.state import Sandbox, SandboxClock
from kiosk.host.sandbox.store import open_store

log = structlog.get_logger(__name__)

DEFAULT_LISTEN = "127.0.0.1:8443"
DEFAULT_CONTROL = "127.0.0.1:8444"
DEFAULT_SIZE = 10_000
DEFAULT_SEED = 20_261_122
_GRACE_SECONDS = 1


class ServerError(Exception):
    """The sandbox cannot listen where it was told to."""


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where a sandbox is found. ``business``: for :class:`kiosk.host.http.HttpHost`; ``control``: also the check page
    (``/check/{code}``) and ``/sandbox/...``."""

    business: str
    control: str


def serve(
    database: Path,
    *,
    people: Path,
    listen: str = DEFAULT_LISTEN,
    control: str = DEFAULT_CONTROL,
    tls: TlsFiles | None,
    seed: int = DEFAULT_SEED,
    size: int = DEFAULT_SIZE,
    start: datetime | None = None,
    ready: Callable[[Addresses], None] | None = None,
) -> None:
    """Serve until SIGTERM or SIGINT, then end cleanly. Call it in the main thread.

    ``listen`` and ``control``: ``address:port``, port 0 for any free one. ``tls`` None: plain HTTP, for looking at
    ``/docs`` only. ``start``: when its clock begins; None: the machine's time. ``ready`` is called once, when both
    ports answer; by default one line of JSON (``{"ready": true, "business": URL, "control": URL}``) is printed. Raises
    ServerError, DataError, OSError.
    """

    async def whole_life() -> None:
        servers = _Servers(database, people, listen, control, tls, seed, size, SandboxClock(start))
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, servers.stop)
        await servers.run(ready or _print_readiness)

    asyncio.run(whole_life())


@contextlib.contextmanager
def running(
    database: Path,
    *,
    people: Path,
    tls: TlsFiles | None,
    listen: str = "127.0.0.1:0",
    control: str = "127.0.0.1:0",
    seed: int = DEFAULT_SEED,
    size: int = DEFAULT_SIZE,
) -> Iterator[Addresses]:
    """A sandbox in a thread of its own, for as long as the context lasts. Raises as :func:`serve`."""
    servers = _Servers(database, people, listen, control, tls, seed, size, SandboxClock())
    started = threading.Event()
    found: list[Addresses] = []
    failure: list[BaseException] = []

    def note(addresses: Addresses) -> None:
        found.append(addresses)
        started.set()

    def life() -> None:
        try:
            asyncio.run(servers.run(note))
        except BaseException as error:  # noqa: BLE001 - carried over to the thread that waits
            failure.append(error)
        finally:
            started.set()

    thread = threading.Thread(target=life, name="sandbox-host", daemon=True)
    thread.start()
    started.wait()
    if failure:
        raise failure[0]
    try:
        yield found[0]
    finally:
        servers.stop()
        thread.join()
    if failure:
        raise failure[0]


def _print_readiness(addresses: Addresses) -> None:
    sys.stdout.write(json.dumps({"ready": True, **asdict(addresses)}) + "\n")
    sys.stdout.flush()


class _Server(uvicorn.Server):
    """Leaves signals to :func:`serve`, and says when it answers."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.answers = asyncio.Event()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.answers.set()


class _Servers:
    def __init__(
        self,
        database: Path,
        people: Path,
        listen: str,
        control: str,
        tls: TlsFiles | None,
        seed: int,
        size: int,
        clock: SandboxClock,
    ) -> None:
        self._tls = tls
        self._business_socket = _bound(listen)
        self._control_socket = _bound(control)
        scheme = "http" if tls is None else "https"
        self._addresses = Addresses(
            f"{scheme}://{_name(self._business_socket)}", f"http://{_name(self._control_socket)}"
        )
        today = clock.now().date()
        engine = open_store(database, people_file=people, seed=seed, size=size, today=today)
        settled = month_number(today.year, today.month) - 1
        self._sandbox = Sandbox(engine, settled, check_base=self._addresses.control, clock=clock)
        self._servers: list[_Server] = []
        self._stopped = False

    def stop(self) -> None:
        """End both, from any thread; replies that are still owed get a second."""
        self._stopped = True
        for server in self._servers:
            server.should_exit = True

    async def run(self, ready: Callable[[Addresses], None]) -> None:
        app = business_app(self._sandbox)
        business = _Server(_config(app, self._tls))
        control = _Server(_config(control_app(self._sandbox, app), None))
        self._servers = [business, control]
        if self._stopped:
            return
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(business.serve([self._business_socket]))
                group.create_task(control.serve([self._control_socket]))
                await business.answers.wait()
                await control.answers.wait()
                log.info("sandbox_host_ready", business=self._addresses.business, control=self._addresses.control)
                ready(self._addresses)
        finally:
            self._sandbox.engine.dispose()
            self._business_socket.close()
            self._control_socket.close()
            log.info("sandbox_host_ended")


def _config(app: ASGIApp, tls: TlsFiles | None) -> uvicorn.Config:
    config = uvicorn.Config(
        app,
        log_config=None,
        access_log=False,
        server_header=False,
        lifespan="off",
        timeout_keep_alive=75,
        timeout_graceful_shutdown=_GRACE_SECONDS,
        ssl_certfile=None if tls is None else str(tls.certificate),
        ssl_keyfile=None if tls is None else str(tls.key),
        ssl_ca_certs=None if tls is None else str(tls.ca),
        ssl_cert_reqs=ssl.CERT_NONE if tls is None else ssl.CERT_REQUIRED,
    )
    config.load()
    if config.ssl is not None:
        config.ssl.minimum_version = ssl.TLSVersion.TLSv1_2
    return config


def _bound(listen: str) -> socket.socket:
    address, _, port = listen.rpartition(":")
    try:
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        # the protocol is named because asyncio switches off Nagle's delay (40 ms a call) only where it is
        made = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        made.bind((address.strip("[]"), int(port)))
    except (OSError, ValueError, OverflowError) as error:
        raise ServerError(f"cannot listen at {listen}: {error}") from error
    return made


def _name(bound: socket.socket) -> str:
    address, port = bound.getsockname()[:2]
    return f"[{address}]:{port}" if ":" in address else f"{address}:{port}"
