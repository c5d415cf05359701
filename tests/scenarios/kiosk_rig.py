"""A whole kiosk for scenarios: the real controller in the test's loop, the devices' real protocols through the bench
process, the sandbox host over mutual TLS, screens that draw nothing but follow the link. Time is turned by hand."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pcsc_door
from rig_cable import Cable
from rig_screens import PATIENCE, Screens

from devices.bench.client import AsyncBenchClient
from devices.card_reader.pcsc import PcscCardReader
from devices.contract import MediaState
from kiosk import config, logs
from kiosk.clock import ManualClock
from kiosk.controller import Controller
from kiosk.demo import preparing
from kiosk.host.http import HttpHost
from kiosk.slot import CardSlot
from statemachines.views import (
    AskPrint,
    Attract,
    Farewell,
    Identify,
    Menu,
    Notice,
    OutOfService,
    PinEntry,
    TakeCard,
    TakePaper,
    Years,
)

CODE = r"[A-Z2-9]{4}(?:-[A-Z2-9]{4}){3}"


def codes_on(receipts: list[dict[str, Any]]) -> list[str]:
    """The verification codes on paper, in the order of the papers."""
    return [code for receipt in receipts for line in receipt["lines"] for code in re.findall(CODE, line)]


def numbers_on(receipts: list[dict[str, Any]]) -> list[str]:
    """The document numbers on paper, in the order of the papers."""
    return [number for receipt in receipts for line in receipt["lines"] for number in re.findall(r"D\d{14}", line)]


MORNING = ManualClock().now()
"""When a kiosk's day begins, and its host's: what the one dates today is of today for the other, whenever it is run."""


class Kiosk:
    """One controller, from start to stop."""

    def __init__(self, folder: Path, bench: dict[str, Any], host: dict[str, Any]) -> None:
        self.folder = folder
        self.clock = ManualClock()
        self._bench_ready = bench
        self._host_ready = host
        self.bench = AsyncBenchClient(bench["bench"])
        self.host = httpx.AsyncClient(base_url=host["control"], trust_env=False)
        self.screens = Screens(folder / "link.sock")
        self.controller: Controller | None = None
        self.host_seconds = (2.0, 4.0)
        """How long the host may take for one answer, and for a call with its repeats. Set before the start."""
        self.elsewhere: dict[str, str] = {}
        """Device class -> address, for devices that do not stand on the bench. Set before the start."""
        self.policy: str = ""
        """A policy pack in place of the region's own. Set before the start."""
        self.in_fleet = False
        """Whether telemetry is kept for a fleet, which nobody of is there. Set before the start."""
        self.cable: Cable | None = None
        """Between kiosk and host, once :meth:`lay_cable` has been called."""
        self._running: asyncio.Task[None] | None = None

    @property
    def session(self) -> Any:
        assert self.controller is not None
        assert self.controller.runtime is not None
        return self.controller.runtime.session

    @property
    def state(self) -> str:
        assert self.controller is not None
        assert self.controller.runtime is not None
        return self.controller.runtime.position.state

    def configuration(self, cards: Sequence[Mapping[str, Any]] = ()) -> Path:
        """The file. ``cards``: the bench's pre-made ones."""
        business = self.cable.url if self.cable else self._host_ready["business"]
        devices = preparing.device_tables(self._bench_ready["devices"], self.elsewhere)
        issuing = preparing.issuing_table(preparing.hoppers(cards), business)
        policy = f'[policy]\nregion_file = "{self.policy}"\n' if self.policy else ""
        fleet = f'\n[fleet]\noffice_url = "https://127.0.0.1:1"\ndirectory = "{self.folder}/member"\n'
        tls = self._host_ready["tls"]
        path = self.folder / "kiosk.toml"
        path.write_text(
            f"""[kiosk]
id = "TEST01"
place_zh = "测试大厅"
place_en = "Test Hall"
region = "990100"
state_directory = "{self.folder}/state"
[host]
url = "{business}"
authority_file = "{tls["ca"]}"
certificate_file = "{tls["certificate"]}"
key_file = "{tls["key"]}"
answer_seconds = {self.host_seconds[0]}
altogether_seconds = {self.host_seconds[1]}
attempts = 2
[link]
socket = "{self.folder}/link.sock"
[log]
directory = "{self.folder}/logs"
level = "debug"
console = false
{policy}{devices}{issuing}{fleet if self.in_fleet else ""}""",
            encoding="utf-8",
        )
        return path

    async def start(self) -> None:
        """Start the controller and connect the screens."""
        pcsc_door.lead_to(self._bench_ready["env"])
        cards = await self.bench.new_cards()
        settings = config.load(self.configuration(cards))
        preparing.write_staff(settings.staff_file)
        await asyncio.to_thread(preparing.enter_stock, settings.journal_file, settings.kiosk.id, self.clock, cards)
        logs.configure("controller", settings.log.directory, level="debug", console=False)
        listening = asyncio.Event()
        self.controller = Controller(settings, clock=self.clock, on_listening=listening.set)
        self._running = asyncio.create_task(self.controller.run())
        waiting = asyncio.create_task(listening.wait())
        await asyncio.wait([self._running, waiting], return_when=asyncio.FIRST_COMPLETED)
        if self._running.done():
            waiting.cancel()
            await self._running
        await self.screens.open()

    async def comes_into_service(self) -> None:
        """On a busy machine the host may answer only when it is asked again."""
        if isinstance(await self.screens.either(Attract, OutOfService), OutOfService):
            await self.comes_to_pass(lambda: isinstance(self.screens.last.page, Attract), seconds=5)

    def another_kiosk(self, name: str) -> HttpHost:
        """The host as another kiosk has it. To be closed."""
        tls = self._host_ready["tls"]
        return HttpHost(
            self._host_ready["business"],
            ca_file=Path(tls["ca"]),
            certificate_file=Path(tls["certificate"]),
            key_file=Path(tls["key"]),
            kiosk_id=name,
        )

    async def lay_cable(self) -> Cable:
        """Have the kiosk reach the host over a cable that can be cut. Before the start."""
        self.cable = Cable(self._host_ready["business"])
        await self.cable.plug()
        return self.cable

    async def stop(self) -> None:
        """Stop as SIGTERM does, and wait for the end."""
        if self._running is not None and self.controller is not None and not self._running.done():
            self.controller.stop()
            await self.stopped()
        await self.screens.close()

    async def stopped(self) -> None:
        """Wait until the controller has ended, letting the farewell and its like pass."""
        assert self._running is not None
        try:
            async with asyncio.timeout(PATIENCE):
                while not self._running.done():
                    await self.passes(10)
                    await asyncio.wait([self._running], timeout=0.05)
                await self._running
        finally:
            self._running.cancel()

    async def close(self) -> None:
        await self.bench.close()
        await self.host.aclose()
        if self.cable is not None:
            await self.cable.cut()
        logs.close()

    async def passes(self, seconds: float) -> None:
        """Time passes for the controller; then whatever it caused is given its turn."""
        await self.clock.run_for(seconds)

    async def card_is_seen(self) -> None:
        """Wait until pcscd has noticed the card in the slot: it looks some times a second."""
        at = next(each["at"] for each in self._bench_ready["devices"].values() if each["class"] == "card-reader")
        pcsc_door.lead_to(self._bench_ready["env"])
        slot = CardSlot(PcscCardReader(at), lambda before, after: None)
        slot.start()
        async with asyncio.timeout(PATIENCE):
            await slot.until(MediaState.PRESENT)
        await asyncio.to_thread(slot.stop)

    def log(self) -> str:
        """The controller's log so far."""
        return (self.folder / "logs" / "controller.log").read_text(encoding="utf-8")

    # -- what a citizen does -------------------------------------------------------------------------------------------

    async def begins(self) -> None:
        """From the first screen to the choice of the way."""
        await self.screens.page(Attract)
        self.screens.touch("start")
        while isinstance(await self.screens.either(Notice, Attract, after=self.screens.last.frame.number), Attract):
            self.screens.touch("start")  # the machine was just looking at its devices
        self.screens.touch("agree")
        await self.screens.page(Identify)

    async def comes_by_card(self, person: str) -> None:
        """Up to the PIN."""
        await self.begins()
        await self.bench.insert_card(person)
        await self.screens.page(PinEntry)

    async def types(self, person: str, digits: str = "", *, own_pin: bool = False) -> None:
        """Type at the pad as soon as it listens, then enter."""
        await self.bench.wait_scene("pin-pad", lambda scene: scene["input"] != "off")
        await self.bench.type(person, digits, own_pin=own_pin, then="enter")

    async def staff_types(self, digits: str) -> None:
        """A member of staff types at the pad as soon as it listens, then enter."""
        await self.types("staff", digits)

    async def attendant_vouches(self, number: str = "1001") -> None:
        """Number and code of a member of staff, when the pages ask for them."""
        for digits in (number, preparing.STAFF[number][1]):
            await self.screens.page(PinEntry, after=self.screens.last.frame.number - 1)
            await self.staff_types(digits)

    async def types_at(self, purpose: str, person: str, digits: str = "", *, own_pin: bool = False) -> None:
        """Type when the page asks for this: ``verify``, ``old``, ``new``, ``again``."""
        entry = await self.screens.page(PinEntry)
        while entry.purpose != purpose or entry.typed:
            entry = await self.screens.page(PinEntry, after=self.screens.last.frame.number)
        await self.types(person, digits, own_pin=own_pin)

    async def reaches_menu(self, person: str) -> None:
        """By card, with the right PIN, up to the menu."""
        await self.comes_by_card(person)
        await self.types(person, own_pin=True)
        await self.screens.page(Menu)

    async def takes_new_card(self, person: str) -> str:
        """Take the card that is held out, as soon as it is; its serial."""
        await self.bench.wait_scene("card-printer", lambda scene: (scene["card"] or {}).get("place") == "bezel")
        return str((await self.bench.take_new_card(person))["card"]).partition("/")[0]

    async def new_card(self, serial: str) -> dict[str, Any]:
        """Where a pre-made card is, and what is printed on it."""
        return next(dict(each) for each in await self.bench.new_cards() if each["serial"] == serial)

    async def chooses(self, value: str) -> None:
        """Touch a choice."""
        self.screens.touch("choose", value)

    async def takes_card(self, person: str, *, id_card: bool = False) -> None:
        """Take the card when asked to, read the farewell, and leave the machine to the next."""
        await self.screens.page(TakeCard)
        if id_card:
            await self.bench.lift_id_card(person)
        else:
            await self.bench.take_card(person)
        await self.screens.page(Farewell)
        assert self.session.person is None
        await self.passes(6)
        await self.screens.page(Attract)
        where = {each["card"]: each["place"] for each in await self.bench.cards()}
        assert where[f"{person}/{'id' if id_card else 'social'}"] == f"with:{person}"

    async def asks_for_contributions(self, scheme: str = "pension", extent: str = "all") -> None:
        """From the menu to the print of a record, as far as touches go."""
        before = self.screens.last.frame.number
        await self.chooses("contributions")
        await self.screens.page(Menu, after=before)
        await self.chooses(scheme)
        await self.screens.page(Years)
        self.screens.touch("print")
        await self.screens.page(AskPrint)
        await self.chooses(extent)

    async def prints_contributions(self, person: str, **what: str) -> str:
        """Print a record and take the paper; answers with its code."""
        await self.asks_for_contributions(**what)
        await self.screens.page(TakePaper)
        await self.bench.tear_off(person)
        return codes_on(await self.bench.receipts())[-1]

    async def verifies(self, code: str) -> bool:
        """Whether the public check page says that a paper is genuine."""
        return (await self.host.get(f"/check/{code}")).status_code == 200

    async def host_is_told(self, path: str, *, agreed: bool = True) -> None:
        """Wait until the host has had a call, and agreed to it; ``agreed`` False: has had it, whatever came of it.

        Time passes meanwhile, as what is told again is told after a pause.
        """

        async def heard() -> bool:
            calls = (await self.host.get("/sandbox/calls")).json()
            return any(each["path"] == path and (not agreed or 200 <= each["status"] < 300) for each in calls)

        await self.comes_to_pass(heard)

    async def comes_to_pass(self, so: Callable[[], bool | Awaitable[bool]], seconds: float = 1.0) -> None:
        """Let time pass, ``seconds`` at a look, until it is so; devices and host work in their own time meanwhile."""
        async with asyncio.timeout(PATIENCE):
            while True:
                now = so()
                if await now if isinstance(now, Awaitable) else now:
                    return
                await self.passes(seconds)
                await asyncio.sleep(0.01)

    async def order(self, kind: str, path: str = "/v1/*", **more: Any) -> None:
        """Have something go wrong at the host until it is taken back."""
        rule = {"kind": kind, "path": path, "times": None, **more}
        (await self.host.post("/sandbox/faults", json=rule)).raise_for_status()


@asynccontextmanager
async def standing_of(kiosk: Kiosk) -> AsyncIterator[Kiosk]:
    """Before a fresh world; stopped and closed afterwards."""
    await kiosk.bench.reset()
    (await kiosk.host.post("/sandbox/reset")).raise_for_status()
    yield kiosk
    await kiosk.bench.reset()  # a card left in the slot would hold up the stop
    await kiosk.stop()
    await kiosk.close()
