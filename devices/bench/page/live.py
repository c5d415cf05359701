"""The live screen over HTTP: which display it is, its pictures and its touches.

``WS /screen/live``: the bench sends each picture as one binary message (JPEG, the display's own pixels) and takes the
next one when the page has answered ``{"do": "seen"}``; the page sends ``{"do": "down" | "move" | "up", "x": pixel,
"y": pixel}``. A text message ``{"display": null}`` says that there is no display, or that it has gone.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Callable
from typing import Annotated, Any

from fastapi import FastAPI, WebSocket, WebSocketDisconnect
from pydantic import BaseModel, Field

from devices.bench.page.camera import Camera
from devices.bench.page.finger import Finger

_PATIENCE = 1.0
"""Seconds between two questions whether there is still a display when nothing changes."""
_QUIET_AFTER = 3.0
"""Seconds without any picture after which a page is told that there is none."""


class ScreenShown(BaseModel):
    """Where the kiosk draws."""

    display: Annotated[
        str | None, Field(description="The X display that the page shows, such as ``:99``; null: none.", max_length=200)
    ] = None


class LiveScreen:
    """The display the page shows, changed at any time from any thread."""

    def __init__(self, display: str | None = None) -> None:
        self._lock = threading.Lock()
        self._camera: Camera | None = None
        self._finger: Finger | None = None
        self._waiting: list[Callable[[], object]] = []
        self.show(display)

    @property
    def display(self) -> str | None:
        """Which one it is."""
        return None if self._camera is None else self._camera.display

    def show(self, display: str | None) -> None:
        """Show this one from now on."""
        with self._lock:
            if self._camera is not None:
                self._camera.close()
            if self._finger is not None:
                self._finger.close()
            self._camera = None if display is None else Camera(display)
            self._finger = None if display is None else Finger(display)
            waiting, self._waiting = self._waiting, []
        for wake in waiting:
            wake()

    def close(self) -> None:
        """Let go of it."""
        self.show(None)

    async def serve(self, socket: WebSocket) -> None:
        """One page that looks and touches, until it goes."""
        await socket.accept()
        seen = asyncio.Event()
        seen.set()
        sending = asyncio.create_task(self._send(socket, seen))
        try:
            while True:
                await self._heard(await socket.receive_json(), seen)
        except WebSocketDisconnect:
            return
        except (ValueError, KeyError, TypeError):  # no page of ours talks like that
            await socket.close(1003)
        finally:
            sending.cancel()
            await asyncio.wait([sending])

    async def _heard(self, words: dict[str, Any], seen: asyncio.Event) -> None:
        motion = words["do"]
        if motion == "seen":
            seen.set()
        elif motion in ("down", "move", "up") and self._finger is not None:
            await asyncio.to_thread(self._finger.do, motion, int(words["x"]), int(words["y"]))

    async def _send(self, socket: WebSocket, seen: asyncio.Event) -> None:
        with contextlib.suppress(WebSocketDisconnect, RuntimeError):  # RuntimeError: closed while sending
            while True:
                camera = self._camera
                if camera is not None:
                    await self._follow(camera, socket, seen)
                    continue
                await socket.send_json({"display": None})
                await self._display_told()

    async def _display_told(self) -> None:
        loop, told = asyncio.get_running_loop(), asyncio.Event()
        with self._lock:
            if self._camera is not None:
                return
            self._waiting.append(lambda: loop.call_soon_threadsafe(told.set))
        await told.wait()

    async def _follow(self, camera: Camera, socket: WebSocket, seen: asyncio.Event) -> None:
        loop, changed, known, blank = asyncio.get_running_loop(), asyncio.Event(), 0, 0.0
        with camera.watched(lambda: loop.call_soon_threadsafe(changed.set)):
            while self._camera is camera:
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(changed.wait(), _PATIENCE)
                changed.clear()
                shot = camera.shot
                if shot is None:
                    blank += _PATIENCE
                    if blank == _QUIET_AFTER:
                        await socket.send_json({"display": None})
                elif shot.number != known:
                    known, blank = shot.number, 0.0
                    seen.clear()
                    await socket.send_bytes(shot.jpeg)
                    await seen.wait()


def add(api: FastAPI, screen: LiveScreen) -> None:
    """Put it beside the bench's API."""

    @api.get("/screen", tags=["screen"])
    def shown() -> ScreenShown:
        """The display that the page shows."""
        return ScreenShown(display=screen.display)

    @api.put("/screen", tags=["screen"])
    def show(wanted: ScreenShown) -> ScreenShown:
        """Show this display on the page from now on."""
        screen.show(wanted.display)
        return ScreenShown(display=screen.display)

    @api.websocket("/screen/live")
    async def live(socket: WebSocket) -> None:
        await screen.serve(socket)
