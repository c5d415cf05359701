"""The day's end as a duty (F62, A18): once a day the kiosk's own lines are held against the host's and the payer's.

A day is looked at when it is over, between citizens, and every day again for a week while time may still settle
something of it; what a person must look into is written into the journal, logged, and told to the fleet.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

import structlog

from kiosk.clock import Clock
from kiosk.host.issuing_port import IssuingHost
from kiosk.host.issuing_values import FeeLine
from kiosk.host.payer.port import Payer, PayerLine
from kiosk.host.payer.reconciliation import KioskLine, Outcome, Reconciliation, reconcile
from kiosk.host.port import HostError
from kiosk.journal.business_number import BusinessNumber, NotABusinessNumber, parse
from kiosk.journal.entries import Entry, Fact
from kiosk.journal.errors import JournalError
from kiosk.journal.issues import IssueEnd, IssueRecord, Issues
from kiosk.journal.store import Journal

log = structlog.get_logger("reconciliation")

LOOK_EVERY = 600.0
"""Seconds between looks whether a day is due; also before the first, for a machine that has just been started has other
things to do."""

DAYS_BACK = 7
"""Days for which time may settle what is open; then it is a person's work."""

SETTLED = -1
"""The counter of a day that is done with; before that it is the ordinal of the day on which it was last looked at."""

DONE, UNEXPLAINED = "reconciliation.done", "reconciliation.unexplained"
"""Notes: the result of a day, and each difference that nobody can explain."""


@dataclass(frozen=True, slots=True)
class DayLines:
    """What the three say of one day."""

    kiosk: tuple[KioskLine, ...]
    host: tuple[FeeLine, ...]
    payer: tuple[PayerLine, ...]


def kiosk_line(issue: IssueRecord, bound: bool, host_fen: int) -> KioskLine:
    """The kiosk's line of an issue. ``bound``: whether the journal has the host's commit. ``host_fen``: the fee by the
    host, which holds for an issue that ended before the kiosk asked for one."""
    if bound:
        outcome = Outcome.ISSUED
    elif issue.ended is None:
        outcome = Outcome.OPEN
    else:
        outcome = Outcome.FAILED
    fen = issue.fen if issue.fee_order else host_fen if outcome is not Outcome.ISSUED else 0
    return KioskLine(issue.application, issue.fee_order, fen, outcome)


def day_lines(
    day: date,
    issues: Iterable[tuple[IssueRecord, bool]],
    host: Mapping[date, Iterable[FeeLine]],
    payer: Mapping[date, Iterable[PayerLine]],
) -> DayLines:
    """Sort out what belongs to ``day``: the day of the business number. ``host`` and ``payer``: their lines of that day
    and of the one after it, for what was begun at a minute to midnight they have a day later.

    A deferred application is made elsewhere, and no matter of this machine's.
    """
    records = list(issues)
    deferred = {each.application for each, _ in records if each.ended is IssueEnd.DEFERRED and each.application}
    own = [
        (each, bound)
        for each, bound in records
        if _day_of(each.business) == day
        and each.ended is not IssueEnd.DEFERRED
        and (each.application or each.fee_order)
    ]
    other = {each.application for each, _ in records if _day_of(each.business) != day} | deferred
    known = {each.application for each, _ in own}
    at_host = tuple(
        line
        for asked, lines in host.items()
        for line in lines
        if line.application in known or (asked == day and line.application not in other)
    )
    theirs = {line.application: line.fen for line in at_host}
    return DayLines(
        tuple(kiosk_line(each, bound, theirs.get(each.application, each.fen)) for each, bound in own),
        at_host,
        tuple(line for asked, lines in payer.items() for line in lines if _day_of(line.order, asked) == day),
    )


def _day_of(number: str, otherwise: date | None = None) -> date | None:
    """The day in a business number, which an order's number is too."""
    try:
        return parse(number)[1].day
    except NotABusinessNumber:
        return otherwise


def issues_of(issues: Issues, bound: Callable[[str], bool]) -> tuple[tuple[IssueRecord, bool], ...]:
    """Every issue, and whether it was bound. ``bound``: asks the journal for one that people settled."""

    def is_bound(each: IssueRecord) -> bool:
        if each.ended is IssueEnd.SETTLED:
            return bound(each.business)
        return each.committed or each.ended is IssueEnd.COLLECTED

    return tuple((each, is_bound(each)) for each in issues.all())


