"""What the activities of issuing share: the parts they cannot do without, and asking the host until it is known."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TypeVar

import structlog

from devices.card_printer.contract import CardPosition, CardPrinter, CardPrinterStatus
from devices.contract import DeviceError, DeviceState
from devices.worker import DeviceWorker
from kiosk.encoder import Encoder
from kiosk.host.issuing_port import IssuingHost
from kiosk.host.issuing_values import Application
from kiosk.host.port import HostRefused, HostUnavailable, HostUnknown, RefusalCode
from kiosk.issue import Issue
from kiosk.journal.issues import IssueRecord
from kiosk.record_stock import Blocked
from kiosk.runtime import Stage
from kiosk.tools import Tools

R = TypeVar("R")

log = structlog.get_logger("issuing")

LOOKS = 3
"""How often the host is asked what became of a request whose answer was lost (scenario A15)."""

BETWEEN_LOOKS = 2.0
"""Seconds between two of those."""

WHILE_BUSY = (2.0, 4.0, 8.0, 16.0)
"""Seconds before a request is made once more that the host put off for being asked too much: a card in the path is not
given up for that."""


class StillUnknown(Exception):
    """The host did not say, however often it was asked."""


def issue_of(stage: Stage) -> tuple[Issue, IssueRecord]:
    """The issue of the session, and the journal's record of it."""
    issue = stage.session.issue
    if issue is None or issue.record is None:
        raise RuntimeError("no card is being issued")
    return issue, issue.record


async def latest_of(stage: Stage) -> tuple[Issue, IssueRecord]:
    """As :func:`issue_of`, with the record as the journal has it now: what a state that was left in the middle was
    still writing, the next one must know of."""
    issue, record = issue_of(stage)
    record = issue.record = await stage.tools.record.issuing.of(record.business)
    return issue, record


def printer_of(tools: Tools) -> DeviceWorker[CardPrinter]:
    """The card printer. A kiosk without one never comes to where it is needed."""
    if tools.card_printer is None:
        raise RuntimeError("no card printer is fitted")
    return tools.card_printer


def encoder_of(tools: Tools) -> Encoder:
    """Its chip contact."""
    if tools.encoder is None:
        raise RuntimeError("the card printer has no chip contact")
    return tools.encoder


def host_of(tools: Tools) -> IssuingHost:
    """The host's side of issuing."""
    if tools.issuing is None:
        raise RuntimeError("no issuing host is configured")
    return tools.issuing


async def printer_status(tools: Tools) -> CardPrinterStatus:
    """How the printer is now; one whose driver does not come back is as one that does not answer."""
    try:
        return await printer_of(tools).call(lambda printer: printer.status())
    except DeviceError as error:
        return CardPrinterStatus(DeviceState.OFFLINE, error.code, faults=(error.code,))


async def where(tools: Tools) -> CardPosition:
    """Where the card is, as far as it can be proven."""
    try:
        return await printer_of(tools).call(lambda printer: printer.where())
    except DeviceError as error:
        log.warning("not_located", fault=error.code)
        return CardPosition.UNKNOWN


async def when_not_busy(tools: Tools, request: Callable[[], Awaitable[R]]) -> R:
    """Make a request; while the host puts it off (``too_many_requests``: surely not carried out), the same one again
    after growing pauses. Raises HostUnavailable when it still does, and whatever else the request raises."""
    for pause in (*WHILE_BUSY, None):
        try:
            return await request()
        except HostRefused as error:
            if error.code != RefusalCode.TOO_MANY_REQUESTS:
                raise
            log.warning("host_busy", pause=pause)
            if pause is not None:
                await tools.clock.sleep(pause)
    raise HostUnavailable("too many requests")


async def until_known(tools: Tools, question: Callable[[], Awaitable[R]], looks: int = LOOKS) -> R:
    """Ask what is safe to repeat until there is an answer or a refusal. Raises StillUnknown, HostRefused."""
    for look in range(looks):
        if look:
            await tools.clock.sleep(BETWEEN_LOOKS)
        try:
            return await when_not_busy(tools, question)
        except (HostUnknown, HostUnavailable) as error:
            log.warning("host_did_not_say", reason=type(error).__name__, look=look + 1)
    raise StillUnknown


async def state_of(tools: Tools, record: IssueRecord) -> Application:
    """What the host has of the application. Raises StillUnknown, HostRefused."""
    return await until_known(tools, lambda: host_of(tools).state(record.application))


async def done_or_known(
    tools: Tools,
    record: IssueRecord,
    request: Callable[[], Awaitable[R]],
    came_of_it: Callable[[Application], Awaitable[R | None]],
) -> R:
    """Make a request that changes something. Its answer lost: ask for the state, see what ``came_of_it`` makes of that,
    and only when nothing has come of it send the same request, under the same key, again (A15, A16).

    Raises StillUnknown, and HostRefused from the request itself or from asking.
    """
    for look in range(LOOKS):
        if look:
            await tools.clock.sleep(BETWEEN_LOOKS)
        try:
            return await when_not_busy(tools, request)
        except (HostUnknown, HostUnavailable) as error:
            log.warning("answer_lost", reason=type(error).__name__, look=look + 1)
        try:
            found = await came_of_it(await when_not_busy(tools, lambda: host_of(tools).state(record.application)))
        except (HostUnknown, HostUnavailable):
            continue
        if found is not None:
            return found
    raise StillUnknown


async def block(tools: Tools, record: IssueRecord, reason: Blocked) -> None:
    """No card is issued any more until two people have looked."""
    await tools.record.stock.change(lambda journal: journal.ledger.block(reason.value, record.business))
