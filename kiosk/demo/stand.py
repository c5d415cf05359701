"""A whole simulated kiosk: bench, sandbox host, display, controller and screens, each a process of its own.

Everything lies in one folder; nothing outside it is touched, and nothing is ended that was not started here.
"""

from __future__ import annotations

import asyncio
import contextlib
import shutil
import sys
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from devices import registry
from devices.bench.client import AsyncBenchClient, BenchRefused
from devices.bench.places import STAFF
from kiosk.clock import SystemClock
from kiosk.config import load
from kiosk.config_example import toml
from kiosk.demo import preparing
from kiosk.demo.child import Child, ChildError
from kiosk.demo.far_end import FarEnd
from kiosk.demo.glass import Glass

KIOSK_ID = "DEMO01"
PLACE = "示例市政务服务大厅"
PLACE_NAME = "一号机"
CHINA = {"TZ": "CST-8"}
"""China Standard Time in POSIX form: what the clock on the screen shows, wherever the stand is."""

READY_WITHIN = 60.0
"""Seconds for a process to come up: the first start makes the sandbox's people and certificates."""

RESTART_PAUSE = 2.0
"""Seconds between starts of a process that does not come up."""

COMMAND = (sys.executable, "-m", "kiosk.cli")
"""``kiosk``, as this Python runs it."""

Tell = Callable[[str], None]

CONFIGURATION = """\
# Written by the stand for one run on simulated devices.
[kiosk]
id = "{kiosk_id}"
place_zh = "{place}"
place_en = "Example City Service Hall"
region = "990100"
state_directory = "{folder}/state"

[screen]
width = {width}
height = {height}
full_screen = false

[host]
url = "{host_url}"
authority_file = "{ca}"
certificate_file = "{certificate}"
key_file = "{key}"

[link]
socket = "{folder}/link.sock"

[log]
directory = "{folder}/logs"
console = false
{devices}{issuing}{fleet}{timing}"""

FLEET = """
[fleet]
office_url = {office}
office_authority_file = {authority}
directory = {directory}
reconnect_seconds = 1
"""


