"""How values stand in a record (A4): ``cn`` packed digits, ``an`` characters, ``b`` numbers; unset: all FF or 00."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol


class BadData(ValueError):
    """Bytes that are no value of their kind. The message holds no data."""


class Codec(Protocol):
    """A value's bytes, of a fixed length, and back."""

    @property
    def length(self) -> int:
        """In bytes."""
        ...

    def decode(self, data: bytes) -> Any:
        """Raises BadData."""
        ...

    def encode(self, value: Any) -> bytes:
        """Exactly ``length`` bytes. Raises ValueError when it does not fit."""
        ...


def is_unset(data: bytes) -> bool:
    """Whether a field was never written."""
    return not data.strip(b"\x00") or not data.strip(b"\xff")


@dataclass(frozen=True, slots=True)
class Digits:
    """``cn``: a str of digits, left justified, F filled; empty when unset."""

    length: int

    def decode(self, data: bytes) -> str:
        if is_unset(data):
            return ""
        digits = data.hex().rstrip("f")
        if not digits.isdigit():
            raise BadData(f"{len(data)} bytes of packed digits hold something else")
        return digits

    def encode(self, value: str) -> bytes:
        if len(value) > 2 * self.length or (value and not (value.isascii() and value.isdigit())):
            raise ValueError(f"not up to {2 * self.length} digits")
        return bytes.fromhex(value.ljust(2 * self.length, "F"))


@dataclass(frozen=True, slots=True)
class Text:
    """``an``: a str, GBK and beyond it GB 18030, left justified, 00 filled; empty when unset."""

    length: int

    def decode(self, data: bytes) -> str:
        return decode_text(data)

    def encode(self, value: str) -> bytes:
        data = value.encode("gb18030")
        if len(data) > self.length:
            raise ValueError(f"{len(data)} bytes of text do not fit {self.length}")
        return data.ljust(self.length, b"\0")


def decode_text(data: bytes) -> str:
    """Characters without their fill. Raises BadData."""
    try:
        return data.rstrip(b"\x00\xff ").decode("gb18030")
    except UnicodeDecodeError:
        raise BadData(f"{len(data)} bytes of text are not GBK") from None


@dataclass(frozen=True, slots=True)
class Number:
    """``b``: an unsigned number, big-endian."""

    length: int

    def decode(self, data: bytes) -> int:
        return int.from_bytes(data, "big")

    def encode(self, value: int) -> bytes:
        try:
            return value.to_bytes(self.length, "big")
        except OverflowError:
            raise ValueError(f"does not fit {self.length} bytes") from None


@dataclass(frozen=True, slots=True)
class Opaque:
    """Bytes taken as they are."""

    length: int

    def decode(self, data: bytes) -> bytes:
        return bytes(data)

    def encode(self, value: bytes) -> bytes:
        if len(value) != self.length:
            raise ValueError(f"{len(value)} bytes, not {self.length}")
        return bytes(value)


@dataclass(frozen=True, slots=True)
class Joined:
    """Several values one after the other, as a dict by name."""

    parts: tuple[tuple[str, Codec], ...]

    @property
    def length(self) -> int:
        """Of all of them."""
        return sum(codec.length for _, codec in self.parts)

    def decode(self, data: bytes) -> dict[str, Any]:
        if len(data) != self.length:
            raise BadData(f"{len(data)} bytes, not {self.length}")
        values = {}
        for name, codec in self.parts:
            values[name], data = codec.decode(data[: codec.length]), data[codec.length :]
        return values

    def encode(self, value: dict[str, Any]) -> bytes:
        return b"".join(codec.encode(value[name]) for name, codec in self.parts)
