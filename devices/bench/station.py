"""One device on the bench: its simulator on its transport, seen from the side of the people."""

from __future__ import annotations

import inspect
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

from devices.bench.errors import CannotDo, NoSuchThing, WrongValue
from devices.bench.layout import Stand
from devices.bench.line import LINE_FAULTS, Line
from devices.simulation import FaultSwitch, FaultValue, Json, Simulator

R = TypeVar("R")

_KINDS: dict[type, str] = {bool: "true or false", int: "a whole number", float: "a number", str: "text"}


class Transport(Protocol):
    """What a simulator sits on: a :class:`devices.bench.line.Line` or a virtual card reader."""

    simulator: Simulator
    faults: dict[str, FaultValue]
    url: str

    def start(self) -> str:
        """Plug in; returns the address for the driver."""
        ...

    def stop(self) -> None:
        """Unplug."""
        ...

    def call(self, action: Callable[[], R]) -> R:
        """Run on the device's thread."""
        ...

    def set_fault(self, name: str, value: FaultValue) -> None:
        """Raises KeyError."""
        ...


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A device at one moment: what a person sees, what must survive, which faults stand."""

    scene: Json
    saved: Json
    faults: dict[str, FaultValue]


class Station:
    """One device. Thread-safe as far as its transport is."""

    def __init__(self, stand: Stand, transport: Transport, driver_options: Mapping[str, object] | None = None) -> None:
        self.stand = stand
        self.driver_options = dict(driver_options or {})
        """What a driver must be told of this device, beside its address."""
        self.name = stand.name
        self.transport = transport
        self.simulator = transport.simulator
        self.rest: dict[str, FaultValue] = {**transport.faults, **self.simulator.faults}
        """Every fault's value when nothing is wrong."""

    @classmethod
    def on_a_line(
        cls,
        stand: Stand,
        simulator: Simulator,
        listen: str,
        seed: int,
        driver_options: Mapping[str, object] | None = None,
    ) -> Station:
        """On a PTY or a TCP port."""
        noise = random.Random(f"{seed}/{stand.name}").randrange(2**32)  # noqa: S311 -- noise, not a secret
        return cls(stand, Line(simulator, listen, baud=stand.baud, seed=noise), driver_options)

    @property
    def url(self) -> str:
        """The address for the driver."""
        return self.transport.url

    @property
    def switches(self) -> tuple[FaultSwitch, ...]:
        """The faults it can have: those of its line first."""
        return tuple(s for s in LINE_FAULTS if s.name in self.transport.faults) + self.simulator.FAULTS

    def snapshot(self) -> Snapshot:
        """How it is now."""
        return self.transport.call(self._snapshot)

    def _snapshot(self) -> Snapshot:
        faults = {**self.transport.faults, **self.simulator.faults}
        return Snapshot(self.simulator.scene(), self.simulator.save(), faults)

    def set_fault(self, name: str, value: FaultValue) -> None:
        """Set a fault. Raises NoSuchThing, WrongValue."""
        fitting = self.check_fault(name, value)
        try:
            self.transport.set_fault(name, fitting)
        except ValueError as error:
            raise WrongValue(f"{self.name}: {error}") from error

    def check_fault(self, name: str, value: FaultValue) -> FaultValue:
        """``value`` in the fault's own type. Raises NoSuchThing, WrongValue."""
        switch = next((s for s in self.switches if s.name == name), None)
        if switch is None:
            names = ", ".join(s.name for s in self.switches)
            raise NoSuchThing(f"{self.name} has no fault {name!r}; there are: {names}")
        wanted = type(switch.default)
        if wanted is float and type(value) is int:
            return float(value)
        if type(value) is not wanted:
            raise WrongValue(f"{self.name}: {name} must be {_KINDS[wanted]}, not {value!r}")
        return value

    def unusual(self, faults: Mapping[str, FaultValue]) -> dict[str, FaultValue]:
        """Those of ``faults`` that are not at rest."""
        return {name: value for name, value in faults.items() if value != self.rest[name]}

    def restore(self, saved: Json) -> None:
        """Take up what an earlier snapshot saved."""
        self.transport.call(lambda: self.simulator.restore(saved))

    def restore_faults(self, faults: Mapping[str, FaultValue]) -> None:
        """Take up earlier faults; one that this device no longer knows is passed over."""
        for name, value in faults.items():
            if name in self.rest:
                self.transport.set_fault(name, value)

    def clear_faults(self) -> None:
        """Every fault back at rest."""
        for name in self.unusual(self.snapshot().faults):
            self.transport.set_fault(name, self.rest[name])

    def act(self, name: str, arguments: Mapping[str, object]) -> Any:
        """A person does something to it. Returns what the action returns. Raises NoSuchThing, WrongValue, CannotDo."""
        if name not in self.simulator.actions():
            there = ", ".join(self.simulator.actions()) or "none"
            raise NoSuchThing(f"{self.name} has no action {name!r}; there are: {there}")
        method = getattr(self.simulator, name)
        try:
            inspect.signature(method).bind(**arguments)
        except TypeError as error:
            raise WrongValue(f"{self.name} {name}: {error}") from error
        try:
            return self.transport.call(lambda: method(**arguments))
        except ValueError as error:
            raise CannotDo(f"{self.name}: {error}") from error

    def ask(self, method: str, *arguments: object) -> Any:
        """Call a method of the simulator that is no person's action, on the device's thread."""
        return self.transport.call(lambda: getattr(self.simulator, method)(*arguments))

    def parameters(self, name: str) -> dict[str, str]:
        """The arguments of an action and their types, as written in the simulator; ``str = 'x'`` has a default."""
        parameters = inspect.signature(getattr(self.simulator, name), eval_str=False).parameters.values()
        return {
            one.name: f"{_type_name(one)}{'' if one.default is one.empty else f' = {one.default!r}'}"
            for one in parameters
        }


def _type_name(parameter: inspect.Parameter) -> str:
    annotation: object = parameter.annotation
    return annotation if isinstance(annotation, str) else getattr(annotation, "__name__", str(annotation))
