"""The commented example of the configuration, generated from the descriptions of the fields."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator, Mapping
from enum import Enum
from pathlib import Path
from typing import TypeGuard, get_args

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from kiosk.config import DeviceSettings, Settings
from statemachines.timing import DELAYS

WIDTH = 100

DEVICES: dict[str, dict[str, object]] = {
    "card_reader": {"model": "pcsc", "at": "pcsc:Reader Name 00 00"},
    "id_reader": {"model": "sam-v", "at": "/dev/kiosk/id-reader"},
    "pin_pad": {"model": "zt598", "at": "/dev/kiosk/pin-pad"},
    "receipt_printer": {"model": "escpos", "at": "/dev/kiosk/receipt-printer"},
    "card_printer": {
        "model": "evolis",
        "at": "tcp://card-printer:9100",
        "options": {"chip_address": "pcsc:Encoder Name 00 00", "ribbon": "YMCKO", "hoppers": 2},
    },
    "camera": {"model": "v4l2", "at": "/dev/kiosk/camera"},
    "cabinet": {"model": "modbus", "at": "/dev/kiosk/cabinet", "options": {"vault": 0, "service": 1}},
}
"""The devices of the example: class -> what must be set."""


def example() -> str:
    """The file: required fields with an example value, all others commented out with their usual value."""
    return "\n".join([*_head(), *_sections(), ""])


def _head() -> Iterator[str]:
    yield from _comment(
        "Configuration of one kiosk. What is set here must be set; a name right after a # shows the usual value and"
        " need not be. An environment variable overrides a field: KIOSK_HOST__URL stands for url of"
        " [host]. Paths that do not begin with / count from the folder of this file. Check a file with:"
        " kiosk config check FILE"
    )
    yield from _comment("Generated from the descriptions in the software by `make docs`; edit a copy.")


def _sections() -> Iterator[str]:
    for name, field in Settings.model_fields.items():
        yield ""
        yield ""
        yield from _comment(field.description or "")
        annotation = field.annotation
        if name == "devices":
            yield from _devices()
        elif (section := next(filter(_is_section, (annotation, *get_args(annotation))), None)) is not None:
            yield f"[{name}]"
            yield from _fields(section, {})
        else:
            yield f"[{name}]"
            yield from _delays()


def _is_section(annotation: object) -> TypeGuard[type[BaseModel]]:
    return isinstance(annotation, type) and issubclass(annotation, BaseModel)


def _fields(model: type[BaseModel], given: dict[str, object]) -> Iterator[str]:
    for name, field in model.model_fields.items():
        yield ""
        yield from _comment(field.description or "")
        yield from _limits(field)
        if name in given or field.is_required():
            yield f"{name} = {toml(given.get(name, (field.examples or [''])[0]))}"
        else:
            default = field.get_default(call_default_factory=True)
            yield f"#{name} = {toml(default)}" if default is not None else f'#{name} = "..."   # usually not set'


def _devices() -> Iterator[str]:
    for number, (name, given) in enumerate(DEVICES.items()):
        yield ""
        yield f"[devices.{name}]"
        if number == 0:
            yield from _fields(DeviceSettings, given)
        else:
            yield from (f"{key} = {toml(value)}" for key, value in given.items())


def _delays() -> Iterator[str]:
    for name, delay in DELAYS.items():
        if delay.seconds < float("inf"):
            yield ""
            yield from _comment(delay.reason)
            yield f"#{name} = {toml(delay.seconds)}"


def _limits(field: FieldInfo) -> Iterator[str]:
    words = {"ge": "at least", "gt": "above", "le": "at most", "lt": "below"}
    limits = [
        f"{text} {getattr(limit, key):g}"
        for limit in field.metadata
        for key, text in words.items()
        if hasattr(limit, key)
    ]
    if limits:
        yield from _comment(f"Allowed: {', '.join(limits)}.")
    choices: Iterable[object] = getattr(field.annotation, "__args__", ())
    if choices and all(isinstance(choice, str) for choice in choices):
        yield from _comment(f"Allowed: {', '.join(map(toml, choices))}.")


def _comment(text: str) -> list[str]:
    return [f"# {line}" for line in textwrap.wrap(text, WIDTH, break_on_hyphens=False)]


def toml(value: object) -> str:
    """A value as TOML writes it; a mapping as an inline table."""
    match value:
        case bool():
            return str(value).lower()
        case Enum():
            return toml(value.value)
        case str() | Path():
            escaped = str(value).replace("\\", "\\\\").replace('"', '\\"')
            return f'"{escaped}"'
        case tuple() | list():
            return f"[{', '.join(map(toml, value))}]"
        case Mapping():
            inner = ", ".join(f"{key} = {toml(item)}" for key, item in value.items())
            return f"{{ {inner} }}" if inner else "{}"
        case int() | float():
            return f"{value:g}"
    raise TypeError(f"no TOML for {type(value).__name__}")
