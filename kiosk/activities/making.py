"""The card being made."""

from __future__ import annotations

from typing import Literal

from kiosk.runtime import Stage


async def prepare_card(stage: Stage) -> Literal["ready", "not_ready"]:
    """Before anything leaves a hopper: does the host answer, is the printer ready? ``ready``, ``not_ready``."""
    raise RuntimeError("prepare_card: not there yet")


async def feed_card(stage: Stage) -> Literal["fed", "not_fed", "lost"]:
    """A card from the bank's hopper: ``fed``, ``not_fed`` (surely none left it), ``lost`` (it is somewhere)."""
    raise RuntimeError("feed_card: not there yet")


async def read_serial(stage: Stage) -> Literal["read", "unfit", "lost"]:
    """To the contact, the chip's serial read and found in the ledger: ``read``, ``unfit``, ``lost``."""
    raise RuntimeError("read_serial: not there yet")


async def reserve_card(stage: Stage) -> Literal["reserved", "unfit", "ended", "unknown"]:
    """Have the host set it apart: ``reserved``, ``unfit`` (not this card), ``ended`` (not this application), ``unknown``."""
    raise RuntimeError("reserve_card: not there yet")


async def write_chip(stage: Stage) -> Literal["written", "unfit", "unknown"]:
    """Write what is not on the chip yet, read all of it back: ``written``, ``unfit``, ``unknown`` (the host was lost on the way)."""
    raise RuntimeError("write_chip: not there yet")


async def print_faces(stage: Stage) -> Literal["printed", "unfit", "lost", "printed"]:
    """Print both faces: ``printed``, ``unfit``, ``lost``. A device that does not print: ``printed``."""
    raise RuntimeError("print_faces: not there yet")


async def inspect_faces(stage: Stage) -> Literal["good", "unfit", "ask", "lost"]:
    """Compare the print with what was meant: ``good``, ``unfit``, ``ask`` (no scanner, and someone is to look), ``lost``."""
    raise RuntimeError("inspect_faces: not there yet")


async def compare_all(stage: Stage) -> Literal["same", "unfit", "lost"]:
    """Back to the contact; chip, print and host say the same: ``same``, ``unfit``, ``lost``."""
    raise RuntimeError("compare_all: not there yet")


async def commit_card(stage: Stage) -> Literal["committed", "not_committed", "unknown"]:
    """The point of no return: ``committed``, ``not_committed`` (the host says so), ``unknown``."""
    raise RuntimeError("commit_card: not there yet")


async def spoil_card(stage: Stage) -> Literal["again", "spoiled", "stuck", "committed"]:
    """Away with the card in the path, and the host told: ``again`` (a second card may be tried), ``spoiled``, ``stuck`` (it could not be moved), ``committed`` (the host had committed after all)."""
    raise RuntimeError("spoil_card: not there yet")


async def park_card(stage: Stage) -> Literal["parked"]:
    """The card into the holding slot, or kept in the path where there is none: ``parked``."""
    raise RuntimeError("park_card: not there yet")


async def undo_issue(stage: Stage) -> Literal["undone"]:
    """Give back the application and the fee, and say why: ``undone``."""
    raise RuntimeError("undo_issue: not there yet")
