"""What every cabinet must do, on each model of the registry with its simulator on a line."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from typing import Any

import pytest
from simulated_person import assert_passes

from devices import registry
from devices.bench.line import Line
from devices.cabinet.check import SUITE, DoorStep
from devices.cabinet.contract import CabinetStatus, DoorState, PowerState, TamperState
from devices.cabinet.modbus import ModbusCabinet
from devices.conformance import Check
from devices.conformance_common import Plug
from devices.contract import Cancellation, DeviceState, counts_of

PATIENCE = 0.1


@pytest.fixture(params=list(registry.CLASSES["cabinet"]))
def fitted(request: pytest.FixtureRequest) -> Iterator[tuple[Any, Line]]:
    with Line(registry.simulator("cabinet", request.param), "pty:") as line:
        cabinet = registry.driver("cabinet", request.param, line.url, answer_seconds=PATIENCE)
        yield cabinet, line
        cabinet.close()


def do(line: Line, action: str) -> None:
    line.call(getattr(line.simulator, action))


@pytest.mark.parametrize("check", SUITE.checks, ids=lambda check: check.name)
def test_check(fitted: tuple[Any, Line], check: Check[Any]) -> None:
    cabinet, line = fitted
    assert_passes(
        SUITE,
        check,
        cabinet,
        {
            Plug.PULL: lambda: line.set_fault("absent", True),
            Plug.PUT_IN: lambda: line.set_fault("absent", False),
            DoorStep.OPEN_VAULT: lambda: do(line, "open_vault"),
            DoorStep.SHUT_VAULT: lambda: do(line, "shut_vault"),
            DoorStep.OPEN_SERVICE: lambda: do(line, "open_service"),
            DoorStep.SHUT_SERVICE: lambda: do(line, "shut_service"),
        },
    )


def test_at_rest_and_with_everything_wrong(fitted: tuple[Any, Line]) -> None:
    cabinet, line = fitted
    cabinet.open()
    rest = CabinetStatus(
        DeviceState.ONLINE, None, DoorState.CLOSED, DoorState.CLOSED, TamperState.UNTOUCHED, PowerState.MAINS, 28
    )
    assert cabinet.status() == rest
    do(line, "open_vault")
    do(line, "open_service")
    for name, value in (("tampered", True), ("mains_off", True), ("battery_low", True), ("temperature", -12.4)):
        line.set_fault(name, value)
    assert cabinet.status() == CabinetStatus(
        DeviceState.FRAUD_ATTEMPT,
        "cabinet.tampered",
        DoorState.OPEN,
        DoorState.OPEN,
        TamperState.TAMPERED,
        PowerState.BATTERY_LOW,
        -12,
    )


def test_what_is_not_wired_is_none(fitted: tuple[Any, Line]) -> None:
    _, line = fitted
    cabinet = ModbusCabinet(line.url, service=-1, tamper=-1, mains=-1, battery=-1, temperature=-1)
    status = cabinet.status()
    assert status == CabinetStatus(DeviceState.ONLINE, None, vault=DoorState.CLOSED)
    cabinet.close()


def test_heat_does_not_flicker(fitted: tuple[Any, Line]) -> None:
    cabinet, line = fitted
    told = []
    for degrees in (50, 51, 48, 51, 45, 49):
        line.set_fault("temperature", degrees)
        told.append(cabinet.status().fault == "cabinet.too_hot")
    assert told == [False, True, True, True, False, False]


def test_one_miss_is_unknown_and_three_are_gone(fitted: tuple[Any, Line]) -> None:
    cabinet, line = fitted
    cabinet.open()
    line.set_fault("silent", True)
    told = [cabinet.status() for _ in range(3)]
    assert [(each.device, each.fault, each.vault) for each in told] == [
        (DeviceState.ONLINE, None, DoorState.UNKNOWN),
        (DeviceState.ONLINE, None, DoorState.UNKNOWN),
        (DeviceState.OFFLINE, "cabinet.no_answer", DoorState.UNKNOWN),
    ]
    assert counts_of(cabinet)["retries"] == 6
    line.set_fault("silent", False)
    assert cabinet.status().vault is DoorState.CLOSED


@pytest.mark.parametrize("wrong", [{"unit": 0}, {"vault": 64}, {"temperature": -2}])
def test_wiring_that_cannot_be(wrong: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="is "):
        ModbusCabinet("/dev/null", **wrong)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="no contact"):
        ModbusCabinet("/dev/null", vault=-1, service=-1, tamper=-1, mains=-1, battery=-1)


def test_the_verbs(fitted: tuple[Any, Line]) -> None:
    cabinet, line = fitted
    cabinet.open()
    verbs = registry.verbs("cabinet")
    told = verbs["status"].run(cabinet, Cancellation(), [], logging.info)
    assert (told["vault"], told["power"], told["temperature"]) == ("closed", "mains", 28)
    with pytest.raises(ValueError, match="takes no words"):
        verbs["status"].run(cabinet, Cancellation(), ["x"], logging.info)
    lines: list[str] = []

    def tell(text: str) -> None:
        lines.append(text)
        do(line, "open_vault")

    done = Cancellation()
    done.cancel()
    assert verbs["watch"].run(cabinet, done, [], tell) == {"changes": 0, "retries": 0}
    assert "vault closed" in lines[0]
    assert verbs["watch"].run(cabinet, Cancellation(), ["0.1"], tell)["changes"] == 0
    assert "vault open" in lines[1]
