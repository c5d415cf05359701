"""Puts each stand's simulator on its transport, at an address that stays the same when the bench is started again.

Devices that listen on ``vpcd:`` become readers of one pcscd, which the rig starts and ends. ``vpcd://host:port`` is a
slot of a pcscd that is there already, such as the machine's own.
"""

from __future__ import annotations

import hashlib
import os
import signal
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from devices import registry
from devices.bench.layout import LayoutError, Stand
from devices.bench.pcscd import PcscService, PcscServiceError, VirtualReader
from devices.bench.reader_slot import ReaderSlot
from devices.bench.station import Station
from devices.simulation import Simulator

MEMORIES = "cards"
"""Folder, in the state folder, where each card keeps its memory."""

OWN_SERVICE = "vpcd:"
_FIRST_VPCD_PORT = 35963
_LONGEST_SOCKET_PATH = 100


class RigError(RuntimeError):
    """A device cannot be put up; the message says what is missing and what to do."""


@dataclass(frozen=True, slots=True)
class Rigged:
    """Every stand's station, not plugged in yet, and what a process that opens the devices needs in its
    environment."""

    stations: tuple[Station, ...]
    environment: Mapping[str, str]


@contextmanager
def rigged(stands: Sequence[Stand], folder: Path, before: Mapping[str, str], seed: int) -> Iterator[Rigged]:
    """For as long as the block runs, what the devices need is there.

    ``folder``: state; ``before``: device name -> address of the last start. Raises LayoutError, RigError.
    """
    in_readers = [stand for stand in stands if stand.listen == OWN_SERVICE]
    environment: Mapping[str, str] = {}
    readers: dict[str, VirtualReader] = {}
    with ExitStack() as stack:
        service: PcscService | None = None
        if in_readers:
            service = _service([_reader_name(stand) for stand in in_readers], folder)
            try:
                stack.enter_context(service)
            except PcscServiceError as error:
                raise RigError(str(error)) from error
            environment = service.environment
            readers = {stand.name: reader for stand, reader in zip(in_readers, service.readers, strict=True)}
        stations = []
        for stand in stands:
            if stand.name in readers:
                reader = readers[stand.name]
                memories = folder / MEMORIES
                slot = _simulator(stand, address=reader.address, service=service, memories=memories)
                stations.append(Station(stand, ReaderSlot(slot, reader.name)))
            elif stand.listen.startswith("vpcd://"):
                slot = _simulator(stand, address=stand.listen, memories=folder / MEMORIES)
                stations.append(Station(stand, ReaderSlot(slot, _reader_of(stand.listen))))
            else:
                listen = _listen_address(stand, folder, before)
                ours = {"memories": folder / MEMORIES} if stand.device_class == "card-reader" else {}
                stations.append(Station.on_a_line(stand, _simulator(stand, **ours), listen, seed))
        yield Rigged(tuple(stations), environment)


def _simulator(stand: Stand, **ours: object) -> Simulator:
    try:
        return registry.simulator(stand.device_class, stand.model, **stand.options, **ours)
    except (TypeError, ValueError) as error:
        raise LayoutError(f"{stand.name}: options: {error}") from error


def _listen_address(stand: Stand, folder: Path, before: Mapping[str, str]) -> str:
    if stand.listen == "pty:":
        return f"pty:{folder / 'lines' / stand.name}"
    where = urlsplit(stand.listen)
    if where.scheme == "tcp" and not where.port and stand.name in before:
        return before[stand.name].replace("socket://", "tcp://")
    return stand.listen


def _reader_name(stand: Stand) -> str:
    return f"Bench {stand.name}"


def _reader_of(address: str) -> str:
    """As the page names the readers of a vpcd set up the usual way: one a slot, on ports from 35963 on."""
    return f"Virtual PCD 00 {(urlsplit(address).port or _FIRST_VPCD_PORT) - _FIRST_VPCD_PORT:02X}"


def _service(names: Sequence[str], state: Path) -> PcscService:
    folder = state / "pcscd"
    if len(str(folder)) > _LONGEST_SOCKET_PATH - len("/pcscd.comm"):  # a unix socket's path must be short
        digest = hashlib.sha256(str(state).encode()).hexdigest()[:12]
        folder = Path(tempfile.gettempdir()) / f"bench-pcscd-{digest}"
    _end_leftover(folder)
    return PcscService(names, folder=folder)


def _end_leftover(folder: Path) -> None:
    """End the pcscd of a bench that was killed: the one whose configuration lies in our folder, and no other."""
    for process in Path("/proc").glob("[0-9]*"):
        try:
            words = (process / "cmdline").read_bytes().split(b"\0")
        except OSError:
            continue  # it has ended meanwhile
        if Path(os.fsdecode(words[0])).name == "pcscd" and any(os.fsdecode(w).startswith(f"{folder}/") for w in words):
            os.kill(int(process.name), signal.SIGKILL)
