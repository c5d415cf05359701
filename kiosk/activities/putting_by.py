"""A finished card that cannot be handed over now, out of other people's reach: in the holding slot, or in the path.

It is its holder's, or may be: it is never put where spoiled cards go (scenarios A13, A16).
"""

from __future__ import annotations

import asyncio
from typing import Literal

import structlog

from devices.card_printer.contract import Ability, CardPosition, CardPrinter, retracting
from devices.contract import DeviceError, StorageKind
from kiosk.activities.issue_tools import encoder_of, latest_of, printer_of, where
from kiosk.activities.making import INSIDE
from kiosk.host.issuing_values import Whereabouts, step_key
from kiosk.journal.issues import IssueRecord, IssueStep
from kiosk.journal.ledger import CardPlace
from kiosk.journal.store import Journal
from kiosk.record_issuing import Tell
from kiosk.runtime import Stage
from kiosk.tools import Tools
from statemachines.views import Say

log = structlog.get_logger("issuing")

LEFT_OUTSIDE = "issue.left_outside"
"""The note that a card nobody took stands at the bezel, or wherever it got to, and could not be drawn in."""

Kept = Literal["slot", "path", "outside"]
"""Where a card was put by: ``slot`` and ``path`` are out of other people's reach."""


async def park_card(stage: Stage) -> Literal["parked"]:
    """The card into the holding slot; where there is none, or it is full, it is kept in the path, and issuing waits.

    One that is its holder's and cannot be drawn in is not held: it is looked at again."""
    tools = stage.tools
    issue, record = await latest_of(stage)
    await encoder_of(tools).let_go()
    kept = await put_by(tools)
    if not record.committed:
        in_slot = kept == "slot"
        issue.record = await tools.record.issuing.step(
            record, IssueStep.UNCONFIRMED, also=into_holding if in_slot else None, facts={"slot": in_slot}
        )
    elif kept == "outside":
        issue.record = await left_outside(tools, record)
        return "parked"
    else:
        issue.record = await held(tools, record, in_slot=kept == "slot")
        log.info("card_held_for_its_holder", serial=record.serial, kept=kept)
    issue.note = Say("issue.note.held")
    return "parked"


async def held(tools: Tools, record: IssueRecord, *, in_slot: bool = True) -> IssueRecord:
    """The card waits for its holder: in the holding slot, or in the path."""
    return await tools.record.issuing.step(
        record,
        IssueStep.HELD,
        also=into_holding if in_slot else None,
        tell=[advice(record, Whereabouts.HELD, await nth(tools, record, IssueStep.HELD))],
        facts={"slot": in_slot},
    )


async def left_outside(tools: Tools, record: IssueRecord) -> IssueRecord:
    """The card could not be drawn back in: what becomes of it, the sensors are asked from now on. Noted once."""
    if not await tools.record.issuing.noted(record, LEFT_OUTSIDE):
        log.error("new_card_left", position=(await where(tools)).value)
        await tools.record.issuing.note(record, LEFT_OUTSIDE, {"serial": record.serial})
    if record.step is IssueStep.RETRACTING:
        return record
    return await tools.record.issuing.step(record, IssueStep.RETRACTING)


def advice(record: IssueRecord, whereabouts: Whereabouts, nth: int = 1) -> Tell:
    """Where the bound card is now, for the host."""
    return Tell(
        "issue_advise",
        step_key(record.business, f"advise_{whereabouts.value}", nth),
        {
            "business": record.business,
            "application": record.application,
            "serial": record.serial,
            "whereabouts": whereabouts.value,
        },
    )


async def nth(tools: Tools, record: IssueRecord, step: IssueStep) -> int:
    """Which time it is that the issue comes to ``step``: a card that was held may be presented and held again."""
    entries = await asyncio.to_thread(tools.record.journal.entries, record.business)
    return 1 + sum(entry.step == f"issue.{step.value}" for entry in entries)


def into_holding(journal: Journal) -> None:
    """The card of the path is in the holding slot."""
    if journal.ledger.path() is not None:
        journal.ledger.leave_path(CardPlace.HELD)


async def put_by(tools: Tools) -> Kept:
    """The card in the path or at the bezel out of other people's reach."""
    if await into_slot(tools):
        return "slot"
    if await where(tools) is CardPosition.AT_BEZEL:
        try:
            await printer_of(tools).call(_draw_in)
        except DeviceError as error:
            log.warning("not_drawn_in", fault=error.code)
    return "path" if await where(tools) in INSIDE else "outside"


def _draw_in(printer: CardPrinter) -> None:
    able = retracting(printer)
    if able is None:
        raise DeviceError("card_printer.unsupported", "it cannot draw a card in")
    able.draw_in()


async def into_slot(tools: Tools) -> bool:
    """From path or bezel into the holding slot. False: it stays where it is."""

    def retract(printer: CardPrinter) -> bool:
        able = retracting(printer)
        if able is None or Ability.PARK not in printer.abilities:
            return False
        return able.retract(StorageKind.PARK)

    if await where(tools) is CardPosition.PARKED:
        return True
    try:
        return await printer_of(tools).call(retract)
    except DeviceError as error:
        log.warning("not_parked", fault=error.code)
        return await where(tools) is CardPosition.PARKED
