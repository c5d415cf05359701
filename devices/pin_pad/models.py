"""How the models of the SZZT family differ, as data (pin-pad.md, D1).

Where the page leaves a shape open, the value here is what the one known source does, and it is a field to be
overridden, not code: ``dataclasses.replace(MODELS["zt598"], ...)``.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from devices.pin_pad.contract import BlockFormat, Key, KeyUse


class StartShape(StrEnum):
    """What command 6 carries, and so where key, format and card number go."""

    SESSION = "session"
    """ZT598: ``60001`` and the clear key's behaviour; key, format and PAN12 go with command 7."""
    BLOCK = "block"
    """ZT588: key2, format, hint, length2, PAN; command 7 carries nothing."""


class ClearKey(StrEnum):
    """What the clear key takes back."""

    LAST = "last"
    ALL = "all"


@dataclass(frozen=True, slots=True)
class Quirks:
    """One model. Length digits stand for 8, 16 and 24 bytes."""

    clear_key_lengths: str
    """Length digits in command 1."""
    start: StartShape
    clear_key_digits: dict[ClearKey, str]
    """The last digit of ZT598's command 6."""
    hint: str = "0"
    """ZT588's hint digit in command 6 (unexplained; 0 in the known source)."""
    working_key_lengths: str = "123"
    """Length digits in command 2."""
    hardware_flow: bool = False
    """RTS/CTS."""
    sm4: bool = True
    sm4_working: str = "c30"
    """How command c begins; master2, key2 and the value follow."""
    beep: str = "503D"
    block_pad: int = 0xFF
    """53xx before the PIN block, for the formats that have a pad (ASCII, IBM 3624)."""


MODELS: dict[str, Quirks] = {
    "zt598": Quirks(
        clear_key_lengths="123",
        start=StartShape.SESSION,
        clear_key_digits={ClearKey.LAST: "1", ClearKey.ALL: "2"},
    ),
    "zt588": Quirks(
        clear_key_lengths="012",
        start=StartShape.BLOCK,
        clear_key_digits={},
        hardware_flow=True,
        sm4=False,
    ),
}

FORMAT_CHARACTERS: dict[BlockFormat, str] = {
    BlockFormat.ASCII: "@",
    BlockFormat.ISO_0: " ",
    BlockFormat.ISO_1: "!",
    BlockFormat.ISO_2: '"',
    BlockFormat.ISO_3: "#",
    BlockFormat.IBM_3624: "0",
}
"""Command 7's (ZT588: 6's) format; SM4 has a command of its own."""

PADDED = frozenset({BlockFormat.ASCII, BlockFormat.IBM_3624})

USE_DIGITS: dict[KeyUse, str] = {KeyUse.MASTER: "2", KeyUse.PIN: "3", KeyUse.MAC: "5", KeyUse.DATA: "6"}

MASK = 0x2A
PAD_TIMED_OUT = 0x80
CANCEL = 0x1B
ENTER = 0x0D
CLEAR = 0x08
DOUBLE_ZERO = (0x22, 0x23)
DIGITS = range(0x30, 0x3A)

KEYS: dict[int, Key] = {
    **{0x30 + digit: Key(str(digit)) for digit in range(10)},
    **dict.fromkeys(DOUBLE_ZERO, Key.DOUBLE_ZERO),
    **{0x41 + at: Key(f"F{at + 1}") for at in range(8)},
    0x2E: Key.POINT,
    CLEAR: Key.CLEAR,
    CANCEL: Key.CANCEL,
    ENTER: Key.ENTER,
}
"""The factory's key-code table."""
