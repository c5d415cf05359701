"""Which models there are, by device class: where their driver, simulator, verbs and conformance check live.

Names are ``module:attribute`` and loaded on use, so that a kiosk imports only what it is fitted with.
"""

from __future__ import annotations

import inspect
from dataclasses import dataclass
from importlib import import_module
from typing import Any, cast

from devices.contract import Device
from devices.simulation import Simulator


@dataclass(frozen=True, slots=True)
class Model:
    """One model of a device class. ``line`` is the simulator's default listen address. ``simulator`` is empty where
    none can be: the kernel makes a V4L2 camera, and a picture file is its own."""

    driver: str
    simulator: str
    line: str


CLASSES: dict[str, dict[str, Model]] = {
    "card-printer": {
        "evolis": Model(
            "devices.card_printer.evolis:EvolisPrinter",
            "devices.card_printer.simulator:EvolisSimulator",
            "tcp://127.0.0.1:0",
        ),
        "crt591": Model(
            "devices.card_printer.crt591:Crt591Dispenser", "devices.card_printer.simulator:Crt591Simulator", "pty:"
        ),
    },
    "card-reader": {
        "pcsc": Model(
            "devices.card_reader.pcsc:PcscCardReader",
            "devices.card_reader.simulator:CardReaderSimulator",
            "vpcd:",
        ),
        "crt310": Model(
            "devices.card_reader.crt310:Crt310Reader", "devices.card_reader.simulator:Crt310Simulator", "pty:"
        ),
    },
    "id-reader": {
        "sam-v": Model("devices.id_reader.sam_v:SamVReader", "devices.id_reader.simulator:SamVSimulator", "pty:"),
    },
    "pin-pad": {
        "zt598": Model("devices.pin_pad.zt598:Zt598PinPad", "devices.pin_pad.simulator:Zt598Simulator", "pty:"),
        "zt588": Model("devices.pin_pad.zt598:Zt588PinPad", "devices.pin_pad.simulator:Zt588Simulator", "pty:"),
    },
    "receipt-printer": {
        "escpos": Model(
            "devices.receipt_printer.escpos:EscposReceiptPrinter",
            "devices.receipt_printer.simulator:EscposSimulator",
            "pty:",
        ),
    },
    "camera": {
        "http": Model(
            "devices.camera.http_picture:HttpCamera",
            "devices.camera.simulator:HttpCameraSimulator",
            "tcp://127.0.0.1:0",
        ),
        "v4l2": Model("devices.camera.v4l2:V4l2Camera", "", ""),
        "file": Model("devices.camera.picture_file:PictureFile", "", ""),
    },
    "cabinet": {
        "modbus": Model(
            "devices.cabinet.modbus:ModbusCabinet", "devices.cabinet.simulator:ModbusCabinetSimulator", "pty:"
        ),
    },
}
"""Device class (as on the command line) -> model -> where it lives. A class's verbs are in its ``verbs`` module."""


class UnknownModelError(ValueError):
    """The message lists what there is."""


def _load(where: str) -> Any:
    module, _, attribute = where.partition(":")
    return getattr(import_module(module), attribute)


def _models(device_class: str) -> dict[str, Model]:
    if device_class not in CLASSES:
        raise UnknownModelError(f"no device class {device_class!r}; there are: {', '.join(sorted(CLASSES))}")
    return CLASSES[device_class]


def model(device_class: str, name: str) -> Model:
    """The entry of a model. Raises UnknownModelError."""
    models = _models(device_class)
    if name not in models:
        raise UnknownModelError(f"no {device_class} model {name!r}; there are: {', '.join(sorted(models))}")
    return models[name]


def default_model(device_class: str) -> str:
    """The first model of a class. Raises UnknownModelError."""
    return next(iter(_models(device_class)))


def driver_class(device_class: str, name: str) -> type[Device]:
    """The driver of a model, not built; its parameters after ``at`` are its options. Raises UnknownModelError."""
    return cast("type[Device]", _load(model(device_class, name).driver))


def driver(device_class: str, name: str, at: str, **options: object) -> Device:
    """Build a driver (no I/O). Raises UnknownModelError; a wrong option raises TypeError naming it."""
    return cast("Device", _built(driver_class(device_class, name), at, **options))


def simulator(device_class: str, name: str, **options: object) -> Simulator:
    """Build a simulated device. Raises UnknownModelError, also for a model that cannot be simulated; a wrong option
    raises TypeError naming it."""
    where = model(device_class, name).simulator
    if not where:
        others = ", ".join(other for other, entry in CLASSES[device_class].items() if entry.simulator)
        raise UnknownModelError(f"there is no simulated {device_class} of model {name!r}; there are: {others}")
    return cast("Simulator", _built(_load(where), **options))


def _built(kind: Any, *at: str, **options: object) -> Any:
    accepted = inspect.signature(kind).parameters.values()
    known = [each.name for each in accepted if each.name != "at" and each.kind is not each.VAR_KEYWORD]
    takes_any = any(each.kind is each.VAR_KEYWORD for each in accepted)
    if not takes_any and (unknown := [name for name in options if name not in known]):
        raise TypeError(f"no option {unknown[0]!r}; there are: {', '.join(known) or 'none'}")
    return kind(*at, **options)


def verbs(device_class: str) -> dict[str, Any]:
    """What ``kiosk device <class>`` can do by hand: name -> :class:`devices.verbs.Verb`."""
    _models(device_class)
    return cast("dict[str, Any]", _load(f"devices.{device_class.replace('-', '_')}.verbs:VERBS"))
