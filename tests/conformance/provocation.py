"""Every fault of the catalogue is provoked on a simulator and told by the driver; each class has its table of how.

The table is ``tests/conformance/<class>/test_<class>_every_fault.py``; test_every_fault.py holds that it is there.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from devices import fault_catalogue
from devices.contract import DeviceError


def told_by(act: Callable[[], Any]) -> str | None:
    """The fault that a call raises, or that the status it returns names (also within an outcome)."""
    try:
        answer = act()
    except DeviceError as error:
        return error.code
    fault: str | None = getattr(getattr(answer, "status", answer), "fault", None)
    return fault


def faults_of(group: str) -> list[str]:
    """The names of a device class's faults."""
    return [code.removeprefix(f"{group}.") for code in fault_catalogue.load() if code.startswith(f"{group}.")]


def provoke(group: str, name: str, table: Mapping[str, Callable[..., Any]], *stage: Any) -> None:
    """Do what the table says for this fault, and see that the driver tells just it."""
    assert name in table, f"nothing here provokes {group}.{name}"
    assert told_by(lambda: table[name](*stage)) == f"{group}.{name}"
