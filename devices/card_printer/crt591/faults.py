"""Which entry of ``devices/faults.toml`` each of the unit's error codes is, by what it was told to do."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from devices.card_printer.crt591.wire import Command
from devices.contract import DeviceState

NOT_INITIALISED = "B0"
JAM = frozenset({"10", "43"})
"""The card stopped on its way; which way, the command tells."""

OF_CODE: Mapping[str, str] = MappingProxyType(
    {
        "03": "card_printer.unsupported",
        "05": "card_dispenser.contacts_stuck",
        "12": "card_dispenser.sensor",
        "13": "card_dispenser.wrong_size",
        "14": "card_dispenser.wrong_size",
        "16": "card_dispenser.moved_by_hand",
        "40": "card_dispenser.bin_blocked",
        "41": "card_dispenser.contacts_stuck",
        "45": "card_dispenser.moved_by_hand",
        "50": "card_dispenser.counter_overflow",
        "51": "card_dispenser.motor",
        "A0": "card_printer.hopper_empty",
        "A1": "card_printer.reject_box_full",
        NOT_INITIALISED: "card_dispenser.restarted",
    }
)
"""Any other code is an unexpected answer: 00 to 02 and 04 among them."""

OF_JAM: Mapping[Command, str] = MappingProxyType(
    {
        Command.MOVE_TO_CONTACT: "card_printer.jam_contact",
        Command.MOVE_TO_GATE_AND_HOLD: "card_printer.jam_exit",
        Command.MOVE_TO_CONTACTLESS: "card_printer.jam_exit",
        Command.MOVE_INTO_BIN: "card_dispenser.bin_blocked",
    }
)

OF_CHIP: Mapping[str, str] = MappingProxyType(
    {
        "04": "card_reader.garbled",
        "60": "card_reader.mute",
        "61": "card_reader.mute",
        "62": "card_reader.mute",
        "63": "card_reader.mute",
        "64": "card_reader.garbled",
        "65": "card_reader.removed",
        "66": "card_reader.mute",
        "67": "card_reader.garbled",
        "68": "card_reader.mute",
        NOT_INITIALISED: "card_reader.removed",
    }
)
"""Of a refused chip command: 60 supply short, 61 activation, 62 protocol, 63 silent, 64 protocol error, 65 not
activated, 66 not supported, 67 transmission, 68 time-out. Any other: no answer from the chip."""

DEVICE_STATE: Mapping[str, DeviceState] = MappingProxyType(
    {"card_printer.absent": DeviceState.NO_DEVICE, "card_printer.no_answer": DeviceState.OFFLINE}
)
"""The state that goes with a fault met while asking for the status; any other is a hardware error."""


def of_refusal(command: Command, code: str) -> str:
    """The fault that a refusal of a command is."""
    if code in JAM:
        return OF_JAM.get(command, "card_printer.jammed")
    return OF_CODE.get(code, "card_printer.unexpected_answer")
