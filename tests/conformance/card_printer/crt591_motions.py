"""The dispenser's motions by name, each as it is asked for."""

from __future__ import annotations

from collections.abc import Callable

from crt591_desk import Desk

from devices.contract import StorageKind

MOTIONS: dict[str, Callable[[Desk], object]] = {
    "feed": lambda there: there.printer.feed("hopper-1"),
    "present": lambda there: there.printer.present(),
    "reject": lambda there: there.printer.reject(),
    "retract": lambda there: there.printer.retract(StorageKind.RETAIN),
    "draw_in": lambda there: there.printer.draw_in(),
}
