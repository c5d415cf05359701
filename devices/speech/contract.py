"""What keeps the voice from being heard, as a device's status: XFS4IoT counts it among the Auxiliaries
(``enhancedAudio``)."""

from __future__ import annotations

from devices.contract import DeviceState, Status

FAULTS = {"silent": "speech.silent", "no_program": "speech.no_program"}
"""What the screens tell, as entries of ``faults.toml``."""

UNHEARD_OF = Status(DeviceState.STARTING)
"""The screens have not told yet, or are not there."""


def status(fault: str) -> Status:
    """Of a voice that is heard (``fault`` empty), or is not for one of :data:`FAULTS`; KeyError for any other."""
    return Status(DeviceState.HARDWARE_ERROR, FAULTS[fault]) if fault else Status(DeviceState.ONLINE)
