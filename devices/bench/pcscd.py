"""A PC/SC service of one's own: the real ``pcscd`` with virtual readers, several side by side on one machine.

The service is started the way systemd does it, by handing it a listening socket, so that its address is ours to choose
instead of the one fixed path of the machine. Programs find it by the environment variable ``PCSCLITE_CSOCK_NAME``
(:attr:`PcscService.environment`), which libpcsclite reads once, at a process's first PC/SC call.

Each reader is a ``vpcd`` slot: a card program connects to its port (:attr:`VirtualReader.address`) to put a card in.
vpcd listens on all interfaces and asks nobody for a password: for benches and tests only.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from smartcard import scard

from devices.bench.ports import free_ports

VPCD_LIBRARY = Path("/usr/lib/pcsc/drivers/serial/libifdvpcd.so")
SOCKET_VARIABLE = "PCSCLITE_CSOCK_NAME"
READY_SECONDS = 10.0
"""How long the service may take to list its readers; measured at 0.3 s on an idle machine."""
PORTS_PER_READER = 2
"""Debian's vpcd is built with two slots a reader, on adjacent ports; the second stays empty."""

_HAND_OVER = """
import os, signal, sys
service = os.getpid()
if os.fork() == 0:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.close(int(sys.argv[1]))
    os.read(0, 1)
    if os.getppid() == service:
        os.kill(service, signal.SIGTERM)
    os._exit(0)
os.dup2(int(sys.argv[1]), 3)
os.environ.update(LISTEN_PID=str(os.getpid()), LISTEN_FDS="1")
os.execv(sys.argv[2], sys.argv[2:])
"""
"""systemd's way of passing a socket: as descriptor 3, announced to the process by its number. A child of the service
waits for its standard input to end, as it does however we end, and ends the service then: none is ever left over."""


class PcscServiceError(RuntimeError):
    """The service cannot be had; the message says what is missing and what to do."""


@dataclass(frozen=True, slots=True)
class VirtualReader:
    """One reader. ``name`` is what PC/SC lists (``pcsc:`` + name is the driver's address); ``address`` is where a card
    program connects, such as ``vpcd://127.0.0.1:35963``."""

    name: str
    address: str


