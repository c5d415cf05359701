"""A simulated CRT-591 on a real transport, and the driver for it, with little patience."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from devices.bench.line import Line
from devices.card_printer.crt591 import Crt591Dispenser
from devices.card_printer.simulator import Crt591Simulator
from devices.contract import DeviceError

TRANSPORTS = ("pty", "tcp")


class Desk:
    """``line`` and ``printer``; ``device`` is the simulator."""

    def __init__(self, line: Line, device: Crt591Simulator, printer: Crt591Dispenser) -> None:
        self.line = line
        self.device = device
        self.printer = printer

    def do(self, name: str, *arguments: Any) -> Any:
        """What a person does to it."""
        return self.line.call(lambda: getattr(self.device, name)(*arguments))

    def fault(self, name: str, value: Any = True) -> None:
        self.line.set_fault(name, value)

    def seen(self) -> Any:
        """The simulator's scene."""
        return self.line.call(self.device.scene)

    def fails(self, act: Callable[[], object]) -> str:
        """The code of the DeviceError that it ends in."""
        try:
            act()
        except DeviceError as error:
            return error.code
        return "nothing failed"


def driver_for(url: str, **options: Any) -> Crt591Dispenser:
    patient = {"answer_seconds": 0.3, "chip_seconds": 0.4, "motion_seconds": 0.5, "initialise_seconds": 0.5}
    return Crt591Dispenser(url, **{**patient, **options})


@contextmanager
def desk(folder: Path, transport: str = "pty", driver: dict[str, Any] | None = None, **options: Any) -> Iterator[Desk]:
    """``options``: of the simulator."""
    listen = "tcp://127.0.0.1:0" if transport == "tcp" else f"pty:{folder}/dispenser"
    device = Crt591Simulator(**{"pace": 0.02, "cards": 8, **options})
    with Line(device, listen, seed=7) as line:
        printer = driver_for(line.url, model=str(options.get("model", "m001")), **(driver or {}))
        printer.open()
        yield Desk(line, device, printer)
        printer.close()


def brisk(monkeypatch: pytest.MonkeyPatch) -> None:
    """pyserial sleeps 0.3 seconds whenever it closes a ``socket://`` line; a real unit acknowledges within 0.3."""
    monkeypatch.setattr("serial.urlhandler.protocol_socket.time", SimpleNamespace(sleep=lambda _: None))
    monkeypatch.setattr("devices.card_printer.crt591.line.ACKNOWLEDGE_SECONDS", 0.06)
    monkeypatch.setattr("devices.card_printer.crt591.line.GAP_SECONDS", 0.04)
