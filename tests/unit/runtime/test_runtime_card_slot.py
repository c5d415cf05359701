"""The card slot is followed for as long as the machine runs, whatever its driver's watch does."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import cast

import pytest

from devices.card_reader.contract import CardReader
from devices.contract import Cancellation, MediaState
from kiosk import slot
from kiosk.slot import CardSlot


class Faulty:
    """Its watch says one thing and breaks off, as often as told; then it says another and goes on."""

    def __init__(self, breaks: int, how: Callable[[], None]) -> None:
        self.breaks = breaks
        self.how = how

    def watch(self, cancellation: Cancellation, on_media: Callable[[MediaState], None]) -> None:
        if self.breaks:
            self.breaks -= 1
            on_media(MediaState.NOT_PRESENT)
            self.how()
            return
        on_media(MediaState.PRESENT)
        while not cancellation.wait(60):
            pass


def raises() -> None:
    raise KeyError("a fault of the driver")


@pytest.mark.parametrize("how", [raises, lambda: None], ids=["raises", "returns"])
async def test_a_watch_that_breaks_off_is_begun_again(monkeypatch: pytest.MonkeyPatch, how: Callable[[], None]) -> None:
    monkeypatch.setattr(slot, "AGAIN_AFTER", 0.001)
    seen: list[MediaState] = []
    reader = Faulty(2, how)
    followed = CardSlot(cast("CardReader", reader), lambda _, after: seen.append(after))
    followed.start()
    try:
        assert await asyncio.wait_for(followed.until(MediaState.PRESENT), 10) is MediaState.PRESENT
    finally:
        followed.stop()
    nothing, unknown = MediaState.NOT_PRESENT, MediaState.UNKNOWN
    assert seen == [nothing, unknown, nothing, unknown, MediaState.PRESENT]
    assert followed.occupied


async def test_a_watch_that_was_told_to_end_is_not_begun_again() -> None:
    reader = Faulty(0, raises)
    followed = CardSlot(cast("CardReader", reader), lambda *_: None)
    followed.start()
    await asyncio.wait_for(followed.reported(), 10)
    followed.stop()
    assert not followed._thread.is_alive()
    assert followed.media is MediaState.PRESENT
