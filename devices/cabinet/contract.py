"""What a cabinet says: whether its doors are shut, whether someone has forced it, how warm it is, where its power is
from. It is asked; it moves nothing."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from devices.contract import Device, Status


class DoorState(StrEnum):
    """XFS4IoT ``cabinetFrontDoor`` and ``safeDoor`` of Auxiliaries.Status."""

    CLOSED = "closed"
    OPEN = "open"
    UNKNOWN = "unknown"


class TamperState(StrEnum):
    """Whether the contact says that the cabinet has been forced, cut or moved."""

    UNTOUCHED = "untouched"
    TAMPERED = "tampered"
    UNKNOWN = "unknown"


class PowerState(StrEnum):
    """XFS4IoT ``uninterruptiblePowerSupply``, as far as two contacts tell it. ``batteryLow``: it will soon be dark."""

    MAINS = "mains"
    BATTERY = "battery"
    BATTERY_LOW = "batteryLow"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class CabinetStatus(Status):
    """``vault``: the door before the cards; ``service``: the one before paper and cables. ``temperature``: whole
    degrees Celsius inside, None too where it cannot be told now. None: not wired."""

    vault: DoorState | None = None
    service: DoorState | None = None
    tamper: TamperState | None = None
    power: PowerState | None = None
    temperature: int | None = None


class Cabinet(Device, Protocol):
    """The contacts of a cabinet. What is wrong with the cabinet is a fault of a device that is online."""

    def status(self) -> CabinetStatus:
        """How it is now; may be asked as often as once a second. Never raises."""
        ...
