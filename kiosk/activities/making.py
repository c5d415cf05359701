"""The card being made, first part: a card fed, its serial read and found in the ledger, set apart at the host.

What a step means is in :mod:`statemachines.issuance.making`; every one leaves the journal's record of the issue at what
surely began or was surely done, so that a restart knows where to look.
"""

from __future__ import annotations

from typing import Literal

import structlog

from devices.card_printer.contract import CardPosition
from devices.contract import DeviceError, MediaState
from kiosk.activities.issue_tools import (
    StillUnknown,
    block,
    done_or_known,
    encoder_of,
    host_of,
    issue_of,
    printer_of,
    printer_status,
    state_of,
    until_known,
)
from kiosk.activities.refusals import device_trouble, host_trouble, making_trouble, refusal
from kiosk.host.issuing_values import Application, ApplicationState, BadCard, IssuingRefusal, Reservation, step_key
from kiosk.host.port import HostRefused
from kiosk.journal.card_custody import serial_of
from kiosk.journal.issues import IssueRecord, IssueStep
from kiosk.journal.ledger import StockMismatch
from kiosk.journal.store import Journal
from kiosk.record_stock import Blocked
from kiosk.runtime import Stage
from kiosk.tools import Tools
from statemachines.views import Say

log = structlog.get_logger("issuing")

INSIDE = frozenset({CardPosition.IN_PATH, CardPosition.AT_CONTACT})
"""Where a card can be worked on."""

NONE_FED = frozenset({"card_printer.hopper_empty", "card_printer.feed_failed", "card_printer.feeder_open"})
"""Faults of feeding that leave every card in its hopper (contract of the card printer)."""

THIS_CARD = frozenset({IssuingRefusal.CARD_NOT_IN_STOCK, IssuingRefusal.CARD_NOT_FREE})
"""Refusals of a reservation that another card may not meet. Any other is about the application, and would only burn
that card too."""


async def prepare_card(stage: Stage) -> Literal["ready", "not_ready"]:
    """Before anything leaves a hopper: the host must answer, the application be open, the printer be ready."""
    tools = stage.tools
    issue, record = issue_of(stage)
    try:
        application = await state_of(tools, record)
        if record.cards and application.serial:  # its outbox may not have told it yet
            await until_known(tools, lambda: _spoiled_at_host(tools, record))
    except StillUnknown:
        stage.session.trouble = refusal("host_unknown")
        return "not_ready"
    except HostRefused as error:
        stage.session.trouble = host_trouble(error)
        return "not_ready"
    if application.state not in (ApplicationState.ACCEPTED, ApplicationState.PRODUCING) or application.committed:
        stage.session.trouble = refusal(IssuingRefusal.APPLICATION_CLOSED)
        return "not_ready"
    status = await printer_status(tools)
    if not status.ready:
        log.warning("printer_not_ready", faults=list(status.faults), position=status.position.value)
        stage.session.trouble = device_trouble(DeviceError(status.fault or "card_printer.busy"))
        return "not_ready"
    if not (await tools.record.stock.banks_in_stock()).get(record.bank):
        stage.session.trouble = refusal(IssuingRefusal.CARD_NOT_IN_STOCK)
        return "not_ready"
    if record.cards:
        issue.note = Say("issue.note.second_card")
    return "ready"


async def _spoiled_at_host(tools: Tools, record: IssueRecord) -> None:
    """The host has let go of the first card: while that is reserved, it would refuse the second. The same request,
    under the same key, as the message in the outbox."""
    key = step_key(record.business, "issue_spoil", record.cards)
    await host_of(tools).spoil(record.application, record.serial, BadCard.SPOILED, key)


async def feed_card(stage: Stage) -> Literal["fed", "not_fed", "lost"]:
    """A card of the chosen bank into the path. What the driver could not see, the sensors are asked for."""
    tools = stage.tools
    issue, record = issue_of(stage)
    hopper = await tools.record.stock.hopper_for(record.bank)
    record = issue.record = await tools.record.issuing.step(record, IssueStep.FEEDING, hopper=hopper, serial="")
    try:
        await printer_of(tools).call(lambda printer: printer.feed(hopper))
    except DeviceError as error:
        log.warning("feed_failed", fault=error.code)
        stage.session.trouble = device_trouble(error)
        if error.code in NONE_FED or await _none_left(tools):
            return "not_fed"
        issue.record = await fed(tools, record)
        return "lost"
    issue.record = await fed(tools, record)
    return "fed"


