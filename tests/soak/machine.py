"""A machine for the soak: bench and host as processes, the controller as one that may be killed, its time in hand."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
import time
from collections import Counter
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, cast

import httpx
import msgspec
from faults import CABLE, Fault, order
from kiosk_rig import MORNING, Kiosk
from rig_screens import Screens
from wallets import BANKS

from devices.bench.client import BenchRefused
from kiosk import forgetful
from kiosk.clock import ManualClock
from kiosk.demo import preparing
from kiosk.journal.store import Journal
from statemachines.views import Show, Touched

HERE = Path(__file__).parent
KIOSK = "TEST01"
LOADED = 9
"""Cards in each hopper at first; the others are in the stock keepers' cupboard."""
LONGEST_ANSWER = 60.0
"""Real seconds after which a controller that does not answer counts as hanging."""
STAFF = "staff"


class Stuck(AssertionError):
    """The machine is somewhere that nothing leads away from."""


class Glass(Screens):
    """Screens that keep the last view only, and can be waited for."""

    def __init__(self, socket: Path) -> None:
        super().__init__(socket)
        self.kinds: dict[str, int] = {}

    async def newer(self, number: int, seconds: float) -> bool:
        """Whether a view after ``number`` comes within so many real seconds."""

        def come() -> bool:
            for show in self.shown[:-1]:
                name = type(show.page).__name__
                self.kinds[name] = self.kinds.get(name, 0) + 1
            del self.shown[:-1]
            return bool(self.shown) and self.shown[-1].frame.number != number

        with suppress(TimeoutError):
            async with asyncio.timeout(seconds), self._changed:
                await self._changed.wait_for(come)
            return True
        return False

    def send(self, show: Show, intent: str, value: str = "") -> None:
        """A touch on a view, which may not be there any more."""
        with suppress(ConnectionError):
            self.touch_on(show.frame.number, intent, value)

    def touch_on(self, number: int, intent: str, value: str) -> None:
        """A touch on the view of that number."""
        assert self._writer is not None
        self._writer.write(msgspec.json.encode(Touched(number, intent, value)) + b"\n")


@dataclass
class Sample:
    """What the controller held after so many citizens of its life."""

    served: int
    bytes: int
    files: int
    threads: int


@dataclass
class Standing:
    """A fault that is switched on. ``left``: so many more citizens until somebody sees to it."""

    fault: Fault
    left: int


