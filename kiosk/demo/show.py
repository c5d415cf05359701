"""The demonstration: a stand, four visits one after another, and a report, written even when something went wrong."""

from __future__ import annotations

import asyncio
import json
import shutil
import tomllib
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from kiosk.cli_places import PEOPLE
from kiosk.demo import report
from kiosk.demo.afar import DEVICE, FAULT, Afar, end_the_roll, errors, seen_from_afar
from kiosk.demo.citizen import Citizen
from kiosk.demo.far_end import FarEnd
from kiosk.demo.made_card import made_card
from kiosk.demo.operator import Operator
from kiosk.demo.recorder import Recorder, Visit
from kiosk.demo.stand import COMMAND, KIOSK_ID, Stand
from kiosk.demo.visits import SCRIPTS, Script

TIMING = {"person": 6.0, "take_card": 3.0, "take_card_urgent": 3.0, "farewell": 2.0}
"""Patience shortened for the demonstration, so that whoever walks away is noticed within seconds."""

CARD_PACE = 0.1
"""The card printer works ten times as fast as a real one: nobody watches paint dry."""


@dataclass(slots=True)
class Day:
    """What there was to see. ``afar``: as the far end had it; None if it did not come to that. ``faults``: what went
    wrong and was not meant to, in words."""

    visits: list[Visit] = field(default_factory=list)
    afar: Afar | None = None
    faults: list[str] = field(default_factory=list)


async def show(folder: Path, *, tell: Callable[[str], None]) -> Day:
    """Run all of it, leaving ``index.html`` and ``summary.json`` in ``folder``."""
    stand_folder = folder / "stand"
    for old in (folder / "screens", folder / "receipts", folder / "cards", folder / "console", stand_folder / "logs"):
        shutil.rmtree(old, ignore_errors=True)
    for new in (folder / "receipts", folder / "cards"):
        new.mkdir(parents=True, exist_ok=True)
    day = Day()
    far_end = FarEnd(stand_folder.absolute() / "fleet", COMMAND)
    stand = Stand(stand_folder, timing=TIMING, card_pace=CARD_PACE, fresh=True, far_end=far_end, tell=tell)
    try:
        async with stand, Operator(far_end, folder / "console", KIOSK_ID) as operator:
            await _day(stand, far_end, operator, day, folder, tell)
    finally:
        seen = [] if day.afar is None else day.afar.wrong
        day.faults = [*faults(stand.logs / "controller.log"), *errors(stand.logs / "fleet.stderr"), *seen]
        report.write(folder, day.visits, day.afar, day.faults, TIMING)
    return day


async def _day(
    stand: Stand, far_end: FarEnd, operator: Operator, day: Day, folder: Path, tell: Callable[[str], None]
) -> None:
    recorder = Recorder(stand.glass, folder / "screens")
    arriving = asyncio.create_task(operator.arrives(), name="operator")
    try:
        for script in SCRIPTS:
            if not script.photo_on_file:
                await stand.order_host("/sandbox/issuing/photos/forget", number=_person(script)["number"])
            day.visits.append(visit := _visit(script))
            recorder.begin(visit)
            tell(script.story)
            try:
                visit.outcome = await script.act(Citizen(stand, visit, folder / "receipts"))
                visit.seconds = visit.elapsed
            except BaseException as error:
                visit.outcome = f"went wrong: {error}"
                raise
            finally:
                visit.seconds = visit.seconds or visit.elapsed
                await recorder.end()
            tell(f"{visit.name}: {visit.outcome} ({visit.seconds:.1f} s)")
        await end_the_roll(stand.bench)
        seeing = asyncio.create_task(seen_from_afar(stand, far_end, operator, arriving, tell=tell), name="afar")
        try:
            for visit in day.visits:
                if visit.new_card:
                    visit.made = await made_card(stand, visit.new_card, folder / "cards")
            day.afar = await seeing
        finally:
            seeing.cancel()
            await asyncio.wait([seeing])
    finally:
        arriving.cancel()
        await asyncio.wait([arriving])
        await recorder.close()


def _person(script: Script) -> dict[str, Any]:
    people = tomllib.loads(PEOPLE.read_text(encoding="utf-8"))["person"]
    return next(dict(person) for person in people if person["key"] == script.key)


def _visit(script: Script) -> Visit:
    return Visit(key=script.key, name=str(_person(script)["name"]), service=script.service, story=script.story)


def faults(log: Path) -> list[str]:
    """What the controller's log says went wrong: faults of devices, but for the one that was meant; its own errors."""
    found: list[str] = []
    if not log.exists():
        return ["the controller left no log"]
    for line in log.read_text(encoding="utf-8").splitlines():
        entry = json.loads(line)
        if (entry.get("device"), entry.get("fault")) == (DEVICE, FAULT):
            continue
        if entry.get("fault"):
            found.append(f"{entry.get('device', entry['event'])}: {entry['fault']}")
        elif entry.get("level") in ("error", "critical"):
            found.append(f"{entry['event']}: {entry.get('error', entry.get('state', ''))}".rstrip(": "))
    return found