async def _none_left(tools: Tools) -> bool:
    """Whether the sensors prove that no card has left its hopper."""
    status = await printer_status(tools)
    return status.position is CardPosition.NONE and status.media is MediaState.NOT_PRESENT


async def fed(tools: Tools, record: IssueRecord) -> IssueRecord:
    """A card has left its hopper: it never returns there."""

    def leave(journal: Journal) -> None:
        journal.ledger.fed(record.hopper, record.business)
        journal.counters.add("cards")

    return await tools.record.issuing.step(record, IssueStep.FED, also=leave, cards=record.cards + 1)


async def read_serial(stage: Stage) -> Literal["read", "unfit", "lost"]:
    """To the contact; which of the pre-made cards it is, its chip says, and the ledger must know it there."""
    tools = stage.tools
    issue, record = issue_of(stage)
    try:
        issue.identifier = await identify(tools)
    except DeviceError as error:
        log.warning("card_not_read", fault=error.code)
        stage.session.trouble = making_trouble(error)
        return "unfit" if error.code.startswith("card_reader.") else "lost"
    serial = serial_of(issue.identifier)

    def known(journal: Journal) -> None:
        journal.ledger.read(serial)

    try:
        issue.record = await tools.record.issuing.step(record, IssueStep.READ, also=known, serial=serial)
    except StockMismatch as error:
        log.error("stock_mismatch", serial=serial, hopper=record.hopper, reason=str(error))
        await block(tools, record, Blocked.STOCK_MISMATCH)
        stage.session.trouble = refusal(IssuingRefusal.CARD_NOT_IN_STOCK)
        issue.no_second = True
        return "unfit"
    return "read"


async def identify(tools: Tools) -> str:
    """The identifier of the card in the path, 32 hexadecimal digits, read at the contact; a mute chip is lifted off and
    tried once more. Raises DeviceError: ``card_printer.*`` for the motion, ``card_reader.*`` for the chip."""
    encoder = encoder_of(tools)
    await printer_of(tools).call(lambda printer: printer.to_contact())
    try:
        await encoder.connect()
        issuer = await encoder.call(lambda card: card.read_issuer())
    except DeviceError as error:
        log.info("chip_tried_again", fault=error.code)
        await encoder.connect()
        issuer = await encoder.call(lambda card: card.read_issuer())
    return issuer.card_identifier.hex().upper()


async def reserve_card(stage: Stage) -> Literal["reserved", "unfit", "ended", "unknown"]:
    """Have the host set this card apart. A lost answer is asked for; only then is the request repeated."""
    tools = stage.tools
    issue, record = issue_of(stage)
    record = issue.record = await tools.record.issuing.step(record, IssueStep.RESERVING)
    key = step_key(record.business, "reserve", record.cards)
    host = host_of(tools)

    async def came_of_it(application: Application) -> Reservation | None:
        return await host.reservation(record.application) if application.serial == record.serial else None

    try:
        reservation = await done_or_known(
            tools,
            record,
            lambda: host.reserve(record.application, record.bank, issue.identifier, key),
            came_of_it,
        )
    except StillUnknown:
        stage.session.trouble = refusal("host_unknown")
        return "unknown"
    except HostRefused as error:
        log.warning("reservation_refused", code=error.code)
        stage.session.trouble = host_trouble(error)
        if error.code in THIS_CARD:
            return "unfit"
        issue.no_second = True
        return "ended"
    if reservation.serial != record.serial:
        log.error("reserved_another_card", serial=reservation.serial)
        stage.session.trouble = refusal(IssuingRefusal.ANOTHER_CARD_RESERVED)
        issue.no_second = True
        return "ended"
    issue.reservation = reservation
    issue.record = await tools.record.issuing.step(record, IssueStep.RESERVED)
    return "reserved"
