"""Days of one machine: citizens, faults, cuts, staff; each day audited at its end, and repeatable from its seed."""

from __future__ import annotations

import asyncio
import json
import random
import shutil
import sqlite3
import time
import traceback
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import audit
import httpx
import wallets
from citizens import Citizen, Town
from faults import draw
from keepers import Keepers
from kiosk_rig import MORNING
from machine import KIOSK, LONGEST_ANSWER, Machine, Sample, Stuck
from rig_processes import process

from devices.bench.client import BenchRefused
from statemachines.views import OutOfService

DAY = 50
"""Citizens of a day. The cards in its stock are enough for as many."""
FAULTS = 0.016
"""Probability of a fault at each step of a citizen."""
CUTS = 0.003
"""And of a power cut, on every other day: on the other days memory is measured."""
WITH_A_CARD = ("in_service.session.making", "in_service.session.handing_over", "recovering")
CUTS_WITH_A_CARD = 12
"""How much likelier a cut is while a card is on its way: that is when it matters."""

LAYOUT = """
[[device]]
class = "card-reader"
[[device]]
class = "id-reader"
[[device]]
class = "pin-pad"
[[device]]
class = "receipt-printer"
[device.options]
millimetres_per_second = 0.0
[[device]]
class = "card-printer"
[device.options]
pace = 0.0
[[device]]
class = "camera"
"""


@dataclass
class Outcome:
    """What came of a day."""

    worker: int
    day: int
    seed: str
    citizens: int = 0
    seconds: float = 0.0
    visits: Counter[str] = field(default_factory=Counter)
    events: Counter[str] = field(default_factory=Counter)
    pages: Counter[str] = field(default_factory=Counter)
    states: Counter[str] = field(default_factory=Counter)
    warnings: Counter[str] = field(default_factory=Counter)
    ends: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)
    waited: dict[str, float] = field(default_factory=dict)
    lives: list[list[Sample]] = field(default_factory=list)

    def plain(self) -> dict[str, Any]:
        """For JSON."""
        told = {**vars(self), "lives": [[asdict(each) for each in life] for life in self.lives]}
        return {name: dict(value) if isinstance(value, Counter) else value for name, value in told.items()}


