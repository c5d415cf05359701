"""The demonstration: a stand, four visits one after another, and a report, written even when something went wrong."""

from __future__ import annotations

import json
import shutil
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

from kiosk.cli_places import PEOPLE
from kiosk.demo import report
from kiosk.demo.citizen import Citizen
from kiosk.demo.made_card import made_card
from kiosk.demo.recorder import Recorder, Visit
from kiosk.demo.stand import Stand
from kiosk.demo.visits import SCRIPTS, Script

TIMING = {"person": 6.0, "take_card": 3.0, "take_card_urgent": 3.0, "farewell": 2.0}
"""Patience shortened for the demonstration, so that whoever walks away is noticed within seconds."""

CARD_PACE = 0.1
"""The card printer works ten times as fast as a real one: nobody watches paint dry."""


async def show(folder: Path, *, tell: Callable[[str], None]) -> list[Visit]:
    """Run all of it, leaving ``index.html`` and ``summary.json`` in ``folder``."""
    stand_folder = folder / "stand"
    for old in (folder / "screens", folder / "receipts", folder / "cards", stand_folder / "logs"):
        shutil.rmtree(old, ignore_errors=True)
    for new in (folder / "receipts", folder / "cards"):
        new.mkdir(parents=True, exist_ok=True)
    visits: list[Visit] = []
    async with Stand(stand_folder, timing=TIMING, card_pace=CARD_PACE, fresh=True, tell=tell) as stand:
        recorder = Recorder(stand.glass, folder / "screens")
        try:
            for script in SCRIPTS:
                if not script.photo_on_file:
                    await stand.order_host("/sandbox/issuing/photos/forget", number=_person(script)["number"])
                visits.append(visit := _visit(script))
                recorder.begin(visit)
                tell(script.story)
                try:
                    visit.outcome = await script.act(Citizen(stand, visit, folder / "receipts"))
                    visit.seconds = visit.elapsed
                    if visit.new_card:
                        visit.made = await made_card(stand, visit.new_card, folder / "cards")
                except BaseException as error:
                    visit.outcome = f"went wrong: {error}"
                    raise
                finally:
                    visit.seconds = visit.seconds or visit.elapsed
                    await recorder.settle()
                tell(f"{visit.name}: {visit.outcome} ({visit.seconds:.1f} s)")
        finally:
            await recorder.close()
            report.write(folder, visits, faults(stand.logs / "controller.log"), TIMING)
    return visits


def _person(script: Script) -> dict[str, Any]:
    people = tomllib.loads(PEOPLE.read_text(encoding="utf-8"))["person"]
    return next(dict(person) for person in people if person["key"] == script.key)


def _visit(script: Script) -> Visit:
    return Visit(key=script.key, name=str(_person(script)["name"]), service=script.service, story=script.story)


def faults(log: Path) -> list[str]:
    """What the controller's log says went wrong: faults of devices, errors of its own."""
    found: list[str] = []
    if not log.exists():
        return ["the controller left no log"]
    for line in log.read_text(encoding="utf-8").splitlines():
        entry = json.loads(line)
        if entry.get("fault"):
            found.append(f"{entry.get('device', entry['event'])}: {entry['fault']}")
        elif entry.get("level") in ("error", "critical"):
            found.append(f"{entry['event']}: {entry.get('error', entry.get('state', ''))}".rstrip(": "))
    return found
