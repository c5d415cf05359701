"""The entries of ``devices/faults.toml`` that cabinets raise, and the state that goes with each."""

from __future__ import annotations

from typing import Final

from devices.contract import DeviceState

NOT_CONNECTED: Final = "cabinet.not_connected"
NO_ANSWER: Final = "cabinet.no_answer"
LINE_NOISE: Final = "cabinet.line_noise"
REFUSED: Final = "cabinet.refused"
TAMPERED: Final = "cabinet.tampered"
VAULT_OPEN: Final = "cabinet.vault_open"
BATTERY_LOW: Final = "cabinet.battery_low"
ON_BATTERY: Final = "cabinet.on_battery"
TOO_HOT: Final = "cabinet.too_hot"
SERVICE_OPEN: Final = "cabinet.service_open"

DEVICE_STATE: dict[str, DeviceState] = {
    NOT_CONNECTED: DeviceState.NO_DEVICE,
    NO_ANSWER: DeviceState.OFFLINE,
    LINE_NOISE: DeviceState.HARDWARE_ERROR,
    REFUSED: DeviceState.HARDWARE_ERROR,
    TAMPERED: DeviceState.FRAUD_ATTEMPT,
}
"""The device state that goes with a fault; any other is a fault of the cabinet, told by a device that is online."""
