"""What must be true at the end of a day: cards, money, journal, states, secrets, memory. A violation is a sentence."""

from __future__ import annotations

import json
import re
import tomllib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise
from pathlib import Path
from typing import Any, cast

from invariants import violations
from machine import KIOSK, Machine, Sample
from workshop import Workshop

from kiosk.clock import ManualClock
from kiosk.journal.issues import IssueStep
from kiosk.journal.ledger import CardPlace
from kiosk.journal.store import Journal

PATH = ("feeder", "contact", "print", "scan", "exit", "bezel")
PRINTER = "in:card-printer/"
NEVER = ("activity_failed", "uncaught exception", "uncaught exception in a thread", "advice_given_up")
"""Lines that no log may have, whatever went wrong outside."""

GROWTH = {"bytes": 4_000_000, "files": 3, "threads": 3}
"""By how much the controller may grow from a fifth of a life to its end, whatever its length."""
GROWTH_EACH = {"bytes": 40_000, "files": 0.02, "threads": 0.02}
"""And in addition for each citizen of it: what SQLite and Python keep of a longer journal and log."""
SHORTEST = 15
"""Citizens of a life that is long enough to be measured."""
LOADS = 3
"""Steps of a life, the largest, that are no growth: fonts, faces, detectors are loaded at their first use, and stay."""


@dataclass
class Seen:
    """The bench and the host's control side, in the words of :mod:`invariants`."""

    answers: Mapping[str, Any]
    cards: Mapping[str, list[str]]

    def get(self, path: str) -> Any:
        return self.answers[path]


async def look(machine: Machine) -> Seen:
    """At everything outside the kiosk, once it has stopped."""
    answers = {path: await machine.get(path) for path in ("/sandbox/payer/orders", "/sandbox/issuing/applications")}
    cards: dict[str, list[str]] = {name: [] for name in ("hoppers", "path", "rejected", "held", "taken", "staff")}
    stored = {serial for serials in machine.cupboard.values() for serial in serials}
    for each in await machine.bench.new_cards():
        where = _where(each["place"])
        if where == "staff" and each["serial"] not in {*machine.carried, *stored}:
            where = "taken"  # its holder used it here afterwards, and left it in the reader
        cards[where].append(each["serial"])
    return Seen(answers, cards)


def _where(place: str) -> str:
    if not place.startswith(PRINTER):
        return "staff" if place == "with:staff" else "taken"
    inside = place.removeprefix(PRINTER)
    if inside in PATH:
        return "path"
    return {"reject-box": "rejected", "holding-slot": "held"}.get(inside, "hoppers")


def cards_and_money(machine: Machine, seen: Seen) -> list[str]:
    """The invariants of issuing, and the ledger against every card that lies about."""
    journal = Journal(machine.folder / "state" / "journal.db", ManualClock(machine.now), KIOSK)
    try:
        inside = Seen(seen.answers, {name: serials for name, serials in seen.cards.items() if name != "staff"})
        wrong = violations(cast("Workshop", inside), journal)
        wrong += [f"issuing is still blocked: {reason}" for reason in journal.ledger.blocks()]
        waiting = [each.business for each in journal.issues.open() if each.step is IssueStep.ATTENDANT]
        wrong += [f"{business} still waits for the staff" for business in waiting]
        return [*wrong, *_counts(machine, seen, journal)]
    finally:
        journal.close()


def _counts(machine: Machine, seen: Seen, journal: Journal) -> Iterator[str]:
    lines, ledger = journal.ledger.stock().values(), journal.ledger
    fates = Counter(machine.carried.values())
    kept = sum(len(cards) for cards in machine.cupboard.values())
    counted = {
        "received": (sum(line.received for line in lines), kept),
        "in a hopper": (sum(line.in_hopper for line in lines), len(seen.cards["hoppers"])),
        "in the path": (sum(line.in_path for line in lines), len(seen.cards["path"])),
        "issued": (sum(line.issued for line in lines), len(seen.cards["taken"])),
        "held": (sum(line.held for line in lines), len(seen.cards["held"])),
        "in the bin": (len(ledger.in_bin()), len(seen.cards["rejected"])),
        "retained": (sum(line.retained for line in lines), fates["sealed"]),
        "spoiled": (sum(line.spoiled for line in lines), len(seen.cards["rejected"]) + fates["destroyed"]),
        "missing": (sum(line.missing for line in lines), 0),
    }
    for name, (ours, there) in counted.items():
        if ours != there:
            yield f"cards {name}: the ledger has {ours}, there are {there}"
    for serial, fate in machine.carried.items():
        if fate == "in hand":
            yield f"{serial} was taken out of the path, and nobody was asked about it"
        if fate == "sealed" and ledger.card(serial).place is not CardPlace.RETAINED:
            yield f"{serial} was sealed, and the ledger has it {ledger.card(serial).place}"