@contextmanager
def place(folder: Path) -> Iterator[tuple[dict[str, Any], dict[str, Any], list[str]]]:
    """Host and bench of a worker; the keys of the people."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "devices.toml").write_text(LAYOUT)
    host_words = ("host", "--state", str(folder / "host"), "--kiosk-id", KIOSK, "--size", "300", "--seed", "1")
    host_words += ("--now", MORNING.isoformat())
    with process(*host_words, "--listen", "127.0.0.1:0", "--control", "127.0.0.1:0", log=folder / "host.err") as host:
        with httpx.Client(base_url=host["control"], trust_env=False) as control:
            others = [
                *control.get("/sandbox/people", params={"social_side": "none", "limit": 30}).json(),
                *control.get("/sandbox/people", params={"social_side": "normal", "limit": 20}).json(),
                *control.get("/sandbox/people", params={"kind": "no_photo", "limit": 20}).json(),
            ]
        by_number = {each["number"]: each for each in others if not each["key"] and each["document"] == "citizen"}
        known = by_number.values()
        keys = wallets.write(folder / "people.toml", known)
        bench_words = ("bench", "--state", str(folder / "bench"), "--config", str(folder / "devices.toml"))
        with process(*bench_words, "--wallet", str(folder / "people.toml"), log=folder / "bench.err") as bench:
            yield bench, host, keys


class Day:
    """One of them. ``cuts``: whether the power goes now and then."""

    def __init__(
        self, machine: Machine, town: Town, chance: random.Random, outcome: Outcome, *, cuts: bool, steps: float = 1.0
    ) -> None:
        self.machine, self.town, self.chance, self.outcome = machine, town, chance, outcome
        self.cuts, self.steps = cuts, steps
        self.served = 0
        self._after_cut = False

    async def _between(self) -> bool:
        """Before each step of a citizen, whatever goes wrong."""
        if self.chance.random() < FAULTS:
            await self.machine.goes_wrong(
                draw(self.chance), self.chance.choice((0, 1, 1, 2)), self.chance.randint(1, 3)
            )
        making = self.machine.seen.get("state", "").startswith(WITH_A_CARD)
        if self.cuts and self.chance.random() < CUTS * (CUTS_WITH_A_CARD if making else 1):
            await self._cut()
            return True
        return False

    async def _cut(self) -> None:
        state = await self.machine.kill()
        self.outcome.events[f"cut in {state.partition('.')[0] or 'start'}"] += 1
        if self.chance.random() < 0.5:
            self.machine.events.append(("cut", "of the printer's mains too"))
            await self.machine.bench.set_fault("card-printer", "power_cut", True)
            await self.machine.bench.set_fault("card-printer", "power_cut", False)
        await self.machine.begin()
        self.served = 0

    async def runs(self, citizens: int, until: float) -> None:
        """So many of them, unless the time is up before."""
        for _ in range(citizens):
            if time.monotonic() > until:
                break
            citizen = Citizen(self.machine, self.town, self.chance, self._between, steps=self.steps)
            try:
                how = await citizen.visit()
                self.outcome.visits[f"{citizen.wish}: {how}"] += 1
            finally:
                self.outcome.pages.update(citizen.pages)
            self.outcome.citizens += 1
            self.served += 1
            await self.machine.mark(self.served)
            await self._afterwards()

    async def _afterwards(self) -> None:
        """Somebody sees to the machine, or nobody does yet; now and then it is stopped and begun again."""
        machine = self.machine
        await machine.heals()
        citizen = Citizen(machine, self.town, self.chance, self._between)
        page = await citizen.until_idle()
        bad = isinstance(page, OutOfService) or bool(page.out)
        if self.chance.random() < (0.25 if bad else 0.03):
            await Keepers(machine, self.chance, seal=self.chance.random() < 0.2).visit()
        if self.cuts and self.chance.random() < 0.02:
            await machine.stop()
            machine.events.append(("stop", "in good order"))
            await machine.begin()
            self.served = 0

    async def closes(self) -> None:
        """Everything is put right, everybody told; the machine must be in service then, and stops."""
        machine = self.machine
        await machine.heals(everything=True)
        (await machine.host.delete("/sandbox/faults")).raise_for_status()
        for _ in range(4):
            keepers = Keepers(machine, self.chance)
            await keepers.visit()
            await self._told()
            for _ in range(8):
                await machine.passes(8)
                await asyncio.sleep(0.03)
            page = await keepers.until_idle()
            if not isinstance(page, OutOfService) and not page.out:
                break
        else:
            out = [say.key for say in getattr(page, "out", ())] or "out of service"
            self.outcome.wrong.append(f"the staff could not bring it back into service: {out}")
        await machine.stop()

    async def _told(self) -> None:
        """Until host and payer know everything."""
        database = self.machine.folder / "state" / "journal.db"
        until = time.monotonic() + LONGEST_ANSWER / 2
        while time.monotonic() < until:
            with sqlite3.connect(f"file:{database}?mode=ro", uri=True) as connection:
                (left,) = connection.execute("SELECT count(*) FROM outbox WHERE state = 'pending'").fetchone()
            connection.close()
            if not left:
                return
            await self.machine.passes(15)
            await asyncio.sleep(0.05)
        self.outcome.wrong.append("host and payer were not told everything")


async def a_day(
    folder: Path,
    ready: Any,
    seed: str,
    citizens: int,
    until: float,
    outcome: Outcome,
    *,
    cuts: bool,
    steps: float = 1.0,
) -> None:
    """From a fresh world to its audit."""
    bench, host, keys = ready
    begun = time.monotonic()
    wallet = folder.parent / "people.toml"
    machine = Machine(folder, bench, host)
    town = Town(keys, *wallets.known(wallet))
    day = Day(machine, town, random.Random(seed), outcome, cuts=cuts, steps=steps)
    try:
        await machine.open()
        await day.runs(citizens, until)
        await day.closes()
        outcome.wrong += audit.cards_and_money(machine, await audit.look(machine))
    except (Stuck, BenchRefused, httpx.HTTPError) as error:
        outcome.wrong.append(f"{type(error).__name__}: {error}")
    except Exception as error:  # noqa: BLE001 -- the other days go on; it is told as it is
        outcome.wrong.append(f"the soak itself failed: {''.join(traceback.format_exception(error))}")
    finally:
        with suppress(httpx.HTTPError):
            await machine.host.delete("/sandbox/faults")
        await machine.close()
        with suppress(FileNotFoundError):
            log = audit.read_log(folder)
            outcome.wrong += [*log.wrong, *audit.states_left(log)]
            outcome.states.update(move[2] for move in log.moves if move)
            outcome.warnings.update(log.warnings)
        outcome.wrong += audit.secrets_in(folder, wallet, town.typed)
        outcome.lives = machine.lives
        outcome.waited = {state: round(seconds, 1) for state, seconds in machine.waited.most_common(25)}
        outcome.events.update(f"{kind}: {what}" for kind, what in machine.events if kind != "cut")
        outcome.events["cuts"] += machine.cuts
        outcome.seconds = time.monotonic() - begun


def run(worker: int, seed: int, citizens: int, folder: str, minutes: float, steps: float = 1.0) -> list[dict[str, Any]]:
    """A worker's days, as plain data. Called in a process of its own."""
    here = Path(folder) / f"worker-{worker}"
    shutil.rmtree(here, ignore_errors=True)
    until = time.monotonic() + 60 * minutes
    days: list[dict[str, Any]] = []
    with place(here) as ready:
        nth = 0
        left = citizens
        while left > 0 and time.monotonic() < until:
            name = f"{seed}/{worker}/{nth}"
            outcome = Outcome(worker, nth, name)
            path = here / f"day-{nth}"
            path.mkdir()
            today = min(DAY, left)
            asyncio.run(a_day(path, ready, name, today, until, outcome, cuts=(nth + worker) % 2 == 0, steps=steps))
            days.append(outcome.plain())
            with (here / "days.jsonl").open("a", encoding="utf-8") as lines:
                lines.write(json.dumps(days[-1], ensure_ascii=False) + "\n")
            took = f"{outcome.citizens} citizens in {outcome.seconds:.0f} s"
            print(f"worker {worker}, day {nth}: {took}, {len(outcome.wrong)} wrong", flush=True)
            for each in outcome.wrong:
                print(f"  {name}: {each}", flush=True)
            if not outcome.wrong:
                shutil.rmtree(path, ignore_errors=True)
            left -= today
            nth += 1
    return days
