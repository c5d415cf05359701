"""What every device has in common: its state in the words of XFS4IoT, its faults, and how a wait is cancelled.

A driver is blocking and simple. It is called from one thread only (see :mod:`devices.worker`), never touches an event
loop, and answers with values: a frozen status, a result, or a :class:`DeviceError` naming an entry of ``faults.toml``.

In a status ``None`` means *this model has no such thing*; ``unknown`` means *it has, and cannot tell now*. Unknown is
never folded into another value.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol, runtime_checkable


class DeviceState(StrEnum):
    """XFS4IoT ``device`` of Common.Status."""

    ONLINE = "online"
    OFFLINE = "offline"
    POWER_OFF = "powerOff"
    NO_DEVICE = "noDevice"
    HARDWARE_ERROR = "hardwareError"
    USER_ERROR = "userError"
    DEVICE_BUSY = "deviceBusy"
    FRAUD_ATTEMPT = "fraudAttempt"
    POTENTIAL_FRAUD = "potentialFraud"
    STARTING = "starting"


class MediaState(StrEnum):
    """XFS4IoT ``media``: where a card is, as seen by the device."""

    PRESENT = "present"
    NOT_PRESENT = "notPresent"
    JAMMED = "jammed"
    ENTERING = "entering"
    LATCHED = "latched"
    UNKNOWN = "unknown"


class PaperState(StrEnum):
    """XFS4IoT ``paper``."""

    FULL = "full"
    LOW = "low"
    OUT = "out"
    JAMMED = "jammed"
    UNKNOWN = "unknown"


class StorageKind(StrEnum):
    """XFS4IoT storage unit type."""

    DISPENSE = "dispense"
    RETAIN = "retain"
    PARK = "park"


class StorageLevel(StrEnum):
    """XFS4IoT storage unit replenishment status."""

    OK = "ok"
    FULL = "full"
    HIGH = "high"
    LOW = "low"
    EMPTY = "empty"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class StorageUnit:
    """A hopper, a bin or a holding slot. ``count`` and ``threshold`` are cards; None where the unit does not count."""

    name: str
    kind: StorageKind
    level: StorageLevel
    count: int | None = None
    threshold: int | None = None


@dataclass(frozen=True, slots=True)
class Status:
    """What a device says of itself. A device class adds its own fields in a subclass.

    ``fault`` is the code in ``faults.toml`` of what is wrong now, the first one found, or None.
    """

    device: DeviceState
    fault: str | None = None


class DeviceError(Exception):
    """An expected failure of a device.

    ``code`` is an entry of ``devices/faults.toml``, such as ``receipt_printer.paper_out``. ``detail`` is for the
    engineer's log and never holds a PIN, an identity number or a name.
    """

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(f"{code}: {detail}" if detail else code)
        self.code = code
        self.detail = detail


class OperationCancelled(Exception):
    """A wait ended because its :class:`Cancellation` was set. Nothing was done that has to be undone."""


class Cancellation:
    """Asks a blocking driver call to stop waiting. Thread-safe; set once, never cleared."""

    def __init__(self) -> None:
        self._event = threading.Event()
        self._lock = threading.Lock()
        self._callbacks: list[Callable[[], None]] = []

    def cancel(self) -> None:
        """Set the flag and run the callbacks, in the caller's thread. Calling it twice is harmless."""
        with self._lock:
            if self._event.is_set():
                return
            self._event.set()
            callbacks = tuple(self._callbacks)
        for callback in callbacks:
            callback()

    @property
    def cancelled(self) -> bool:
        """Whether someone asked to stop."""
        return self._event.is_set()

    def check(self) -> None:
        """Raise :class:`OperationCancelled` when set."""
        if self._event.is_set():
            raise OperationCancelled

    def wait(self, seconds: float) -> bool:
        """Wait for at most ``seconds``; True as soon as it is set. The one way for a driver to pause between polls."""
        return self._event.wait(seconds)

    @contextmanager
    def calling(self, callback: Callable[[], None]) -> Iterator[None]:
        """Within the block, ``callback`` runs on cancel (for example SCardCancel); at once if already cancelled."""
        with self._lock:
            already = self._event.is_set()
            self._callbacks.append(callback)
        if already:
            callback()
        try:
            yield
        finally:
            with self._lock:
                self._callbacks.remove(callback)


class Device(Protocol):
    """What every driver offers. Constructed as ``Driver(at, **options)``; the constructor does no I/O.

    ``at`` is an address: ``pcsc:Reader name``, ``/dev/ttyUSB0``, ``socket://host:port``, ``tcp://host:9100``.
    """

    def open(self) -> None:
        """Connect and sense where the matter is; no motion. Raises DeviceError. Opening an open device reconnects."""
        ...

    def close(self) -> None:
        """Let go of the line. Never raises; closing twice is harmless."""
        ...

    def status(self) -> Status:
        """Ask the device now. Never raises: a device that does not answer is a status too."""
        ...


@runtime_checkable
class Counting(Protocol):
    """A driver that counts what tells of wear before a fault does."""

    def counts(self) -> Mapping[str, int]:
        """By a word (``retries``, ``damaged``), since the driver was built; each only rises. No I/O, never raises."""
        ...


def counts_of(device: Device) -> Mapping[str, int]:
    """What a driver has counted; nothing for one that counts nothing."""
    return device.counts() if isinstance(device, Counting) else {}
