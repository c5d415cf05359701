"""What the driver's tests share: the motions it sent, its fault, and what happens while it asks."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from card_printer_virtual_line import FRONT, VirtualLine

from devices.card_printer.evolis import EvolisPrinter
from devices.card_printer.faces import Faces
from devices.contract import DeviceError

ONE = Faces(front=FRONT)

MOTIONS = {"Si", "Sib", "Sie", "Sis", "Sic", "Siscan", "Sce", "Ser", "Seb", "Scp"}


def motions(line: VirtualLine) -> list[str]:
    return [text for text in line.simulator.heard if text in MOTIONS]


def code_of(act: Callable[[], object]) -> str:
    with pytest.raises(DeviceError) as raised:
        act()
    return raised.value.code.removeprefix("card_printer.")


def fed(printer: EvolisPrinter) -> EvolisPrinter:
    printer.feed("hopper-1")
    return printer


def during(line: VirtualLine, text: bytes, act: Callable[[], object]) -> None:
    """Once, as soon as a request with this text has reached the printer."""

    def look(data: bytes) -> None:
        if text in data:
            line.after_request = lambda data: None
            act()

    line.after_request = look


def later(line: VirtualLine, seconds: float, act: Callable[[], object]) -> None:
    line.after(seconds, lambda: (act(), None)[1])