# -- the log -----------------------------------------------------------------------------------------------------------


@dataclass
class Log:
    """``moves``: (source, event, dest), each life's after ``None``. ``wrong``: what no log may have."""

    moves: list[tuple[str, str, str] | None]
    wrong: list[str]
    warnings: Counter[str]


def read_log(folder: Path) -> Log:
    """The controller's, of all its lives of this day."""
    files = sorted((folder / "logs").glob("controller.log*"), key=_age, reverse=True)
    log = Log([], [], Counter())
    for file in files:
        for line in file.read_text(encoding="utf-8").splitlines():
            entry = json.loads(line)
            name = entry.get("event", "")
            if name == "controller_started":
                log.moves.append(None)
            elif name == "moved":
                log.moves.append((entry["source"], entry["kind"], entry["dest"]))
            if name in NEVER:
                facts = (str(entry.get(key, "")) for key in ("state", "error", "kind"))
                log.wrong.append(" ".join((f"the log has {name}:", *facts, str(entry.get("exception", ""))[-600:])))
            if entry.get("level") in ("warning", "error", "critical"):
                log.warnings[name] += 1
    return log


def _age(file: Path) -> int:
    """A log's number: the higher, the older."""
    return int(file.suffix[1:]) if file.suffix[1:].isdigit() else 0


def states_left(log: Log) -> list[str]:
    """Every state that was come to was left again, but for those a life ended in."""
    ends = {last[2] for last, after in zip(log.moves, [*log.moves[1:], None], strict=False) if last and after is None}
    left = {move[0] for move in log.moves if move}
    return [f"{move[2]} was never left" for move in log.moves if move and move[2] not in left | ends]


# -- secrets -----------------------------------------------------------------------------------------------------------


def secrets_in(folder: Path, wallet: Path, pins: Iterable[str]) -> list[str]:
    """Names, numbers, addresses and PINs that stand in the log, the journal or another file of the kiosk's."""
    people = tomllib.loads(wallet.read_text(encoding="utf-8"))["person"]
    personal = {each[what]: what for each in people for what in ("name", "number", "address")}
    plain = re.compile("|".join(map(re.escape, personal)).encode())
    digits = re.compile(
        rb"(?<![0-9A-Za-z._-])(" + b"|".join(pin.encode() for pin in sorted(pins)) + rb")(?![0-9A-Za-z])"
    )
    wrong = []
    for file in [*(folder / "logs").rglob("*"), *(folder / "state").rglob("*"), folder / "controller.stderr"]:
        if not file.is_file() or file.name == "staff.toml":
            continue
        content = file.read_bytes()
        wrong += [
            f"{file.name} has the {personal[found.decode()]} of somebody" for found in set(plain.findall(content))
        ]
        wrong += [f"{file.name} has a PIN" for _ in (set(digits.findall(content)) if pins else ())]
    return wrong


# -- growth ------------------------------------------------------------------------------------------------------------


def growth(samples: Sequence[Sample]) -> dict[str, float]:
    """What it came to keep from a fifth of a life to its end, without what is loaded once; empty for a short life."""
    if len(samples) < SHORTEST:
        return {}
    late = samples[len(samples) // 5 :]
    return {name: _kept([getattr(each, name) for each in late]) for name in GROWTH}


def _kept(seen: Sequence[int]) -> float:
    """What was let go of again later was never kept."""
    kept = [*accumulate(reversed(seen), min)][::-1]
    steps = sorted(after - before for before, after in pairwise(kept))
    return sum(steps[:-LOADS])


def grown(samples: Sequence[Sample]) -> list[str]:
    """What has grown by more than it may."""
    each = len(samples) * 4 / 5
    return [
        f"{name} have grown by {by:.0f} over {each:.0f} citizens of a life"
        for name, by in growth(samples).items()
        if by > GROWTH[name] + GROWTH_EACH[name] * each
    ]
