"""What a visit looked like: every screen with its picture and time, every receipt, and how it ended."""

from __future__ import annotations

import asyncio
import contextlib
import time
from dataclasses import dataclass, field
from pathlib import Path

from kiosk.demo.glass import Glass
from kiosk.demo.made_card import MadeCard
from statemachines.views import Drawn, Target

LIVE = frozenset({"Photo", "Sign"})
"""Pages that move by themselves or under a finger: one picture for what there is to touch, the last one."""

LOOK_AGAIN = 0.3
"""Seconds from one picture of such a page to the next."""


@dataclass(slots=True)
class Seen:
    """A screen that was drawn ``seconds`` into the visit. ``picture`` None: gone before it could be pictured."""

    page: str
    seconds: float
    picture: Path | None = None


@dataclass(slots=True)
class Visit:
    """One citizen's visit. ``receipts``: pictures of the paper they took. ``new_card``: serial of a card made here that
    they took, ``made`` what is to be shown of it. ``story``: what they came to do, in words."""

    key: str
    name: str
    service: str
    story: str
    outcome: str = "under way"
    seconds: float = 0.0
    screens: list[Seen] = field(default_factory=list)
    receipts: list[Path] = field(default_factory=list)
    new_card: str = ""
    made: MadeCard | None = None
    begun: float = field(default_factory=time.monotonic)

    @property
    def elapsed(self) -> float:
        """Seconds since it began."""
        return time.monotonic() - self.begun


class Recorder:
    """Takes a picture of each view as it is drawn, one at a time, into ``folder``."""

    def __init__(self, glass: Glass, folder: Path) -> None:
        self._glass = glass
        self._folder = folder
        self._waiting: asyncio.Queue[tuple[Drawn, Seen]] = asyncio.Queue()
        self._came = asyncio.Event()
        self._count = 0
        self._live: tuple[str, tuple[Target, ...]] | None = None
        self.visit: Visit | None = None
        folder.mkdir(parents=True, exist_ok=True)
        glass.on_drawn = self._drawn
        self._working = asyncio.create_task(self._work(), name="recorder")

    def begin(self, visit: Visit) -> None:
        """From now on what is drawn belongs to this visit, what is shown now included."""
        self.visit = visit
        if self._glass.shown is not None:
            self._drawn(self._glass.shown)

    async def end(self) -> None:
        """What is drawn from now on belongs to no visit; wait until every picture of this one is taken."""
        self.visit = None
        await self._waiting.join()

    async def close(self) -> None:
        """Stop."""
        self._working.cancel()
        await asyncio.wait([self._working])

    def _drawn(self, drawn: Drawn) -> None:
        live = (drawn.page, drawn.targets) if drawn.page in LIVE else None
        same, self._live = live is not None and live == self._live, live
        if self.visit is not None and not same:
            seen = Seen(drawn.page, self.visit.elapsed)
            self.visit.screens.append(seen)
            self._waiting.put_nowait((drawn, seen))
            self._came.set()

    async def _work(self) -> None:
        while True:
            drawn, seen = await self._waiting.get()
            await self._picture(drawn, seen)
            while drawn.page in LIVE and self._waiting.empty() and _alike(self._glass.shown, drawn):
                self._came.clear()
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._came.wait(), LOOK_AGAIN)
                await self._picture(drawn, seen)
            self._waiting.task_done()

    async def _picture(self, drawn: Drawn, seen: Seen) -> None:
        if not _alike(self._glass.shown, drawn):
            return
        image = await self._glass.picture()
        if not _alike(self._glass.shown, drawn):
            return
        if seen.picture is None:
            self._count += 1
            seen.picture = self._folder / f"{self._count:03}-{drawn.page}.png"
        half = image.resize((image.width // 2, image.height // 2))
        await asyncio.to_thread(half.save, seen.picture, compress_level=3)


def _alike(shown: Drawn | None, drawn: Drawn) -> bool:
    """Whether it is still there, or, of a live page, another picture of it."""
    return shown is drawn or (
        shown is not None and shown.page == drawn.page and drawn.page in LIVE and shown.targets == drawn.targets
    )
