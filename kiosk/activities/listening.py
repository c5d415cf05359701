"""Waiting for a card, at the slot or on the plate, and for whichever comes first."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Literal, TypeVar

import structlog

from devices.contract import DeviceError, MediaState
from kiosk.tools import Tools

R = TypeVar("R")

LIFTED = 3.0
"""Seconds in which a card that could not be read is lifted; a quick hand that lays it down again goes unseen."""

log = structlog.get_logger("listening")


async def first_of(*waits: Coroutine[None, None, R]) -> R:
    """What the first to finish answers; the others have let go of their devices when this returns."""
    tasks = [asyncio.create_task(wait) for wait in waits]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)
    return next(task for task in tasks if task in done).result()


async def until_card(tools: Tools) -> Literal["card_found"]:
    """A card stands in the slot. For ever where no reader is fitted."""
    if tools.card_slot is None:
        await asyncio.Event().wait()
    else:
        await tools.card_slot.until(MediaState.PRESENT)
    return "card_found"


async def until_plate_is_empty(tools: Tools) -> None:
    """Nothing lies on the ID plate; at once where no reader is fitted, or the one that is cannot tell."""
    if tools.id_reader is not None:
        try:
            await tools.id_reader.wait(lambda reader, cancellation: reader.wait_for_removal(cancellation, None))
        except DeviceError as error:
            log.warning("plate_not_seen", fault=error.code)


async def until_id_card(
    tools: Tools, *, anew: bool = False, on_loss: Callable[[], None] = lambda: None
) -> Literal["id_card_found"]:
    """An ID card lies on the plate. For ever where no reader is fitted, or the one that is has failed.

    ``anew``: one that lies there already is to be lifted first. ``on_loss`` is called when the reader fails.
    """
    if tools.id_reader is not None:
        try:
            if anew:
                await tools.id_reader.wait(lambda reader, cancellation: reader.wait_for_removal(cancellation, LIFTED))
            await tools.id_reader.wait(lambda reader, cancellation: reader.wait_for_card(cancellation, None))
        except DeviceError as error:
            log.warning("id_reader_failed", fault=error.code)
            tools.health.failed(error)
            on_loss()
        else:
            return "id_card_found"
    await asyncio.Event().wait()
    return "id_card_found"
