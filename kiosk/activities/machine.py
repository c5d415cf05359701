"""What the machine does when it serves nobody: starting, waiting, checking, healing, maintenance, stopping."""

from __future__ import annotations

import asyncio
from typing import Any, Literal, NoReturn

import structlog

from devices.card_reader.contract import CardReader
from devices.card_reader.motorised import motorised
from devices.contract import DeviceError
from devices.worker import DeviceWorker
from kiosk.activities.farewell import released, until_card_is_taken
from kiosk.activities.listening import first_of, until_card, until_id_card, until_plate_is_empty
from kiosk.activities.recovering import unfinished
from kiosk.health.look import PATIENCE, forget_mended, look
from kiosk.runtime import Stage
from kiosk.tools import Tools

log = structlog.get_logger("machine")

LOOK_EVERY = 30.0
"""Seconds between looks at the devices while nobody is here: a lamp that fails is known within a heartbeat."""

OPEN_WITHIN = 35.0
"""Seconds that the start waits for a device: a printer warms up in 30."""

LOOK_AGAIN = 5.0
"""Seconds between looks while out of service: a cable plugged back in should show while its engineer stands there."""


async def start_up(stage: Stage) -> Literal["serviceable", "unserviceable", "card_held", "unfinished"]:
    """Open every device, see what the last run left open, ask the host for a sign of life."""
    tools = stage.tools
    await asyncio.gather(*(_open(name, worker) for name, worker in tools.devices.items() if worker is not None))
    if (slot := tools.card_slot) is not None:
        slot.occupied = bool(tools.record.custody_serial)
        slot.start()
        reported = asyncio.ensure_future(slot.reported())
        await asyncio.wait({reported}, timeout=PATIENCE)  # a watch that hangs: what is in it is not known
        reported.cancel()
        slot.stranded = slot.occupied
        if slot.stranded:
            await released(tools)  # from before a power cut: pushed out where there is a motor for it (A12)
    await tools.record.recover(slot_is_empty=not tools.card_in_slot)
    await look(tools)
    return "unfinished" if await unfinished(tools) else _verdict(tools)


async def await_citizen(stage: Stage) -> Literal["start", "changed"]:
    """Wait for a card in the slot or on the plate; look at the devices now and then."""
    session, tools = stage.session, stage.tools
    usual: tuple[str, bool] = (tools.settings.screen.languages[0], False)
    before = usual
    await _let_cards_in(tools, True)

    async def until_another_id_card() -> Literal["id_card_found"]:
        """One that somebody left behind calls nobody: it is lifted first."""
        if tools.plate_called:
            await until_plate_is_empty(tools)
            tools.plate_called = False
        await until_id_card(tools)
        tools.plate_called = True
        return "id_card_found"

    while True:
        someone = await first_of(until_card(tools), until_another_id_card(), tools.clock.sleep(LOOK_EVERY))
        if someone is not None:
            return "start"
        now = (session.language, session.large)
        if now == before != usual:  # whoever chose it has walked on
            session.language, session.large = now = usual
            stage.refresh()
        before = now
        if await look(tools) or await unfinished(tools):
            return "changed"


async def check(
    stage: Stage,
) -> Literal["serviceable", "unserviceable", "card_held", "stop_requested", "called_in", "unfinished"]:
    """Look at everything, between two citizens."""
    wishes = stage.tools.wishes
    if wishes.stop:
        return "stop_requested"
    if wishes.maintenance:
        wishes.maintenance = False
        return "called_in"
    if not stage.tools.card_in_slot:
        await stage.tools.record.custody_ended()  # one that was found at the start, taken since
    await look(stage.tools)
    return "unfinished" if await unfinished(stage.tools) else _verdict(stage.tools)


async def heal(stage: Stage) -> Literal["changed"]:
    """Look again and again until something has changed; devices that are gone are opened anew."""
    tools = stage.tools
    await _let_cards_in(tools, False)
    while True:
        await tools.clock.sleep(LOOK_AGAIN)
        if await look(tools) or await unfinished(tools):
            return "changed"


async def serve_engineer(stage: Stage) -> NoReturn:
    """Show what the devices say, until the engineer says that it is done."""
    stage.tools.wishes.maintenance = False
    await _let_cards_in(stage.tools, False)
    while True:
        await forget_mended(stage.tools)
        await look(stage.tools)
        stage.refresh()
        await stage.tools.clock.sleep(LOOK_AGAIN)


async def shut_down(stage: Stage) -> Literal["stopped"]:
    """Give a card in the slot back and wait until it is taken, then close the devices."""
    tools = stage.tools
    await _let_cards_in(tools, False)
    await until_card_is_taken(tools)
    return "stopped"


def _verdict(tools: Tools) -> Literal["serviceable", "unserviceable", "card_held"]:
    if tools.card_stranded:
        log.warning("card_held", serial=tools.record.custody_serial)
        return "card_held"
    return "serviceable" if tools.health.can_serve and not tools.wishes.closed else "unserviceable"


async def _let_cards_in(tools: Tools, allowed: bool) -> None:
    """A reader with a motor draws a card in only while the kiosk serves; any other cannot be told."""

    def tell(reader: CardReader) -> None:
        if (motor := motorised(reader)) is not None:
            motor.set_entry(allowed)

    if tools.card_reader is not None:
        try:
            await tools.card_reader.call(tell)
        except DeviceError as error:
            log.warning("card_entry_not_set", allowed=allowed, fault=error.code)


async def _open(name: str, worker: DeviceWorker[Any]) -> None:
    """As far as it opens within :data:`OPEN_WITHIN`: a driver that hangs must not keep the others from their work."""

    async def opening() -> None:
        try:
            await worker.call(lambda device: device.open())
        except DeviceError as error:
            log.warning("device_not_opened", device=name, fault=error.code)

    begun = asyncio.create_task(opening())
    await asyncio.wait({begun}, timeout=OPEN_WITHIN)
    if not begun.done():
        log.warning("device_not_opened", device=name, fault=None)