@dataclass
class Machine:
    """``bench`` and ``host``: their ready lines."""

    folder: Path
    bench_ready: Mapping[str, Any]
    host_ready: Mapping[str, Any]
    host_seconds: tuple[float, float] = (1.0, 2.0)
    cupboard: dict[str, list[str]] = field(default_factory=dict)
    carried: dict[str, str] = field(default_factory=dict)
    """Serial of a card that staff took out -> what they did with it."""
    standing: list[Standing] = field(default_factory=list)
    events: list[tuple[str, str]] = field(default_factory=list)
    lives: list[list[Sample]] = field(default_factory=list)
    cuts: int = 0
    waited: Counter[str] = field(default_factory=Counter)
    """Real seconds by the state in which the next view was waited for."""

    def __post_init__(self) -> None:
        self.kiosk = Kiosk(self.folder, dict(self.bench_ready), dict(self.host_ready))
        self.kiosk.host_seconds = self.host_seconds
        self.bench, self.host = self.kiosk.bench, self.kiosk.host
        self.now = MORNING
        self.seen: dict[str, Any] = {}
        self.glass = Glass(self.folder / "link.sock")
        self._child: asyncio.subprocess.Process | None = None
        self._turn = asyncio.Lock()

    # -- a day -----------------------------------------------------------------------------------------------------

    async def open(self) -> None:
        """A fresh world; the stock keepers have filled the hoppers, and keep some cards back."""
        await self.bench.reset()
        (await self.host.post("/sandbox/reset")).raise_for_status()
        for reason in ("damaged", "lost"):
            price = {"reason": reason, "fen": 2000, "valid_from": "2026-01-01"}
            (await self.host.post("/sandbox/issuing/prices", json=price)).raise_for_status()
        everything = await self.bench.new_cards()
        for hopper, bank in enumerate(BANKS, 1):
            mine = [each["serial"] for each in everything if each["bank"] == bank]
            await self.bench.act("card-printer", "empty_hopper", hopper=hopper)
            await self.refill(hopper, mine[:LOADED])
            self.cupboard[bank] = mine[LOADED:]
        self.configuration = self.kiosk.configuration(everything)
        state = self.folder / "state"
        preparing.write_staff(state / "staff.toml")
        journal = Journal(state / "journal.db", ManualClock(self.now), KIOSK)
        who = ("1002", "1003")
        with journal.together():
            journal.ledger.receive([(each["serial"], each["bank"]) for each in everything], who)
            for hopper, bank in enumerate(BANKS, 1):
                loaded = [each["serial"] for each in everything if each["bank"] == bank][:LOADED]
                journal.ledger.load(f"hopper-{hopper}", loaded, who)
        journal.close()
        await self.begin()

    async def refill(self, hopper: int, serials: list[str]) -> None:
        """Staff puts cards into a hopper."""
        await self.bench.act("card-printer", "refill", hopper=hopper, cards=[{"serial": each} for each in serials])

    async def begin(self) -> None:
        """A life of the controller begins."""
        self._child = await asyncio.create_subprocess_exec(
            sys.executable, str(HERE / "life.py"), str(self.configuration), self.now.isoformat(),
            json.dumps(self.bench_ready["env"]),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=(self.folder / "controller.stderr").open("ab"),
            env={**os.environ, **forgetful.ENVIRONMENT, "PYTHONPATH": os.pathsep.join(["tests", *sys.path])},
        )  # fmt: skip
        await self._hear()
        if self.seen["ended"]:
            raise Stuck("the controller does not come up")
        self.lives.append([])
        self.glass = Glass(self.folder / "link.sock")
        await self.glass.open()

    async def _hear(self) -> None:
        assert self._child is not None
        assert self._child.stdout is not None
        try:
            line = await asyncio.wait_for(self._child.stdout.readline(), LONGEST_ANSWER)
        except TimeoutError:
            raise Stuck(f"the controller does not answer; it was in {self.seen.get('state')}") from None
        if not line:
            raise Stuck(f"the controller has ended by itself; it was in {self.seen.get('state')}")
        self.seen = json.loads(line)
        self.now = datetime.fromisoformat(self.seen["now"])

    async def tell(self, **what: Any) -> None:
        """A line to the controller, and its answer."""
        assert self._child is not None
        assert self._child.stdin is not None
        async with self._turn:
            self._child.stdin.write(json.dumps(what).encode() + b"\n")
            with suppress(ConnectionError):
                await self._child.stdin.drain()
            await self._hear()

    async def passes(self, seconds: float) -> None:
        """Time passes for the controller."""
        await self.tell(**{"pass": seconds})

    async def mark(self, served: int) -> None:
        """Measure, after another citizen of this life."""
        await self.tell(mark=True)
        seen = self.seen
        self.lives[-1].append(Sample(served, seen["bytes"], seen["files"], seen["threads"]))

    async def kill(self) -> str:
        """The power goes; the state it was in. Devices and host notice nothing of it by themselves."""
        assert self._child is not None
        state = str(self.seen.get("state", ""))
        self._child.send_signal(signal.SIGKILL)
        await self._child.wait()
        await self.glass.close()
        self.now += timedelta(seconds=20)
        self.cuts += 1
        self.events.append(("cut", state))
        return state

    def call_engineer(self) -> None:
        """As ``systemctl kill -s USR1`` does."""
        assert self._child is not None
        self._child.send_signal(signal.SIGUSR1)

    async def stop(self) -> None:
        """As SIGTERM does; waits for the end."""
        await self.tell(stop=True)
        until = time.monotonic() + LONGEST_ANSWER
        while not self.seen["ended"]:
            if time.monotonic() > until:
                raise Stuck(f"it does not stop: {self.seen['state']}")
            await self.tell(**{"pass": 2.0})
            await asyncio.sleep(0.02)
        await self.glass.close()
        assert self._child is not None
        if (code := await self._child.wait()) != 0:
            raise Stuck(f"the controller ended with {code}")

    async def close(self) -> None:
        """Whatever runs is ended."""
        if self._child is not None and self._child.returncode is None:
            self._child.kill()
            await self._child.wait()
        await self.glass.close()
        await self.kiosk.close()

    # -- what goes wrong ---------------------------------------------------------------------------------------------

    async def goes_wrong(self, fault: Fault, left: int, times: int) -> None:
        """Switch a fault on. ``times``: for how many calls, at a far end."""
        if any(each.fault.at == fault.at for each in self.standing):
            return
        if fault.path:
            (await self.host.post("/sandbox/faults", json=order(fault, times))).raise_for_status()
        else:
            await self.bench.set_fault(fault.at, fault.what, fault.value)
        self.standing.append(Standing(fault, left))
        self.events.append(("fault", fault.name))

    async def heals(self, *, everything: bool = False) -> None:
        """Whatever somebody sees to by now."""
        for each in tuple(self.standing):
            each.left -= 1
            if everything or each.left <= 0:
                await self._heal(each)

    async def _heal(self, standing: Standing) -> None:
        fault = standing.fault
        if fault.path:
            (await self.host.delete("/sandbox/faults")).raise_for_status()
        else:
            device = await self.bench.device(fault.at)
            if fault.what == "paper_out_after_lines" or "paper" in fault.what:
                await self.bench.act(fault.at, "new_roll")
            if "ribbon" in fault.what:
                await self.bench.act(fault.at, "new_ribbon")
            await self.bench.set_fault(fault.at, fault.what, device["faults"][fault.what]["rest"])
            if fault.at == "card-printer" and fault.heal != CABLE:
                await self.hands("card-printer", "open_cover")
                await self.hands("card-printer", "close_cover")
        self.standing.remove(standing)
        self.events.append(("healed", f"{fault.name} ({fault.heal})"))

    async def hands(self, device: str, action: str, **what: Any) -> Any:
        """A hand at a device; None where there is nothing to be done."""
        try:
            return await self.bench.act(device, action, **what)
        except BenchRefused:
            return None

    async def get(self, path: str) -> Any:
        """From the host's control side."""
        answer: httpx.Response = await self.host.get(path)
        answer.raise_for_status()
        return cast("Any", answer.json())
