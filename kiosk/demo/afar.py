"""What the far end saw of the demonstration's day, and what was done from there about the one thing that went wrong."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from devices.bench.client import AsyncBenchClient
from kiosk.config import load
from kiosk.demo.far_end import Counted, FarEnd
from kiosk.demo.operator import Operator
from kiosk.demo.stand import KIOSK_ID, Stand

DEVICE = "receipt_printer"
FAULT = "receipt_printer.paper_out"
"""What goes wrong: the last receipt was the end of the roll."""

_PRINTER, _SWITCH = "receipt-printer", "paper_out"
_ERROR = re.compile(r"\[(?:error|critical) *\] (.+?)(?:\s{2,}|$)")


@dataclass(frozen=True, slots=True)
class Afar:
    """``pictures``: of the console, by name. ``alerts``: every one that was raised about the stand's kiosk."""

    pictures: Mapping[str, Path]
    counted: Counted
    alerts: tuple[Mapping[str, Any], ...]
    neighbours: int

    @property
    def wrong(self) -> list[str]:
        """What is not as it must be, in words."""
        wrong = []
        if not self.counted.agree:
            gone = f", not {self.counted.missing}" if self.counted.missing else ""
            wrong.append(f"the kiosk sent {self.counted.sent} messages, the far end has {self.counted.stored}{gone}")
        raised = [f"{each['code']} {each['state']}" for each in self.alerts]
        if raised != [f"{FAULT} cleared"]:
            wrong.append(f"alerts far away: {', '.join(raised) or 'none'}")
        return wrong


def errors(log: Path) -> list[str]:
    """What the far end's log calls an error: the words after the level, up to the first wide gap."""
    if not log.exists():
        return ["the far end left no log"]
    found = (_ERROR.search(line) for line in log.read_text(encoding="utf-8", errors="replace").splitlines())
    return [f"far end: {each[1]}" for each in found if each is not None]


async def end_the_roll(bench: AsyncBenchClient) -> None:
    """From now on there is no paper for receipts."""
    await bench.set_fault(_PRINTER, _SWITCH)


async def seen_from_afar(
    stand: Stand, far_end: FarEnd, operator: Operator, arrived: asyncio.Task[None], *, tell: Callable[[str], None]
) -> Afar:
    """An operator sees that the paper has run out, an attendant brings a roll, the operator tests the printer.

    ``arrived``: the operator's arrival. Raises FarEndError, BenchRefused.
    """
    await arrived
    tell("far away, an operator sees that the receipt printer has run out of paper")
    await operator.sees_what_is_wrong(DEVICE)
    await operator.sees_the_alerts()
    await stand.bench.act(_PRINTER, "new_roll")
    tell("an attendant has put in a new roll; the operator tests the printer from afar")
    await operator.tests(DEVICE)
    journal = load(stand.configuration).journal_file
    _, counted = await asyncio.gather(operator.looks_at_the_phone(), far_end.count(KIOSK_ID, journal))
    alerts = await far_end.alerts(KIOSK_ID)
    tell(f"{counted.sent} messages sent by the kiosk, {counted.stored} stored far away")
    return Afar(dict(operator.pictures), counted, alerts, far_end.neighbours)
