"""The touchscreen from the outside: what is drawn, a finger that really touches it, an eye that takes pictures."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Sequence
from itertools import pairwise
from pathlib import Path

import msgspec
from PIL import Image, ImageGrab

from kiosk.link import LIMIT, Watch
from statemachines.views import Drawn, Target

MOST_TURNS = 8
"""Pages that anything is looked for on, each way."""

Stroke = Sequence[tuple[float, float]]
"""Points that a finger passes without leaving the glass, in shares of a target's width and height."""

_STEP = 14
"""Pixels from one place of a moving finger to the next."""

_STEP_SECONDS = "0.008"
"""So long the finger is at each: a hand that signs moves two hand's breadths a second."""

_REST_SECONDS = "0.06"
"""So long it rests at both ends of a stroke, and thrice as long above the glass before the next."""


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
        self.finger: Callable[[int, int], Awaitable[None]] = self._click
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

    async def page(self, *names: str, seconds: float = 20.0, after: int = 0, offering: Sequence[str] = ()) -> Drawn:
        """Wait until one of these pages is on the glass, in a view later than ``after``; ``offering``: with at least
        one of these intents to touch. Raises GlassError."""

        def awaited() -> bool:
            shown = self._drawn
            if shown is None or shown.page not in names or shown.number <= after:
                return False
            return not offering or any(target.intent in offering for target in shown.targets)

        try:
            async with asyncio.timeout(seconds), self._changed:
                await self._changed.wait_for(awaited)
        except TimeoutError as error:
            shown = self._drawn.page if self._drawn else "nothing"
            wanted = " or ".join(names) + (f" offering {' or '.join(offering)}" if offering else "")
            raise GlassError(f"waited {seconds:g} s for {wanted}; shown is {shown}") from error
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

    async def draw(self, intent: str, strokes: Sequence[Stroke]) -> None:
        """Draw on a target with the finger, one stroke after another. Raises GlassError when it is not there."""
        shown = self._shown(intent)
        target = next((each for each in shown.targets if each.intent == intent), None)
        if target is None:
            raise GlassError(f"{shown.page} has nothing to draw on for {intent}")
        for stroke in strokes:
            await self._xdotool(*_way([_point(target, x, y) for x, y in stroke]))

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

    async def _click(self, x: int, y: int) -> None:
        await self._xdotool("mousemove", str(x), str(y), "click", "--delay", "0", "1")

    async def _xdotool(self, *words: str) -> None:
        process = await asyncio.create_subprocess_exec(
            *("xdotool", *words),
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


def _point(target: Target, x: float, y: float) -> tuple[int, int]:
    return target.x + round(x * target.width), target.y + round(y * target.height)


def _way(points: Sequence[tuple[int, int]]) -> list[str]:
    """What xdotool is told: down at the first point, along the others in small steps, up at the last."""
    words = ["mousemove", *map(str, points[0]), *["sleep", _REST_SECONDS] * 3, "mousedown", "1", "sleep", _REST_SECONDS]
    for (x, y), (to_x, to_y) in pairwise(points):
        steps = max(1, round(max(abs(to_x - x), abs(to_y - y)) / _STEP))
        for step in range(1, steps + 1):
            place = x + (to_x - x) * step // steps, y + (to_y - y) * step // steps
            words += ["sleep", _STEP_SECONDS, "mousemove", *map(str, place)]
    return [*words, "sleep", _REST_SECONDS, "mouseup", "1"]
