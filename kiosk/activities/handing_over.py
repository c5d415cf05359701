"""A committed card into its holder's hands: own PIN, out at the bezel, taken or held; and a held one fetched (A13)."""

from __future__ import annotations

from typing import Literal

import structlog

from devices.card_printer.contract import CardPosition, CardPrinter, parking
from devices.contract import DeviceError
from kiosk.activities.issue_tools import (
    StillUnknown,
    block,
    encoder_of,
    host_of,
    issue_of,
    latest_of,
    printer_of,
    until_known,
    where,
)
from kiosk.activities.making import INSIDE, identify
from kiosk.activities.putting_by import advice, held, left_outside, nth, put_by
from kiosk.activities.refusals import device_trouble, host_trouble, refusal
from kiosk.host.issuing_values import Whereabouts
from kiosk.host.port import HostRefused
from kiosk.issue import Issue
from kiosk.journal.card_custody import serial_of
from kiosk.journal.entries import Fact
from kiosk.journal.issues import IssueEnd, IssueRecord, IssueStep
from kiosk.journal.ledger import CardPlace
from kiosk.journal.store import Journal
from kiosk.record_issuing import PIN_SET
from kiosk.record_stock import Blocked
from kiosk.runtime import Stage
from kiosk.tools import Tools
from statemachines.views import Say

log = structlog.get_logger("issuing")

LOOK_EVERY = 0.3
"""Seconds between looks at the bezel while a card stands there."""


async def ready_chip(stage: Stage) -> Literal["ready", "no_pin"]:
    """The new card's chip for the PIN entry. Without a pad, a chip, or a need for it, the card goes out as it is."""
    tools = stage.tools
    _, record = issue_of(stage)
    if tools.pin_pad is None or await tools.record.issuing.noted(record, PIN_SET):
        return "no_pin"
    try:
        if not encoder_of(tools).connected:
            await identify(tools)
        await encoder_of(tools).call(lambda card: card.pin_state())
    except DeviceError as error:
        log.warning("no_pin_entry", fault=error.code)
        return "no_pin"
    stage.session.pin.forget()
    stage.session.pin.problem = None
    return "ready"


async def present_card(stage: Stage) -> Literal["presented", "stuck"]:
    """Out to the bezel. A motion whose end was not seen is not repeated: the sensors say what came of it."""
    tools = stage.tools
    issue, record = issue_of(stage)
    stage.session.pin.forget()
    await encoder_of(tools).let_go()
    record = issue.record = await tools.record.issuing.step(record, IssueStep.PRESENTING)
    try:
        await printer_of(tools).call(lambda printer: printer.present())
    except DeviceError as error:
        log.warning("not_presented", fault=error.code)
        if await where(tools) is not CardPosition.AT_BEZEL:
            stage.session.trouble = device_trouble(error)
            await block(tools, record, Blocked.CARD_IN_PATH)
            return "stuck"
    issue.record = await tools.record.issuing.step(
        record,
        IssueStep.PRESENTED,
        tell=[advice(record, Whereabouts.PRESENTED, await nth(tools, record, IssueStep.PRESENTED))],
    )
    return "presented"


async def await_taken(stage: Stage) -> Literal["taken"]:
    """Taken is proven by the sensor at the bezel and by the empty path; both are in the printer's word for it."""
    tools = stage.tools
    issue, record = await latest_of(stage)
    if record.ended is not IssueEnd.COLLECTED:  # else it was, as the time ran out
        while await where(tools) is not CardPosition.TAKEN:
            await tools.clock.sleep(LOOK_EVERY)
        issue.record = await collected(tools, record)
    _remember(stage)
    return "taken"


async def collected(tools: Tools, record: IssueRecord) -> IssueRecord:
    """The card is with its holder: the issue has ended."""
    return await tools.record.issuing.end(
        record, IssueEnd.COLLECTED, also=with_holder, tell=[advice(record, Whereabouts.COLLECTED)]
    )


def with_holder(journal: Journal) -> None:
    """The card of the path is its holder's."""
    if journal.ledger.path() is not None:
        journal.ledger.leave_path(CardPlace.ISSUED)


def _remember(stage: Stage) -> None:
    stage.session.done.append("issue_card")
    stage.session.outcome = Say("outcome.card_issued")


