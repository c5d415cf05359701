"""A card that the machine could not place, or the lack of one, settled by two people (F87, F89).

What they found decides where the card is; what the host has decides whose it is: a card that is bound is its holder's
and is never destroyed, one that is not bound is nobody's and never handed out.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from typing import Literal

import structlog

from devices.contract import DeviceError
from kiosk.activities.committing import is_bound, tell
from kiosk.activities.issue_tools import StillUnknown, host_of, until_known
from kiosk.activities.putting_by import advice
from kiosk.activities.stock_keeping import written
from kiosk.activities.stock_visit import upkeep_of
from kiosk.host.issuing_values import Application, BadCard, Whereabouts
from kiosk.host.port import HostRefused
from kiosk.journal.business_number import BusinessNumber
from kiosk.journal.issues import IssueEnd, IssueRecord
from kiosk.journal.ledger import CardPlace, Ledger, LedgerError, PathCard
from kiosk.journal.store import Journal
from kiosk.record_issuing import Tell
from kiosk.runtime import Stage
from kiosk.session import Trouble
from kiosk.tools import Tools
from kiosk.upkeep import Upkeep
from statemachines.views import Say

log = structlog.get_logger("stock")


class Found(StrEnum):
    """What two people found, and did with it."""

    DESTROYED = "destroyed"
    """A card was taken out and cut through."""
    SEALED = "sealed"
    """It was taken out and put into the sealed bin, for its holder."""
    HANDED_OVER = "handed_over"
    """It was taken out and given to its holder."""
    IN_BIN = "in_bin"
    """It lies in the reject box, which holds one card more than the ledger knew of, and stays there."""
    NOTHING = "nothing"
    """The whole path and the reject box were looked through; no card is there."""


_PLACE = {
    Found.DESTROYED: CardPlace.SPOILED,
    Found.SEALED: CardPlace.RETAINED,
    Found.HANDED_OVER: CardPlace.ISSUED,
    Found.IN_BIN: CardPlace.SPOILED,
    Found.NOTHING: CardPlace.MISSING,
}

FOR_NOBODY = frozenset({Found.DESTROYED, Found.IN_BIN})
FOR_ITS_HOLDER = frozenset({Found.SEALED, Found.HANDED_OVER})


async def settle_card(stage: Stage) -> Literal["stored", "refused", "unreachable"]:
    """Write down what was found, end the issue it belongs to, and have host and payer told."""
    tools, session, upkeep = stage.tools, stage.session, upkeep_of(stage)
    found, record = Found(session.kept["found"]), upkeep.waiting
    business = BusinessNumber(session.business)
    bound = False
    if record is not None:
        try:
            application = await _application(tools, record)
        except StillUnknown:
            session.trouble = Trouble(Say("stock.card.host_needed"), advice=(Say("stock.card.host_needed.what"),))
            return "unreachable"
        bound = application is not None and is_bound(application, record)
    if found in FOR_NOBODY and bound:
        session.trouble = Trouble(Say("stock.card.is_somebodys"), advice=(Say("stock.card.is_somebodys.what"),))
        return "refused"
    if found in FOR_ITS_HOLDER and not bound:
        session.trouble = Trouble(Say("stock.card.is_nobodys"), advice=(Say("stock.card.is_nobodys.what"),))
        return "refused"
    await _clear(tools)
    if record is None:
        return await written(stage, _noted(_moved(None, found), found, upkeep, business))
    told = _of_bound(record, found) if bound else _of_unbound(record, found)
    try:
        await tools.record.issuing.end(
            record,
            IssueEnd.SETTLED,
            also=_noted(_moved(record, found), found, upkeep, business),
            tell=told,
            facts={"found": found.value, "bound": bound, "who": [*upkeep.who]},
        )
    except LedgerError as error:
        log.warning("ledger_refused", reason=str(error))
        session.trouble = Trouble(Say("stock.ledger_refused"), advice=(Say("stock.ledger_refused.what"),))
        return "refused"
    return "stored"


async def _application(tools: Tools, record: IssueRecord) -> Application | None:
    """What the host has of it; None: nothing. Raises StillUnknown."""
    try:
        return await until_known(tools, lambda: host_of(tools).state_by_key(record.opening_key))
    except HostRefused as error:
        log.error("host_refuses_to_tell", code=error.code)
        raise StillUnknown from error


async def _clear(tools: Tools) -> None:
    """Have the printer forget what it stopped for; what is still wrong, it says again at the next look."""
    if tools.card_printer is None:
        return
    try:
        await tools.card_printer.call(lambda printer: printer.clear())
    except DeviceError as error:
        log.warning("printer_not_cleared", fault=error.code)


def _of_bound(record: IssueRecord, found: Found) -> list[Tell]:
    told = [tell(record, "fee_capture", order=record.fee_order)] if record.fee_order else []
    if found is Found.SEALED:
        told.append(advice(record, Whereabouts.SEALED))
    if found is Found.HANDED_OVER:
        told.append(advice(record, Whereabouts.COLLECTED))
    return told


def _of_unbound(record: IssueRecord, found: Found) -> list[Tell]:
    told = []
    if record.serial and record.application:
        facts = {"application": record.application, "serial": record.serial, "how": _how(found).value}
        told.append(tell(record, "issue_spoil", record.cards, **facts))
    told.append(tell(record, "issue_withdraw", opening_key=record.opening_key))
    if record.fee_order:
        told.append(tell(record, "fee_release", order=record.fee_order))
    return told


def _how(found: Found) -> BadCard:
    return BadCard.SUSPECT if found is Found.NOTHING else BadCard.SPOILED


def _moved(record: IssueRecord | None, found: Found) -> Callable[[Ledger], None]:
    """Where the card is now, for the ledger: out of the path; out of where the machine believed it; or, where it was
    not known whether one had left its hopper, out of there."""

    def move(ledger: Ledger) -> None:
        if ledger.path() is None and record is not None:
            _into_path(ledger, record, found)
        if ledger.path() is not None:
            ledger.leave_path(_PLACE[found], by_hand=found is not Found.IN_BIN)

    return move


def _into_path(ledger: Ledger, record: IssueRecord, found: Found) -> None:
    if record.serial:
        if ledger.card(record.serial).place in (CardPlace.HELD, CardPlace.ISSUED):
            ledger.to_path(record.serial, record.business)
    elif found is not Found.NOTHING and record.hopper:
        ledger.fed(record.hopper, record.business)


def _noted(
    move: Callable[[Ledger], None], found: Found, upkeep: Upkeep, business: BusinessNumber
) -> Callable[[Journal], None]:
    def write(journal: Journal) -> None:
        path: PathCard | None = journal.ledger.path()
        move(journal.ledger)
        serial = path.serial if path is not None else ""
        journal.note(business, "stock.card_found", {"found": found.value, "serial": serial, "who": [*upkeep.who]})

    return write
