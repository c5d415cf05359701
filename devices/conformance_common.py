"""The checks that every class has: the contract is whole, the status is in words, a pulled plug is survived."""

from __future__ import annotations

import inspect
from dataclasses import fields, is_dataclass
from enum import StrEnum
from typing import Any

from devices import fault_catalogue
from devices.conformance import Check, Failed, Trial, expect
from devices.contract import Device, DeviceError, DeviceState, Status

GONE = frozenset({DeviceState.NO_DEVICE, DeviceState.OFFLINE, DeviceState.POWER_OFF})
"""What the status may say of a device whose plug is out."""


class Plug(StrEnum):
    """What a person does to the device's cable."""

    PULL = "Pull the device's data plug out of the computer."
    PUT_IN = "Put the plug back in."


def common_checks(contract: type[Any]) -> tuple[Check[Any], ...]:
    """The common checks of a class whose drivers follow ``contract``, a Protocol."""

    def is_whole(trial: Trial[Device]) -> None:
        for name in sorted(dir(contract)):
            if not name.startswith("_"):
                _check_member(contract, trial.device, name)

    return (
        Check("contract", "Every method of the class's contract is there, with its parameters.", is_whole),
        Check("status", "The status is a frozen value in the words of the house, with a known fault.", _status),
        Check("reopening", "It may be closed twice and opened twice, and answers a status all the while.", _reopening),
        Check(
            "unplugged",
            "With the plug out, the status says so and open fails; with the plug in, it comes back by itself.",
            _unplugged,
            (Plug.PULL, Plug.PUT_IN),
        ),
    )


def _check_member(contract: type[Any], device: Device, name: str) -> None:
    expect(hasattr(device, name), f"it has no {name}")
    wanted = getattr(contract, name)
    if not inspect.isfunction(wanted):
        return
    expect(callable(getattr(device, name)), f"it has no {name}")
    there = inspect.signature(getattr(device, name)).parameters
    asked = [one for one in inspect.signature(wanted).parameters if one != "self"]
    missing = [one for one in asked if one not in there]
    expect(not missing, f"{name} does not take {', '.join(missing)}")
    more = [one.name for one in there.values() if one.name not in asked and one.default is one.empty]
    expect(not more, f"{name} also asks for {', '.join(more)}, which no caller gives")


def check_words(status: Status) -> None:
    """Raise Failed unless a status is frozen, holds enumerations where its class says so, and a catalogued fault."""
    expect(is_dataclass(status), "the status is no dataclass")
    expect(type(status).__dataclass_params__.frozen, "the status can be changed")  # type: ignore[attr-defined]
    expect(isinstance(status.device, DeviceState), "its device is no DeviceState")
    for field in fields(status):
        value = getattr(status, field.name)
        plain = isinstance(value, str) and not isinstance(value, StrEnum)
        expect(not plain or field.type in ("str", "str | None"), f"its {field.name} is no word of an enumeration")
    known = status.fault is None or status.fault in fault_catalogue.load()
    expect(known, f"its fault {status.fault} is not in the catalogue")


def _status(trial: Trial[Device]) -> None:
    status = trial.device.status()
    check_words(status)
    expect(status.device is DeviceState.ONLINE, f"the status of a device that works says {status.device}")
    expect(trial.device.status() == status, "two statuses in a row differ, and nothing has happened")


def _reopening(trial: Trial[Device]) -> None:
    device = trial.device
    device.close()
    device.close()
    check_words(device.status())
    device.open()
    device.open()
    expect(device.status().device is DeviceState.ONLINE, "after opening again it is not online")


def _unplugged(trial: Trial[Device]) -> None:
    device = trial.device
    trial.person.do(Plug.PULL)
    trial.until(lambda: _checked(device).device in GONE, "the status did not say that the device has gone")
    fault = device.status().fault
    expect(fault is not None, "the status of a device that has gone names no fault")
    try:
        device.open()
    except DeviceError as error:
        expect(error.code in fault_catalogue.load(), f"{error.code} is not in the catalogue")
    else:
        raise Failed("open did not fail with the plug out")
    check_words(device.status())
    trial.person.do(Plug.PUT_IN)
    trial.until(lambda: _checked(device).device is DeviceState.ONLINE, "it did not come back by itself")


def _checked(device: Device) -> Status:
    status = device.status()
    check_words(status)
    return status