async def hold_card(stage: Stage) -> Literal["held", "taken", "stuck"]:
    """Not taken in time: drawn back into the holding slot, never into the reject box; where there is none, or it is
    full, into the path, and no other card is made until it is fetched. One that cannot be drawn in stays where it is,
    and an attendant is called."""
    tools = stage.tools
    issue, record = await latest_of(stage)
    if record.ended is IssueEnd.COLLECTED:  # taken while the time ran out
        _remember(stage)
        return "taken"
    record = issue.record = await tools.record.issuing.step(record, IssueStep.RETRACTING)
    kept = await put_by(tools)
    if kept != "outside":
        issue.record = await held(tools, record, in_slot=kept == "slot")
        stage.session.outcome = Say("outcome.card_held")
        return "held"
    position = await where(tools)
    if position is CardPosition.TAKEN:
        issue.record = await collected(tools, record)
        _remember(stage)
        return "taken"
    issue.record = await left_outside(tools, record)
    stage.session.trouble = refusal("issue_at_outlet" if position is CardPosition.AT_BEZEL else "issue_not_held")
    if position is not CardPosition.AT_BEZEL:
        await block(tools, record, Blocked.CARD_IN_PATH)
    return "stuck"


# -- fetched later -----------------------------------------------------------------------------------------------------


async def find_held_card(stage: Stage) -> Literal["found", "refused", "unreachable"]:
    """Is this person's card in this machine, and does the host say that it is theirs?"""
    session, tools = stage.session, stage.tools
    person = session.person
    if person is None or tools.issuing is None:
        session.trouble = refusal("no_held_card")
        return "refused"
    mine = await tools.record.issuing.open_of(person.number)
    if any(each.step is IssueStep.UNCONFIRMED for each in mine):
        session.trouble = refusal("issue_unconfirmed")
        return "refused"
    record = next((each for each in mine if each.step is IssueStep.HELD), None)
    if record is None:
        session.trouble = refusal("no_held_card")
        return "refused"
    try:
        application = await until_known(tools, lambda: host_of(tools).state(record.application))
    except StillUnknown:
        session.trouble = refusal("host_unknown")
        return "unreachable"
    except HostRefused as error:
        session.trouble = host_trouble(error)
        return "refused"
    if not application.committed or application.serial != record.serial:
        session.trouble = refusal("no_held_card")
        return "refused"
    vouched = session.issue.vouched_by if session.issue is not None else ""
    session.issue = Issue(record=record, application=application, vouched_by=vouched)
    return "found"


async def recall_card(stage: Stage) -> Literal["recalled", "stuck"]:
    """From the holding slot into the path, and as far as the chip contact for a PIN of its holder's own. Another's card
    that is kept in the path stays there, and what comes out of the slot must say that it is this one.

    The journal has it on its way before it moves: one that stops half-way is looked after between two citizens.
    """
    tools = stage.tools
    issue, record = issue_of(stage)
    path = await tools.record.stock.read(lambda ledger: ledger.path())
    if path is not None and path.serial != record.serial:
        log.error("path_is_taken", serial=path.serial)
        stage.session.trouble = device_trouble(DeviceError("card_printer.card_inside"))
        return "stuck"
    record = issue.record = await tools.record.issuing.step(record, IssueStep.COMMITTED, facts=_vouched(issue))
    try:
        await out_of_slot(tools)
    except DeviceError as error:
        log.warning("not_recalled", fault=error.code)
        stage.session.trouble = device_trouble(error)
        return "stuck"
    if not await _is_it(tools, record):
        stage.session.trouble = refusal("issue_not_held")
        issue.record = await tools.record.issuing.step(record, IssueStep.ATTENDANT, facts={"found_at": "recalled"})
        await block(tools, record, Blocked.CARD_UNKNOWN)
        return "stuck"
    await tools.record.stock.change(lambda journal: in_path(journal, record))
    return "recalled"


async def _is_it(tools: Tools, record: IssueRecord) -> bool:
    """Whether the card in the path is that of the issue, by its chip; one that is mute now is believed to be, where the
    ledger had no other in the slot."""
    try:
        serial = serial_of(await identify(tools))
    except DeviceError as error:
        log.warning("recalled_card_not_read", fault=error.code)
        held = await tools.record.stock.read(lambda ledger: ledger.held())
        return {card.serial for card in held} <= {record.serial}
    if serial != record.serial:
        log.error("recalled_another_card", serial=serial)
    return serial == record.serial


def _vouched(issue: Issue) -> dict[str, Fact]:
    return {"vouched_by": issue.vouched_by} if issue.vouched_by else {}


async def out_of_slot(tools: Tools) -> None:
    """The card in the holding slot into the path; harmless when it is there. Raises DeviceError: it did not come."""

    def recall(printer: CardPrinter) -> None:
        if printer.where() in INSIDE:
            return
        able = parking(printer)
        if able is None:
            raise DeviceError("card_printer.no_card", "there is no holding slot")
        able.recall()

    try:
        await printer_of(tools).call(recall)
    except DeviceError:
        if await where(tools) not in INSIDE:
            raise


def in_path(journal: Journal, record: IssueRecord) -> None:
    """A card that was held is in the path again."""
    if journal.ledger.path() is None:
        journal.ledger.to_path(record.serial, record.business)
