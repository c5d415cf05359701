"""Where each issue of a card stands: one line an issue, changed in the transaction of the entry that caused it.

Nothing personal: the holder is a keyed digest, by which the same person is recognised and no one is named.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass, fields
from enum import StrEnum

from kiosk.clock import Clock
from kiosk.journal.business_number import BusinessNumber
from kiosk.journal.database import Database
from kiosk.journal.entries import instant

TRAFFIC = "issue.traffic"
"""The step of the note with what was said to devices and hosts before an issue went wrong (:mod:`kiosk.traffic`)."""


class IssueStep(StrEnum):
    """The last thing that surely began or was surely done. The order is that of the rules."""

    OPENING = "opening"
    """The host may have the application."""
    APPLIED = "applied"
    FEE_ASKED = "fee_asked"
    """The payer may hold the fee."""
    ACCEPTED = "accepted"
    """Everything before the first card is done."""
    FEEDING = "feeding"
    FED = "fed"
    READ = "read"
    RESERVING = "reserving"
    RESERVED = "reserved"
    WRITTEN = "written"
    PRINTING = "printing"
    PRINTED = "printed"
    INSPECTED = "inspected"
    COMPARED = "compared"
    COMMITTING = "committing"
    """The host may have committed."""
    UNCONFIRMED = "unconfirmed"
    """The host may have committed, and the card is put by until it says so (A16)."""
    COMMITTED = "committed"
    SPOILING = "spoiling"
    """The card in the path is to be spoiled, and the host may know."""
    SPOILED = "spoiled"
    """No card is in the path; another may be tried."""
    PRESENTING = "presenting"
    PRESENTED = "presented"
    RETRACTING = "retracting"
    HELD = "held"
    """In the holding slot, or kept in the path where there is none."""
    ATTENDANT = "attendant"
    """On the attendant's workbench."""


class IssueEnd(StrEnum):
    """How an issue ended."""

    COLLECTED = "collected"
    WITHDRAWN = "withdrawn"
    DEFERRED = "deferred"
    SETTLED = "settled"
    """By an attendant."""


@dataclass(frozen=True, slots=True)
class IssueRecord:
    """``application``: the host's number, empty while it is not known. ``fee_order``: the payer's order, empty where
    nothing is due. ``cards``: how many have left their hopper for it. ``serial``: of the one in question, empty before
    it was read. ``ended`` None: open."""

    business: BusinessNumber
    holder: bytes
    application: str
    bank: str
    hopper: str
    fee_order: str
    fen: int
    cards: int
    serial: str
    step: IssueStep
    ended: IssueEnd | None

    def __repr__(self) -> str:
        return f"<IssueRecord {self.business} {self.step.value}>"

    @property
    def committed(self) -> bool:
        """Whether the host is known to have committed: only forward from here."""
        return self.step in _AFTER_COMMIT

    @property
    def opening_key(self) -> str:
        """The key the application is, or was to be, opened with."""
        return f"{self.business}/open/1"


_AFTER_COMMIT = frozenset(
    {IssueStep.COMMITTED, IssueStep.PRESENTING, IssueStep.PRESENTED, IssueStep.RETRACTING, IssueStep.HELD}
)
_NAMES = tuple(field.name for field in fields(IssueRecord))
_COLUMNS = ", ".join(_NAMES)


class Issues:
    """The issues of one kiosk, open and ended."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def begin(self, business: BusinessNumber, holder: str) -> IssueRecord:
        """A new one. ``holder``: the applicant's number, of which only a keyed digest is kept."""
        with self._database.transaction():
            self._database.write(
                "INSERT INTO issue (business, holder, step, changed_at) VALUES (?, ?, ?, ?)",
                business,
                self._digest(holder),
                IssueStep.OPENING.value,
                instant(self._clock.now()),
            )
            return self.of(business)

    def change(self, business: BusinessNumber, **changes: str | int) -> IssueRecord:
        """Set fields of it. KeyError: there is none. ValueError: no such field, or it has ended."""
        if unknown := set(changes) - set(_NAMES) - {"business", "holder"}:
            raise ValueError(f"an issue has no {', '.join(sorted(unknown))}")
        with self._database.transaction():
            if self.of(business).ended is not None:
                raise ValueError(f"the issue {business} has ended")
            told = ", ".join(f"{name} = ?" for name in changes)
            self._database.write(
                f"UPDATE issue SET {told}, changed_at = ? WHERE business = ?",  # noqa: S608 - our own column names
                *changes.values(),
                instant(self._clock.now()),
                business,
            )
            return self.of(business)

    def of(self, business: str) -> IssueRecord:
        """Raises KeyError."""
        found = self._found("business = ?", business)
        if not found:
            raise KeyError(business)
        return found[0]

    def open(self) -> tuple[IssueRecord, ...]:
        """Those that have not ended, in the order of their numbers."""
        return self._found("ended IS NULL")

    def all(self) -> tuple[IssueRecord, ...]:
        """Open and ended, in the order of their numbers."""
        return self._found("1")

    def open_of(self, holder: str) -> tuple[IssueRecord, ...]:
        """The open ones of a person."""
        digest = self._digest(holder)
        return tuple(each for each in self.open() if hmac.compare_digest(each.holder, digest))

    def _found(self, condition: str, *values: str) -> tuple[IssueRecord, ...]:
        rows = self._database.rows(
            f"SELECT {_COLUMNS} FROM issue WHERE {condition} ORDER BY business",  # noqa: S608 - our own conditions
            *values,
        )
        return tuple(_record(dict(zip(_NAMES, row, strict=True))) for row in rows)

    def _digest(self, holder: str) -> bytes:
        rows = self._database.rows("SELECT value FROM secret WHERE name = 'holder'")
        if rows:
            key: bytes = rows[0][0]
        else:
            key = secrets.token_bytes(32)
            with self._database.transaction():
                self._database.write("INSERT INTO secret (name, value) VALUES ('holder', ?)", key)
        return hmac.digest(key, holder.upper().encode("utf-8"), hashlib.sha256)


def _record(told: dict[str, object]) -> IssueRecord:
    told["business"] = BusinessNumber(str(told["business"]))
    told["step"] = IssueStep(str(told["step"]))
    told["ended"] = None if told["ended"] is None else IssueEnd(str(told["ended"]))
    return IssueRecord(**told)  # type: ignore[arg-type]  # the columns are the fields
