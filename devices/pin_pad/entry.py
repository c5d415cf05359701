"""What each key does to an entry: pure, one object an entry, no I/O."""

from __future__ import annotations

from devices.pin_pad.contract import KeyKind, KeyPress, SecretDigits
from devices.pin_pad.models import CANCEL, CLEAR, DIGITS, DOUBLE_ZERO, ENTER, MASK, ClearKey
from devices.pin_pad.secret import DigitBuffer


class ClearEntry:
    """Digits that arrive in clear. ``take`` tells what a key did, or None for a key that has no part in a PIN."""

    def __init__(self, minimum: int, maximum: int, clear_key: ClearKey) -> None:
        self._buffer = DigitBuffer(maximum)
        self._minimum = minimum
        self._maximum = maximum
        self._clear_key = clear_key

    def take(self, code: int) -> KeyPress | None:
        """One raw key code."""
        kind = self._act(code)
        return None if kind is None else KeyPress(kind, self._buffer.count)

    def _act(self, code: int) -> KeyKind | None:
        if code in DIGITS:
            return KeyKind.DIGIT if self._buffer.append(code) else KeyKind.REFUSED
        if code in DOUBLE_ZERO:
            if self._buffer.count + 2 > self._maximum:
                return KeyKind.REFUSED
            self._buffer.append(DIGITS[0])
            self._buffer.append(DIGITS[0])
            return KeyKind.DIGIT
        if code == CLEAR:
            if self._clear_key is ClearKey.ALL:
                self._buffer.wipe()
            else:
                self._buffer.drop_last()
            return KeyKind.CLEAR
        if code == ENTER:
            return KeyKind.ENTER if self._buffer.count >= self._minimum else KeyKind.REFUSED
        return KeyKind.CANCEL if code == CANCEL else None

    def digits(self) -> SecretDigits:
        """Hand over what was typed."""
        return self._buffer.take()

    def wipe(self) -> None:
        """Zero what was typed."""
        self._buffer.wipe()


class MaskedEntry:
    """Digits that stay in the pad: only their number is followed, from the mask characters."""

    def __init__(self, minimum: int, maximum: int, clear_key: ClearKey) -> None:
        self._minimum = minimum
        self._maximum = maximum
        self._clear_key = clear_key
        self._count = 0

    def take(self, code: int) -> KeyPress | None:
        """One raw key code."""
        kind = self._act(code)
        return None if kind is None else KeyPress(kind, self._count)

    def _act(self, code: int) -> KeyKind | None:
        if code == MASK:
            if self._count == self._maximum:
                return KeyKind.REFUSED
            self._count += 1
            return KeyKind.DIGIT
        if code == CLEAR:
            self._count = 0 if self._clear_key is ClearKey.ALL else max(0, self._count - 1)
            return KeyKind.CLEAR
        if code == ENTER:
            return KeyKind.ENTER if self._count >= self._minimum else KeyKind.REFUSED
        return KeyKind.CANCEL if code == CANCEL else None
