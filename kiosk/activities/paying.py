"""The fee."""

from __future__ import annotations

from typing import Literal

from kiosk.runtime import Stage


async def ask_fee(stage: Stage) -> Literal["free", "held", "waiting", "declined", "unreachable"]:
    """Have the payer hold the fee: ``free``, ``held``, ``waiting`` (for the citizen's phone), ``declined``, ``unreachable``."""
    raise RuntimeError("ask_fee: not there yet")


async def await_payment(stage: Stage) -> Literal["held", "declined"]:
    """Until the payer says: ``held``, ``declined``."""
    raise RuntimeError("await_payment: not there yet")
