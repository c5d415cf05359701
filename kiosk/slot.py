"""What is in the card slot now, as the reader's own watch tells it, for whoever waits for it to change.

A reader that goes while a card is in it takes nothing with it: the slot counts as occupied until a reader has seen it
empty.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable

import structlog

from devices.card_reader.contract import CardReader
from devices.contract import Cancellation, MediaState

log = structlog.get_logger("slot")

AGAIN_AFTER = 1.0
"""Seconds."""


class CardSlot:
    """Follows one reader on a thread of its own. All methods but the thread's are for the event loop."""

    def __init__(self, reader: CardReader, on_change: Callable[[MediaState, MediaState], None]) -> None:
        self.media = MediaState.UNKNOWN
        self.occupied = False
        """A card is in it, or was when the reader was last able to tell. Set before the start from the journal."""
        self.stranded = False
        """The card in it belongs to nobody who is being served: it was there when the machine came up."""
        self._reader = reader
        self._on_change = on_change
        self._changed = asyncio.Event()
        self._reported = asyncio.Event()
        self._cancellation = Cancellation()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread = threading.Thread(target=self._watch, name="card-slot", daemon=True)

    def start(self) -> None:
        """Begin to follow the reader."""
        self._loop = asyncio.get_running_loop()
        self._thread.start()

    def stop(self) -> None:
        """Stop following; waits for the thread at most two seconds. Harmless before the start."""
        self._cancellation.cancel()
        if self._thread.is_alive():
            self._thread.join(2)

    async def reported(self) -> None:
        """Wait until the reader has said for the first time what is in the slot."""
        await self._reported.wait()

    async def until(self, *wanted: MediaState) -> MediaState:
        """Wait until the slot is in one of these states; at once if it is."""
        while self.media not in wanted:
            self._changed.clear()
            await self._changed.wait()
        return self.media

    async def emptied(self) -> None:
        """Wait until the reader has seen it empty; a reader that is gone has not."""
        await self.until(MediaState.NOT_PRESENT)

    def _watch(self) -> None:
        """A watch that breaks off, which none should, is begun again: without it no card would ever be noticed."""
        while not self._cancellation.cancelled:
            try:
                self._reader.watch(self._cancellation, self._seen)
            except Exception as error:
                log.exception("card_slot_not_watched", error=type(error).__name__)
            if not self._cancellation.cancelled:
                self._seen(MediaState.UNKNOWN)
                self._cancellation.wait(AGAIN_AFTER)

    def _seen(self, media: MediaState) -> None:
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._take, media)

    def _take(self, media: MediaState) -> None:
        before, self.media = self.media, media
        if media is MediaState.NOT_PRESENT:
            self.occupied = self.stranded = False
        elif media is not MediaState.UNKNOWN:
            self.occupied = True
        self._reported.set()
        if before is not media:
            self._changed.set()
            self._on_change(before, media)
