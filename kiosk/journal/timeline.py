"""One business as a time line: what was begun and how it ended, what was noted, what others were told. Read only.

Nothing personal is in it, as nothing personal is in the journal.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from kiosk.journal.business_number import BusinessNumber
from kiosk.journal.database import Database
from kiosk.journal.entries import Entry, Fact, Kind
from kiosk.journal.issues import TRAFFIC


class With(StrEnum):
    """Who or what a moment has to do with, besides the kiosk itself."""

    HOST = "host"
    PAYER = "payer"
    PRINTER = "printer"
    CHIP = "chip"
    CITIZEN = "citizen"
    STAFF = "staff"
    NONE = ""


@dataclass(frozen=True, slots=True)
class Moment:
    """``seconds`` since the first one, ``took`` until its outcome was known (None: no outcome, or nothing to wait for).
    ``step`` is the journal's own word, ``words`` the same for a reader. ``serial``: of the card it was about, empty
    before it was read. ``result``: the outcome; of a message ``pending``, ``sent`` or ``manual``."""

    seconds: float
    step: str
    words: str
    party: With
    serial: str
    result: str
    took: float | None
    facts: Mapping[str, Fact]


WORDS: Mapping[str, tuple[str, With]] = {
    # durable states, by the last part of their path
    "sending": ("photo sent", With.HOST),
    "sending_receipt": ("photo receipt sent", With.HOST),
    "asking_fee": ("fee asked for", With.PAYER),
    "settling": ("old card settled, if there is one", With.HOST),
    "deferring": ("made elsewhere instead", With.HOST),
    "reading": ("card read", With.CHIP),
    "writing": ("chip written", With.CHIP),
    "inspecting": ("print inspected", With.PRINTER),
    "comparing": ("chip, print and host compared", With.CHIP),
    "parking": ("card put by", With.PRINTER),
    "undoing": ("application given back", With.HOST),
    "changing": ("own PIN set", With.CHIP),
    "holding": ("card drawn back", With.PRINTER),
    "recalling": ("held card fetched", With.PRINTER),
    # steps of an issue, and states of the same name
    "opening": ("application opened", With.HOST),
    "applied": ("application is with the host", With.HOST),
    "fee_asked": ("payer asked to hold the fee", With.PAYER),
    "accepted": ("ready to be made", With.NONE),
    "feeding": ("card fed from its hopper", With.PRINTER),
    "fed": ("card in the path", With.PRINTER),
    "read": ("serial known", With.CHIP),
    "reserving": ("card reserved", With.HOST),
    "reserved": ("card is reserved", With.HOST),
    "written": ("chip written and read back", With.CHIP),
    "printing": ("faces printed", With.PRINTER),
    "printed": ("faces are on the card", With.PRINTER),
    "inspected": ("print found good", With.PRINTER),
    "compared": ("chip, print and host agree", With.CHIP),
    "committing": ("bound at the host", With.HOST),
    "unconfirmed": ("put by until the host says", With.HOST),
    "committed": ("bound: the card is live", With.HOST),
    "spoiling": ("card put among the spoiled", With.PRINTER),
    "spoiled": ("card is spoiled", With.PRINTER),
    "presenting": ("card held out", With.PRINTER),
    "presented": ("card at the outlet", With.PRINTER),
    "retracting": ("card drawn back in", With.PRINTER),
    "held": ("card kept for its holder", With.PRINTER),
    "left_outside": ("card left outside, not drawn in", With.PRINTER),
    "attendant": ("left to an attendant", With.STAFF),
    "record_verified": ("chip record verified", With.CHIP),
    "pin_set": ("holder has a PIN of their own", With.CHIP),
    "vouched": ("attendant vouched", With.STAFF),
    "photo": ("photo accepted", With.CITIZEN),
    # messages of the outbox
    "issue_release": ("tell: reservation given back", With.HOST),
    "issue_spoil": ("tell: card spoiled", With.HOST),
    "issue_withdraw": ("tell: application withdrawn", With.HOST),
    "issue_advise": ("tell: where the card is", With.HOST),
    "issue_commit": ("tell: bind the card", With.HOST),
    "fee_capture": ("tell: take the fee", With.PAYER),
    "fee_release": ("tell: let the fee go", With.PAYER),
    "fee_refund": ("tell: send the fee back", With.PAYER),
    # ends
    "collected": ("ended: card taken", With.CITIZEN),
    "withdrawn": ("ended: nothing was made", With.NONE),
    "deferred": ("ended: to be fetched elsewhere", With.NONE),
    "settled": ("ended: settled by an attendant", With.STAFF),
    "ended": ("session over", With.CITIZEN),
}
"""Last part of a step -> words, and whom it has to do with. A step that is new here goes by its own name."""


def timeline(database: Database, business: BusinessNumber, entries: Iterable[Entry]) -> tuple[Moment, ...]:
    """The moments of a business in their order. ``entries``: all of its own."""
    told = tuple(entries)
    outcomes = {entry.intent: entry for entry in told if entry.kind is Kind.OUTCOME}
    drafts = [*_of_entries(told, outcomes), *_of_messages(database, business)]
    drafts.sort(key=lambda draft: draft[0])
    if not drafts:
        return ()
    first, serial, moments = drafts[0][0], "", []
    state = ""
    for at, step, result, settled, facts in drafts:
        serial = str(facts.get("serial", "")) or serial
        words, party = WORDS.get(step.rpartition(".")[2], (step.rpartition(".")[2].replace("_", " "), With.NONE))
        if result:
            state = words
        elif words == state:  # the note of what its state says already
            continue
        took = None if settled is None else round((settled - at).total_seconds(), 3)
        seconds = round((at - first).total_seconds(), 3)
        moments.append(Moment(seconds, step, words, party, serial, result, took, facts))
    return tuple(moments)


_Draft = tuple[datetime, str, str, datetime | None, dict[str, Fact]]
"""When, step, result, when the result was known, facts."""


def _of_entries(entries: Iterable[Entry], outcomes: Mapping[int | None, Entry]) -> Iterator[_Draft]:
    for entry in entries:
        if entry.step == TRAFFIC:
            continue
        at = datetime.fromisoformat(entry.at)
        if entry.kind is Kind.NOTE:
            yield at, entry.step, "", None, entry.told
        elif entry.kind is Kind.INTENT:
            outcome = outcomes.get(entry.sequence)
            if outcome is None:
                yield at, entry.step, "unknown", None, entry.told
            else:
                known = datetime.fromisoformat(outcome.at)
                yield at, entry.step, outcome.result or "", known, {**entry.told, **outcome.told}


def _of_messages(database: Database, business: BusinessNumber) -> Iterator[_Draft]:
    """Their content is erased when they have arrived; that they were, and when, stays."""
    rows = database.rows(
        "SELECT kind, queued_at, state, settled_at FROM outbox WHERE substr(message_id, 1, ?) = ? ORDER BY position",
        len(business) + 1,
        f"{business}/",
    )
    for kind, queued_at, state, settled_at in rows:
        settled = None if settled_at is None else datetime.fromisoformat(settled_at)
        yield datetime.fromisoformat(queued_at), kind, state, settled, {}
