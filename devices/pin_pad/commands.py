"""Commands and what their answers mean: RTN to fault, and the battery that an answer tells of."""

from __future__ import annotations

import logging

from devices.contract import DeviceError
from devices.pin_pad.contract import BatteryState
from devices.pin_pad.rtn import Rtn, fault, succeeded
from devices.pin_pad.serial_line import LineBroken, SerialLine
from devices.pin_pad.wire import Frame

log = logging.getLogger(__name__)

INPUT_OFF = "5032"
PLAIN_INPUT_ON = "5033"
SOUND_ON = "5035"


class RefusedByPad(DeviceError):
    """The pad answered with an error code, kept in ``rtn``."""

    def __init__(self, code: str, rtn: int, detail: str) -> None:
        super().__init__(code, detail)
        self.rtn = rtn


class Commands:
    """Command texts over a line. ``battery`` is what the last answer told."""

    def __init__(self, line: SerialLine) -> None:
        self.battery = BatteryState.UNKNOWN
        self._line = line

    def ask(self, text: str) -> bytes:
        """The data of the answer; reopens a broken line. Raises DeviceError, RefusedByPad."""
        return self._judge(text, self._line.ask(text))

    def ask_now(self, text: str) -> bytes:
        """As :meth:`ask` within an entry: raises LineBroken instead of reopening."""
        return self._judge(text, self._line.ask_now(text))

    def input_off(self) -> None:
        """Input off on the way out of something. A pad not reached now is reopened, and told, at the next call."""
        try:
            self.ask_now(INPUT_OFF)
        except (DeviceError, LineBroken) as error:
            log.warning("pin pad: input could not be switched off (%s)", type(error).__name__)
            self._line.close()

    def _judge(self, text: str, answer: Frame) -> bytes:
        if succeeded(answer.rtn):
            self.battery = BatteryState.OPERATIONAL
            return answer.data
        if answer.rtn == Rtn.LOW_BATTERY:
            self.battery = BatteryState.LOW
        raise RefusedByPad(fault(answer.rtn), answer.rtn, f"command {text[0]} answered {answer.rtn:02X}")
