"""What a cut left open: the journal, the sensors, the host and the chip are asked, in that order; nothing is guessed.

The table is that of the rules ("what a restart finds, and does"). Nobody stands in front of the machine: a card that
can be made whole goes to the holding slot, one that cannot goes where it can never be stock again.
"""

from __future__ import annotations

from typing import Literal

import structlog

from devices.card_printer.contract import Ability, CardPosition, CardPrinterStatus
from devices.contract import StorageKind, StorageLevel
from kiosk.activities.committing import PERHAPS_COMMITTED, committed, is_bound
from kiosk.activities.handing_over import collected, in_path, out_of_slot
from kiosk.activities.issue_tools import (
    StillUnknown,
    block,
    host_of,
    issue_of,
    printer_of,
    printer_status,
    until_known,
    where,
)
from kiosk.activities.making import INSIDE, fed
from kiosk.activities.putting_by import held
from kiosk.host.issuing_values import Application, ApplicationState, Mode
from kiosk.host.port import HostRefused
from kiosk.issue import Issue
from kiosk.journal.issues import IssueEnd, IssueRecord, IssueStep
from kiosk.record_issuing import RECORD_VERIFIED
from kiosk.record_stock import Blocked
from kiosk.runtime import Stage
from kiosk.tools import Tools

log = structlog.get_logger("recovery")

Way = Literal["settled", "write", "inspect", "compare", "commit", "hold", "spoil", "undo", "attendant", "wait"]

AT_REST = frozenset({IssueStep.HELD, IssueStep.ATTENDANT})
"""Open issues that wait for a person, and not for the machine."""

AGAIN_AFTER = 15.0
"""Seconds before a host that did not answer is asked about an open issue again; each time twice as many."""

LONGEST_PAUSE = 120.0
"""Seconds it is put off at most: citizens are served meanwhile."""

BEFORE_ANY_CARD = frozenset({IssueStep.OPENING, IssueStep.APPLIED, IssueStep.FEE_ASKED, IssueStep.ACCEPTED})
HOLDS_ONE = frozenset({StorageLevel.FULL, StorageLevel.HIGH, StorageLevel.OK})
OUT = frozenset({IssueStep.PRESENTING, IssueStep.PRESENTED, IssueStep.RETRACTING})


async def unfinished(tools: Tools) -> bool:
    """Whether an issue is open that the machine itself can go on with, now. Only while nobody is being served."""
    if tools.clock.monotonic() < tools.recovery.not_before:
        return False
    return any(each.step not in AT_REST for each in await tools.record.issuing.open())


async def size_up(stage: Stage) -> Way:
    """The oldest issue that is open: where is it, and what follows?"""
    tools = stage.tools
    stage.session.wipe(stage.session.language)
    record = next((each for each in await tools.record.issuing.open() if each.step not in AT_REST), None)
    if record is None:
        return "settled"
    here = (str(record.business), record.step.value)
    tools.recovery.last, before = (None if here == tools.recovery.last else here), tools.recovery.last
    if here == before:  # the host, the machine or the disk would not let it go on: not before some time has passed
        return _later(stage, here)
    issue = stage.session.issue = Issue(record=record, no_second=True)
    stage.session.business = record.business
    log.warning("found_open_issue", business=record.business, step=record.step.value)
    if record.step is IssueStep.SPOILED:
        return "undo"
    if tools.issuing is None or tools.card_printer is None:
        return "undo" if record.step in BEFORE_ANY_CARD and tools.card_printer is None else "attendant"
    try:
        if record.committed:  # the journal knows that it is its holder's: what the host says now changes nothing
            status = await printer_status(tools)
            return await _forward(tools, issue, record, status) if status.answered else _later(stage, here)
        application = await _application(tools, record)
        status = await printer_status(tools)
        if not status.answered and record.step not in BEFORE_ANY_CARD:
            return _later(stage, here)
        if record.step in BEFORE_ANY_CARD:
            return await _nothing_fed(tools, issue, record, application)
        if application is not None and is_bound(application, record):
            return await _forward(tools, issue, record, status)
        return await _back_or_on(tools, issue, record, application, status)
    except StillUnknown:
        return _later(stage, here)


def _later(stage: Stage, here: tuple[str, str]) -> Way:
    tools, recovery = stage.tools, stage.tools.recovery
    stage.session.wipe(stage.session.language)
    before, times = recovery.put_off or (here, 0)
    times = times + 1 if before == here else 1
    recovery.put_off = (here, times)
    recovery.not_before = tools.clock.monotonic() + min(AGAIN_AFTER * 2.0 ** (times - 1), LONGEST_PAUSE)
    return "wait"


async def _application(tools: Tools, record: IssueRecord) -> Application | None:
    """What the host has of it; None: it never had it. Raises StillUnknown, also where the host will not tell.

    Asked once: it is asked again later, and citizens are kept waiting as long as it takes.
    """
    try:
        return await until_known(tools, lambda: host_of(tools).state_by_key(record.opening_key), looks=1)
    except HostRefused as error:
        log.error("host_refuses_to_tell", code=error.code)
        raise StillUnknown from None


async def _nothing_fed(tools: Tools, issue: Issue, record: IssueRecord, application: Application | None) -> Way:
    if application is not None and application.mode is Mode.DEFERRED:
        issue.record = await tools.record.issuing.end(record, IssueEnd.DEFERRED)
        return _next()
    return "undo"


