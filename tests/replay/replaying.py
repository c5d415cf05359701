"""An incident of the field, as ``kiosk journal export BUSINESS-NUMBER`` gives it, run again in the workshop.

What the citizen did, what the devices and hosts answered and where the power went are read off the incident; what
cannot be known from the kiosk's side (did a lost request arrive? how far had a motion come?) is tried one way after the
other, in a fixed order, until the journal reads the same.
"""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from hall import Hall
from invariants import every_issue
from plug import Plug
from shown import Shown
from workshop import Workshop

from kiosk.catalogue.rules import Reason
from kiosk.journal.database import Database
from kiosk.journal.incident import FORMAT, incident
from kiosk.journal.issues import TRAFFIC

SIMULATED: dict[str, tuple[str, Any]] = {
    "card_printer.jam_feed": ("jam_feed", True),
    "card_printer.jam_contact": ("jam_contact", True),
    "card_printer.jam_print": ("jam_print", True),
    "card_printer.jam_exit": ("jam_exit", True),
    "card_printer.feed_failed": ("misfeed", True),
    "card_printer.ribbon_broken": ("ribbon_break", True),
    "card_printer.ribbon_missing": ("ribbon_missing", True),
    "card_printer.reject_box_full": ("reject_box_full", True),
    "card_printer.motion_unknown": ("lost_reply", 1),
}
"""A fault of the printer's driver -> the simulator's switch."""

NOT_COMPARED = ("serial", "who", "found")
"""Facts of this very card, of people, of a scanner's eye."""

WORN = "6581"
LOST = ("lost_reply", "lost_request")
FEEDING = "making.feeding"
OWN = ("issue.", "stock.")
PARTS = frozenset({"making", "handing_over", "collecting", "recovering"})
"""The steps of a card: notes of these kinds, and the durable states of these charts."""

POINTS_BETWEEN_ENTRIES = 36
"""How far after the last entry a cut is looked for."""


@dataclass(frozen=True)
class Answer:
    """That the ``nth`` time something was asked, it went wrong."""

    party: str
    what: str
    nth: int
    outcome: str


@dataclass(frozen=True)
class Incident:
    """``steps``: the journal from the first card on, without serials and times; up to where people took over.
    ``answers``: what went wrong. ``cut_after``: the number of entries after which the power went; None: it did not."""

    steps: tuple[str, ...]
    answers: tuple[Answer, ...]
    dead: frozenset[int]
    worn: frozenset[int]
    bad_prints: frozenset[int]
    cut_after: int | None
    fee: bool
    taken: bool
    scanner: bool
    slot: bool
    seen_bad: bool

    @property
    def fed(self) -> bool:
        """Whether a card left its hopper, or was to: ``steps`` begin there."""
        return bool(self.steps) and self.steps[0].startswith("feeding ")

    @classmethod
    def read(cls, file: Path) -> Incident:
        """From a file of ``kiosk journal export``. ValueError for another format."""
        return cls.of(json.loads(file.read_text(encoding="utf-8")))

    @classmethod
    def of(cls, told: dict[str, Any]) -> Incident:
        """From its content."""
        if told.get("format") != FORMAT:
            raise ValueError(f"not an incident of the form {FORMAT}")
        entries = _of_the_card(told["entries"])
        steps = tuple(_steps(entries))
        answers, dead, worn = _answers(_from_the_first_card(told["traffic"]))
        facts = [entry["facts"] for entry in entries]
        outcomes = [(_leaf(entry["step"]), entry["result"]) for entry in entries if entry["kind"] == "outcome"]
        inspected = [result for leaf, result in outcomes if leaf == "inspecting"]
        return cls(
            steps=steps,
            answers=answers,
            dead=dead,
            worn=worn,
            bad_prints=frozenset(nth for nth, result in enumerate(inspected, 1) if result == "unfit"),
            cut_after=_cut(entries),
            fee=bool(told["issue"] and told["issue"]["fee_order"]),
            taken="issue.ended.collected" in steps or ("take_new_card", "taken") in outcomes,
            scanner=not any(fact.get("by") == "citizen" for fact in facts) and ("inspecting", "ask") not in outcomes,
            slot=not any(fact.get("slot") is False for fact in facts),
            seen_bad=("inspecting", "ask") in outcomes and "issue.inspected" not in steps,
        )

    def ways(self) -> Iterator[tuple[str, int | None]]:
        """What is tried, in this order: how an answer was lost, and how many points after its entry the cut fell."""
        lost = LOST if any(each.outcome == "unknown" for each in self.answers) else LOST[:1]
        for kind in lost:
            yield from ((kind, each) for each in ([None] if self.cut_after is None else range(POINTS_BETWEEN_ENTRIES)))


