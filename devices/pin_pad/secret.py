"""Typed digits that live in one buffer, are never text, and are zeroed on every way out.

CPython may keep copies of what it moves: therefore no digit string is ever built, sliced, grown or formatted here.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable
from types import TracebackType
from typing import NoReturn, TypeVar

T = TypeVar("T")


def wipe(buffer: bytearray) -> None:
    """Overwrite with zeros in place; the length stays."""
    for at in range(len(buffer)):
        buffer[at] = 0


class SecretWiped(ValueError):
    """The digits were asked for after they had been zeroed."""


class SecretDigits:
    """A PIN as ASCII digits (30-39). A context manager: zeroed on exit, by :meth:`close`, or when it is dropped.

    It takes ownership of ``digits``: the same buffer is zeroed. Everything that could copy or show it is refused;
    use :meth:`matches` to compare, :meth:`apply` to judge, :attr:`digits` to hand it to a card command.
    """

    __slots__ = ("_closed", "_digits")

    def __init__(self, digits: bytearray) -> None:
        self._digits = digits
        self._closed = False

    @property
    def digits(self) -> bytearray:
        """The live buffer, not a copy. Raises SecretWiped after :meth:`close`."""
        if self._closed:
            raise SecretWiped("the digits have been zeroed")
        return self._digits

    def apply(self, rule: Callable[[bytearray], T]) -> T:
        """What ``rule`` says of the digits. The rule must neither keep nor copy them."""
        return rule(self.digits)

    def matches(self, other: SecretDigits) -> bool:
        """Whether both hold the same digits, in constant time for equal lengths."""
        return hmac.compare_digest(self.digits, other.digits)

    def close(self) -> None:
        """Zero the digits. Twice is harmless."""
        wipe(self._digits)
        self._closed = True

    def __len__(self) -> int:
        return len(self._digits)

    def __enter__(self) -> SecretDigits:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def __del__(self) -> None:
        if hasattr(self, "_digits"):
            wipe(self._digits)

    def __repr__(self) -> str:
        return f"<SecretDigits {len(self._digits)}>"

    def __str__(self) -> str:
        raise TypeError("secret digits are never text")

    def __format__(self, spec: str) -> str:
        raise TypeError("secret digits are never text")

    def __eq__(self, other: object) -> bool:
        raise TypeError("compare secret digits with matches()")

    __hash__ = None  # type: ignore[assignment]

    def __copy__(self) -> NoReturn:
        raise TypeError("secret digits are not copied")

    def __deepcopy__(self, memo: object) -> NoReturn:
        raise TypeError("secret digits are not copied")

    def __reduce_ex__(self, protocol: object) -> NoReturn:
        raise TypeError("secret digits are not pickled")


class DigitBuffer:
    """Where digits gather while they are typed: as long as the longest PIN from the start, so that it never moves."""

    __slots__ = ("_buffer", "count")

    def __init__(self, maximum: int) -> None:
        self._buffer = bytearray(maximum)
        self.count = 0

    def append(self, code: int) -> bool:
        """Take one ASCII digit; False when full."""
        if self.count == len(self._buffer):
            return False
        self._buffer[self.count] = code
        self.count += 1
        return True

    def drop_last(self) -> None:
        """Forget the last digit, if there is one."""
        if self.count:
            self.count -= 1
            self._buffer[self.count] = 0

    def wipe(self) -> None:
        """Forget all, overwritten."""
        wipe(self._buffer)
        self.count = 0

    def take(self) -> SecretDigits:
        """Hand the digits over and wipe this buffer."""
        digits = bytearray(self.count)
        for at in range(self.count):
            digits[at] = self._buffer[at]
        self.wipe()
        return SecretDigits(digits)

    def __repr__(self) -> str:
        return f"<DigitBuffer {self.count}>"
