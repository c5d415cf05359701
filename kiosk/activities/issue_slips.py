"""Papers of issuing."""

from __future__ import annotations

from typing import Literal

from kiosk.runtime import Stage


async def print_pickup_slip(stage: Stage) -> Literal["printed", "not_printed"]:
    """When and where the card will be: ``printed``, ``not_printed``."""
    raise RuntimeError("print_pickup_slip: not there yet")


async def print_issue_receipt(stage: Stage) -> Literal["printed", "not_printed"]:
    """What was issued, what it cost, what to do at the bank: ``printed``, ``not_printed``."""
    raise RuntimeError("print_issue_receipt: not there yet")


async def print_issue_slip(stage: Stage) -> Literal["printed", "not_printed"]:
    """How an issue that brought no card has ended, and what becomes of the fee: ``printed``, ``not_printed``."""
    raise RuntimeError("print_issue_slip: not there yet")
