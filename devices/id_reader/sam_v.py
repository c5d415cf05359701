"""The SAM_V module of a resident ID card reader on a serial line (GA 450 family).

Source: protocol page *id-card-reader*. Order of a reading: find, select, read.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Literal

from devices.contract import Cancellation, DeviceError, DeviceState, MediaState, OperationCancelled
from devices.id_reader import faults
from devices.id_reader.contract import IdCard, IdReaderStatus
from devices.id_reader.documents import CardDataError, decode_address, decode_card
from devices.id_reader.line import SamVLine
from devices.id_reader.wire import Answer, Command, Response, reading_parts, sam_id_text

Presence = Literal["reset-and-find", "unknown"]

POLL_SECONDS = 0.2
"""Between two looks for a card: a hand that lays one down does not notice less, and the field stays mostly off."""
RECONNECT_SECONDS = 0.75
"""Between two tries to open a line that has gone: a USB adapter needs about a second to come back."""
GONE_AFTER_MISSES = 3
"""Failed calls in a row after which the device is gone, and not merely hard of hearing."""

_PASSING = frozenset({faults.NOT_CONNECTED, faults.NO_ANSWER, faults.MODULE_TIMEOUT, faults.LINE_NOISE})
"""Troubles that may pass by themselves while someone waits."""

_CARD_MAY_HAVE_GONE = frozenset(
    {
        Answer.CARD_TO_SAM_AUTHENTICATION_FAILED,
        Answer.SAM_TO_CARD_AUTHENTICATION_FAILED,
        Answer.VERIFY_FAILED,
        Answer.READ_FAILED,
        Answer.RANDOM_FAILED,
        Answer.SELECT_FAILED,
    }
)
"""Answers of a module that lost the card while it talked to it, or could not understand it."""

_BAUD_COMMANDS = {
    115200: Command.BAUD_115200,
    57600: Command.BAUD_57600,
    38400: Command.BAUD_38400,
    19200: Command.BAUD_19200,
    9600: Command.BAUD_9600,
}


def _error(response: Response, command: Command) -> DeviceError:
    answer = response.answer
    code = faults.UNEXPECTED_ANSWER if answer is None else faults.FAULT_OF_ANSWER[answer]
    return DeviceError(code, f"{command.name} answered {response.code:02X}, card {response.card_sw.hex().upper()}")


class SamVReader:
    """An :class:`devices.id_reader.contract.IdReader`.

    ``at``: ``/dev/ttyUSB0`` or ``socket://host:port``. ``baud``: the rate the module is set to. ``timeout``: seconds to
    the first byte of an answer (a module takes up to a second to read a card). ``fingerprints``: also read them.

    ``presence``: after a read real modules answer "no card" until the card is lifted. ``reset-and-find``: the module is
    reset and asked again, which shows the card; ``unknown``: the driver then says that it cannot tell.
    """

    def __init__(
        self,
        at: str,
        *,
        baud: int = 115200,
        presence: Presence = "reset-and-find",
        timeout: float = 1.5,
        fingerprints: bool = False,
    ) -> None:
        if baud not in _BAUD_COMMANDS:
            raise ValueError(f"baud {baud}: the module knows {', '.join(map(str, _BAUD_COMMANDS))}")
        if presence not in ("reset-and-find", "unknown"):
            raise ValueError(f"presence {presence!r}: 'reset-and-find' or 'unknown'")
        self._line = SamVLine(at, baud, timeout)
        self._presence = presence
        self._read_command = Command.READ_WITH_FINGERPRINT if fingerprints else Command.READ
        self._selected = False
        self._blind = True
        """A card may lie there that was read (perhaps before this process began): "no card" may be the module's
        habit."""
        self._undelivered = False
        """The module may have read a card, and be blind to it, whose data never arrived here."""
        self._sam_id: str | None = None
        self._epoch = 0
        self._last_state = DeviceState.STARTING

    # -- Device --------------------------------------------------------------------------------------------------------

    def open(self) -> None:
        """Connect, ask the module whether it works and for its id, and look for a card."""
        self.close()
        self._ask_ok(Command.SAM_STATUS)
        self._sam_id = sam_id_text(self._ask_ok(Command.SAM_ID).data)
        self._is_card_present(None)
        self._last_state = DeviceState.ONLINE

    def close(self) -> None:
        """Let go of the line; the next call opens it again."""
        self._line.close()
        self._selected = False

    def counts(self) -> Mapping[str, int]:
        """``damaged``: answers that could not be understood; ``retries``: commands sent again."""
        return {"damaged": self._line.damaged, "retries": self._line.retries}

    def status(self) -> IdReaderStatus:
        """See the contract. A device that misses fewer than three calls keeps its last state, with media unknown."""
        try:
            self._ask_ok(Command.SAM_STATUS)
            if not self._sam_id:
                self._sam_id = sam_id_text(self._ask_ok(Command.SAM_ID).data)
            media = self._media()
        except DeviceError as error:
            if error.code in faults.DEVICE_STATE and self._line.misses < GONE_AFTER_MISSES:
                return IdReaderStatus(self._last_state, None, MediaState.UNKNOWN, self._sam_id)
            self._last_state = faults.DEVICE_STATE.get(error.code, DeviceState.HARDWARE_ERROR)
            return IdReaderStatus(self._last_state, error.code, MediaState.UNKNOWN, self._sam_id)
        self._last_state = DeviceState.ONLINE
        return IdReaderStatus(DeviceState.ONLINE, None, media, self._sam_id)

    def _media(self) -> MediaState:
        if self._selected or self._find():
            return MediaState.PRESENT
        return MediaState.UNKNOWN if self._blind else MediaState.NOT_PRESENT

    # -- IdReader ------------------------------------------------------------------------------------------------------

    def wait_for_card(self, cancellation: Cancellation, timeout: float | None) -> bool:
        """See the contract. Looks five times a second; a line that is lost meanwhile is opened again."""
        return self._poll(lambda: self._find_and_select(cancellation), cancellation, timeout)

    def wait_for_removal(self, cancellation: Cancellation, timeout: float | None) -> bool | None:
        """See the contract."""
        present: bool | None = True

        def gone_or_unknowable() -> bool:
            nonlocal present
            present = self._is_card_present(cancellation)
            return present is not True

        if not self._poll(gone_or_unknowable, cancellation, timeout):
            return False
        return True if present is False else None

    def is_card_present(self) -> bool | None:
        """See the contract. Ends the selection: :meth:`read` selects again."""
        return self._is_card_present(None)

    def read(self) -> IdCard:
        """See the contract. A card that does not answer is selected and read once more."""
        response = self._with_card(self._read_command)
        if response.answer is not Answer.OK:
            raise _error(response, self._read_command)
        parts = reading_parts(response.data)
        if parts is None:
            raise DeviceError(faults.UNEXPECTED_ANSWER, "the lengths in the reading do not add up")
        try:
            return decode_card(*parts)
        except CardDataError as error:
            reason = str(error)
        raise DeviceError(faults.CARD_DATA, reason)

    def read_address(self) -> str:
        """See the contract."""
        response = self._with_card(Command.READ_ADDRESS)
        if response.answer is Answer.NO_CONTENT:
            return ""
        if response.answer is not Answer.OK:
            raise _error(response, Command.READ_ADDRESS)
        try:
            return decode_address(response.data)
        except CardDataError as error:
            reason = str(error)
        raise DeviceError(faults.CARD_DATA, reason)

    # -- this module's own ---------------------------------------------------------------------------------------------

    def sam_id(self) -> str:
        """The module's serial, such as ``05.01-20240101-0001234567-0007654321``."""
        self._sam_id = sam_id_text(self._ask_ok(Command.SAM_ID).data)
        return self._sam_id

    def find(self) -> bool:
        """One look for a card, as the module answers it: False also for one already read and not yet lifted."""
        return self._find()

    def set_baud(self, baud: int) -> None:
        """Set the module to another rate (115200, 57600, 38400, 19200, 9600) and go on at it. Raises ValueError."""
        if baud not in _BAUD_COMMANDS:
            raise ValueError(f"baud {baud}: the module knows {', '.join(map(str, _BAUD_COMMANDS))}")
        self._ask_ok(_BAUD_COMMANDS[baud])
        self.close()
        self._line.baud = baud
        self._ask_ok(Command.SAM_STATUS)

    # -- steps ---------------------------------------------------------------------------------------------------------

    def _ask(self, command: Command, cancellation: Cancellation | None = None) -> Response:
        response = self._line.ask(command, cancellation)
        if self._line.epoch != self._epoch:
            self._epoch = self._line.epoch
            self._selected = False
        return response

    def _ask_ok(self, command: Command) -> Response:
        response = self._ask(command)
        if response.answer is not Answer.OK:
            raise _error(response, command)
        return response

    def _find(self, cancellation: Cancellation | None = None) -> bool:
        self._selected = False
        response = self._ask(Command.FIND, cancellation)
        if response.answer is Answer.CARD_FOUND:
            self._blind = False
            return True
        if response.answer is Answer.FIND_FAILED:
            return False
        raise _error(response, Command.FIND)

    def _find_and_select(self, cancellation: Cancellation | None = None) -> bool:
        """False: no card, or one not yet near enough to be selected."""
        if self._undelivered and self._presence == "reset-and-find":
            self._reset(cancellation)
        if not self._find(cancellation):
            return False
        response = self._ask(Command.SELECT, cancellation)
        if response.answer is Answer.OK:
            self._selected = True
            return True
        if response.answer is Answer.SELECT_FAILED:
            return False
        raise _error(response, Command.SELECT)

    def _with_card(self, command: Command) -> Response:
        """Ask something of the selected card, selecting one first if need be, and once more if it did not answer."""
        if not self._selected:
            self._select(None)
        try:
            response = self._ask_card(command)
        except DeviceError as error:
            if error.code not in (faults.LINE_NOISE, faults.MODULE_TIMEOUT):
                raise
            trouble = error
        else:
            if response.answer not in _CARD_MAY_HAVE_GONE:
                return response
            trouble = _error(response, command)
        self._select(trouble)
        return self._ask_card(command)

    def _ask_card(self, command: Command) -> Response:
        blind, damaged = self._blind, self._line.damaged
        self._blind = self._undelivered = True  # until it is known what came of it
        response = self._ask(command)
        if response.answer is Answer.OK:
            self._undelivered = False
        elif self._line.damaged == damaged:
            self._blind, self._undelivered = blind, False
        return response

    def _select(self, trouble: DeviceError | None) -> None:
        """Find and select. ``trouble``: why the card that was selected has to be selected again."""
        present = self._is_card_present(None)
        if present is None and trouble is not None:
            raise trouble
        if not present:
            raise DeviceError(faults.NO_CARD if trouble is None else faults.REMOVED_EARLY)
        response = self._ask(Command.SELECT)
        if response.answer is not Answer.OK:
            raise _error(response, Command.SELECT)
        self._selected = True

    def _poll(self, look: Callable[[], bool], cancellation: Cancellation, timeout: float | None) -> bool:
        """Look again and again until it is so (True) or the time is up (False)."""
        deadline = None if timeout is None else time.monotonic() + timeout
        troubles = 0
        while True:
            cancellation.check()
            trouble: DeviceError | None = None
            try:
                if look():
                    return True
                troubles = 0
            except DeviceError as error:
                troubles += 1
                if error.code not in _PASSING or troubles >= GONE_AFTER_MISSES:
                    raise
                trouble = error
            pause = RECONNECT_SECONDS if trouble else POLL_SECONDS
            if deadline is not None:
                left = deadline - time.monotonic()
                if left <= 0:
                    if trouble:
                        raise trouble
                    return False
                pause = min(pause, left)
            if cancellation.wait(pause):
                raise OperationCancelled

    def _is_card_present(self, cancellation: Cancellation | None) -> bool | None:
        if self._find(cancellation):
            return True
        if not self._blind:
            return False
        if self._presence == "unknown":
            return None
        self._reset(cancellation)
        return self._find(cancellation)

    def _reset(self, cancellation: Cancellation | None) -> None:
        response = self._ask(Command.RESET, cancellation)
        if response.answer is not Answer.OK:
            raise _error(response, Command.RESET)
        self._selected = self._blind = self._undelivered = False
