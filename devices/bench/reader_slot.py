"""A card reader on the bench: its slot is plugged into a virtual reader of a real pcscd."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Protocol, TypeVar, cast

from devices.simulation import FaultValue, Simulator

R = TypeVar("R")


class SlotSimulator(Protocol):
    """A simulator that makes its own connection to the reader, such as
    :class:`devices.card_reader.simulator.CardReaderSimulator`."""

    def start(self) -> None:
        """Plug it in."""
        ...

    def stop(self) -> None:
        """Pull everything out."""
        ...


class ReaderSlot:
    """A transport for :class:`devices.bench.station.Station`. ``reader_name``: as PC/SC lists it.

    It has no faults of its own: what befalls a line, the simulator knows.
    """

    def __init__(self, simulator: Simulator, reader_name: str) -> None:
        self.simulator = simulator
        self.faults: dict[str, FaultValue] = {}
        self.url = f"pcsc:{reader_name}"
        self._turn = threading.RLock()

    def start(self) -> str:
        """Plug in; returns the address for the driver."""
        cast("SlotSimulator", self.simulator).start()
        return self.url

    def stop(self) -> None:
        """Unplug."""
        cast("SlotSimulator", self.simulator).stop()

    def call(self, action: Callable[[], R]) -> R:
        """One at a time; the simulator itself keeps people and chip apart."""
        with self._turn:
            return action()

    def set_fault(self, name: str, value: FaultValue) -> None:
        """Raises KeyError."""
        self.call(lambda: self.simulator.set_fault(name, value))
