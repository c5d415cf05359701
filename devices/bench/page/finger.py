"""A finger on an X display: what the mouse does on the page's picture of the screen, done on the screen."""

from __future__ import annotations

import contextlib
import os
import subprocess
import threading
from typing import Literal

Motion = Literal["down", "move", "up"]

_WORDS: dict[Motion, str] = {"down": "mousemove {x} {y} mousedown 1", "move": "mousemove {x} {y}", "up": "mouseup 1"}


class FingerError(RuntimeError):
    """The display cannot be touched; the message says what to do."""


class Finger:
    """One xdotool that takes its orders one by one; a process of its own, because Xlib ends the process that loses its
    display. Thread-safe."""

    def __init__(self, display: str) -> None:
        self._display = display
        self._process: subprocess.Popen[bytes] | None = None
        self._turn = threading.Lock()

    def do(self, motion: Motion, x: int, y: int) -> None:
        """Touch, slide or let go at a pixel of the display; ``up`` lets go where the finger is. A display that is gone
        takes nothing. Raises FingerError."""
        order = _WORDS[motion].format(x=int(x), y=int(y)).encode() + b"\n"
        with self._turn:
            for _ in range(2):  # once more: the display may have gone away and come back
                try:
                    os.write(self._way_in(), order)
                except BrokenPipeError:
                    self._drop()
                else:
                    return

    def close(self) -> None:
        """End it."""
        with self._turn:
            self._drop()

    def _way_in(self) -> int:
        if self._process is None or self._process.poll() is not None:
            try:
                self._process = subprocess.Popen(
                    ["xdotool", "-"],
                    stdin=subprocess.PIPE,
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.DEVNULL,
                    bufsize=0,
                    env={**os.environ, "DISPLAY": self._display},
                )
            except FileNotFoundError as error:
                raise FingerError("the screen cannot be touched: xdotool is not installed") from error
        if self._process.stdin is None:
            raise FingerError("the screen cannot be touched: xdotool takes no orders")
        return self._process.stdin.fileno()

    def _drop(self) -> None:
        if self._process is None:
            return
        if self._process.stdin is not None:
            with contextlib.suppress(BrokenPipeError):
                self._process.stdin.close()
        try:
            self._process.wait(1)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process = None
