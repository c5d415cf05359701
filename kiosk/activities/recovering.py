"""After a cut."""

from __future__ import annotations

from typing import Literal

from kiosk.runtime import Stage


async def size_up(
    stage: Stage,
) -> Literal["settled", "write", "inspect", "compare", "commit", "hold", "spoil", "undo", "attendant", "wait"]:
    """Journal, sensors, host, chip: where is it, and what follows? ``settled`` (nothing is open), ``write`` (go on writing the chip), ``inspect``, ``compare``, ``commit`` (ask, and send it again), ``hold`` (it is its holder's), ``spoil``, ``undo`` (no card is concerned), ``attendant`` (it cannot be known), ``wait`` (the host must be asked first, and does not answer)."""
    raise RuntimeError("size_up: not there yet")


async def ask_attendant(stage: Stage) -> Literal["noted"]:
    """Put it on the attendant's workbench; issuing stays closed until it is settled there: ``noted``."""
    raise RuntimeError("ask_attendant: not there yet")
