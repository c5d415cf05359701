"""The end of a session: cards back in their owner's hands, the host's session closed, the citizen forgotten."""

from __future__ import annotations

from typing import Literal

import structlog

from devices.contract import DeviceError
from kiosk.activities.printing import settle
from kiosk.host.port import HostError
from kiosk.runtime import Stage
from statemachines.views import Say

log = structlog.get_logger("farewell")


async def hand_back(stage: Stage) -> Literal["returned"]:
    """Let go of the chip, release the card, and wait until slot and plate are empty."""
    session, tools = stage.session, stage.tools
    session.pin.forget()
    if tools.card_reader is not None and tools.card_slot is not None:
        chip, session.chip = session.chip, None
        if chip is not None:
            await tools.card_reader.call(lambda _: chip.chip.close())
        if tools.card_in_slot:
            await tools.card_reader.call(lambda reader: reader.release())
            await tools.card_slot.removed()
            log.info("card_taken")
        await tools.record.custody_ended()
    if tools.id_reader is not None and session.id_card is not None:
        try:
            # None: this reader cannot tell. The page asks for the card all the same, and nobody waits for an answer.
            await tools.id_reader.wait(lambda reader, cancellation: reader.wait_for_removal(cancellation, None))
        except DeviceError as error:
            log.warning("id_card_presence_unknown", fault=error.code)
    return "returned"


async def end(stage: Stage) -> Literal["forgotten"]:
    """Close the host's session, and keep nothing but the outcome for the farewell page."""
    session, tools = stage.session, stage.tools
    outcome = session.outcome or Say("outcome.queried" if session.done else "outcome.left_early")
    await settle(stage, good=False)
    person, chip = session.person, session.chip
    session.chip = None
    if chip is not None and tools.card_reader is not None:
        await tools.card_reader.call(lambda _: chip.chip.close())
    if person is not None:
        try:
            await tools.host.end_session(person)
        except HostError as error:
            log.info("host_session_left_to_expire", reason=type(error).__name__)
    await tools.record.session_ended(session)
    session.wipe(session.language)
    session.outcome = outcome
    return "forgotten"
