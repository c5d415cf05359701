"""The issues of cards as activities see them in the journal: each step, with what it changes, in one transaction."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kiosk.journal.business_number import BusinessNumber
from kiosk.journal.entries import Fact
from kiosk.journal.issues import TRAFFIC, IssueEnd, IssueRecord, IssueStep
from kiosk.traffic import Traffic

if TYPE_CHECKING:
    from kiosk.journal.store import Journal


RECORD_VERIFIED = "issue.record_verified"
"""The note for each record of the chip that stands as planned."""

PIN_SET = "issue.pin_set"
"""The note that the holder has set a PIN of their own."""


BADLY = frozenset({IssueStep.SPOILED, IssueStep.UNCONFIRMED, IssueStep.ATTENDANT})


@dataclass(frozen=True, slots=True)
class Tell:
    """A message for the outbox. ``key``: its idempotency key at the other end. ``facts``: what it says, the business
    among it, so that messages of one business arrive in their order."""

    kind: str
    key: str
    facts: dict[str, Fact]


class IssuingRecord:
    """``announce`` is called when the outbox has something new. Every call returns when the disk has it."""

    def __init__(self, journal: Journal, announce: Callable[[], None]) -> None:
        self._journal = journal
        self._announce = announce
        self.traffic = Traffic()
        """Whoever speaks with a device or a host tells it so."""

    async def begin(self, business: BusinessNumber, holder: str) -> IssueRecord:
        """The application is about to be opened. ``holder``: the applicant's number; a keyed digest of it is kept."""

        self.traffic.begin()

        def write() -> IssueRecord:
            with self._journal.together():
                self._journal.note(business, "issue.opening")
                return self._journal.issues.begin(business, holder)

        return await asyncio.to_thread(write)

    async def step(
        self,
        issue: IssueRecord,
        step: IssueStep,
        *,
        also: Callable[[Journal], None] | None = None,
        tell: Sequence[Tell] = (),
        facts: dict[str, Fact] | None = None,
        **changes: str | int,
    ) -> IssueRecord:
        """The issue is now at ``step``. ``also``: what else changes with it (the card ledger, the counters)."""

        def write() -> IssueRecord:
            with self._journal.together():
                changed = self._journal.issues.change(issue.business, step=step.value, **changes)
                told: dict[str, Fact] = {"serial": changed.serial} if changed.serial else {}
                self._journal.note(issue.business, f"issue.{step.value}", {**told, **(facts or {})})
                self._rest(also, tell)
                self._heard(issue, badly=step in BADLY)
                return changed

        changed = await asyncio.to_thread(write)
        if tell:
            self._announce()
        return changed

    async def end(
        self,
        issue: IssueRecord,
        end: IssueEnd,
        *,
        also: Callable[[Journal], None] | None = None,
        tell: Sequence[Tell] = (),
        facts: dict[str, Fact] | None = None,
    ) -> IssueRecord:
        """The issue has ended."""

        def write() -> IssueRecord:
            with self._journal.together():
                changed = self._journal.issues.change(issue.business, ended=end.value)
                self._journal.note(issue.business, f"issue.ended.{end.value}", facts or {})
                self._rest(also, tell)
                self._heard(issue, badly=end is IssueEnd.WITHDRAWN and issue.step is not IssueStep.SPOILED)
                return changed

        changed = await asyncio.to_thread(write)
        if tell:
            self._announce()
        return changed

    def _heard(self, issue: IssueRecord, *, badly: bool) -> None:
        """What went before something that went wrong; each exchange is written once."""
        if badly and (lines := self.traffic.lines()):
            self._journal.note(issue.business, TRAFFIC, {"exchanges": lines})
            self.traffic.begin()

    def _rest(self, also: Callable[[Journal], None] | None, tell: Sequence[Tell]) -> None:
        if also is not None:
            also(self._journal)
        for message in tell:
            self._journal.outbox.add(message.kind, message.facts, message.key)

    async def note(self, issue: IssueRecord, what: str, facts: dict[str, Fact] | None = None) -> None:
        """Something worth knowing about it."""
        await asyncio.to_thread(self._journal.note, issue.business, what, facts or {})

    def record_verified(self, issue: IssueRecord, file: str, position: int) -> None:
        """A record of the chip stands as planned. Blocking: called on the thread that holds the chip."""
        self._journal.note(issue.business, RECORD_VERIFIED, {"file": file, "position": position})

    async def noted(self, issue: IssueRecord, what: str) -> bool:
        """Whether the journal has this of it."""

        def look() -> bool:
            return any(entry.step == what for entry in self._journal.entries(issue.business))

        return await asyncio.to_thread(look)

    async def times(self, issue: IssueRecord, what: str) -> int:
        """How often the journal has this of it."""

        def count() -> int:
            return sum(entry.step == what for entry in self._journal.entries(issue.business))

        return await asyncio.to_thread(count)

    async def open(self) -> tuple[IssueRecord, ...]:
        """The issues that have not ended."""
        return await asyncio.to_thread(self._journal.issues.open)

    async def open_of(self, holder: str) -> tuple[IssueRecord, ...]:
        """Those of a person."""
        return await asyncio.to_thread(self._journal.issues.open_of, holder)

    async def of(self, business: str) -> IssueRecord:
        """As it is now. Raises KeyError."""
        return await asyncio.to_thread(self._journal.issues.of, business)
