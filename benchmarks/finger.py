"""A finger without a process of its own: the X server's test extension, called directly."""

from __future__ import annotations

import ctypes


class Finger:
    """Touches points of one display. Close it when done."""

    def __init__(self, display: str) -> None:
        self._x11 = ctypes.CDLL("libX11.so.6")
        self._xtst = ctypes.CDLL("libXtst.so.6")
        self._x11.XOpenDisplay.restype = ctypes.c_void_p
        self._display = ctypes.c_void_p(self._x11.XOpenDisplay(display.encode()))
        if not self._display:
            raise OSError(f"no display {display}")

    async def touch(self, x: int, y: int) -> None:
        """Press and release at a point, in pixels from the top left."""
        self._xtst.XTestFakeMotionEvent(self._display, -1, x, y, ctypes.c_ulong(0))
        self._xtst.XTestFakeButtonEvent(self._display, 1, 1, ctypes.c_ulong(0))
        self._xtst.XTestFakeButtonEvent(self._display, 1, 0, ctypes.c_ulong(0))
        self._x11.XFlush(self._display)

    def close(self) -> None:
        """Let go of the display."""
        self._x11.XCloseDisplay(self._display)
