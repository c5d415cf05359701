"""The holder's PIN on the card: packed digits, tries left, locked at none."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from devices.card_reader.simulator.description import pack_digits

SHORTEST, LONGEST = 2, 8
"""Length of a packed PIN in bytes."""


@dataclass(slots=True)
class HolderPin:
    """``packed`` empty: no PIN set."""

    packed: bytes = field(repr=False)
    maximum: int
    left: int

    @classmethod
    def of(cls, digits: str, maximum: int, left: int | None) -> HolderPin:
        """``left`` None: all tries are left."""
        return cls(pack_digits(digits, (len(digits) + 1) // 2), maximum, maximum if left is None else left)

    @property
    def is_set(self) -> bool:
        """Whether the card asks for one at all."""
        return bool(self.packed)

    @property
    def state_word(self) -> int:
        """63Cx with the tries left, 6983 when locked, 9000 when no PIN is set."""
        if not self.is_set:
            return 0x9000
        return 0x63C0 | self.left if self.left else 0x6983

    def check(self, packed: bytes) -> int:
        """Try one: 9000 and all tries again, or 63Cx with one fewer, or 6983 when already locked."""
        if self.left == 0:
            return 0x6983
        if packed == self.packed:
            self.left = self.maximum
            return 0x9000
        self.left -= 1
        return 0x63C0 | self.left

    def set(self, packed: bytes) -> bool:
        """A new PIN with all its tries; False when it is none (length, digits, fill)."""
        digits = packed.hex().rstrip("f")
        if not SHORTEST <= len(packed) <= LONGEST or not digits.isdigit() or len(digits) < 2 * len(packed) - 1:
            return False
        self.packed, self.left = packed, self.maximum
        return True

    def save(self) -> dict[str, object]:
        return {"packed": self.packed.hex(), "maximum": self.maximum, "left": self.left}

    @classmethod
    def restore(cls, saved: Mapping[str, object]) -> HolderPin:
        """ValueError when the memory is damaged."""
        maximum, left = saved["maximum"], saved["left"]
        if not isinstance(maximum, int) or not isinstance(left, int):
            raise ValueError("the card's memory is damaged")
        return cls(bytes.fromhex(str(saved["packed"])), maximum, left)