class PcscService:
    """Runs a pcscd with one virtual reader for each of ``names``. A context manager, or :meth:`start`/:meth:`stop`.

    ``folder`` holds its socket, configuration and log; default: a fresh temporary one, removed at the end. Reader names
    are as given plus `` 00 00``, which pcscd appends. ``ports``: the first of two adjacent ports of each reader, fixed
    by the caller (then they must be free); default: free ones. Raises PcscServiceError from :meth:`start`.
    """

    def __init__(
        self,
        names: Sequence[str] = ("Virtual card reader",),
        *,
        folder: Path | None = None,
        ports: Sequence[int] | None = None,
    ) -> None:
        self.names = tuple(names)
        self.readers: tuple[VirtualReader, ...] = ()
        self._given_folder = folder
        self._given_ports = tuple(ports) if ports else ()
        self._folder: Path | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._listener: socket.socket | None = None

    @property
    def socket_path(self) -> Path:
        """The service's address. The service must be started."""
        if self._folder is None:
            raise PcscServiceError("the PC/SC service has not been started")
        return self._folder / "pcscd.comm"

    @property
    def environment(self) -> dict[str, str]:
        """What a program's environment must hold to find this service."""
        return {SOCKET_VARIABLE: str(self.socket_path)}

    @property
    def running(self) -> bool:
        """Whether the process is alive."""
        return self._process is not None and self._process.poll() is None

    def start(self) -> tuple[VirtualReader, ...]:
        """Start it and wait until every reader is listed."""
        program = shutil.which("pcscd") or ("/usr/sbin/pcscd" if Path("/usr/sbin/pcscd").exists() else None)
        if program is None or not VPCD_LIBRARY.exists():
            raise PcscServiceError("pcscd or its vpcd driver is not installed: apt-get install pcscd vsmartcard-vpcd")
        if self._folder is None:
            self._folder = self._given_folder or Path(tempfile.mkdtemp(prefix="pcscd-"))
            self._folder.mkdir(parents=True, exist_ok=True)
        attempts = 1 if self._given_ports else 3  # a port found free may be taken before vpcd binds it
        for attempt in range(1, attempts + 1):
            ports = self._given_ports or _ports_for(len(self.names))
            self._spawn(program, ports)
            try:
                self._wait_until_listed()
            except PcscServiceError:
                self._end_process()
                if attempt == attempts:
                    raise
                continue
            self.readers = tuple(
                VirtualReader(f"{name} 00 00", f"vpcd://127.0.0.1:{port}")
                for name, port in zip(self.names, ports, strict=True)
            )
            return self.readers
        raise AssertionError("unreachable")

    def stop(self) -> None:
        """End the process and remove what it left. Harmless when it is not running."""
        self._end_process()
        if self._folder is not None and self._given_folder is None:
            shutil.rmtree(self._folder, ignore_errors=True)
            self._folder = None

    def restart(self) -> None:
        """Kill it and bring it up again with the same readers on the same ports."""
        self.kill()
        self._given_ports = tuple(int(reader.address.rpartition(":")[2]) for reader in self.readers)
        self.start()

    def kill(self) -> None:
        """The service dies (a fault); its clients lose their connection."""
        self._end_process()

    def __enter__(self) -> PcscService:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def _spawn(self, program: str, ports: Sequence[int]) -> None:
        folder = self.socket_path.parent
        configuration = folder / "readers"
        configuration.mkdir(exist_ok=True)
        blocks = []
        for number, (name, port) in enumerate(zip(self.names, ports, strict=True)):
            # vpcd keeps its slots in variables of the library: two readers of one library overwrite each other's.
            library = VPCD_LIBRARY if number == 0 else folder / f"libifdvpcd-{number}.so"
            if number:
                shutil.copyfile(VPCD_LIBRARY, library)
            blocks.append(
                f'FRIENDLYNAME "{name}"\nDEVICENAME /dev/null:0x{port:X}\nLIBPATH {library}\nCHANNELID 0x{port:X}\n'
            )
        (configuration / "virtual").write_text("\n".join(blocks), encoding="utf-8")
        self.socket_path.unlink(missing_ok=True)
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(str(self.socket_path))
        self._listener.listen(16)
        # pcscd keeps its process number in this folder, whatever its socket.
        with contextlib.suppress(PermissionError):
            Path("/run/pcscd").mkdir(parents=True, exist_ok=True)
        command = [sys.executable, "-I", "-c", _HAND_OVER, str(self._listener.fileno()), program]
        with (folder / "pcscd.log").open("ab") as log:
            self._process = subprocess.Popen(
                [*command, "--foreground", "--error", "--config", str(configuration)],
                pass_fds=(self._listener.fileno(),),
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=subprocess.STDOUT,
                env={**os.environ, SOCKET_VARIABLE: str(self.socket_path)},
            )

    def _wait_until_listed(self) -> None:
        # Asked from a process of its own: libpcsclite stays with the first service that a process has met.
        asked = subprocess.run(
            [sys.executable, __file__, *(f"{name} 00 00" for name in self.names)],
            env={**os.environ, **self.environment},
            capture_output=True,
            text=True,
            check=False,
        )
        if asked.returncode == 0:
            return
        if not self.running:
            raise PcscServiceError(f"pcscd ended at once: {self._last_words()}")
        raise PcscServiceError(f"pcscd does not list {asked.stdout.strip()}: {self._last_words()}")

    def _last_words(self) -> str:
        log = self.socket_path.parent / "pcscd.log"
        return log.read_text(encoding="utf-8", errors="replace").strip()[-400:] or "it said nothing"

    def _end_process(self) -> None:
        if self._process is not None and self._process.poll() is None:
            self._process.terminate()
            try:
                self._process.wait(5)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait(5)
        if self._process is not None and self._process.stdin is not None:
            self._process.stdin.close()
        self._process = None
        if self._listener is not None:
            self._listener.close()
            self._listener = None
            self.socket_path.unlink(missing_ok=True)


def _ports_for(readers: int) -> list[int]:
    first = free_ports(PORTS_PER_READER * readers)
    return list(range(first, first + PORTS_PER_READER * readers, PORTS_PER_READER))


def _wait_for_readers(wanted: set[str]) -> set[str]:
    """Wait for readers by PC/SC's own event; the names still missing after READY_SECONDS."""
    deadline = time.monotonic() + READY_SECONDS
    pnp = ("\\\\?PnP?\\Notification", scard.SCARD_STATE_UNAWARE)
    while (left := deadline - time.monotonic()) > 0:
        result, context = scard.SCardEstablishContext(scard.SCARD_SCOPE_SYSTEM)
        if result != scard.SCARD_S_SUCCESS:
            time.sleep(0.02)  # its socket is there before it answers
            continue
        try:
            _, listed = scard.SCardListReaders(context, [])
            if wanted <= set(listed):
                return set()
            scard.SCardGetStatusChange(context, int(min(left, 1.0) * 1000), [pnp])
        finally:
            scard.SCardReleaseContext(context)
    return wanted - set(listed) if result == scard.SCARD_S_SUCCESS else wanted


if __name__ == "__main__":
    missing = _wait_for_readers(set(sys.argv[1:]))
    print(", ".join(sorted(missing)))
    raise SystemExit(1 if missing else 0)
