"""A simulated printer on a real transport, and the driver for it, with little patience."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from devices.bench.line import Line
from devices.card_printer.evolis import EvolisPrinter
from devices.card_printer.simulator import EvolisSimulator

TRANSPORTS = ("tcp", "pty")


class Desk:
    """``line`` and ``printer``; the simulator is at real pace divided by a hundred."""

    def __init__(self, line: Line, printer: EvolisPrinter) -> None:
        self.line = line
        self.printer = printer

    @property
    def device(self) -> EvolisSimulator:
        assert isinstance(self.line.simulator, EvolisSimulator)
        return self.line.simulator

    def do(self, name: str, *arguments: Any) -> Any:
        """What a person does to it."""
        return self.line.call(lambda: getattr(self.device, name)(*arguments))

    def fault(self, name: str, value: Any = True) -> None:
        self.line.set_fault(name, value)

    def seen(self) -> Any:
        """The simulator's scene."""
        return self.line.call(self.device.scene)


@contextmanager
def desk(folder: Path, transport: str = "tcp", **options: Any) -> Iterator[Desk]:
    """``options``: of the simulator."""
    listen = "tcp://127.0.0.1:0" if transport == "tcp" else f"pty:{folder}/card-printer"
    scans = folder / "scans"
    simulator = EvolisSimulator(**{"pace": 0.005, "hoppers": 2, "scans": str(scans), **options})
    with Line(simulator, listen, seed=7) as line:
        printer = driver_for(line.url, scans)
        printer.open()
        yield Desk(line, printer)
        printer.close()


def driver_for(url: str, scans: Path, **options: Any) -> EvolisPrinter:
    patient: dict[str, Any] = {
        "hoppers": 2,
        "ribbon": "YMCKO",
        "chip_address": "pcsc:Encoder",
        "holding_slot": True,
        "scans": str(scans),
        "fastest_print_seconds": 0.05,
        "print_seconds": 10,
        "motion_seconds": 3,
        "answer_seconds": 0.2,
        "ready_seconds": 1,
        "recovery_seconds": 0.5,
        "busy_seconds": 0.2,
    }
    return EvolisPrinter(url, **{**patient, **options})
