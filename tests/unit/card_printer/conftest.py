"""A simulated Evolis printer in a time of its own, and its driver, opened."""

from __future__ import annotations

import pytest
from card_printer_virtual_line import VirtualLine

from devices.card_printer.evolis import EvolisPrinter
from devices.card_printer.simulator import EvolisSimulator


@pytest.fixture
def line() -> VirtualLine:
    return VirtualLine(EvolisSimulator(hoppers=2, cards=8))


@pytest.fixture
def printer(line: VirtualLine) -> EvolisPrinter:
    opened = line.printer(hoppers=2, ribbon="YMCKO", chip_address="pcsc:Encoder", holding_slot=True)
    opened.open()
    return opened
