"""Looks at every device, at the stock and at the host, each with its own patience."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import structlog

from devices.card_printer.contract import CardPosition, CardPrinter
from devices.contract import DeviceError, DeviceState, Status
from devices.worker import DeviceWorker
from kiosk.health.issuing import look_at_issuing, look_at_supplies
from kiosk.tools import Tools

log = structlog.get_logger("health")

PATIENCE = 8.0
"""Seconds a device may take to say how it is; a driver's own limits are far below."""


async def look(tools: Tools) -> bool:
    """Ask everything at once; True if what can be done for a citizen has changed."""
    health = tools.health
    health.payer = tools.payer
    before = (health.works, dict(health.banks))

    asked = (_ask(tools, *each) for each in tools.devices.items())
    await asyncio.gather(*asked, health.ask_host(), health.ask_payer())
    if makes_cards(tools):
        health.saw_issuing(await look_at_issuing(tools, health.statuses.get("card_printer")))
    health.saw_supplies(await look_at_supplies(tools))
    return (health.works, dict(health.banks)) != before


async def look_at_one(tools: Tools, name: str, changed: Callable[[], None]) -> None:
    """Only this device; ``changed`` is called if what can be done for a citizen is another thing now."""
    before = tools.health.works
    await _ask(tools, name, tools.devices[name])
    if tools.health.works != before:
        changed()


async def look_at_making(tools: Tools) -> None:
    """Only what makes cards: after an issue that failed, what that takes away is known at once (A10)."""
    if makes_cards(tools):
        await _ask(tools, "card_printer", tools.card_printer)
        tools.health.saw_issuing(await look_at_issuing(tools, tools.health.statuses.get("card_printer")))


async def forget_mended(tools: Tools) -> None:
    """Somebody is at the machine, or has been: what the card printer stopped for and still remembers, it is to forget.

    A misfeed outlives its cause, and nothing would ever be fed again to show that it is over.
    """
    if tools.card_printer is None:
        return
    try:
        await tools.card_printer.call(forget_errors)
    except DeviceError as error:
        log.warning("printer_not_cleared", fault=error.code)


def forget_errors(printer: CardPrinter) -> None:
    """On the printer's thread. Not while a card is in the path, which is told and settled first. Raises DeviceError."""
    status = printer.status()
    if status.fault is not None and status.answered and status.position is CardPosition.NONE:
        printer.clear()


async def _ask(tools: Tools, name: str, worker: DeviceWorker[Any] | None) -> None:
    if worker is None:
        tools.health.saw(name, None)
        return
    answer = asyncio.create_task(_status(worker))
    await asyncio.wait({answer}, timeout=PATIENCE)
    # A driver that hangs is seen to by kiosk.health.hung; meanwhile the device counts as gone.
    tools.health.saw(name, answer.result() if answer.done() else Status(DeviceState.OFFLINE))


async def _status(worker: DeviceWorker[Any]) -> Status:
    try:
        return await worker.call_within(PATIENCE, lambda device: device.status())
    except DeviceError as error:
        return Status(DeviceState.OFFLINE, error.code)


def makes_cards(tools: Tools) -> bool:
    """Whether this kiosk is set up to issue cards."""
    return (
        tools.settings.issuing is not None
        and tools.card_printer is not None
        and tools.encoder is not None
        and tools.issuing is not None
    )
