"""What every simulated device is: bytes in, bytes out, and a scene that people and faults act on.

A simulator is written from its protocol page, never from the driver, and shares nothing with it. It does no I/O and
reads no clock: a :class:`Port` gives it both, so that the same simulator sits on a PTY, on TCP
(:mod:`devices.bench.line`) or in a unit test that owns time.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar, Protocol, TypeVar

F = TypeVar("F", bound=Callable[..., Any])
Json = dict[str, Any]
FaultValue = bool | int | float | str


class Timer(Protocol):
    """A planned action that can be called off."""

    def cancel(self) -> None:
        """Call it off; harmless when it has already run."""
        ...


class Port(Protocol):
    """The device's end of its line, and its clock."""

    def send(self, data: bytes) -> None:
        """Put bytes on the line towards the host, paced by the line."""
        ...

    def after(self, seconds: float, action: Callable[[], None]) -> Timer:
        """Run ``action`` in that many seconds, never concurrently with another call of the simulator."""
        ...


class ExchangePort(Port, Protocol):
    """The port of a simulator with :attr:`Simulator.EXCHANGES`."""

    @property
    def has_connections(self) -> bool:
        """False on a PTY, where nothing but the protocol itself ends a request."""
        ...

    def hang_up(self) -> None:
        """End the exchange after everything sent so far. Without a connection (a PTY): harmless."""
        ...


@dataclass(frozen=True, slots=True)
class FaultSwitch:
    """A fault that can be switched on in a simulated device. ``default`` False: a plain switch; a number or text: a
    setting with that resting value. ``help`` is one sentence for the bench page."""

    name: str
    help: str
    default: FaultValue = False


def action(label: str) -> Callable[[F], F]:
    """Mark a method as something a person does to the device ("insert a card", "press a key"), by its label."""

    def mark(method: F) -> F:
        method.action_label = label  # type: ignore[attr-defined]
        return method

    return mark


class Simulator(ABC):
    """A simulated device. Subclasses keep their scene in attributes and are called from one thread at a time."""

    FAULTS: ClassVar[tuple[FaultSwitch, ...]] = ()
    """The faults this device can have, beside those of its line (absent, silent, slow, noisy, unplugged at byte n)."""
    EXCHANGES: ClassVar[bool] = False
    """On TCP every exchange has a connection of its own: the host ends its half (:meth:`input_ended`), the device
    answers and hangs up (:class:`ExchangePort`). A further connection waits until then."""

    def __init__(self) -> None:
        self.port: Port | None = None
        self.watch: Callable[[], None] | None = None
        """Called on the device's own thread after it heard something or a planned action ran. Must be quick."""
        self.faults: dict[str, FaultValue] = {f.name: f.default for f in self.FAULTS}

    def attached(self, port: Port) -> None:
        """The line is there (power on)."""
        self.port = port

    def detached(self) -> None:
        """The line is gone (unplugged)."""
        self.port = None

    @abstractmethod
    def received(self, data: bytes) -> None:
        """Bytes came from the host, in pieces of any size."""

    def input_ended(self) -> None:
        """The host has ended its half of the connection. Only with :attr:`EXCHANGES`."""

    @abstractmethod
    def scene(self) -> Json:
        """What a person standing before the device sees, as JSON values (never a PIN)."""

    def save(self) -> Json:
        """What survives the bench's own restart. Default: nothing."""
        return {}

    def restore(self, saved: Json) -> None:
        """Take up what :meth:`save` gave."""

    def set_fault(self, name: str, value: FaultValue) -> None:
        """Switch a fault. Raises KeyError for a fault this device cannot have."""
        if name not in self.faults:
            raise KeyError(name)
        self.faults[name] = value

    def actions(self) -> dict[str, str]:
        """Name and label of everything a person can do here."""
        return {
            name: getattr(getattr(type(self), name), "action_label")  # noqa: B009
            for name in dir(type(self))
            if hasattr(getattr(type(self), name, None), "action_label")
        }
