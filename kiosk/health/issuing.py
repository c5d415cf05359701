"""What issuing needs besides its device: cards in stock, a ledger nobody has blocked, no issue that waits for a person.

Looked at between citizens; the device's own word is compared with the ledger then, and a difference blocks issuing.
"""

from __future__ import annotations

import asyncio
import shutil

import structlog

from devices.card_printer.contract import CardPosition, CardPrinterStatus
from devices.contract import StorageKind, StorageLevel
from kiosk.health.issuing_view import IssuingView
from kiosk.health.supplies import Supply, days_before, forecast
from kiosk.journal.counters import used_on
from kiosk.journal.errors import JournalError
from kiosk.journal.issues import IssueRecord, IssueStep
from kiosk.journal.store import Journal
from kiosk.tools import Tools

log = structlog.get_logger("health")

ROOM = 32 * 1024 * 1024
"""Bytes that must be free where the journal lies: some thousand issues' worth, so that none is begun that cannot be
written down to its end."""

RIBBON_SEEN = "ribbon.seen"
"""The counter of panel sets left when last looked at: what is fewer since has been used."""

PAPER_LASTS = "paper.lasts"
"""The counter of receipts at which the roll is used up, set when one is put in."""


async def look_at_issuing(tools: Tools, status: object) -> IssuingView:
    """Ask the journal. ``status``: the card printer's, as just seen."""
    try:
        issues = await tools.record.issuing.open()
        in_work = [issue for issue in issues if issue.step is not IssueStep.HELD]
        if not in_work and isinstance(status, CardPrinterStatus) and status.position is CardPosition.NONE:
            in_work = await _compare(tools, status, issues)
        return IssuingView(
            stock=await _feedable(tools, status),
            blocks=await tools.record.stock.blocks(),
            open_issues=len(in_work),
            attendant=_waits(in_work),
            journal=await asyncio.to_thread(_room, tools),
        )
    except JournalError as error:
        log.error("journal_failed", reason=type(error).__name__)
        return IssuingView(journal=False)


async def look_at_supplies(tools: Tools) -> tuple[Supply, ...]:
    """What is used up day by day, and how long it lasts; what the journal cannot tell now is left out."""
    printer = tools.health.statuses.get("card_printer")
    ribbon = printer.ribbon if isinstance(printer, CardPrinterStatus) else None
    left: dict[str, int | None] = {"ribbon": ribbon.left} if ribbon is not None else {}
    if tools.settings.issuing is not None and tools.health.issuing is not None:
        left |= {f"cards.{bank}": 0 for bank in tools.settings.issuing.hoppers.values()}
        left |= {f"cards.{bank}": number for bank, number in tools.health.issuing.stock.items()}
    if tools.receipt_printer is not None:
        left["paper"] = None
    today = tools.clock.today()

    def count(journal: Journal) -> tuple[Supply, ...]:
        counters = journal.counters
        sets = left.get("ribbon")
        if sets is not None and (before := counters.value(RIBBON_SEEN)) != sets:
            counters.add(used_on("ribbon", today), max(0, before - sets))
            counters.set(RIBBON_SEEN, sets)
        if "paper" in left and (end := counters.value(PAPER_LASTS)):
            left["paper"] = max(0, end - counters.value("receipts"))
        return tuple(
            forecast(name, number, [counters.value(used_on(name, day)) for day in days_before(today)], today)
            for name, number in left.items()
        )

    try:
        return await tools.record.stock.change(count)
    except JournalError as error:
        log.error("journal_failed", reason=type(error).__name__)
        return ()


async def _compare(tools: Tools, status: CardPrinterStatus, issues: tuple[IssueRecord, ...]) -> list[IssueRecord]:
    """Nothing is on its way by the device: that and the ledger are held against each other. A card that was kept in the
    path for its holder and is not there any more is for two people to settle: its issue is returned."""
    path = await tools.record.stock.read(lambda ledger: ledger.path())
    if path is None:
        await tools.record.stock.compare(status)
        return []
    gone = [issue for issue in issues if issue.serial == path.serial]
    for issue in gone:
        log.error("held_card_gone", serial=issue.serial)
    return [
        await tools.record.issuing.step(issue, IssueStep.ATTENDANT, facts={"found_at": issue.step.value})
        for issue in gone
    ]


async def _feedable(tools: Tools, status: object) -> dict[str, int]:
    """By bank, what lies in hoppers that do not say that they are empty."""
    empty: set[str] = set()
    if isinstance(status, CardPrinterStatus):
        empty = {unit.name for unit in status.of(StorageKind.DISPENSE) if unit.level is StorageLevel.EMPTY}

    found: dict[str, int] = {}
    for hopper, (bank, number) in (await tools.record.stock.read(lambda ledger: ledger.filled())).items():
        if hopper not in empty:
            found[bank] = found.get(bank, 0) + number
    return dict(sorted(found.items()))


def _waits(issues: list[IssueRecord]) -> bool:
    return any(issue.step is IssueStep.ATTENDANT for issue in issues)


def _room(tools: Tools) -> bool:
    try:
        return shutil.disk_usage(tools.settings.kiosk.state_directory).free >= ROOM
    except OSError as error:
        log.error("journal_disk_failed", reason=error.strerror)
        return False
