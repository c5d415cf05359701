"""Each fault of the cabinets, provoked and told by a driver."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from provocation import faults_of, provoke

from devices.bench.line import Line
from devices.cabinet.modbus import GONE_AFTER_MISSES, ModbusCabinet
from devices.cabinet.simulator import ModbusCabinetSimulator

Act = Callable[[Line, ModbusCabinet], Any]


def status_with(*faults: str, value: Any = True) -> Act:
    def act(line: Line, cabinet: ModbusCabinet) -> Any:
        for fault in faults:
            line.set_fault(fault, value)
        return [cabinet.status() for _ in range(GONE_AFTER_MISSES)][-1]

    return act


def with_open(door: str) -> Act:
    def act(line: Line, cabinet: ModbusCabinet) -> Any:
        line.call(getattr(line.simulator, f"open_{door}"))
        return cabinet.status()

    return act


PROVOKED_BY: dict[str, Act] = {
    "not_connected": status_with("absent"),
    "no_answer": status_with("silent"),
    "line_noise": status_with("garbled"),
    "refused": status_with("refuses"),
    "tampered": status_with("tampered"),
    "vault_open": with_open("vault"),
    "service_open": with_open("service"),
    "on_battery": status_with("mains_off"),
    "battery_low": status_with("mains_off", "battery_low"),
    "too_hot": status_with("temperature", value=61.0),
}


@pytest.fixture
def fitted() -> Iterator[tuple[Line, ModbusCabinet]]:
    with Line(ModbusCabinetSimulator(), "pty:") as line:
        cabinet = ModbusCabinet(line.url, answer_seconds=0.1)
        cabinet.open()
        yield line, cabinet
        cabinet.close()


@pytest.mark.parametrize("name", faults_of("cabinet"))
def test_provoked(fitted: tuple[Line, ModbusCabinet], name: str) -> None:
    provoke("cabinet", name, PROVOKED_BY, *fitted)
