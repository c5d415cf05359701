"""The second factor."""

from __future__ import annotations

from typing import Literal

from kiosk.runtime import Stage


async def prove(stage: Stage) -> Literal["proved", "attendant_needed"]:
    """Count the factors: ``proved``, ``attendant_needed``."""
    raise RuntimeError("prove: not there yet")


async def enter_staff_code(stage: Stage) -> Literal["proved", "wrong", "refused", "cancelled"]:
    """An attendant vouches: ``proved``, ``wrong``, ``refused``, ``cancelled``."""
    raise RuntimeError("enter_staff_code: not there yet")
