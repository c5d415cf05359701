"""The byte stream of ESC/POS cut into commands, as the printer's firmware does it (protocol page C1, C2)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

DLE, ESC, FS, GS = 0x10, 0x1B, 0x1C, 0x1D

# How many parameter bytes follow each two-byte command.
_ESC = {
    " ": 1, "!": 1, "$": 2, "%": 1, "-": 1, "2": 0, "3": 1, "=": 1, "@": 0, "A": 1, "E": 1, "G": 1, "J": 1, "M": 1,
    "R": 1, "S": 0, "T": 1, "V": 1, "\\": 2, "a": 1, "d": 1, "i": 0, "m": 0, "p": 3, "r": 1, "t": 1, "u": 1, "v": 0,
    "{": 1, "c": 2, "L": 0, "Z": 0,
}  # fmt: skip
_FS = {"!": 1, "&": 0, ".": 0, "-": 1, "S": 2, "W": 1, "C": 1}
_GS = {
    "!": 1, "#": 1, "B": 1, "E": 1, "H": 1, "I": 1, "L": 2, "P": 2, "W": 2, "a": 1, "b": 1, "f": 1, "h": 1, "r": 1,
    "w": 1, "/": 1, "$": 2, "\\": 2, "^": 3, "x": 1, "y": 1,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Command:
    """``name`` is the command in the page's notation (``GS v 0``); a control character is its own (``LF``); ``text`` is
    a run of characters. ``data`` holds the parameters or the characters."""

    name: str
    data: bytes = field(default=b"", repr=False)


class Incomplete(Exception):
    """The rest of the command has not come yet."""


class CommandReader:
    """Holds what has come; gives whole commands in order."""

    def __init__(self) -> None:
        self._held = bytearray()

    def __len__(self) -> int:
        return len(self._held)

    def feed(self, data: bytes) -> None:
        """More bytes."""
        self._held += data

    def clear(self) -> None:
        """Forget everything (power off)."""
        self._held.clear()

    def __iter__(self) -> Iterator[Command]:
        while (command := self.next()) is not None:
            yield command

    def next(self) -> Command | None:
        """The next whole command, or None."""
        if not self._held:
            return None
        try:
            command, length = self._parse(bytes(self._held))
        except Incomplete:
            return None
        del self._held[:length]
        return command

    def _parse(self, held: bytes) -> tuple[Command, int]:
        lead = held[0]
        if lead >= 0x20:
            end = next((at for at, byte in enumerate(held) if byte < 0x20), len(held))
            return Command("text", held[:end]), end
        simple = {0x09: "HT", 0x0A: "LF", 0x0C: "FF", 0x0D: "CR", 0x18: "CAN"}
        if lead in simple:
            return Command(simple[lead]), 1
        if lead not in (DLE, ESC, FS, GS):
            return Command("ignored", held[:1]), 1
        if len(held) < 2:
            raise Incomplete
        letter = chr(held[1])
        if lead == DLE:
            return self._real_time(held)
        if lead == GS and letter in "(8vkV":
            return self._long_gs(held, letter)
        if lead == ESC and letter in "*D&":
            return self._long_esc(held, letter)
        if lead == FS and letter == "(":
            return self._counted("FS (", held)
        prefix, table = {ESC: ("ESC", _ESC), FS: ("FS", _FS), GS: ("GS", _GS)}[lead]
        if letter not in table:
            return Command("unknown", held[:2]), 2
        return self._fixed(f"{prefix} {letter}", held, 2, table[letter])

    @staticmethod
    def _fixed(name: str, held: bytes, head: int, count: int) -> tuple[Command, int]:
        if len(held) < head + count:
            raise Incomplete
        return Command(name, held[head : head + count]), head + count

    def _real_time(self, held: bytes) -> tuple[Command, int]:
        """Real-time commands were seen on arrival; in the buffer they are skipped."""
        if held[1] == 0x14:
            return self._fixed("DLE DC4", held, 2, 3)
        return self._fixed({4: "DLE EOT", 5: "DLE ENQ"}.get(held[1], "unknown"), held, 2, 1)

    def _counted(self, name: str, held: bytes) -> tuple[Command, int]:
        """``lead ( letter pL pH`` and that many bytes; the letter is part of the name."""
        if len(held) < 5:
            raise Incomplete
        return self._fixed(f"{name} {chr(held[2])}", held, 5, held[3] | held[4] << 8)

    def _long_gs(self, held: bytes, letter: str) -> tuple[Command, int]:
        if letter == "(":
            return self._counted("GS (", held)
        if letter == "8":
            if len(held) < 7:
                raise Incomplete
            return self._fixed(f"GS ( {chr(held[2])}", held, 7, int.from_bytes(held[3:7], "little"))
        if len(held) < 3:
            raise Incomplete
        if letter == "V":
            return self._fixed("GS V", held, 2, 2 if held[2] >= 65 else 1)
        if letter == "v":
            if len(held) < 8:
                raise Incomplete
            size = (held[4] | held[5] << 8) * (held[6] | held[7] << 8)
            return self._fixed("GS v 0", held, 3, 5 + size)
        if held[2] >= 65:  # GS k m n d1…dn
            if len(held) < 4:
                raise Incomplete
            return self._fixed("GS k", held, 2, 2 + held[3])
        end = held.find(0, 3)  # GS k m d1… NUL
        if end < 0:
            raise Incomplete
        return Command("GS k", held[2 : end + 1]), end + 1

    def _long_esc(self, held: bytes, letter: str) -> tuple[Command, int]:
        if letter == "D":
            end = held.find(0, 2)
            if end < 0:
                raise Incomplete
            return Command("ESC D", held[2:end]), end + 1
        if letter == "&":
            return self._user_defined(held)
        if len(held) < 5:
            raise Incomplete
        columns = held[3] | held[4] << 8
        return self._fixed("ESC *", held, 2, 3 + columns * (3 if held[2] in (32, 33) else 1))

    def _user_defined(self, held: bytes) -> tuple[Command, int]:
        """ESC & y c1 c2 [x d1…d(y·x)]…: skipped whole."""
        at = 5
        if len(held) < at:
            raise Incomplete
        for _ in range(held[3], held[4] + 1):
            if len(held) <= at:
                raise Incomplete
            at += 1 + held[2] * held[at]
        if len(held) < at:
            raise Incomplete
        return Command("ESC &", held[2:at]), at


def real_time(data: bytes) -> list[tuple[str, int, int]]:
    """The real-time commands (``DLE EOT``, ``DLE ENQ``; n; where it ends) anywhere in freshly arrived bytes,
    even inside pictures.

    The firmware looks at every byte as it arrives; so must the caller, who keeps the last two bytes for the next call.
    """
    names = {4: "DLE EOT", 5: "DLE ENQ"}
    return [
        (names[data[at + 1]], data[at + 2], at + 3)
        for at in range(len(data) - 2)
        if data[at] == DLE and data[at + 1] in names and 1 <= data[at + 2] <= 4
    ]
