"""Applying for a card."""

from __future__ import annotations

from typing import Literal

from kiosk.runtime import Stage


async def await_applicant(stage: Stage) -> Literal["id_card_found"]:
    """Listen at the ID plate: ``id_card_found``."""
    raise RuntimeError("await_applicant: not there yet")


async def read_applicant(stage: Stage) -> Literal["id_card_read", "unreadable", "refused"]:
    """Read the ID card of whom the session is of: ``id_card_read``, ``unreadable``, ``refused``."""
    raise RuntimeError("read_applicant: not there yet")


async def check_eligibility(
    stage: Stage,
) -> Literal["id_card_needed", "may_apply", "has_card", "held_here", "refused", "unreachable"]:
    """Ask the gate: ``id_card_needed`` (none has been read), ``may_apply``, ``has_card`` (A5), ``held_here`` (the card is made and waits in this machine), ``refused``, ``unreachable``."""
    raise RuntimeError("check_eligibility: not there yet")


async def quote_fee(stage: Stage) -> Literal["quoted", "old_card_open", "refused", "unreachable"]:
    """Ask what it costs today: ``quoted``, ``old_card_open`` (quoted, and the old card is to be handed in or reported lost), ``refused``, ``unreachable``."""
    raise RuntimeError("quote_fee: not there yet")


async def open_application(stage: Stage) -> Literal["opened", "photo_needed", "lapsed", "refused", "unreachable"]:
    """Accept the quote and open the application: ``opened``, ``photo_needed``, ``lapsed`` (quote anew), ``refused``, ``unreachable``."""
    raise RuntimeError("open_application: not there yet")


async def find_banks(stage: Stage) -> Literal["choose_bank", "none_stocked", "refused", "unreachable"]:
    """Eligible, and with stock in this machine: ``choose_bank``, ``none_stocked``, ``refused``, ``unreachable``."""
    raise RuntimeError("find_banks: not there yet")


async def draw_card(stage: Stage) -> Literal["drawn", "refused", "unreachable"]:
    """Draw both faces: ``drawn``, ``refused`` (a name that this card cannot carry), ``unreachable``."""
    raise RuntimeError("draw_card: not there yet")


async def settle_old_card(stage: Stage) -> Literal["settled", "refused", "unreachable"]:
    """The old card reported lost or handed in, as chosen, if there is one: ``settled``, ``refused``, ``unreachable``."""
    raise RuntimeError("settle_old_card: not there yet")


async def defer_application(stage: Stage) -> Literal["deferred", "refused", "unreachable"]:
    """From instant to deferred: ``deferred``, ``refused``, ``unreachable``."""
    raise RuntimeError("defer_application: not there yet")


async def close_application(stage: Stage) -> Literal["closed"]:
    """See that nothing is left of what came to nothing: withdrawn, released: ``closed``."""
    raise RuntimeError("close_application: not there yet")
