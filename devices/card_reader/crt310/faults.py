"""Which entry of ``devices/faults.toml`` each of the reader's refusals is, and what the device's state is with it."""

from __future__ import annotations

from devices.card_reader.crt310.wire import RefusalCode
from devices.contract import DeviceState

OF_REFUSAL: dict[int, str] = {
    RefusalCode.COMMAND: "card_reader.unexpected_answer",
    RefusalCode.PARAMETER: "card_reader.unexpected_answer",
    RefusalCode.CANNOT_EXECUTE: "card_reader.cannot_execute",
    RefusalCode.DATA: "card_reader.unexpected_answer",
    RefusalCode.SUPPLY_VOLTAGE: "card_reader.supply_voltage",
    RefusalCode.ABNORMAL_CARD: "card_reader.abnormal_card",
    RefusalCode.POWER_LOST: "card_reader.power_lost",
}
"""Any other code is an unexpected answer."""

DEVICE_STATE: dict[str, DeviceState] = {
    "card_reader.absent": DeviceState.NO_DEVICE,
    "card_reader.no_answer": DeviceState.OFFLINE,
    "card_reader.power_lost": DeviceState.POWER_OFF,
    "card_reader.abnormal_card": DeviceState.ONLINE,
}
"""The state that goes with a fault met while asking for the status; any other is a hardware error."""
