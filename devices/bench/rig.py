"""Puts each stand's simulator on its transport, at an address that stays the same when the bench is started again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from devices import registry
from devices.bench.layout import LayoutError, Stand
from devices.bench.station import Station


def listen_address(stand: Stand, folder: Path, before: Mapping[str, str]) -> str:
    """Where the stand listens: ``pty:`` gets a link in ``folder``; a free TCP port is the one of ``before`` (device
    name -> address of the last start) if there is one."""
    if stand.listen == "pty:":
        return f"pty:{folder / 'lines' / stand.name}"
    where = urlsplit(stand.listen)
    if where.scheme == "tcp" and not where.port and stand.name in before:
        return before[stand.name].replace("socket://", "tcp://")
    return stand.listen


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
    """For as long as the block runs, what the devices need is there. Raises LayoutError, RigError."""
    stations = []
    for stand in stands:
        try:
            simulator = registry.simulator(stand.device_class, stand.model, **stand.options)
        except (TypeError, ValueError) as error:
            raise LayoutError(f"{stand.name}: options: {error}") from error
        stations.append(Station.on_a_line(stand, simulator, listen_address(stand, folder, before), seed))
    yield Rigged(tuple(stations), {})
