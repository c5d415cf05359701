"""The point of no return, and what is done on either side of it: forward after the host's commit, back before it."""

from __future__ import annotations

from typing import Literal

import structlog

from devices.card_printer.contract import CardPosition, CardPrinter
from devices.contract import DeviceError
from kiosk.activities.issue_tools import (
    StillUnknown,
    block,
    done_or_known,
    encoder_of,
    host_of,
    issue_of,
    latest_of,
    printer_of,
    printer_status,
    until_known,
    where,
)
from kiosk.activities.making import INSIDE, fed
from kiosk.activities.refusals import host_trouble, refusal
from kiosk.activities.withdrawing import BEFORE_FEEDING
from kiosk.host.issuing_values import Application, BadCard, IssuingRefusal, step_key
from kiosk.host.port import HostRefused
from kiosk.journal.entries import Fact
from kiosk.journal.issues import IssueEnd, IssueRecord, IssueStep
from kiosk.journal.ledger import CardPlace
from kiosk.journal.store import Journal
from kiosk.record_issuing import Tell
from kiosk.record_stock import Blocked
from kiosk.runtime import Stage
from kiosk.tools import Tools

log = structlog.get_logger("issuing")

MOST_CARDS = 2
"""Cards tried for one application: a second one once (A10)."""

PERHAPS_COMMITTED = frozenset({IssueStep.COMMITTING, IssueStep.UNCONFIRMED})

NO_CARD = BEFORE_FEEDING | {IssueStep.FEEDING, IssueStep.SPOILED}
"""Steps at which an issue may be given back: no card of it is in the path; one that was not fed is in its hopper."""


async def commit_card(stage: Stage) -> Literal["committed", "not_committed", "unknown"]:
    """Have the host bind the card. No answer: ask; only when nothing has come of it, the same request again."""
    tools = stage.tools
    issue, record = issue_of(stage)
    record = issue.record = await tools.record.issuing.step(record, IssueStep.COMMITTING)
    key = step_key(record.business, "commit", record.cards)

    async def request() -> bool:
        try:
            await host_of(tools).commit(record.application, record.serial, issue.read_back, record.fee_order, key)
        except HostRefused as error:
            if error.code != IssuingRefusal.ALREADY_COMMITTED:
                raise
            return await until_known(tools, lambda: _bound(tools, record))
        return True

    async def came_of_it(application: Application) -> bool | None:
        return True if is_bound(application, record) else None

    try:
        bound = await done_or_known(tools, record, request, came_of_it)
    except StillUnknown:
        stage.session.trouble = refusal("issue_unconfirmed")
        return "unknown"
    except HostRefused as error:
        log.warning("commit_refused", code=error.code)
        stage.session.trouble = host_trouble(error)
        return "not_committed"
    if not bound:
        log.error("committed_another_card")
        stage.session.trouble = refusal(IssuingRefusal.ALREADY_COMMITTED)
        return "not_committed"
    issue.record = await committed(tools, record)
    return "committed"


def is_bound(application: Application, record: IssueRecord) -> bool:
    """Whether this card is its holder's."""
    return application.committed and application.serial == record.serial


async def _bound(tools: Tools, record: IssueRecord) -> bool:
    return is_bound(await host_of(tools).state(record.application), record)


async def committed(tools: Tools, record: IssueRecord) -> IssueRecord:
    """The host has committed: only forward from here, and the fee is due."""
    capture = [tell(record, "fee_capture", order=record.fee_order)] if record.fee_order else []
    return await tools.record.issuing.step(record, IssueStep.COMMITTED, tell=capture)


def tell(record: IssueRecord, kind: str, nth: int = 1, **facts: str) -> Tell:
    """A message of this business for host or payer."""
    return Tell(kind, step_key(record.business, kind, nth), {"business": record.business, **facts})


# -- back ------------------------------------------------------------------------------------------------------------


