"""The card handed over."""

from __future__ import annotations

from typing import Literal

from kiosk.runtime import Stage


async def ready_chip(stage: Stage) -> Literal["ready", "no_pin"]:
    """The new card's chip for the PIN entry: ``ready``, ``no_pin`` (no pad, or the chip cannot be reached)."""
    raise RuntimeError("ready_chip: not there yet")


async def present_card(stage: Stage) -> Literal["presented", "stuck"]:
    """Out to the bezel: ``presented``, ``stuck``."""
    raise RuntimeError("present_card: not there yet")


async def await_taken(stage: Stage) -> Literal["taken"]:
    """Until the sensor and the empty path both say so: ``taken``."""
    raise RuntimeError("await_taken: not there yet")


async def hold_card(stage: Stage) -> Literal["held", "taken", "stuck"]:
    """Not taken: drawn back into the holding slot: ``held``, ``taken`` (at the last moment), ``stuck``."""
    raise RuntimeError("hold_card: not there yet")


async def find_held_card(stage: Stage) -> Literal["found", "refused", "unreachable"]:
    """Is this person's card in the holding slot? ``found``, ``refused``, ``unreachable``."""
    raise RuntimeError("find_held_card: not there yet")


async def recall_card(stage: Stage) -> Literal["recalled", "stuck"]:
    """From the holding slot to the chip contact: ``recalled``, ``stuck``."""
    raise RuntimeError("recall_card: not there yet")
