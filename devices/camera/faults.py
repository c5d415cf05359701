"""The entries of ``devices/faults.toml`` that cameras raise, and the state that goes with each."""

from __future__ import annotations

from typing import Final

from devices.contract import DeviceState

NOT_CONNECTED: Final = "camera.not_connected"
NO_ANSWER: Final = "camera.no_answer"
NO_ACCESS: Final = "camera.no_access"
BUSY: Final = "camera.busy"
NO_PICTURE: Final = "camera.no_picture"
FROZEN: Final = "camera.frozen"
BLACK: Final = "camera.black"

DEVICE_STATE: dict[str, DeviceState] = {
    NOT_CONNECTED: DeviceState.NO_DEVICE,
    NO_ANSWER: DeviceState.OFFLINE,
    BUSY: DeviceState.DEVICE_BUSY,
}
"""The device state that goes with a fault met while asking for the status; any other is a hardware error."""
