"""A place to make cards in: a simulated printer with its chip contact, pre-made cards, host and payer; no kiosk.

The printer stands on a real TCP line, the host behind real mutual TLS. The chip contact is reached over a unix socket,
so that the kiosk's side may be another process, which is killed and comes back while nothing here notices.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from multiprocessing.connection import Client, Connection, Listener
from pathlib import Path
from typing import Any

import httpx

from devices.bench.line import Line
from devices.card_printer.simulator.cards import StockCard
from devices.card_printer.simulator.evolis import EvolisSimulator
from devices.card_printer.simulator.mechanism import Place
from devices.card_reader.apdu import CommandApdu, ResponseApdu, terminal
from devices.card_reader.contract import CardReaderStatus, Chip
from devices.card_reader.simulator.card import VirtualCard
from devices.contract import DeviceError, DeviceState, MediaState
from kiosk.host.sandbox.certificates import SandboxCertificates, make_certificates
from kiosk.host.sandbox.issuing_stock import chip_descriptions, read_stock
from kiosk.host.sandbox.server import running

DEMO = Path(__file__).parents[2] / "kiosk" / "demo" / "people.toml"
STOCK = read_stock()
CHIPS = chip_descriptions()
HOPPERS = {f"hopper-{place}": bank.key for place, bank in enumerate(STOCK.banks, 1)}
BANK = STOCK.banks[0].key


CHANGING = (0xDC, 0xD6, 0xE2, 0x24, 0x20)
"""Instructions that change a chip: records updated, PIN changed or tried."""


def stock_cards() -> list[list[dict[str, Any]]]:
    """What is in each hopper, the next card first."""
    return [
        [
            {"serial": card.serial, "bank": card.bank, "chip": CHIPS[card.serial]}
            for card in STOCK.cards
            if card.bank == bank.key
        ]
        for bank in STOCK.banks
    ]


class ChipContact:
    """The chips behind the contact; each keeps what was written on it. Answers requests of :class:`ContactReader`."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.chips: dict[str, VirtualCard] = {}
        self.changes = 0
        """Commands that may have changed what a chip holds."""
        self.dead: set[str] = set()
        self._present: VirtualCard | None = None
        self._listener = Listener(address, family="AF_UNIX")
        threading.Thread(target=self._accept, daemon=True, name="chip-contact").start()

    def chip_of(self, card: StockCard) -> VirtualCard:
        """A card's chip; ValueError: it has none."""
        if card.chip is None:
            raise ValueError("a card without a chip")
        return self.chips.setdefault(card.serial, VirtualCard(dict(card.chip)))

    def lower(self, card: StockCard) -> None:
        if card.chip is not None and card.serial not in self.dead:
            self._present = self.chip_of(card)

    def lift(self, card: StockCard) -> None:
        self._present = None

    def close(self) -> None:
        self._listener.close()

    def _accept(self) -> None:
        while True:
            try:
                connection = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: Connection) -> None:
        with contextlib.suppress(EOFError, OSError), connection:
            while True:
                connection.send(self._answer(*connection.recv()))

    def _answer(self, what: str, data: bytes = b"") -> bytes:
        card = self._present
        if card is None:
            return b""
        if what == "reset":
            card.reset()
            return card.atr
        self.changes += data[1] in CHANGING
        return card.process(data)


class ContactReader:
    """The driver of the chip contact: a card reader without a hand to feed it."""

    abilities: frozenset[Any] = frozenset()

    def __init__(self, address: str, point: Callable[[str], None] = lambda label: None) -> None:
        self._address = address
        self._point = point
        self._connection: Connection | None = None

    def open(self) -> None:
        self.close()
        self._connection = Client(self._address, family="AF_UNIX")

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
        self._connection = None

    def status(self) -> CardReaderStatus:
        return CardReaderStatus(DeviceState.ONLINE, media=MediaState.UNKNOWN)

    def watch(self, cancellation: Any, on_media: Any) -> None:
        cancellation.wait(1e6)

    def release(self) -> None:
        self.ask("reset")

    def connect(self) -> Chip:
        atr = self.ask("reset")
        if not atr:
            raise DeviceError("card_reader.mute")
        return _Chip(self, atr)

    def ask(self, what: str, data: bytes = b"") -> bytes:
        if self._connection is None:
            self.open()
        assert self._connection is not None
        label = f"chip:{data[1]:02X}" if data else f"chip:{what}"
        self._point(f"{label}:before")
        self._connection.send((what, data))
        self._point(f"{label}:sent")
        answer = bytes(self._connection.recv())
        self._point(f"{label}:answered")
        return answer


