"""The keys and the input modes of the simulated pad: what a press sends, what it gathers, when it gives up.

Source: pin-pad.md, D1. The key-code table runs along the rows of the keypad, as on the ZT588: ``1 2 3 cancel``,
``4 5 6 clear``, ``7 8 9`` and a blank key, ``. 0 00 enter``, then the function keys, four to a row.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from enum import StrEnum

from devices.simulation import Port, Timer

LABELS = (
    "1", "2", "3", "cancel",
    "4", "5", "6", "clear",
    "7", "8", "9", "blank",
    ".", "0", "00", "enter",
    "F1", "F3", "F5", "F7",
    "F2", "F4", "F6", "F8",
)  # fmt: skip
FACTORY_TABLE = bytes.fromhex("3132331B 34353608 37383907 2E30220D 41434547 42444648")
TIMED_OUT = b"\x80"


class InputMode(StrEnum):
    """What presses do now."""

    OFF = "off"
    PLAIN = "plain"
    PIN = "pin"


class Keypad:
    """``send`` puts raw bytes on the line. Digits of a PIN stay in one buffer until they are read or dropped."""

    def __init__(self, send: Callable[[bytes], None]) -> None:
        self._send = send
        self._port: Port | None = None
        self._timer: Timer | None = None
        self._digits = bytearray(12)
        self.table = FACTORY_TABLE
        self.mode = InputMode.OFF
        self.seconds = 60
        self.mask = 0x2A
        self.minimum = 4
        self.maximum = 12
        self.clears_all = True
        self.typed = 0
        self.entered = False
        self.timed_out = False
        self.beeps = 0
        self.sound = True

    def powered(self, port: Port | None) -> None:
        """Power on (or off): nothing typed survives."""
        self._port = port
        self.off()

    def plain(self) -> None:
        """Every key goes out as its code."""
        self.off()
        self.mode = InputMode.PLAIN
        self._restart_timer()

    def pin(self, maximum: int | None = None) -> None:
        """Digits stay here and go out as the mask."""
        self.off()
        if maximum is not None:
            self.maximum = maximum
        self.mode = InputMode.PIN
        self._restart_timer()

    def off(self) -> None:
        """Input off; what was typed is gone."""
        self.mode = InputMode.OFF
        self._drop()
        self.timed_out = False
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def press(self, label: str) -> None:
        """A finger. Raises ValueError for a key that is not there."""
        if label not in LABELS:
            raise ValueError(f"no such key; there are: {' '.join(LABELS)}")
        if self.mode is InputMode.OFF or self._port is None:
            return
        self.beeps += self.sound
        self._restart_timer()
        if self.mode is InputMode.PLAIN:
            self.typed += label.isdecimal()
            self._send(bytes([self.table[LABELS.index(label)]]))
        else:
            self._press_in_pin(label)

    def pin_digits(self) -> Sequence[int]:
        """The values of the digits entered, for the block; the caller calls :meth:`off` after."""
        return [self._digits[at] for at in range(self.typed)] if self.entered else []

    def _press_in_pin(self, label: str) -> None:
        code = bytes([self.table[LABELS.index(label)]])
        if label.isdecimal() and len(label) == 1:
            if self.entered or self.typed >= self.maximum:
                return
            self._digits[self.typed] = int(label)
            self.typed += 1
            self._send(bytes([self.mask]))
        elif label == "clear" and not self.entered:
            keep = 0 if self.clears_all else max(0, self.typed - 1)
            for at in range(keep, self.typed):
                self._digits[at] = 0
            self.typed = keep
            self._send(code)
        elif label == "enter" and not self.entered:
            if self.typed >= self.minimum:
                self.entered = True
                self._send(code)
        elif label == "cancel":
            self.off()
            self._send(code)

    def _drop(self) -> None:
        for at in range(len(self._digits)):
            self._digits[at] = 0
        self.typed = 0
        self.entered = False

    def _restart_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._port is not None and self.seconds:
            self._timer = self._port.after(self.seconds, self._give_up)

    def _give_up(self) -> None:
        self._timer = None
        if self.mode is InputMode.OFF or self.entered:
            return
        self.off()
        self.timed_out = True
        self._send(TIMED_OUT)
