"""What a host says to a simulated Evolis printer: commands, tags, raster panels, in pieces of any size (page A5)."""

from __future__ import annotations

import re
from dataclasses import dataclass

DOTS_ACROSS = 648
DOTS_ALONG = 1016
_PANEL_BYTES = {256: DOTS_ACROSS * DOTS_ALONG, 2: DOTS_ACROSS * DOTS_ALONG // 8}
_DOWNLOAD = re.compile(rb"\x1bDb;([a-z]);(\d+);")
_LONGEST_DOWNLOAD_HEAD = 16
_TAG = re.compile(rb"</?[A-Z]+[^>]*>")
_LONGEST_TAG = 64


@dataclass(frozen=True, slots=True)
class Text:
    """A command without ESC and CR."""

    text: str


@dataclass(frozen=True, slots=True)
class Panel:
    """A raster: ``levels`` 256 a byte a dot, 2 a bit a dot."""

    letter: str
    levels: int
    data: bytes


@dataclass(frozen=True, slots=True)
class RequestEnd:
    """The 00 after the last command."""


Heard = Text | Panel | RequestEnd


class RequestReader:
    """Feed bytes, take what is whole. Bytes that belong to nothing are dropped and counted."""

    def __init__(self) -> None:
        self.dropped = 0
        self._held = bytearray()

    def __len__(self) -> int:
        return len(self._held)

    def clear(self) -> None:
        """Forget a piece that never became whole."""
        self._held.clear()

    def feed(self, data: bytes) -> None:
        """More bytes."""
        self._held += data

    def next(self) -> Heard | None:
        """What is whole next; None until more comes."""
        while self._held:
            first = self._held[0]
            if first == 0x00:
                del self._held[0]
                return RequestEnd()
            if first == 0x1B:
                return self._command()
            if first == 0x3C:
                tag = _TAG.match(self._held[:_LONGEST_TAG])
                if tag is not None:
                    del self._held[: tag.end()]
                    continue
                if len(self._held) < _LONGEST_TAG and not {0x3E, 0x1B} & set(self._held):
                    return None
            del self._held[0]
            self.dropped += 1
        return None

    def _command(self) -> Heard | None:
        head = bytes(self._held[:_LONGEST_DOWNLOAD_HEAD])
        if head.startswith(b"\x1bDb;") or b"\x1bDb;".startswith(head):
            return self._download(head)
        end = self._held.find(b"\r")
        if end < 0:
            return None
        text = bytes(self._held[1:end]).decode("ascii", "replace")
        del self._held[: end + 1]
        return Text(text)

    def _download(self, head: bytes) -> Heard | None:
        match = _DOWNLOAD.match(head)
        if match is None or int(match[2]) not in _PANEL_BYTES:
            if len(head) < _LONGEST_DOWNLOAD_HEAD:
                return None
            del self._held[:1]
            self.dropped += 1
            return self.next()
        levels = int(match[2])
        end = match.end() + _PANEL_BYTES[levels]
        if len(self._held) <= end:
            return None
        panel = Panel(match[1].decode(), levels, bytes(self._held[match.end() : end]))
        if self._held[end : end + 1] == b"\r":
            end += 1
        del self._held[:end]
        return panel
