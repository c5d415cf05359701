"""The touchscreen from the outside: what is drawn, a finger that really touches it, an eye that takes pictures."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from pathlib import Path

import msgspec
from PIL import Image, ImageGrab

from kiosk.link import LIMIT, Watch
from statemachines.views import Drawn, Target

MOST_TURNS = 8
"""Pages that anything is looked for on, each way."""


class GlassError(RuntimeError):
    """What was waited for did not appear, or cannot be touched; says what is shown instead."""


class Glass:
    """Follows the link as a watcher. ``display`` is the X display on which the screens draw; ``finger`` touches a
    point of it."""

    def __init__(self, socket: Path, display: str) -> None:
        self._socket = socket
        self._display = display
        self._decoder = msgspec.json.Decoder(Drawn)
        self._drawn: Drawn | None = None
        self._changed = asyncio.Condition()
        self._reading: asyncio.Task[None] | None = None
        self._writer: asyncio.StreamWriter | None = None
        self.finger: Callable[[int, int], Awaitable[None]] = self._xdotool
        self.on_drawn: Callable[[Drawn], None] = lambda _: None

    async def open(self) -> None:
        """Connect to the controller's link; again after the controller was restarted."""
        await self.close()
        self._drawn = None
        reader, self._writer = await asyncio.open_unix_connection(str(self._socket), limit=LIMIT)
        self._writer.write(msgspec.json.encode(Watch()) + b"\n")
        self._reading = asyncio.create_task(self._read(reader), name="glass")

    async def close(self) -> None:
        """Hang up."""
        if self._writer is not None:
            self._writer.close()
            self._writer = None
        if self._reading is not None:
            self._reading.cancel()
            await asyncio.wait([self._reading])
            self._reading = None

    @property
    def shown(self) -> Drawn | None:
        """What was drawn last."""
        return self._drawn

    async def page(self, *names: str, seconds: float = 20.0, after: int = 0) -> Drawn:
        """Wait until one of these pages is on the glass, in a view later than ``after``. Raises GlassError."""
        try:
            async with asyncio.timeout(seconds), self._changed:
                await self._changed.wait_for(
                    lambda: self._drawn is not None and self._drawn.page in names and self._drawn.number > after
                )
        except TimeoutError as error:
            shown = self._drawn.page if self._drawn else "nothing"
            raise GlassError(f"waited {seconds:g} s for {' or '.join(names)}; shown is {shown}") from error
        assert self._drawn is not None  # noqa: S101 -- just seen
        return self._drawn

    async def touch(self, intent: str, value: str = "") -> Drawn:
        """Touch what says this on the present page, turning over to it: on with "more" and then back with "previous";
        returns what was touched.

        Raises GlassError when it is not there.
        """
        for way in ("more", "previous"):
            for _ in range(MOST_TURNS):
                shown = self._shown(intent)
                target = _find(shown, intent, value)
                if target is not None:
                    await self._press(target)
                    return shown
                turn = _find(shown, "turn", way)
                if turn is None:
                    break
                await self._press(turn)
                await self.redrawn(shown)
        shown = self._shown(intent)
        offered = ", ".join(f"{each.intent} {each.value}".strip() for each in shown.targets)
        raise GlassError(f"{shown.page} has nothing to touch for {intent} {value}; there is: {offered}")

    def _shown(self, intent: str) -> Drawn:
        if self._drawn is None:
            raise GlassError(f"nothing is shown to touch for {intent}")
        return self._drawn

    async def picture(self) -> Image.Image:
        """What the screen shows now."""
        return await asyncio.to_thread(ImageGrab.grab, xdisplay=self._display)

    async def redrawn(self, before: Drawn) -> Drawn:
        """Wait until something else is on the glass; the screens turn their pages themselves. Raises GlassError."""
        try:
            async with asyncio.timeout(5), self._changed:
                await self._changed.wait_for(lambda: self._drawn is not before)
        except TimeoutError as error:
            raise GlassError(f"{before.page} did not turn over") from error
        assert self._drawn is not None  # noqa: S101 -- just seen
        return self._drawn

    async def _press(self, target: Target) -> None:
        await self.finger(target.x + target.width // 2, target.y + target.height // 2)

    async def _xdotool(self, x: int, y: int) -> None:
        process = await asyncio.create_subprocess_exec(
            *("xdotool", "mousemove", str(x), str(y), "click", "--delay", "0", "1"),
            env={"DISPLAY": self._display, "PATH": "/usr/bin:/bin"},
        )
        if await process.wait() != 0:
            raise GlassError("xdotool could not touch the screen")

    async def _read(self, reader: asyncio.StreamReader) -> None:
        with contextlib.suppress(ConnectionError):
            while line := await reader.readline():
                drawn = self._decoder.decode(line)
                async with self._changed:
                    self._drawn = drawn
                    self._changed.notify_all()
                self.on_drawn(drawn)


def _find(drawn: Drawn, intent: str, value: str) -> Target | None:
    return next((each for each in drawn.targets if (each.intent, each.value) == (intent, value)), None)