async def compared(
    day: date, issues: tuple[tuple[IssueRecord, bool], ...], host: IssuingHost, payer: Payer | None
) -> Reconciliation:
    """Ask host and payer, and compare. Raises HostError."""
    days = (day, day + timedelta(days=1))
    at_host = {each: await host.fee_lines(each) for each in days}
    at_payer = {each: await payer.lines(each) for each in days} if payer is not None else {}
    lines = day_lines(day, issues, at_host, at_payer)
    return reconcile(lines.kiosk, lines.host, lines.payer)


def shown(day: date, result: Reconciliation) -> dict[str, object]:
    """As JSON."""
    return {
        "day": day.isoformat(),
        "agreed": result.agreed,
        "host_fen": result.host_fen,
        "payer_fen": result.payer_fen,
        "differences": [
            {
                "difference": each.difference.value,
                "application": each.application,
                "order": each.order,
                "fen": each.fen,
                "explained": each.explained,
            }
            for each in result.differences
        ],
    }


class Reconciler:
    """``idle``: whether nobody is being served. Runs beside the charts, and takes nothing from them."""

    def __init__(
        self, journal: Journal, clock: Clock, host: IssuingHost, payer: Payer | None, idle: Callable[[], bool]
    ) -> None:
        self._journal = journal
        self._clock = clock
        self._host = host
        self._payer = payer
        self._idle = idle

    async def run(self) -> None:
        """For ever; cancel it to end it. What cannot be asked or written now is tried at the next look."""
        while True:
            await self._clock.sleep(LOOK_EVERY)
            if not self._idle():
                continue
            try:
                await self.look()
            except HostError as error:
                log.warning("reconciliation_put_off", reason=type(error).__name__)
            except JournalError as error:
                log.error("reconciliation_put_off", reason=type(error).__name__)

    async def look(self) -> None:
        """Every day that is due, the oldest first. Raises HostError, JournalError."""
        for day in await asyncio.to_thread(self._due):
            if not self._idle():
                return
            issues = await asyncio.to_thread(self._issues)
            result = await compared(day, issues, self._host, self._payer)
            await asyncio.to_thread(self._write, day, result)

    def _due(self) -> list[date]:
        """Not today: a day is over first. What waits to be told is told first, too."""
        today = self._clock.today()
        waiting = {
            _day_of(str(message.payload["business"]))
            for message in self._journal.outbox.pending(100_000)
            if "business" in message.payload
        }
        days = [today - timedelta(days=back) for back in range(DAYS_BACK, 0, -1)]
        return [
            day
            for day in days
            if self._seen(day) not in (SETTLED, today.toordinal()) and (day not in waiting or day == days[0])
        ]

    def _seen(self, day: date) -> int:
        return self._journal.counters.value(_counter(day))

    def _issues(self) -> tuple[tuple[IssueRecord, bool], ...]:
        return issues_of(self._journal.issues, lambda business: was_bound(self._journal.entries(_number(business))))

    def _write(self, day: date, result: Reconciliation) -> None:
        today = self._clock.today()
        last = (today - day).days >= DAYS_BACK
        open_ones = result.differences if last else result.unexplained
        over = last or len(result.unexplained) == len(result.differences)
        with self._journal.together():
            business = self._journal.new_business()
            facts: dict[str, Fact] = {
                "day": day.isoformat(),
                "agreed": result.agreed,
                "differences": len(result.differences),
                "unexplained": len(open_ones),
                "host_fen": result.host_fen,
                "payer_fen": result.payer_fen,
            }
            self._journal.note(business, DONE, facts)
            for each in open_ones:
                told = {"difference": each.difference.value, "application": each.application, "order": each.order}
                self._journal.note(business, UNEXPLAINED, {"day": day.isoformat(), **told, "fen": each.fen})
            self._journal.counters.set(_counter(day), SETTLED if over else today.toordinal())
        log.info("reconciled", **facts)
        for each in open_ones:
            log.error(
                "reconciliation_unexplained", day=day.isoformat(), difference=each.difference.value, order=each.order,
                application=each.application, fen=each.fen,
            )  # fmt: skip


def was_bound(entries: Iterable[Entry]) -> bool:
    """Whether the entries of an issue have the host's commit, or what the host said to the people who settled it."""
    return any(entry.step == "issue.committed" or entry.told.get("bound") is True for entry in entries)


def _number(business: str) -> BusinessNumber:
    return parse(business)[0]


def _counter(day: date) -> str:
    return f"reconciliation.{day:%Y%m%d}"
