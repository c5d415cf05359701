"""A chip's refusal as an error: the status word, and the fault that it is."""

from __future__ import annotations

from devices.card_reader.apdu import ResponseApdu, StatusWord
from devices.contract import DeviceError

_FAULTS = {
    StatusWord.MEMORY_FAILURE: "card_reader.chip_worn",
    StatusWord.SECURITY_NOT_SATISFIED: "card_reader.access_denied",
    StatusWord.FUNCTION_NOT_SUPPORTED: "card_reader.card_blocked",
    StatusWord.APPLICATION_LOCKED_FOR_EVER: "card_reader.application_blocked",
    StatusWord.SECURE_MESSAGING_MISSING: "card_reader.authentication_failed",
    StatusWord.SECURE_MESSAGING_INCORRECT: "card_reader.authentication_failed",
    StatusWord.MAC_INCORRECT: "card_reader.authentication_failed",
    StatusWord.RANDOM_INVALID: "card_reader.authentication_failed",
    StatusWord.AUTHENTICATION_BLOCKED: "card_reader.authentication_failed",
}


class CardRefused(DeviceError):
    """The chip answered with a status word that the command does not provide for. ``sw``: that word."""

    def __init__(self, code: str, sw: int, doing: str) -> None:
        super().__init__(code, f"{doing}: {sw:04X}")
        self.sw = sw


def accepted(response: ResponseApdu, doing: str) -> bytes:
    """The data of a 9000. Raises CardRefused."""
    if response.ok:
        return response.data
    status = response.status
    fault = "card_reader.refused" if status is None else _FAULTS.get(status, "card_reader.refused")
    if response.attempts_left is not None:
        fault = "card_reader.authentication_failed"
    raise CardRefused(fault, response.sw, doing)