async def spoil_card(stage: Stage) -> Literal["again", "spoiled", "stuck", "committed"]:
    """Put the card in the path where it can never be stock again. One whose printer's driver does not come back is left
    to the recovery. Where the host may have committed it, the host is
    asked to spoil it first, and its answer decides: a card that is its holder's is not spoiled."""
    tools = stage.tools
    issue, record = await latest_of(stage)
    if record.step is IssueStep.FEEDING and await where(tools) is not CardPosition.NONE:
        record = issue.record = await fed(tools, record)  # the feeder was too late, and had done it all the same
    told_already = record.step in PERHAPS_COMMITTED or await _commit_was_sent(tools, record)
    if told_already:
        try:
            await until_known(tools, lambda: _spoil_at_host(tools, record))
        except StillUnknown:
            stage.session.trouble = refusal("issue_unconfirmed")
            if record.step is not IssueStep.SPOILING:
                issue.record = await tools.record.issuing.step(record, IssueStep.SPOILING)
            return "stuck"
        except HostRefused as error:
            if error.code != IssuingRefusal.ALREADY_COMMITTED:
                return await _left_to_a_person(stage, error)
            issue.record = await committed(tools, record)
            return "committed"
        issue.no_second = True
    if record.step is not IssueStep.SPOILING:
        record = issue.record = await tools.record.issuing.step(record, IssueStep.SPOILING)
    jammed = not await put_away(tools)
    if jammed and printer_of(tools).given_up:  # its driver hangs: where the card is, the sensors are asked after that
        issue.no_second = True
        return "stuck"
    how = BadCard.SUSPECT if jammed else BadCard.SPOILED
    told = [_spoiled(record, how)] if record.serial and not told_already else []
    if jammed:
        issue.no_second = True
        issue.record = await tools.record.issuing.step(record, IssueStep.SPOILED, tell=told, facts={"how": how.value})
        await block(tools, record, Blocked.CARD_IN_PATH)
        return "stuck"
    issue.record = await tools.record.issuing.step(
        record, IssueStep.SPOILED, also=into_box, tell=told, facts={"how": how.value}
    )
    issue.reservation, issue.read_back, issue.identifier = None, "", ""
    if issue.no_second or record.cards >= MOST_CARDS or not stage.session.person:
        return "spoiled"
    return "again" if (await printer_status(tools)).ready else "spoiled"


async def _left_to_a_person(stage: Stage, error: HostRefused) -> Literal["stuck"]:
    """The host neither spoils the card nor says that it is someone's: it stays where it is."""
    tools = stage.tools
    issue, record = issue_of(stage)
    log.error("spoiling_refused", code=error.code)
    stage.session.trouble = host_trouble(error)
    facts: dict[str, Fact] = {"found_at": record.step.value, "code": error.code}
    issue.record = await tools.record.issuing.step(record, IssueStep.ATTENDANT, facts=facts)
    await block(tools, record, Blocked.CARD_UNKNOWN)
    return "stuck"


def into_box(journal: Journal) -> None:
    """The card of the path is in the reject box."""
    if journal.ledger.path() is not None:
        journal.ledger.leave_path(CardPlace.SPOILED)


def _spoiled(record: IssueRecord, how: BadCard) -> Tell:
    return tell(
        record, "issue_spoil", record.cards, application=record.application, serial=record.serial, how=how.value
    )


async def _commit_was_sent(tools: Tools, record: IssueRecord) -> bool:
    """Whether a spoiling that was begun before a cut followed a commit."""
    return record.step is IssueStep.SPOILING and await tools.record.issuing.noted(record, "issue.committing")


async def _spoil_at_host(tools: Tools, record: IssueRecord) -> None:
    key = step_key(record.business, "issue_spoil", record.cards)
    await host_of(tools).spoil(record.application, record.serial, BadCard.SPOILED, key)


async def put_away(tools: Tools) -> bool:
    """The card in the path into the reject box; True when the sensors say that the path is empty. A motion is repeated
    only after the sensors have said that it did not happen."""
    await encoder_of(tools).let_go()
    for attempt in range(2):
        position = await where(tools)
        if position in (CardPosition.NONE, CardPosition.REJECTED):
            return True
        if position not in INSIDE and not (attempt == 0 and position is CardPosition.JAMMED):
            return False
        try:
            await printer_of(tools).call(_reject)
        except DeviceError as error:
            log.warning("card_not_rejected", fault=error.code, attempt=attempt + 1)
        else:
            return True
    return await where(tools) in (CardPosition.NONE, CardPosition.REJECTED)


def _reject(printer: CardPrinter) -> None:
    printer.clear()
    printer.reject()


async def undo_issue(stage: Stage) -> Literal["undone"]:
    """Give back what was held for this issue; what has to be told is told as soon as the other side answers. While one
    of its cards may be in the path, or its holder's, it is left open for those who settle it."""
    tools = stage.tools
    issue, record = await latest_of(stage)
    if record.step not in NO_CARD or await _left_its_hopper(tools, record):
        log.error("issue_left_open", step=record.step.value)
        return "undone"
    told = [tell(record, "issue_withdraw", opening_key=record.opening_key)]
    if record.fee_order:
        told.append(tell(record, "fee_release", order=record.fee_order))
    issue.record = await tools.record.issuing.end(record, IssueEnd.WITHDRAWN, tell=told)
    return "undone"


async def _left_its_hopper(tools: Tools, record: IssueRecord) -> bool:
    """Whether the sensors see the card that was to be fed."""
    return record.step is IssueStep.FEEDING and await where(tools) in INSIDE