def _next() -> Way:
    """This one is settled without any motion; whether another is open, the next look says."""
    return "settled"


async def _forward(tools: Tools, issue: Issue, record: IssueRecord, status: CardPrinterStatus) -> Way:
    """The card is its holder's: in their hands, or to be held for them."""
    if not record.committed:
        record = issue.record = await committed(tools, record)
        if await tools.record.issuing.noted(record, "issue.unconfirmed") and await _in_slot(tools, record, status):
            issue.record = await held(tools, record)
            return _next()
    if status.position in INSIDE or status.position is CardPosition.AT_BEZEL:
        return "hold"
    if status.position is CardPosition.NONE:
        if record.step is IssueStep.RETRACTING or await _was_put_by(tools, record):
            if await _in_slot(tools, record, status):
                issue.record = await held(tools, record)
                return _next()
            no_store = _slot_is_empty(status) or not await _has(tools, Ability.PARK)
            if record.step is IssueStep.RETRACTING and no_store and await _taken_by_hand(tools):
                issue.record = await collected(tools, record)
                return _next()
            return "attendant"
        if record.step in OUT:
            if not await _taken_by_hand(tools):
                return "attendant"
            issue.record = await collected(tools, record)  # out, and neither at the bezel nor in the path
            return _next()
        if await _in_slot(tools, record, status):  # parked, and cut off before that was written down
            issue.record = await held(tools, record)
            return _next()
    return "attendant"


async def _taken_by_hand(tools: Tools) -> bool:
    """Whether a card that was out, and is now nowhere to be seen, can only have been taken by a hand: seen so, or the
    device does not take cards in by itself."""
    position = await where(tools)
    return position is CardPosition.TAKEN or (position is CardPosition.NONE and not await _has(tools, Ability.TAKES_IN))


async def _was_put_by(tools: Tools, record: IssueRecord) -> bool:
    return record.step is IssueStep.COMMITTED and await tools.record.issuing.noted(record, "issue.unconfirmed")


async def _in_slot(tools: Tools, record: IssueRecord, status: CardPrinterStatus) -> bool:
    """Whether this card is in the holding slot: written down so, and the slot not seen empty; or the slot has a card
    more than the ledger has there."""
    held = {card.serial for card in await tools.record.stock.read(lambda ledger: ledger.held())}
    if record.serial in held:
        return not _slot_is_empty(status)
    return any(
        unit.count > len(held) if unit.count is not None else not held and unit.level in HOLDS_ONE
        for unit in status.of(StorageKind.PARK)
    )


def _slot_is_empty(status: CardPrinterStatus) -> bool:
    slots = status.of(StorageKind.PARK)
    return bool(slots) and all(
        unit.count == 0 or (unit.count is None and unit.level is StorageLevel.EMPTY) for unit in slots
    )


async def _back_or_on(
    tools: Tools, issue: Issue, record: IssueRecord, application: Application | None, status: CardPrinterStatus
) -> Way:
    """The host has not committed: on, where the rules allow it and a slot can keep the card; else back."""
    if record.step is IssueStep.FEEDING:
        if status.position is CardPosition.NONE:
            return "undo"
        record = issue.record = await fed(tools, record)
        return "spoil"
    if (
        record.step in PERHAPS_COMMITTED
        and status.position is CardPosition.NONE
        and await _in_slot(tools, record, status)
    ):
        await out_of_slot(tools)  # its commit never arrived: back to the contact, compared and committed again
        issue.record = await tools.record.issuing.step(
            record, IssueStep.UNCONFIRMED, also=lambda journal: in_path(journal, record)
        )
        return "compare"
    if status.position is CardPosition.NONE and record.step is not IssueStep.SPOILING:
        return "spoil"  # the sensors prove the path empty: nothing moves, and the ledger is told
    if status.position not in INSIDE:
        return "spoil"
    if not await _can_go_on(tools, record, application):
        return "spoil"
    match record.step:
        case IssueStep.RESERVED:
            return "write" if await tools.record.issuing.noted(record, RECORD_VERIFIED) else "spoil"
        case IssueStep.WRITTEN:
            return "write"
        case IssueStep.PRINTING | IssueStep.PRINTED:
            return "inspect" if await _has(tools, Ability.INSPECT) else "spoil"
        case IssueStep.INSPECTED | IssueStep.COMPARED | IssueStep.COMMITTING | IssueStep.UNCONFIRMED:
            return "compare"
        case _:
            return "spoil"


async def _can_go_on(tools: Tools, record: IssueRecord, application: Application | None) -> bool:
    if application is None or application.state is not ApplicationState.PRODUCING:
        return False
    return application.serial == record.serial and await _has(tools, Ability.PARK)


async def _has(tools: Tools, ability: Ability) -> bool:
    return ability in await printer_of(tools).call(lambda printer: printer.abilities)


async def ask_attendant(stage: Stage) -> Literal["noted"]:
    """Where it is cannot be known: issuing stays closed until two persons have looked."""
    tools = stage.tools
    issue, record = issue_of(stage)
    log.error("issue_needs_an_attendant", business=record.business, step=record.step.value)
    issue.record = await tools.record.issuing.step(record, IssueStep.ATTENDANT, facts={"found_at": record.step.value})
    await block(tools, record, Blocked.CARD_UNKNOWN)
    stage.session.wipe(stage.session.language)
    return "noted"
