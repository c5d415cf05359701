"""The embedded broker: ``nats-server`` as a child process, watched, started again when it ends by itself.

::

    pki = FleetPki.at(folder / "pki")
    broker = Broker(BrokerSettings("fleet", folder / "broker", pki.broker("fleet", ["127.0.0.1"])))
    await broker.start(Users(services=frozenset({"ingest"})))
    connection = await connect([broker.url], pki.service("ingest"), name="ingest")
    await ensure_streams(connection.jetstream())
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import signal
import socket
from pathlib import Path

import structlog

from kiosk.fleet.broker_configuration import USERS_FILE, BrokerSettings, Users, configuration, users_text
from kiosk.fleet.pki import write_private

log = structlog.get_logger("broker")

READY_SECONDS = 30.0
PID_FILE = "broker.pid"
FIRST_PAUSE, LONGEST_PAUSE = 0.2, 10.0
"""Seconds before a broker that ended by itself is started again; twice as long each time it does not come up."""
LOOK_EVERY = 0.05
STOP_SECONDS = 15.0
LOG_BYTES = 20_000_000
"""A log that is longer is put aside when the broker starts; one is kept."""


class BrokerError(RuntimeError):
    """The broker cannot be started; says why and where its words are."""


def free_port() -> int:
    """A port of this machine that nobody listens on now."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


class Broker:
    """One broker. ``program``: where ``nats-server`` is, if not on the path."""

    def __init__(self, settings: BrokerSettings, *, program: str = "nats-server") -> None:
        self.settings = settings
        self._program = program
        self._process: asyncio.subprocess.Process | None = None
        self._keeper: asyncio.Task[None] | None = None
        self._stopping = False
        self.starts = 0
        """How often it has come up."""

    @property
    def url(self) -> str:
        """Where members connect."""
        return self.settings.url

    @property
    def log_file(self) -> Path:
        """The broker's own words."""
        return self.settings.folder / "broker.log"

    @property
    def pid(self) -> int | None:
        """Its process id; None while it does not run."""
        return self._process.pid if self._process is not None and self._process.returncode is None else None

    async def start(self, users: Users) -> None:
        """Write the configuration, start, wait until it listens. Raises BrokerError."""
        if shutil.which(self._program, path=_path()) is None:
            raise BrokerError(f"{self._program} is not installed: apt-get install nats-server")
        folder = self.settings.folder
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        write_private(folder / USERS_FILE, users_text(users).encode())
        write_private(self._configuration_file, configuration(self.settings).encode())
        self._stopping = False
        await self._end_leftover()
        await self._launch()
        self._keeper = asyncio.create_task(self._keep(), name=f"broker-{self.settings.name}")

    def allow(self, users: Users) -> None:
        """Who may connect from now on; whoever is connected and no longer allowed is cut off."""
        write_private(self.settings.folder / USERS_FILE, users_text(users).encode())
        if self._process is not None and self._process.returncode is None:
            self._process.send_signal(signal.SIGHUP)

    async def stop(self) -> None:
        """End it in good order; twice is harmless."""
        self._stopping = True
        if self._keeper is not None:
            self._keeper.cancel()
            await asyncio.wait([self._keeper])
            self._keeper = None
        process = self._process
        if process is not None and process.returncode is None:
            process.send_signal(signal.SIGTERM)
            try:
                await asyncio.wait_for(process.wait(), STOP_SECONDS)
            except TimeoutError:
                log.warning("broker_killed", name=self.settings.name)
                process.kill()
                await process.wait()

    async def kill(self, *, for_good: bool = False) -> None:
        """Cut its power, for tests: SIGKILL. It comes up again by itself unless ``for_good``."""
        process = self._process
        if process is None or process.returncode is not None:
            return
        if for_good and self._keeper is not None:
            self._stopping = True
            self._keeper.cancel()
            await asyncio.wait([self._keeper])
            self._keeper = None
        process.kill()
        await process.wait()

    @property
    def _configuration_file(self) -> Path:
        return self.settings.folder / "broker.conf"

    def _leftover(self) -> int | None:
        """The process of a broker of this very configuration that another fleet process has started."""
        try:
            pid = int((self.settings.folder / PID_FILE).read_text(encoding="ascii"))
            words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
        except (OSError, ValueError):
            return None
        return pid if str(self._configuration_file).encode() in words else None

    async def _end_leftover(self) -> None:
        """A fleet that was killed leaves its broker behind, and with it the port and the streams: end it."""
        if (pid := self._leftover()) is None:
            return
        log.warning("broker_left_behind", name=self.settings.name, pid=pid)
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGTERM)
        async with asyncio.timeout(STOP_SECONDS):
            while True:
                if not await self._listens():
                    return
                await asyncio.sleep(LOOK_EVERY)

    async def _launch(self) -> None:
        folder = self.settings.folder
        if self.log_file.exists() and self.log_file.stat().st_size > LOG_BYTES:
            self.log_file.replace(self.log_file.with_suffix(".log.1"))
        with self.log_file.open("ab") as words:
            self._process = await asyncio.create_subprocess_exec(
                self._program,
                "-c",
                str(self._configuration_file),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=words,
                stderr=words,
                env={**os.environ, "PATH": _path()},
                start_new_session=True,
            )
        write_private(folder / PID_FILE, str(self._process.pid).encode("ascii"))
        try:
            async with asyncio.timeout(READY_SECONDS):
                while not await self._listens():
                    if self._process.returncode is not None:
                        raise BrokerError(f"nats-server ended at once: {_end_of(self.log_file)}")
                    await asyncio.sleep(LOOK_EVERY)
        except TimeoutError:
            self._process.kill()
            await self._process.wait()
            raise BrokerError(f"nats-server does not listen; its words are in {self.log_file}") from None
        self.starts += 1
        log.info("broker_up", name=self.settings.name, port=self.settings.port)

    async def _listens(self) -> bool:
        try:
            reader, writer = await asyncio.open_connection(self.settings.host, self.settings.port)
        except OSError:
            return False
        try:
            return (await asyncio.wait_for(reader.readline(), 2.0)).startswith(b"INFO")
        except (OSError, TimeoutError):
            return False
        finally:
            writer.close()
            with contextlib.suppress(OSError):
                await writer.wait_closed()

    async def _keep(self) -> None:
        pause = FIRST_PAUSE
        while not self._stopping:
            assert self._process is not None  # noqa: S101 -- launched before it is kept
            code = await self._process.wait()
            log.error("broker_ended", name=self.settings.name, code=code)
            while not self._stopping:
                await asyncio.sleep(pause)
                try:
                    await self._launch()
                except (BrokerError, OSError) as error:
                    log.error("broker_not_up", name=self.settings.name, error=str(error))
                    pause = min(2 * pause, LONGEST_PAUSE)
                else:
                    pause = FIRST_PAUSE
                    break


def _path() -> str:
    """Debian keeps daemons in sbin, which is not on everyone's path."""
    return f"{os.environ.get('PATH', os.defpath)}:/usr/sbin:/usr/local/sbin"


def _end_of(file: Path) -> str:
    return "\n".join(file.read_text(encoding="utf-8", errors="replace").splitlines()[-5:])
