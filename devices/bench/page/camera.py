"""Pictures of an X display, taken only while somebody looks, and told only when something has changed."""

from __future__ import annotations

import io
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import mss
from mss.exception import ScreenShotError
from PIL import Image

PICTURES_A_SECOND = 25.0
"""How often the display is looked at; a look without change costs under 2 ms of a full 1080 x 1920 screen."""

_RETRY_SECONDS = 0.5
_QUALITY = 82


@dataclass(frozen=True, slots=True)
class Shot:
    """``number`` rises with each change; ``jpeg`` is the whole display in its own pixels, ``size`` (width, height)."""

    number: int
    size: tuple[int, int]
    jpeg: bytes


class Camera:
    """Looks at ``display`` (such as ``:99``) while somebody watches. Thread-safe."""

    def __init__(self, display: str) -> None:
        self.display = display
        self._changed = threading.Condition()
        self._shot: Shot | None = None
        self._number = 0
        self._watchers: list[Callable[[], object]] = []
        self._thread: threading.Thread | None = None
        self._closed = False

    @contextmanager
    def watched(self, on_change: Callable[[], object]) -> Iterator[None]:
        """Pictures are taken while the block runs; ``on_change`` hears of each, on the camera's thread."""
        with self._changed:
            self._watchers.append(on_change)
            if self._thread is None and not self._closed:
                self._thread = threading.Thread(target=self._run, name="bench-camera", daemon=True)
                self._thread.start()
        try:
            yield
        finally:
            with self._changed:
                self._watchers.remove(on_change)
                self._changed.notify_all()

    @property
    def shot(self) -> Shot | None:
        """The newest picture; None while there is none to be had."""
        return self._shot

    def close(self) -> None:
        """Nobody looks any longer."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    def _run(self) -> None:
        while self._go_on(0):
            try:
                with mss.MSS(display=self.display) as eye:
                    self._look(eye)
            except ScreenShotError:  # the display is not there, yet or any longer
                with self._changed:
                    self._shot = None
                if not self._go_on(_RETRY_SECONDS):
                    return

    def _look(self, eye: mss.MSS) -> None:
        before: bytearray | None = None
        while self._go_on(0):
            begun = time.monotonic()
            picture = eye.grab(eye.monitors[0])
            if picture.raw != before:
                before = picture.raw
                image = Image.frombytes("RGB", picture.size, picture.bgra, "raw", "BGRX")
                file = io.BytesIO()
                image.save(file, "JPEG", quality=_QUALITY)
                self._tell(image.size, file.getvalue())
            if not self._go_on(max(0.0, 1 / PICTURES_A_SECOND - (time.monotonic() - begun))):
                return

    def _tell(self, size: tuple[int, int], jpeg: bytes) -> None:
        with self._changed:
            self._number += 1
            self._shot = Shot(self._number, size, jpeg)
            watchers = list(self._watchers)
        for watcher in watchers:
            watcher()

    def _go_on(self, seconds: float) -> bool:
        """After that many seconds: whether anybody still looks. The thread must end when not."""
        with self._changed:
            if seconds:
                self._changed.wait_for(lambda: self._closed or not self._watchers, seconds)
            if self._closed or not self._watchers:
                self._thread = None
                self._shot = None
                return False
            return True