class _Chip:
    def __init__(self, reader: ContactReader, atr: bytes) -> None:
        self._reader = reader
        self.atr = atr
        self.transmit = terminal(self._exchange, t0=True)

    def _exchange(self, command: CommandApdu) -> ResponseApdu:
        answer = self._reader.ask("transmit", bytes(command.encode()))
        if not answer:
            raise DeviceError("card_reader.removed")
        return ResponseApdu.decode(answer)

    def close(self) -> None:
        self._reader.ask("reset")


@dataclass
class Workshop:
    """What a test may look at and turn."""

    folder: Path
    simulator: EvolisSimulator
    line: Line
    contact: ChipContact
    host_url: str
    payer_url: str
    certificates: SandboxCertificates
    control: httpx.Client
    hand: bool = True
    """Whether someone takes a card that is held out."""
    taken: list[StockCard] = field(default_factory=list)

    def order(self, kind: str, path: str, **settings: Any) -> None:
        """Order a fault of the host."""
        self.control.post("/sandbox/faults", json={"kind": kind, "path": path, **settings}).raise_for_status()

    def get(self, path: str, **params: Any) -> Any:
        return self.control.get(path, params=params).raise_for_status().json()

    def post(self, path: str, **body: Any) -> None:
        self.control.post(path, json=body).raise_for_status()

    def take(self) -> bool:
        """The person takes the card at the bezel, if there is one."""

        def act() -> bool:
            mechanism = self.simulator.mechanism
            if mechanism.place is not Place.BEZEL or mechanism.card is None:
                return False
            self.taken.append(mechanism.card)
            self.simulator.take_card()
            return True

        return self.line.call(act)

    def renew(self) -> None:
        """Everything as at first: nobody has applied, every card in its hopper, nothing written on any chip."""
        self.control.post("/sandbox/reset").raise_for_status()
        self.control.delete("/sandbox/faults").raise_for_status()

        def renew() -> None:
            self.simulator.restore(self._new)
            for name, value in self.usual.items():
                self.line.set_fault(name, value)

        self.line.call(renew)
        self.contact.chips.clear()
        self.contact.dead.clear()
        self.contact.changes = 0
        self.taken.clear()
        self.hand = True

    def __post_init__(self) -> None:
        self._new = self.line.call(self.simulator.save)
        self.usual = {**self.line.faults, **self.simulator.faults}
        """Every fault as it is when nothing is wrong."""

    @property
    def cards(self) -> dict[str, list[str]]:
        """Where every card is, by serial."""

        def look() -> dict[str, list[str]]:
            mechanism = self.simulator.mechanism
            return {
                "hoppers": [card.serial for cards in mechanism.hoppers for card in cards],
                "path": [mechanism.card.serial] if mechanism.card else [],
                "rejected": [card.serial for card in mechanism.rejected],
                "held": [card.serial for card in mechanism.held],
                "taken": list(mechanism.taken),
            }

        return self.line.call(look)


@contextmanager
def workshop(folder: Path, *, people: int = 300, **printer: Any) -> Iterator[Workshop]:
    """Host, payer and printer for as long as the block runs."""
    certificates = make_certificates(folder / "tls")
    scans = folder / "scans"
    scans.mkdir(parents=True)
    with running(folder / "host.sqlite", people=DEMO, tls=certificates.server, seed=1, size=people) as addresses:
        given = {
            "pace": 0,
            "longest_hold": 3,
            "stock_cards": stock_cards(),
            "scans": str(scans),
            "pictures": str(folder / "pictures"),
        }
        simulator = EvolisSimulator(**{**given, **printer})
        contact = ChipContact(str(folder / "contact.sock"))
        simulator.mechanism.on_contact = contact.lower
        simulator.mechanism.off_contact = contact.lift
        with (
            Line(simulator, "tcp://127.0.0.1:0") as line,
            httpx.Client(base_url=addresses.control, trust_env=False) as control,
        ):
            yield Workshop(
                folder,
                simulator,
                line,
                contact,
                addresses.business,
                f"{addresses.business}/payer",
                certificates,
                control,
            )
        contact.close()
