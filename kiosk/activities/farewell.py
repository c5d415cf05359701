"""The end of a session: cards back in their owner's hands, the host's session closed, the citizen forgotten."""

from __future__ import annotations

from typing import Literal

import structlog

from devices.card_reader.contract import CardReader
from devices.card_reader.motorised import retaining
from devices.contract import DeviceError
from kiosk.activities.listening import first_of
from kiosk.activities.printing import print_retained_slip, settle
from kiosk.activities.withdrawing import abandon
from kiosk.host.port import HostError
from kiosk.runtime import Stage
from kiosk.tools import Tools
from statemachines.views import Say

log = structlog.get_logger("farewell")

RELEASE_AGAIN = 10.0
"""Seconds after which a reader that could not let go of the card is asked once more."""

UNSEEN_ID_CARD = 10.0
"""Seconds the citizen is asked to take the ID card where no reader can tell whether it still lies there."""

HOST_FAREWELL = 5.0
"""Seconds the host may take to close a session; after that it is left to expire, and the next citizen steps up."""


async def hand_back(stage: Stage) -> Literal["returned"]:
    """Let go of the chip, release the card, and wait until slot and plate have been seen empty."""
    session, tools = stage.session, stage.tools
    session.pin.forget()
    await let_go_of_chip(stage)
    await until_card_is_taken(tools)
    if tools.id_reader is not None and session.id_card_laid:
        try:
            seen = await tools.id_reader.wait(lambda reader, cancellation: reader.wait_for_removal(cancellation, None))
        except DeviceError as error:
            log.warning("id_card_presence_unknown", fault=error.code)
            seen = None
        if seen is None:
            await tools.clock.sleep(UNSEEN_ID_CARD)
        tools.plate_called = False
    return "returned"


async def guard_card(stage: Stage) -> Literal["returned", "retained"]:
    """The owner has gone and left a card: forget the owner. Then, as the policy says and the reader can, keep the card
    in the bin with a slip for the staff, or guard it in the slot until someone takes it (A14)."""
    await _forget(stage)
    tools = stage.tools
    if tools.policy.rules.card_untaken == "retain" and await retained(tools):
        serial = tools.record.custody_serial
        log.warning("card_retained", serial=serial)
        await tools.record.card_retained()
        await print_retained_slip(stage, serial)
        return "retained"
    return await hand_back(stage)


async def retained(tools: Tools) -> bool:
    """Have the reader keep the card. False: there is none, there is no bin, or it will not take it."""
    if tools.card_reader is None or not tools.card_in_slot:
        return False

    def retain(reader: CardReader) -> bool:
        with_bin = retaining(reader)
        return with_bin is not None and with_bin.retain()

    try:
        return await tools.card_reader.call(retain)
    except DeviceError as error:
        log.warning("card_not_retained", fault=error.code)
        return False


async def end(stage: Stage) -> Literal["forgotten"]:
    """Close the host's session, and keep nothing but the outcome for the farewell page."""
    await _forget(stage)
    stage.session.id_card_laid = False
    return "forgotten"


async def until_card_is_taken(tools: Tools) -> None:
    """Release the card in the slot, if there is one, and wait until the slot has been seen empty.

    With a reader that is gone that is as long as it stays away: nobody can tell whether the card is out.
    """
    if tools.card_reader is None or tools.card_slot is None:
        return
    if tools.card_in_slot:
        while not await released(tools):
            if await first_of(_emptied(tools), tools.clock.sleep(RELEASE_AGAIN)):
                break
        await tools.card_slot.emptied()
        log.info("card_taken")
    await tools.record.custody_ended()


async def released(tools: Tools) -> bool:
    """Hand the card back as far as the reader can; False: it could not. Harmless without a card or a reader."""
    if tools.card_reader is None:
        return True
    try:
        await tools.card_reader.call(lambda reader: reader.release())
    except DeviceError as error:
        log.warning("card_not_released", fault=error.code)
        return False
    return True


async def _emptied(tools: Tools) -> bool | None:
    if tools.card_slot is not None:
        await tools.card_slot.emptied()
    return True


async def let_go_of_chip(stage: Stage) -> None:
    """The chip will not be spoken to any more."""
    chip, stage.session.chip = stage.session.chip, None
    if chip is not None and stage.tools.card_reader is not None:
        try:
            await stage.tools.card_reader.call(lambda _: chip.chip.close())
        except DeviceError as error:
            log.warning("chip_not_let_go", fault=error.code)


async def _forget(stage: Stage) -> None:
    """Settle, close, write down, wipe. Kept: the outcome for the farewell page, how it is read, a card on the plate."""
    session, tools = stage.session, stage.tools
    outcome = session.outcome or Say("outcome.queried" if session.done else "outcome.left_early")
    await abandon(tools, session)
    await settle(stage, good=False)
    await let_go_of_chip(stage)
    if session.person is not None:
        try:
            if not await first_of(_closed(stage), tools.clock.sleep(HOST_FAREWELL)):
                log.info("host_session_left_to_expire", reason="slow")
        except HostError as error:
            log.info("host_session_left_to_expire", reason=type(error).__name__)
    await tools.record.session_ended(session)
    large, laid = session.large, session.id_card_laid
    session.wipe(session.language)
    session.outcome, session.large, session.id_card_laid = outcome, large, laid


async def _closed(stage: Stage) -> bool | None:
    if stage.session.person is not None:
        await stage.tools.host.end_session(stage.session.person)
    return True