@dataclass(slots=True)
class Stand:
    """``timing``: delays that differ from the usual ones. ``size``: pixels. ``display``: an X display to draw on; None:
    a virtual one of its own. ``card_pace``: seconds of ours for one of a real card printer. ``fresh``: bench and host
    begin as on their first day, the kiosk with an empty journal; else all go on where they were. ``far_end``: the fleet
    it joins; None: it belongs to none. ``tell`` hears of each step."""

    folder: Path
    timing: Mapping[str, float] = field(default_factory=dict)
    size: tuple[int, int] = (1080, 1920)
    display: str | None = None
    people_in_host: int = 10_000
    card_pace: float = 1.0
    fresh: bool = False
    far_end: FarEnd | None = None
    tell: Tell = lambda _: None
    bench: AsyncBenchClient = field(init=False)
    glass: Glass = field(init=False)
    bench_url: str = field(init=False, default="")
    host_control: str = field(init=False, default="")
    children: dict[str, Child] = field(init=False, default_factory=dict)
    _environment: dict[str, str] = field(init=False, default_factory=dict)
    _keepers: list[asyncio.Task[None]] = field(init=False, default_factory=list)

    async def __aenter__(self) -> Stand:
        try:
            await self._start()
        except BaseException:
            await self.stop()
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    @property
    def configuration(self) -> Path:
        """The controller's configuration file."""
        return self.folder / "kiosk.toml"

    @property
    def logs(self) -> Path:
        """Where the controller's log is."""
        return self.folder / "logs"

    async def _start(self) -> None:
        self.folder = self.folder.absolute()
        self.folder.mkdir(parents=True, exist_ok=True)
        self.tell("starting devices, host and display")
        display, bench, host, _ = await asyncio.gather(
            self._start_display(), self._start_bench(), self._start_host(), self._start_far_end()
        )
        self.bench_url = bench["bench"]
        self.bench = AsyncBenchClient(self.bench_url)
        if self.display is None:  # a display of one's own is all kiosk; a desktop is nobody's business
            await self.bench.show_display(display)
        self.display = display
        self.host_control = host["control"]
        self._environment = {**bench["env"], "DISPLAY": display, **CHINA}
        if self.fresh:
            await self._begin_afresh()
        await self._configure(bench["devices"], host)
        await self._join()
        self.tell("starting controller and screens")
        self.glass = Glass(self.folder / "link.sock", display)
        await asyncio.gather(self.start_controller(), self.start_screens())
        for name, start in (("controller", self.start_controller), ("screens", self.start_screens)):
            self._keepers.append(asyncio.create_task(self._keep_up(name, start), name=f"keep {name}"))

    async def _keep_up(self, name: str, start: Callable[[], Awaitable[None]]) -> None:
        """Start a process again when it ends by itself, or is killed, as the service manager does."""
        while True:
            child = self.children[name]
            code = await child.ended()
            if child.asked_to_end:
                return
            self.tell(f"{name} ended with code {code}; starting it again")
            try:
                await start()
            except ChildError as error:
                self.tell(str(error))
                await asyncio.sleep(RESTART_PAUSE)

    async def start_controller(self) -> None:
        """Start the controller and wait until it listens."""
        controller = await self._child(
            "controller", *_kiosk("controller", "--config", str(self.configuration)), **self._environment
        )
        await controller.ready_line(READY_WITHIN)
        await self.glass.open()

    async def start_screens(self) -> None:
        """Start the screens; they find the controller by themselves."""
        await self._child("screens", *_kiosk("screens", "--config", str(self.configuration)), **self._environment)

    async def order_host(self, path: str, **order: object) -> None:
        """Post to the sandbox host's control port. Raises httpx.HTTPStatusError."""
        async with httpx.AsyncClient(base_url=self.host_control, trust_env=False) as control:
            (await control.post(path, json=order)).raise_for_status()

    async def take_cards_back(self) -> None:
        """Everybody takes their card out, as far as it is within reach: whoever ends a game waits for nobody."""
        for card in await self.bench.cards():
            owner, _, kind = card["card"].partition("/")
            if card["place"].startswith("in:"):
                with contextlib.suppress(BenchRefused):
                    if kind == "id":
                        await self.bench.lift_id_card(owner)
                    else:  # a card that was made here is its own owner, and has no hands
                        await self.bench.take_card(owner if kind == "social" else STAFF)

    async def stop(self) -> None:
        """End everything, the controller first: it sees a card back to its owner."""
        for keeper in self._keepers:
            keeper.cancel()
        await asyncio.gather(*self._keepers, return_exceptions=True)
        if hasattr(self, "glass"):
            await self.glass.close()
        if hasattr(self, "bench"):
            await self.bench.close()
        for name in ("controller", "screens"):
            if (child := self.children.pop(name, None)) is not None:
                await child.end()
        rest = [child.end() for child in self.children.values()]
        self.children.clear()
        await asyncio.gather(*rest, *([] if self.far_end is None else [self.far_end.stop()]))

    # -- processes -----------------------------------------------------------------------------------------------------

    async def _child(self, name: str, *words: str, **environment: str) -> Child:
        child = Child(name, words, self.folder / "logs" / f"{name}.stderr", environment)
        self.children[name] = child
        return await child.start()

    async def _start_display(self) -> str:
        if self.display is not None:
            return self.display
        width, height = self.size
        geometry = f"{width}x{height}x24"
        child = await self._child(
            "display", "Xvfb", "-displayfd", "1", "-screen", "0", geometry, "-nolisten", "tcp", "-noreset"
        )
        return f":{await child.ready_line(READY_WITHIN)}"

    async def _start_bench(self) -> dict[str, Any]:
        layout = self.folder / "devices.toml"
        layout.write_text(_layout(self.card_pace), encoding="utf-8")
        words = ("bench", "--state", str(self.folder / "bench"), "--config", str(layout))
        child = await self._child("bench", *_kiosk(*words))
        return await child.ready_json(READY_WITHIN)

    async def _start_host(self) -> dict[str, Any]:
        child = await self._child(
            "host",
            *_kiosk("host", "--state", str(self.folder / "host"), "--kiosk-id", KIOSK_ID),
            *("--listen", "127.0.0.1:0", "--control", "127.0.0.1:0", "--size", str(self.people_in_host)),
        )
        return await child.ready_json(READY_WITHIN)

    async def _start_far_end(self) -> None:
        if self.far_end is not None:
            await self.far_end.start(self.folder / "logs" / "fleet.stderr")

    async def _join(self) -> None:
        """Be a member of the fleet, by a code."""
        if self.far_end is None:
            return
        code = await self.far_end.invite(KIOSK_ID, name=PLACE_NAME, site=PLACE)
        await self.far_end.join(KIOSK_ID, self._membership, code)

    @property
    def _membership(self) -> Path:
        return self.folder / "member"

    def _fleet_table(self) -> str:
        if self.far_end is None:
            return ""
        return FLEET.format(
            office=toml(self.far_end.office),
            authority=toml(str(self.far_end.authority_file)),
            directory=toml(str(self._membership)),
        )

    async def _begin_afresh(self) -> None:
        await self.bench.reset()
        await self.order_host("/sandbox/reset")
        for old in (self.folder / "state", self._membership):
            shutil.rmtree(old, ignore_errors=True)

    async def _configure(self, devices: Mapping[str, Mapping[str, Any]], host: Mapping[str, Any]) -> None:
        cards = await self.bench.new_cards()
        timing = [f"{name} = {seconds}\n" for name, seconds in self.timing.items()]
        self.configuration.write_text(
            CONFIGURATION.format(
                kiosk_id=KIOSK_ID,
                place=PLACE,
                folder=self.folder,
                width=self.size[0],
                height=self.size[1],
                host_url=host["business"],
                **host["tls"],
                devices=preparing.device_tables(devices),
                issuing=preparing.issuing_table(preparing.hoppers(cards), host["business"]),
                fleet=self._fleet_table(),
                timing="\n[timing]\n" + "".join(timing) if timing else "",
            ),
            encoding="utf-8",
        )
        settings = load(self.configuration)
        preparing.write_staff(settings.staff_file)
        await asyncio.to_thread(preparing.enter_stock, settings.journal_file, KIOSK_ID, SystemClock(), cards)


def _layout(card_pace: float) -> str:
    """One device of each class."""
    tables = [f'[[device]]\nclass = "{name}"\n' for name in registry.CLASSES if name != "card-printer"]
    printer = f'[[device]]\nclass = "card-printer"\n[device.options]\npace = {float(card_pace)}\n'
    return "\n".join([*tables, printer])


def _kiosk(*words: str) -> tuple[str, ...]:
    return (*COMMAND, *words)
