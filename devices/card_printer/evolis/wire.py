"""Requests to an Evolis printer and its replies (protocol page A3). Pure.

A request is ESC, the command, CR, and one 00 at the end of what is sent; no byte at all asks for the status. A reply is
the answer's text, 00, two bytes of unknown meaning, and the status block.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

from devices.card_printer.evolis.flags import (
    Alert,
    Config,
    Error,
    Extension1,
    Extension2,
    Extension3,
    Extension4,
    Flags,
    Information,
)

ESC = b"\x1b"
CR = b"\r"
END = b"\x00"
STATUS_POLL = b""
WORDS_LENGTH = 16
SESSION_LENGTH = 2
EXTENSION_LENGTH = 4
MOST_EXTENSIONS = 4


class WireError(ValueError):
    """A reply that follows no known form."""


@dataclass(frozen=True, slots=True)
class Reply:
    """``text``: the answer without CR, empty for a status poll. ``session``: who holds the printer, 0 = nobody.

    ``flags`` and ``session`` None: the printer's status is disabled.
    """

    text: str
    flags: Flags | None
    session: int | None


def command(text: str) -> bytes:
    """One command without the end of the request, such as ``Sis``. ValueError for what cannot be sent."""
    if not text or not text.isascii() or not text.isprintable():
        raise ValueError(f"not a command: {text!r}")
    return ESC + text.encode("ascii") + CR


def request(text: str) -> bytes:
    """One command as a whole request."""
    return command(text) + END


def whole_length(data: bytes | bytearray) -> int | None:
    """How long the reply at the start of ``data`` is; None while it is not whole. For lines that do not end.

    WireError when what follows the text is no status block.
    """
    end = data.find(END)
    if end < 0 or len(data) < end + 4:
        return None
    at = end + 3
    if data[at] != WORDS_LENGTH:
        raise WireError(f"a status block begins with 10, not {data[at]:02X}")
    words = _extensions_of(data, at)
    if words is None:
        return None
    length = at + 1 + WORDS_LENGTH + 1 + SESSION_LENGTH + words * (1 + EXTENSION_LENGTH)
    return length if len(data) >= length else None


def _extensions_of(data: bytes | bytearray, at: int) -> int | None:
    """How many extension words the block announces: EXTENSION_1 in config, EXTENSION_2 in the first of them.

    Further ones follow when they are there: the whole block has four.
    """
    if len(data) < at + 1 + WORDS_LENGTH:
        return None
    (config,) = struct.unpack_from(">I", data, at + 1)
    return MOST_EXTENSIONS if config & Config.EXTENSION_1 else 0


def parse_reply(data: bytes) -> Reply:
    """A whole reply. WireError says what is wrong with it."""
    end = data.find(END)
    if end < 0:
        raise WireError("the answer has no end")
    text = data[:end].rstrip(CR).decode("ascii", "replace")
    rest = data[end + 1 :]
    if len(rest) < 5:
        return Reply(text, None, None)
    return Reply(text, *_parse_block(rest[2:]))


def _parse_block(block: bytes) -> tuple[Flags, int]:
    if block[0] != WORDS_LENGTH or len(block) < 1 + WORDS_LENGTH + 1 + SESSION_LENGTH:
        raise WireError(f"no status block: {block[:4].hex(' ')} ({len(block)} bytes)")
    config, information, warning, error = struct.unpack_from(">IIII", block, 1)
    at = 1 + WORDS_LENGTH
    if block[at] != SESSION_LENGTH:
        raise WireError(f"a session id has 2 bytes, not {block[at]}")
    (session,) = struct.unpack_from(">H", block, at + 1)
    at += 1 + SESSION_LENGTH
    extensions: list[int] = []
    while at < len(block) and len(extensions) < MOST_EXTENSIONS:
        if block[at] != EXTENSION_LENGTH or len(block) < at + 1 + EXTENSION_LENGTH:
            raise WireError(f"no extension word: {block[at:].hex(' ')}")
        extensions.append(struct.unpack_from(">I", block, at + 1)[0])
        at += 1 + EXTENSION_LENGTH
    one, two, three, four = (*extensions, 0, 0, 0, 0)[:MOST_EXTENSIONS]
    flags = Flags(
        Config(config),
        Information(information),
        Alert(warning),
        Error(error),
        Extension1(one),
        Extension2(two),
        Extension3(three),
        Extension4(four),
    )
    return flags, session


def key_values(text: str) -> dict[str, str]:
    """The lines ``key: value`` of ``Rrt;all``, ``Rco;clean`` and ``Rco;card``; other lines are passed over."""
    pairs = (line.partition(":") for line in text.replace("\r", "\n").splitlines())
    return {key.strip(): value.strip() for key, colon, value in pairs if colon}


def tray_letter(text: str) -> str:
    """The letter in round brackets of ``Rcim``, ``Rcem``, ``Rcrm``. WireError when there is none."""
    _, bracket, rest = text.partition("(")
    if not bracket or rest[1:2] != ")":
        raise WireError("a tray's answer holds a letter in round brackets")
    return rest[0]