def _of_the_card(entries: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """From where the first card is fed, what concerns cards. What a citizen did before it, and did besides, is another
    matter, and the workshop has no screens to do it at. All of it where no card was fed."""
    first = next((at for at, entry in enumerate(entries) if entry["step"].endswith(FEEDING)), 0)
    return [entry for entry in entries[first:] if entry["step"].startswith(OWN) or PARTS & {*entry["step"].split(".")}]


def _from_the_first_card(lines: list[str]) -> list[str]:
    """The exchanges with the same beginning."""
    first = next((at for at, line in enumerate(lines) if line.startswith("printer feed ")), 0)
    return lines[first:]


def _cut(entries: list[dict[str, Any]]) -> int | None:
    """The number of entries, from the first card on, before the one with which a restart settles what it found begun.
    An activity may also end in ``unknown``; then the same chart goes on."""
    for at, entry in enumerate(entries):
        if entry["result"] == "unknown":
            after = next((each["step"] for each in entries[at:] if each["kind"] == "intent"), "")
            if after.rpartition(".")[0] != entry["step"].rpartition(".")[0]:
                return at
    return None


def _leaf(step: str) -> str:
    return step if step.startswith(("issue.", "stock.")) else step.rpartition(".")[2]


def _steps(entries: list[dict[str, Any]]) -> Iterator[str]:
    for entry in entries:
        if entry["step"] == TRAFFIC or entry["step"].startswith("session."):
            continue
        if entry["step"] == "issue.ended.settled":
            return  # people took over
        facts = {key: value for key, value in entry["facts"].items() if key not in NOT_COMPARED}
        told = f" {json.dumps(facts, sort_keys=True)}" if facts else ""
        yield f"{_leaf(entry['step'])}{'' if entry['kind'] == 'note' else ' ' + (entry['result'] or '...')}{told}"


def _answers(lines: list[str]) -> tuple[tuple[Answer, ...], frozenset[int], frozenset[int]]:
    """What went wrong; which cards, in the order of feeding, had a dead chip, which a worn one."""
    asked: Counter[tuple[str, str]] = Counter()
    wrong, dead, worn = [], set(), set()
    for line in lines:
        party, what, outcome, *rest = line.split()
        times = int(rest[0][1:]) if len(rest) == 2 else 1
        asked[party, what] += times
        cards = asked["printer", "feed"]
        if party == "chip":
            if what == "connect":
                dead.add(cards)
            elif outcome.startswith(WORN):
                worn.add(cards)
            continue
        code = outcome.rpartition(":")[2]
        if party == "printer" and code in SIMULATED and what not in ("status", "where"):
            wrong.append(Answer(party, what, asked[party, what] - times + 1, code))
        if party in ("host", "payer") and outcome not in ("ok", "abandoned"):
            wrong += [Answer(party, what, asked[party, what] - times + 1 + each, outcome) for each in range(times)]
    return tuple(wrong), frozenset(dead), frozenset(worn)


@dataclass
class Director(Plug):
    """Has everything happen at its time."""

    bench: Workshop
    incident: Incident
    lost: str
    cut_points: int | None
    asked: Counter[tuple[str, str]] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        super().__init__()
        self.hall: Hall | None = None
        self._armed = self.cut_points is not None

    def __call__(self, label: str) -> None:
        if not self.out:
            self._host(label)
            if self._armed and label == "journal:after" and self._entries() == self.incident.cut_after:
                self._armed, self.points_left = False, self.cut_points
        super().__call__(label)

    def _entries(self) -> int:
        if self.hall is None:
            return -1  # nobody is served yet
        rows = self.hall.kiosk.journal._database.rows(
            "SELECT step FROM entry WHERE business = (SELECT max(business) FROM issue) ORDER BY sequence"
        )
        steps = [{"step": step} for (step,) in rows]
        if self.incident.fed and not any(each["step"].endswith(FEEDING) for each in steps):
            return -1
        return len(_of_the_card(steps))

    def _host(self, label: str) -> None:
        if not (label.startswith("host:") and label.endswith(":before")):
            return
        path = label[len("host:") : -len(":before")]
        party, path = ("payer", path.removeprefix("/payer")) if path.startswith("/payer/") else ("host", path)
        self.away.discard(party)
        for answer in self._due(party, path):
            if answer.outcome == "unavailable":
                self.away.add(party)
            elif answer.outcome == "unknown":
                self.bench.order(self.lost, f"*{path}")
            else:
                self.bench.order("refuse", f"*{path}", code=answer.outcome)

    def _due(self, party: str, what: str) -> list[Answer]:
        if (party, what) == ("printer", "feed") and not self.asked[party, what]:
            self.asked.clear()  # what was asked before the first card is another matter
        self.asked[party, what] += 1
        now = self.asked[party, what]
        return [each for each in self.incident.answers if (each.party, each.what, each.nth) == (party, what, now)]

    def listen(self, hall: Hall) -> None:
        """Every verb of the printer passes here before the printer hears it."""
        self.hall = hall
        traffic = hall.kiosk.record.issuing.traffic
        exchange = traffic.exchange

        def heard(party: str, what: str) -> AbstractContextManager[Any]:
            if party == "printer":
                for answer in self._due(party, what):
                    name, value = SIMULATED[answer.outcome]
                    hall.fault(name, value=value)
                self._card(hall, what)
            return exchange(party, what)

        traffic.exchange = heard  # type: ignore[method-assign]

    def _card(self, hall: Hall, what: str) -> None:
        """Chips that are dead or worn, prints that are bad."""
        if what == "feed":
            number, hopper = self.asked["printer", "feed"], hall.bench.simulator.mechanism.hoppers[0]
            if hopper and number in self.incident.dead:
                hall.bench.contact.dead.add(hopper[0].serial)
            if hopper and number in self.incident.worn:
                hall.bench.contact.chip_of(hopper[0]).worn_out = True
        if what == "print" and self.incident.bad_prints:
            bad = self.asked["printer", "print"] in self.incident.bad_prints
            hall.fault("missing_panel", value="m" if bad else "")


@dataclass(frozen=True)
class Replay:
    """``incident``: what the journal has then. ``shown``: what was on the glass."""

    incident: Incident
    shown: Shown

    @property
    def steps(self) -> tuple[str, ...]:
        """Of the journal."""
        return self.incident.steps


async def once(bench: Workshop, found: Incident, lost: str, cut_points: int | None) -> Replay:
    """Run it one way."""
    bench.renew()
    director = Director(bench, found, lost, cut_points)
    hall = Hall(bench, director, scanner=found.scanner, slot=found.slot)
    hall.on_view = shown = Shown()
    await hall.open()
    director.listen(hall)
    if found.seen_bad:
        hall.kiosk.answers["making.looking"] = ("wrong", "")
    await hall.citizen(Reason.DAMAGED if found.fee else Reason.FIRST, hand=found.taken)
    try:
        return Replay(Incident.of(exported(hall)), shown)
    finally:
        await hall.everybody_is_told()
        await hall.close()


def exported(hall: Hall) -> dict[str, Any]:
    """The last issue, as the command exports it."""
    last = max(every_issue(hall.kiosk.journal), key=lambda each: each.business)
    database = Database(hall.kiosk.settings.journal_file, read_only=True)
    try:
        told = incident(database, last.business)
    finally:
        database.close()
    return dict(json.loads(json.dumps(told)))


def replayed(bench: Workshop, found: Incident) -> Replay:
    """Run it until the journal reads the same; the last that was tried, when it never does."""
    last = None
    for lost, cut_points in found.ways():
        last = asyncio.run(once(bench, found, lost, cut_points))
        if last.steps == found.steps:
            return last
    assert last is not None
    return last
