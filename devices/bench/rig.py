"""Puts each stand's simulator on its transport, at an address that stays the same when the bench is started again.

Devices that listen on ``vpcd:`` become readers of one pcscd, which the rig starts and ends. ``vpcd://host:port`` is a
slot of a pcscd that is there already, such as the machine's own. A card printer whose chip contact is a reader beside
it gets one of the same pcscd, a device of its own on the bench: ``card-printer-contact``. Its scanner puts pictures
into the bench's state folder; the option ``scans = ""`` takes the scanner away.
"""

from __future__ import annotations

import hashlib
import os
import signal
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import cast
from urllib.parse import urlsplit

from devices import registry
from devices.bench.hands import CONTACT, PRINTER
from devices.bench.layout import LayoutError, Stand
from devices.bench.new_cards import PRINTED
from devices.bench.pcscd import PcscService, PcscServiceError, VirtualReader
from devices.bench.reader_slot import ReaderSlot
from devices.bench.station import Station, Transport
from devices.card_printer.simulator import EvolisSimulator
from devices.card_printer.simulator.contact import ChipSlot, ContactStation
from devices.card_reader.simulator.card import VirtualCard
from devices.card_reader.simulator.description import CardDescription
from devices.simulation import Json, Simulator

MEMORIES = "cards"
"""Folder, in the state folder, where each card keeps its memory."""

SCANS = "scans"
"""Folder, in the state folder, where a card printer's scan program puts its pictures: the driver takes them there."""

OWN_SERVICE = "vpcd:"
_CONTACT_BESIDE = frozenset({(PRINTER, "evolis")})
_MOST_HOPPERS = {"evolis": 4, "crt591": 1}
_TOLD = {"crt591": ("model", "address")}
"""Options of a simulated device that its driver must be given too."""
_FASTEST_PRINT_SECONDS = 4.0
"""What the driver of a printer with the pace of the real thing takes for too quick to be true."""
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
def rigged(
    stands: Sequence[Stand],
    folder: Path,
    before: Mapping[str, str],
    seed: int,
    stock: Sequence[Sequence[Json]] | None = None,
) -> Iterator[Rigged]:
    """For as long as the block runs, what the devices need is there.

    ``folder``: state; ``before``: device name -> address of the last start; ``stock``: the cards in the hoppers of the
    first card printer that is not given its own. Raises LayoutError, RigError.
    """
    stands = stocked([*stands, *map(contact_of, filter(wants_contact, stands))], stock)
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
                simulator = _simulator(stand, **_ours(stand, folder))
                contact = readers.get(contact_of(stand).name)
                options = _driver_options(stand, simulator, contact)
                stations.append(Station.on_a_line(stand, simulator, listen, seed, options))
        wire({station.name: station for station in stations})
        yield Rigged(tuple(stations), environment)


def wants_contact(stand: Stand) -> bool:
    """Whether its chip contact is a PC/SC reader beside it."""
    return (stand.device_class, stand.model) in _CONTACT_BESIDE


def contact_of(stand: Stand) -> Stand:
    """The reader at its contact."""
    return Stand(f"{stand.name}-contact", CONTACT, "pcsc", OWN_SERVICE)


def stocked(stands: Sequence[Stand], stock: Sequence[Sequence[Json]] | None) -> list[Stand]:
    """The same, the cards in the first card printer that has none of its own."""
    filled = list(stands)
    own = {"stock_cards", "cards", "hoppers"}
    for at, stand in enumerate(filled):
        if stock and stand.device_class == PRINTER and own.isdisjoint(stand.options):
            hoppers = stock[: _MOST_HOPPERS.get(stand.model, 1)]
            filled[at] = replace(stand, options={**stand.options, "stock_cards": hoppers})
            break
    return filled


def _ours(stand: Stand, folder: Path) -> dict[str, object]:
    if stand.device_class == "card-reader" or (stand.device_class == PRINTER and not wants_contact(stand)):
        return {"memories": folder / MEMORIES}
    if stand.device_class == PRINTER:
        ours = {"pictures": str(folder / PRINTED), "scans": str(folder / SCANS / stand.name)}
        return {name: value for name, value in ours.items() if name not in stand.options}
    return {}


def _driver_options(stand: Stand, simulator: Simulator, contact: VirtualReader | None) -> dict[str, object]:
    if not isinstance(simulator, EvolisSimulator):
        return {name: stand.options[name] for name in _TOLD.get(stand.model, ()) if name in stand.options}
    pace = float(cast("float", stand.options.get("pace", 1.0)))
    told: dict[str, object] = {
        "ribbon": simulator.ribbon.label,
        "hoppers": len(simulator.mechanism.hoppers),
        "holding_slot": simulator.mechanism.slot_capacity > 0,
        "bezel": bool(stand.options.get("bezel", True)),
    }
    if contact is not None:
        told["chip_address"] = f"pcsc:{contact.name}"
    if pace < 1:
        told["fastest_print_seconds"] = _FASTEST_PRINT_SECONDS * pace
    if simulator.scanner is not None:
        told["scans"] = str(simulator.scanner.folder)
    return told


class _ContactSlot:
    """The slot of the reader at the contact, for the printer's thread."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport
        self._slot = cast("ChipSlot", transport.simulator)

    def insert(self, card: VirtualCard | Json | CardDescription) -> VirtualCard:
        return self._transport.call(lambda: self._slot.insert(card))

    def take(self) -> VirtualCard | None:
        return self._transport.call(self._slot.take)


def wire(stations: Mapping[str, Station]) -> None:
    for station in stations.values():
        contact = stations.get(contact_of(station.stand).name)
        if contact is not None and isinstance(station.simulator, EvolisSimulator):
            ContactStation(station.simulator.mechanism, _ContactSlot(contact.transport))


def _simulator(stand: Stand, **ours: object) -> Simulator:
    device_class = "card-reader" if stand.device_class == CONTACT else stand.device_class
    try:
        return registry.simulator(device_class, stand.model, **stand.options, **ours)
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
