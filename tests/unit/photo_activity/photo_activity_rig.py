"""A camera in memory on its real worker, a stage without a runtime, a host that says what a test wants."""

from __future__ import annotations

import asyncio
import io
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from types import SimpleNamespace
from typing import Any

from PIL import Image

from devices.camera.contract import CameraStatus, Frame
from devices.camera.simulated_face import Scene, Sitter, draw
from devices.contract import DeviceState
from devices.worker import DeviceWorker
from kiosk.clock import ManualClock
from kiosk.host.port import HostError
from kiosk.issue import Issue
from kiosk.photo.rule import NATIONAL
from kiosk.session import Session

SEEN = Scene(size=(720, 640), face_width=220, eyes=(0.5, 0.42))
"""A picture that is quick to draw, and to look for a face in."""


@cache
def somebody(name: str = "wang", scene: Scene = SEEN) -> Image.Image:
    return draw(Sitter.of(name), scene, noise=1)[0]


def two_colours(size: tuple[int, int] = (1280, 960)) -> Image.Image:
    """Red on the left, blue on the right."""
    image = Image.new("RGB", size, (220, 20, 20))
    image.paste((20, 20, 220), (size[0] // 2, 0, size[0], size[1]))
    return image


class CameraInMemory:
    """``sees``: makes what it sees now, or raises."""

    def __init__(self, sees: Callable[[], Image.Image]) -> None:
        self.sees = sees
        self.looking = False
        self.calls: list[str] = []

    def open(self) -> None: ...

    def close(self) -> None: ...

    def status(self) -> CameraStatus:
        return CameraStatus(DeviceState.ONLINE, None, self.looking)

    def preview(self) -> Frame:
        return self._frame("preview")

    def capture(self) -> Frame:
        return self._frame("capture")

    def rest(self) -> None:
        self.looking = False
        self.calls.append("rest")

    def _frame(self, how: str) -> Frame:
        self.looking = True
        self.calls.append(how)
        return Frame(self.sees().copy(), len(self.calls))


@dataclass
class Host:
    """``says``: the answer, or the error, of the next requests. ``asked``: what came."""

    says: Any = "application"
    asked: list[tuple[str, str, Any, str]] = field(default_factory=list)

    async def submit_photo(self, application: str, picture: bytes, key: str) -> Any:
        return self._answer("photo", application, picture, key)

    async def use_photo_receipt(self, application: str, receipt: str, key: str) -> Any:
        return self._answer("receipt", application, receipt, key)

    def _answer(self, what: str, application: str, sent: Any, key: str) -> Any:
        self.asked.append((what, application, sent, key))
        if isinstance(self.says, HostError):
            raise self.says
        return self.says


class Notes:
    def __init__(self) -> None:
        self.lines: list[tuple[str, dict[str, Any]]] = []

    async def note(self, issue: Any, what: str, facts: dict[str, Any] | None = None) -> None:
        self.lines.append((what, facts or {}))


class Rig:
    """A stage: what activities are given."""

    state = "in_service.session.applying.photo"

    def __init__(self, camera: Any) -> None:
        self.device = camera
        self.worker = DeviceWorker("camera", camera)
        self.clock = ManualClock()
        self.host = Host()
        self.notes = Notes()
        self.session = Session()
        record: Any = SimpleNamespace(business="20261122-K0001-0001-X", application="A20261122000001")
        self.issue = self.session.issue = Issue(record=record)
        self.tools: Any = SimpleNamespace(
            clock=self.clock,
            camera=self.worker,
            issuing=self.host,
            policy=SimpleNamespace(rules=SimpleNamespace(photo=NATIONAL)),
            record=SimpleNamespace(issuing=self.notes),
        )
        self.refreshed = 0
        self._refreshes: asyncio.Queue[int] = asyncio.Queue()

    def refresh(self) -> None:
        self.refreshed += 1
        self._refreshes.put_nowait(self.refreshed)

    def sign_of_life(self) -> None: ...

    async def next_refresh(self) -> None:
        await asyncio.wait_for(self._refreshes.get(), 5)

    async def settled(self) -> None:
        """All that can happen without time passing has."""
        await self.worker.call(lambda device: device.status())
        for _ in range(10):
            await asyncio.sleep(0)


def opened(file: bytes) -> Image.Image:
    return Image.open(io.BytesIO(file))
