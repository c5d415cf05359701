"""The maintenance chart, its activities, pages and journal for real; devices, staff and host as plain as can be."""

from __future__ import annotations

import asyncio
from collections.abc import Collection
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import kiosk.activities as activities
from devices.card_printer.contract import Ability, CardPosition, CardPrinterStatus, CoverState, Ribbon, RibbonState
from devices.contract import (
    Cancellation,
    DeviceState,
    MediaState,
    PaperState,
    Status,
    StorageKind,
    StorageLevel,
    StorageUnit,
)
from devices.pin_pad.contract import EntryCancelled
from devices.pin_pad.secret import SecretDigits
from devices.receipt_printer.contract import CoverState as Lid
from devices.receipt_printer.contract import NotPrinted, Printed, ReceiptPrinterStatus
from devices.receipt_printer.receipt import Receipt
from devices.worker import DeviceWorker
from kiosk.clock import ManualClock
from kiosk.config import load
from kiosk.health.capabilities import Health
from kiosk.host.port import HostUnavailable
from kiosk.journal.store import Journal
from kiosk.pages.build import build
from kiosk.record import Record
from kiosk.runtime import Runtime
from kiosk.staff import Role, WrongCode
from kiosk.tools import Tools
from statemachines import views
from statemachines.chart import Chart, On, State
from statemachines.maintenance import maintenance_chart
from statemachines.timing import DELAYS
from statemachines.views import Show, Touched

CONFIGURATION = """
[kiosk]
id = "K0001"
place_zh = "示例大厅"
place_en = "Example Hall"
region = "990100"
state_directory = "state"
[host]
url = "https://host.example:8443"
authority_file = "a.pem"
certificate_file = "c.pem"
key_file = "k.pem"
[issuing]
hoppers = { "hopper-1" = "example_bank", "hopper-2" = "sample_bank" }
"""
ROLE_OF = {"0041": Role.STOCK_KEEPER, "0042": Role.ATTENDANT, "0043": Role.ENGINEER, "0044": Role.ATTENDANT}
CODE = "314159"
PATIENCE = 5.0
PAPER = ReceiptPrinterStatus(device=DeviceState.ONLINE, paper=PaperState.FULL, cover=Lid.CLOSED, cutter=None)


def unit(name: str, kind: StorageKind, level: StorageLevel = StorageLevel.OK, count: int | None = None) -> StorageUnit:
    """A storage unit."""
    return StorageUnit(name, kind, level, count)


UNITS = (
    unit("hopper-1", StorageKind.DISPENSE),
    unit("hopper-2", StorageKind.DISPENSE),
    unit("reject-box", StorageKind.RETAIN),
    unit("holding-slot", StorageKind.PARK, StorageLevel.EMPTY),
)


class Printer:
    """A card printer that says what it is told to say."""

    abilities = frozenset({Ability.RETAIN, Ability.PARK, Ability.COUNT_BIN})

    def __init__(self) -> None:
        self.emptied = 0
        self.units: tuple[StorageUnit, ...] = UNITS
        self.fault: str | None = None
        self.position = CardPosition.NONE
        self.cleared = 0

    def status(self) -> CardPrinterStatus:
        return CardPrinterStatus(
            device=DeviceState.ONLINE,
            fault=self.fault,
            media=MediaState.NOT_PRESENT,
            position=self.position,
            storage=self.units,
            ribbon=Ribbon(RibbonState.OK),
            cover=CoverState.CLOSED,
        )

    def bin_emptied(self) -> None:
        self.emptied += 1

    def clear(self) -> None:
        self.cleared += 1

    def level(self, name: str, level: StorageLevel, count: int | None = None) -> None:
        """The device changes its mind about a unit."""
        self.units = tuple(unit(each.name, each.kind, level, count) if each.name == name else each for each in UNITS)


class Pad:
    """Types what it has been given, one entry after the other; None is the cancel key."""

    def __init__(self) -> None:
        self.entries: list[str | None] = []

    def status(self) -> Status:
        return Status(DeviceState.ONLINE)

    def enter_clear(self, cancellation: Cancellation, **_: object) -> SecretDigits:
        entry = self.entries.pop(0) if self.entries else None
        if entry is None:
            raise EntryCancelled
        return SecretDigits(bytearray(entry.encode()))


class Paper:
    """A receipt printer that keeps what it printed, until it is out of paper."""

    def __init__(self) -> None:
        self.out = False
        self.printed: list[Receipt] = []

    def status(self) -> ReceiptPrinterStatus:
        return PAPER

    def print(self, receipt: Receipt) -> Printed | NotPrinted:
        if self.out:
            return NotPrinted(PAPER)
        self.printed.append(receipt)
        return Printed(PAPER)


class Roll:
    """Staff without a file: everybody's code is the same."""

    async def known(self, roles: Collection[Role]) -> bool:
        return bool(set(roles) & set(ROLE_OF.values()))

    async def check(self, number: SecretDigits, code: SecretDigits, roles: Collection[Role], **_: object) -> Any:
        if not code.matches(SecretDigits(bytearray(CODE.encode()))):
            raise WrongCode
        for known, role in ROLE_OF.items():
            if number.matches(SecretDigits(bytearray(known.encode()))) and role in roles:
                return SimpleNamespace(number=known, role=role)
        raise WrongCode


