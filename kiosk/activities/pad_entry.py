"""Secret digits typed at the pad, for citizens and staff alike. They stay in buffers that are zeroed."""

from __future__ import annotations

import asyncio

import structlog

from devices.contract import DeviceError
from devices.pin_pad.contract import EntryCancelled, EntryTimedOut, KeyPress
from devices.pin_pad.secret import SecretDigits
from kiosk.runtime import Stage
from statemachines.views import Say

log = structlog.get_logger("pad")

PAD_PATIENCE = 600.0
"""Seconds without a key after which the pad itself gives up: far above any patience of the charts, which decide."""

ENTRIES = 3
"""Entries asked for in a row when the pad loses what was typed."""

ONCE_MORE = ("pin_pad.interrupted", "pin_pad.no_pin")
"""Faults of an entry after which the pad is there again and the digits can be typed anew."""


async def typed(stage: Stage, length: int) -> SecretDigits | None:
    """So many digits; None if the cancel key was pressed. The page follows each key: ``session.pin.typed`` of
    ``session.pin.length``. The caller closes the result."""
    session, tools = stage.session, stage.tools
    if tools.pin_pad is None:
        raise RuntimeError("no PIN pad is fitted")
    loop = asyncio.get_running_loop()

    def pressed(press: KeyPress) -> None:
        loop.call_soon_threadsafe(_show_typed, stage, press.count)

    session.pin.length = length
    for entry in range(ENTRIES):
        session.pin.typed = 0
        try:
            return await tools.pin_pad.wait(
                lambda pad, cancellation: pad.enter_clear(
                    cancellation, minimum=length, maximum=length, timeout=PAD_PATIENCE, on_key=pressed
                )
            )
        except EntryCancelled:
            return None
        except EntryTimedOut:
            log.warning("pad_gave_up")
            return None
        except DeviceError as error:
            if error.code not in ONCE_MORE or entry + 1 == ENTRIES:
                raise
            log.warning("entry_lost", fault=error.code)
            session.pin.problem = Say(f"fault.{error.code}")
            stage.refresh()
    return None


def _show_typed(stage: Stage, count: int) -> None:
    pin = stage.session.pin
    stage.sign_of_life()
    if pin.typed != count:
        pin.typed = count
        stage.refresh()
