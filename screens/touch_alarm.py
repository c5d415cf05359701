"""Wakes the screens at a touch, so that they need not look for one many times a second.

Kivy asks for input once a frame. A second connection to the X server, in a thread of its own, is told of every press
(XInput 2, raw, on the root window) and only says that there was one; what was touched comes to Kivy by its own way.
"""

from __future__ import annotations

import ctypes
import logging
import threading
from collections.abc import Callable

log = logging.getLogger("screens")

_RAW_BUTTON_PRESS, _RAW_TOUCH_BEGIN = 15, 22
_ALL_MASTER_DEVICES = 1
_EVENT_BYTES = 192
"""Size of an XEvent."""


class _EventMask(ctypes.Structure):
    _fields_ = (("device", ctypes.c_int), ("length", ctypes.c_int), ("mask", ctypes.POINTER(ctypes.c_ubyte)))


def start(on_press: Callable[[], None]) -> bool:
    """Call ``on_press``, in a thread of its own, at each press. False: this display cannot tell, and someone has to
    look."""
    try:
        x11, xi = ctypes.CDLL("libX11.so.6"), ctypes.CDLL("libXi.so.6")
    except OSError as error:
        log.warning("no touch alarm: %s", error)
        return False
    x11.XOpenDisplay.restype = ctypes.c_void_p
    x11.XDefaultRootWindow.restype = ctypes.c_ulong
    display = ctypes.c_void_p(x11.XOpenDisplay(None))
    if not display or not _select(x11, xi, display):
        log.warning("no touch alarm: this display has no XInput 2.2")
        return False

    def listen() -> None:
        event = ctypes.create_string_buffer(_EVENT_BYTES)
        while True:
            x11.XNextEvent(display, event)
            on_press()

    threading.Thread(target=listen, name="touch-alarm", daemon=True).start()
    return True


def _select(x11: ctypes.CDLL, xi: ctypes.CDLL, display: ctypes.c_void_p) -> bool:
    opcode, first_event, first_error = ctypes.c_int(), ctypes.c_int(), ctypes.c_int()
    answers = (ctypes.byref(opcode), ctypes.byref(first_event), ctypes.byref(first_error))
    if not x11.XQueryExtension(display, b"XInputExtension", *answers):
        return False
    major, minor = ctypes.c_int(2), ctypes.c_int(2)
    if xi.XIQueryVersion(display, ctypes.byref(major), ctypes.byref(minor)) != 0:
        return False
    bits = (ctypes.c_ubyte * 4)()
    for kind in (_RAW_BUTTON_PRESS, _RAW_TOUCH_BEGIN):
        bits[kind // 8] |= 1 << kind % 8
    mask = _EventMask(_ALL_MASTER_DEVICES, len(bits), ctypes.cast(bits, ctypes.POINTER(ctypes.c_ubyte)))
    root = ctypes.c_ulong(x11.XDefaultRootWindow(display))
    if xi.XISelectEvents(display, root, ctypes.byref(mask), 1) != 0:
        return False
    x11.XFlush(display)
    return True
