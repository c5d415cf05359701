"""Which devices stand on the bench, from a TOML file of ``[[device]]`` tables::

[[device]]
name = "id-reader"          # as it is called in the API; default: its class
class = "id-reader"         # a device class of devices.registry
model = "sam-v"             # default: the first model of the class
listen = "pty:"             # default: the model's own; see devices.bench.line and devices.bench.rig
baud = 115200               # bits a second; 0, the default, does not pace
[device.options]            # handed to the simulator
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from devices import registry


class LayoutError(ValueError):
    """The layout cannot be used; the message names file, device and field."""


@dataclass(frozen=True, slots=True)
class Stand:
    """One device on the bench."""

    name: str
    device_class: str
    model: str
    listen: str
    baud: int = 0
    options: Mapping[str, object] = field(default_factory=dict)


_NAME = re.compile(r"[a-z][a-z0-9-]*")
_FIELDS: dict[str, type] = {"name": str, "class": str, "model": str, "listen": str, "baud": int, "options": dict}


def standard() -> list[Stand]:
    """One device of each class there is, in its first model."""
    return [_stand({"class": device_class}, "standard layout: ") for device_class in registry.CLASSES]


def load(path: Path) -> list[Stand]:
    """The layout of a file. Raises LayoutError."""
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise LayoutError(f"{path}: {error}") from error
    entries = document.get("device")
    if not isinstance(entries, list) or not entries:
        raise LayoutError(f"{path}: there is no [[device]] in it")
    return read(entries, f"{path}: ")


def read(entries: list[dict[str, Any]], where: str = "") -> list[Stand]:
    """The layout of already parsed ``[[device]]`` tables. ``where`` begins each message. Raises LayoutError."""
    stands = [_stand(entry, f"{where}device {place}: ") for place, entry in enumerate(entries, 1)]
    for stand in stands:
        if sum(other.name == stand.name for other in stands) > 1:
            raise LayoutError(f"{where}name: two devices are called {stand.name!r}")
    return stands


def _stand(entry: Mapping[str, Any], where: str) -> Stand:
    for name, value in entry.items():
        if name not in _FIELDS:
            raise LayoutError(f"{where}{name}: no such field; there are {', '.join(_FIELDS)}")
        if type(value) is not _FIELDS[name]:
            raise LayoutError(f"{where}{name}: must be of type {_FIELDS[name].__name__}")
    if "class" not in entry:
        raise LayoutError(f"{where}class: is missing; there are {', '.join(registry.CLASSES)}")
    device_class = entry["class"]
    try:
        model = entry.get("model") or registry.default_model(device_class)
        listen = entry.get("listen") or registry.model(device_class, model).line
    except registry.UnknownModelError as error:
        raise LayoutError(f"{where}{error}") from error
    name = entry.get("name") or device_class
    if not _NAME.fullmatch(name):
        raise LayoutError(f"{where}name: {name!r} must be small letters, digits and hyphens")
    baud = entry.get("baud", 0)
    if baud < 0:
        raise LayoutError(f"{where}baud: must not be negative")
    return Stand(name, device_class, model, listen, baud, entry.get("options", {}))