class FarEnd:
    """The host: answers, and knows of one application."""

    def __init__(self) -> None:
        self.answers = True
        self.application: Any = None

    async def ping(self) -> datetime:
        if not self.answers:
            raise HostUnavailable("gone")
        return datetime.now(UTC)

    async def state_by_key(self, key: str) -> Any:
        await self.ping()
        return self.application


class Rig:
    """Two people, a machine and its stock. Cards 0C000001 to 3 of example_bank in hopper-1, 0C000011 in hopper-2."""

    def __init__(self, folder: Path) -> None:
        file = folder / "kiosk.toml"
        file.write_text(CONFIGURATION, encoding="utf-8")
        self.settings = load(file)
        self.clock = ManualClock()
        self.host = FarEnd()
        self.printer, self.pad, self.paper = Printer(), Pad(), Paper()
        self.record = Record(self.settings.journal_file, self.clock, "K0001", cast("Any", self.host))
        self.journal: Journal = self.record._journal
        self.workers = [
            DeviceWorker("card_printer", cast("Any", self.printer)),
            DeviceWorker("pin_pad", cast("Any", self.pad)),
            DeviceWorker("receipt_printer", cast("Any", self.paper)),
        ]
        self.tools = Tools(
            settings=self.settings,
            clock=self.clock,
            policy=cast("Any", SimpleNamespace(other_machines=())),
            services=(),
            host=cast("Any", self.host),
            record=self.record,
            health=Health(cast("Any", self.host)),
            card_printer=self.workers[0],
            pin_pad=self.workers[1],
            receipt_printer=self.workers[2],
            encoder=cast("Any", SimpleNamespace(reader=None)),
            issuing=cast("Any", self.host),
            staff=cast("Any", Roll()),
        )
        self.shown: list[Show] = []
        self._news = asyncio.Event()
        self.runtime = Runtime(_chart(), pages=build, tools=self.tools, delays=DELAYS, show=self._show)
        ledger = self.journal.ledger
        ledger.receive([(f"0C00000{at}", "example_bank") for at in (1, 2, 3)] + [("0C000011", "sample_bank")])
        ledger.load("hopper-1", [f"0C00000{at}" for at in (1, 2, 3)])
        ledger.load("hopper-2", ["0C000011"])
        self.running = asyncio.create_task(self.runtime.run())

    def _show(self, show: Show) -> None:
        self.shown.append(show)
        self._news.set()

    async def close(self) -> None:
        """Take it all down."""
        self.runtime.post("stop")
        await asyncio.wait_for(self.running, PATIENCE)
        for worker in self.workers:
            worker.stop()
        self.record.close()

    @property
    def state(self) -> str:
        """The last word of where the chart is."""
        return self.runtime.position.state.rpartition(".")[2]

    @property
    def page(self) -> Any:
        """What is on the screen."""
        return self.shown[-1].page

    async def until(self, *states: str, after: int = -1) -> None:
        """Wait until the chart has come to one of these, in an entry later than ``after``. Time that the kiosk waits
        for (looks at the host) is turned on."""

        def there() -> bool:
            return self.state in states and self.runtime.position.entry > after and bool(self.shown)

        async def wait() -> None:
            while not there():
                self._news.clear()
                if self.clock.pending:
                    await self.clock.run_for(2.0)
                if not there() and not self._news.is_set():
                    await asyncio.wait([asyncio.ensure_future(self._news.wait())], timeout=0.02)

        try:
            await asyncio.wait_for(wait(), PATIENCE)
        except TimeoutError:
            raise AssertionError(f"in {self.state}, not in {states}: {self.page}") from None

    async def touch(self, intent: str, value: str = "", *, to: str) -> None:
        """Touch the page, and wait where it leads."""
        before = self.runtime.position.entry
        self.runtime.touched(Touched(self.shown[-1].frame.number, intent, value))
        await self.until(to, after=before)

    async def sign_in(self, *numbers: str) -> None:
        """Both, or those named; ends in the overview."""
        self.pad.entries = [entry for number in numbers or ("0041", "0042") for entry in (number, CODE)]
        await self.until("devices")
        await self.touch("choose", "stock", to="overview")

    async def task(self, name: str, *, to: str) -> None:
        """From the overview to a task."""
        await self.touch("choose", "tasks", to="tasks")
        await self.touch("choose", name, to=to)

    def notes(self, step: str) -> list[dict[str, Any]]:
        """The facts of the journal's notes of a step."""
        return [dict(entry.told) for entry in self.journal.entries() if entry.step == step]


def _chart() -> Chart:
    world = ("card_inserted", "card_removed", "reader_gone")
    return Chart(
        "test",
        (
            State("maintenance", chart=maintenance_chart(activities), exits={"back_in_service": "stopped"}),
            State("stopped", screen=views.OutOfService, timeout="rest"),
        ),
        (
            On("stop", "maintenance", "stopped"),
            On("maintain", "maintenance", "stopped"),
            *(On(event, "maintenance", None) for event in world),
        ),
    )
