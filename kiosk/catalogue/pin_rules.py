"""What a new PIN may not be (F43, scenario A7): pure rules on the buffer the digits were typed into.

No rule copies, slices or formats the digits: they are compared in place, as ASCII codes.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from enum import StrEnum


class PinRule(StrEnum):
    """A rule, by the key of what the citizen is told (``pin.weak.<key>``)."""

    INITIAL = "initial"
    """The initial PIN of the card."""
    REPEATED = "repeated"
    """One digit throughout: 111111."""
    SEQUENCE = "sequence"
    """A pattern: 234567, 987654, 123321, 121212, 123123, 112233, 111222."""
    BIRTHDAY = "birthday"
    """The birth date in any of its usual forms, or digits that stand side by side in one."""
    NUMBER = "number"
    """Digits that stand side by side in the identity number."""


EVERY_RULE = tuple(PinRule)


def broken_rule(
    pin: bytearray,
    *,
    initial: bytes,
    birth_date: date | None,
    identity_number: str | None,
    forbidden: Iterable[PinRule] = EVERY_RULE,
) -> PinRule | None:
    """The first rule that ``pin`` (ASCII digits, four at least) breaks, or None. ``pin`` is neither kept nor changed.

    Without a birth date or number, what they would forbid is allowed. Raises ValueError for anything but digits.
    """
    if len(pin) < 4 or any(not 0x30 <= code <= 0x39 for code in pin):
        raise ValueError("a PIN is four digits or more")
    chosen = set(forbidden)
    for rule in EVERY_RULE:
        if rule in chosen and _breaks(rule, pin, initial, birth_date, identity_number):
            return rule
    return None


def _breaks(
    rule: PinRule, pin: bytearray, initial: bytes, birth_date: date | None, identity_number: str | None
) -> bool:
    match rule:
        case PinRule.INITIAL:
            return _same(pin, initial)
        case PinRule.REPEATED:
            return all(pin[index] == pin[0] for index in range(1, len(pin)))
        case PinRule.SEQUENCE:
            return _stepping(pin) or _mirrored(pin) or _periodic(pin) or _grouped(pin)
        case PinRule.BIRTHDAY:
            return birth_date is not None and _birthday(pin, birth_date)
        case PinRule.NUMBER:
            return identity_number is not None and _within(pin, identity_number.encode("ascii", "replace"))


def is_initial(pin: bytearray, initial: bytes) -> bool:
    """Whether the PIN is the initial one."""
    return _same(pin, initial)


def _same(pin: bytearray, other: bytes) -> bool:
    return len(pin) == len(other) and all(pin[index] == other[index] for index in range(len(other)))


def _stepping(pin: bytearray) -> bool:
    """Each digit one above, or one below, the one before; 9 is followed by 0 (456789, 567890, 098765)."""
    return any(all((pin[i + 1] - pin[i]) % 10 == step for i in range(len(pin) - 1)) for step in (1, 9))


def _mirrored(pin: bytearray) -> bool:
    """The same from both ends: 123321, 250052."""
    return all(pin[index] == pin[len(pin) - 1 - index] for index in range(len(pin) // 2))


def _periodic(pin: bytearray) -> bool:
    """One group again and again: 121212, 123123, 2580 2580."""
    return any(
        all(pin[index] == pin[index % length] for index in range(length, len(pin)))
        for length in range(2, len(pin) // 2 + 1)
        if len(pin) % length == 0
    )


def _grouped(pin: bytearray) -> bool:
    """Groups of one digit each, all of one length: 112233, 775511, 111222."""
    return any(
        len(pin) % length == 0 and all(pin[i] == pin[i - i % length] for i in range(len(pin)))
        for length in range(2, len(pin) // 2 + 1)
    )


def _within(pin: bytearray, longer: bytes) -> bool:
    """Whether the PIN stands in ``longer``, forwards or backwards."""
    size = len(pin)
    return any(
        all(pin[i] == longer[at + i] for i in range(size))
        or all(pin[size - 1 - i] == longer[at + i] for i in range(size))
        for at in range(len(longer) - size + 1)
    )


BIRTHDAY_FORMS = ("%Y%m%d", "%d%m%Y", "%m%d%Y", "%Y%d%m", "%y%m%d", "%d%m%y", "%m%d%y", "%y%d%m")
"""Forms in which people write a birth date. Forbidden are all digits side by side in one: YYYYMM, DDYYYY, and so on."""


def _birthday(pin: bytearray, day: date) -> bool:
    forms = [day.strftime(form) for form in BIRTHDAY_FORMS]
    forms += [f"{day.year}{day.month}{day.day}", f"{day.day}{day.month}{day.year}", f"{day.month}{day.day}{day.year}"]
    return any(_within(pin, form.encode("ascii")) for form in forms)
