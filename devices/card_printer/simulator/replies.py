"""What a simulated Evolis printer says: the answer, and behind it the status words (page A3, A4)."""

from __future__ import annotations

import struct
from collections.abc import Iterable

CONFIG = {
    "X01": 0x80000000,
    "EXTENSION_1": 0x08000000,
    "ETHERNET": 0x00400000,
    "FLIP": 0x00100000,
    "SMART": 0x00040000,
    "FEED_BY_FEEDER": 0x00002000,
    "REJECT_SLOT": 0x00000020,
}
INFORMATION = {
    "CLAIM": 0x80000000,
    "CARD_FEEDER": 0x20000000,
    "CARD_FLIP": 0x10000000,
    "CARD_CONTACTLESS": 0x08000000,
    "CARD_SMART": 0x04000000,
    "CARD_PRINT": 0x02000000,
    "CARD_EJECT": 0x01000000,
    "UNKNOWN_RIBBON": 0x00100000,
    "RIBBON_LOW": 0x00080000,
    "CLEANING_MANDATORY": 0x00040000,
    "CLEANING": 0x00020000,
    "WRONG_ZONE_RIBBON": 0x00000400,
    "PRINTING_RUNNING": 0x00000080,
    "ENCODING_RUNNING": 0x00000040,
    "CLEANING_RUNNING": 0x00000020,
    "BUSY": 0x00000001,
}
WARNING = {
    "POWER_SUPPLY": 0x80000000,
    "REJECT_BOX_FULL": 0x08000000,
    "FEEDER_EMPTY": 0x01000000,
    "COOLING": 0x00200000,
    "RIBBON_ENDED": 0x00080000,
    "PRINTER_LOCKED": 0x00040000,
    "COVER_OPEN": 0x00020000,
    "NO_RIBBON": 0x00010000,
    "UNSUPPORTED_RIBBON": 0x00008000,
    "REJECT_BOX_COVER_OPEN": 0x00000400,
    "FEEDER_OPEN": 0x00000100,
}
ERROR = {
    "HEAD_TEMP": 0x20000000,
    "FEEDER_ERROR": 0x08000000,
    "RIBBON_ERROR": 0x04000000,
    "COVER_OPEN": 0x02000000,
    "MECHANICAL": 0x01000000,
    "REJECT_BOX_FULL": 0x00800000,
    "BAD_RIBBON": 0x00400000,
    "RIBBON_ENDED": 0x00200000,
    "HARDWARE": 0x00000001,
}
EXTENSION_1 = {
    "EXTENSION_2": 0x80000000,
    "CFG_KIOSK": 0x40000000,
    "SCANNER": 0x02000000,
    "CFG_BEZEL": 0x00000200,
    "FEEDER_NEAR_EMPTY": 0x00000100,
    **{f"FEEDER{n}_EMPTY": 0x100 >> n for n in (1, 2, 3, 4)},
    **{f"FEEDER{n}_NEAR_EMPTY": 0x10 >> n for n in (1, 2, 3, 4)},
}
EXTENSION_2 = {"CARD_REAR": 0x00010000}
EXTENSION_3 = {
    "BEZEL_CARD_OUTSIDE": 0x00020000,
    "BEZEL_CARD_RE_INSERT": 0x00010000,
    "BEZEL_CARD_EJECT": 0x00008000,
    "REJECTBOX1_FULL": 0x00000100,
}
WORDS = {
    "config": CONFIG,
    "information": INFORMATION,
    "warning": WARNING,
    "error": ERROR,
    "extension1": EXTENSION_1,
    "extension2": EXTENSION_2,
    "extension3": EXTENSION_3,
    "extension4": dict[str, int](),
}


class StatusWords:
    """Bits are set by word and name; KeyError for one that this device never sets."""

    def __init__(self) -> None:
        self._values = dict.fromkeys(WORDS, 0)

    def set(self, word: str, *names: str) -> None:
        """Set bits."""
        for name in names:
            self._values[word] |= WORDS[word][name]

    def flip_on(self, word: str, bits: int) -> None:
        """Set bits by value, for a fault that names them so."""
        self._values[word] |= bits

    def names(self) -> list[str]:
        """The bits that stand, config left out."""
        return [
            name
            for word, bits in WORDS.items()
            if word != "config"
            for name, bit in bits.items()
            if self._values[word] & bit
        ]

    def block(self, session: int) -> bytes:
        """The status block: 40 bytes with all four extension words."""
        main, more = self._split()
        block = b"\x10" + struct.pack(">IIII", *main) + b"\x02" + struct.pack(">H", session)
        return block + b"".join(b"\x04" + struct.pack(">I", word) for word in more)

    def _split(self) -> tuple[Iterable[int], Iterable[int]]:
        values = list(self._values.values())
        return values[:4], values[4:]


def reply(answer: str, block: bytes) -> bytes:
    """The whole reply; without a block the status is disabled."""
    text = answer.encode("ascii") + b"\0"
    return text + struct.pack(">H", len(block)) + block if block else text
