"""Which entry of ``devices/faults.toml`` each answer of the module, and each trouble of its line, is."""

from __future__ import annotations

from typing import Final

from devices.contract import DeviceState
from devices.id_reader.wire import Answer

NOT_CONNECTED: Final = "id_reader.not_connected"
NO_ANSWER: Final = "id_reader.no_answer"
LINE_NOISE: Final = "id_reader.line_noise"
UNEXPECTED_ANSWER: Final = "id_reader.unexpected_answer"
MODULE_TIMEOUT: Final = "id_reader.module_timeout"
NOT_AUTHORISED: Final = "id_reader.not_authorised"
SELF_TEST_FAILED: Final = "id_reader.self_test_failed"
NO_CARD: Final = "id_reader.no_card"
REMOVED_EARLY: Final = "id_reader.removed_early"
SELECT_FAILED: Final = "id_reader.select_failed"
READ_FAILED: Final = "id_reader.read_failed"
AUTHENTICATION_FAILED: Final = "id_reader.authentication_failed"
VERIFY_FAILED: Final = "id_reader.verify_failed"
UNKNOWN_CARD: Final = "id_reader.unknown_card"
CARD_DATA: Final = "id_reader.card_data"

FAULT_OF_ANSWER: dict[Answer, str] = {
    Answer.CHECKSUM_ERROR: LINE_NOISE,
    Answer.LENGTH_ERROR: LINE_NOISE,
    Answer.UNKNOWN_COMMAND: UNEXPECTED_ANSWER,
    Answer.NO_PERMISSION: NOT_AUTHORISED,
    Answer.UNRECOGNISED: UNEXPECTED_ANSWER,
    Answer.CARD_TO_SAM_AUTHENTICATION_FAILED: AUTHENTICATION_FAILED,
    Answer.SAM_TO_CARD_AUTHENTICATION_FAILED: AUTHENTICATION_FAILED,
    Answer.VERIFY_FAILED: VERIFY_FAILED,
    Answer.UNKNOWN_CARD_TYPE: UNKNOWN_CARD,
    Answer.READ_FAILED: READ_FAILED,
    Answer.RANDOM_FAILED: READ_FAILED,
    Answer.SELF_TEST_FAILED: SELF_TEST_FAILED,
    Answer.SAM_NOT_AUTHORISED: NOT_AUTHORISED,
    Answer.FIND_FAILED: NO_CARD,
    Answer.SELECT_FAILED: SELECT_FAILED,
    Answer.OK: UNEXPECTED_ANSWER,
    Answer.NO_CONTENT: UNEXPECTED_ANSWER,
    Answer.CARD_FOUND: UNEXPECTED_ANSWER,
}
"""What an answer means where it was not the one hoped for."""

DEVICE_STATE: dict[str, DeviceState] = {
    NOT_CONNECTED: DeviceState.NO_DEVICE,
    NO_ANSWER: DeviceState.OFFLINE,
}
"""The device state that goes with a fault met while asking for the status; any other is a hardware error."""
