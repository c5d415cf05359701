"""Writing that is finished once it has begun."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from typing import TypeVar

R = TypeVar("R")


async def carried_through(write: Awaitable[R]) -> R:
    """As ``write``; cancelled, it is finished first, though nobody waits for it any more: half known, it is worse than
    not done, and what it was given is nowhere else."""
    writing = asyncio.ensure_future(write)
    try:
        return await asyncio.shield(writing)
    except asyncio.CancelledError:
        await asyncio.wait([writing])
        raise
