"""The photo."""

from __future__ import annotations

from typing import Literal, NoReturn

from kiosk.runtime import Stage


async def mirror(stage: Stage) -> NoReturn:
    """Show the citizen what the camera sees, until the state is left."""
    raise RuntimeError("mirror: not there yet")


async def take_photo(stage: Stage) -> Literal["good", "bad"]:
    """Take a picture and hold it against the rule: ``good``, ``bad``."""
    raise RuntimeError("take_photo: not there yet")


async def send_photo(stage: Stage) -> Literal["accepted", "refused", "unreachable"]:
    """Give the photo to the host: ``accepted``, ``refused``, ``unreachable``."""
    raise RuntimeError("send_photo: not there yet")


async def send_photo_receipt(stage: Stage) -> Literal["accepted", "unknown_receipt", "refused", "unreachable"]:
    """Have the host take the photo of that receipt: ``accepted``, ``unknown_receipt``, ``refused``, ``unreachable``."""
    raise RuntimeError("send_photo_receipt: not there yet")
