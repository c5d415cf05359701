"""Commands to a chip and its answers (ISO 7816-4, short form), the status words of the social security card, and what a
terminal must do about them before anyone reads an answer: GET RESPONSE, a reissue with the right length, chaining.

The processors are layers over one function that sends a command (:data:`Send`), each unaware of the others.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import IntEnum

SECRET_INSTRUCTIONS = frozenset({0x20, 0x24, 0x5E})
"""VERIFY, PIN CHANGE/UNBLOCK, CHANGE PIN: their data is never shown."""

_SHORT_MAXIMUM = 255


class StatusWord(IntEnum):
    """Every status word of the protocol page (A10). Families (61xx, 63Cx, 6Cxx) are in :class:`ResponseApdu`."""

    SUCCESS = 0x9000
    MEMORY_FAILURE = 0x6581
    WRONG_LENGTH = 0x6700
    COMMAND_NOT_ACCEPTED = 0x6901
    FILE_STRUCTURE_INCOMPATIBLE = 0x6981
    SECURITY_NOT_SATISFIED = 0x6982
    AUTHENTICATION_BLOCKED = 0x6983
    RANDOM_INVALID = 0x6984
    CONDITIONS_NOT_SATISFIED = 0x6985
    COMMAND_NOT_ALLOWED = 0x6986
    SECURE_MESSAGING_MISSING = 0x6987
    SECURE_MESSAGING_INCORRECT = 0x6988
    WRONG_DATA = 0x6A80
    FUNCTION_NOT_SUPPORTED = 0x6A81
    FILE_NOT_FOUND = 0x6A82
    RECORD_NOT_FOUND = 0x6A83
    NOT_ENOUGH_SPACE = 0x6A84
    LENGTH_INCONSISTENT = 0x6A85
    WRONG_P1_P2 = 0x6A86
    KEY_NOT_FOUND = 0x6A88
    OFFSET_OUTSIDE = 0x6B00
    INSTRUCTION_NOT_SUPPORTED = 0x6D00
    CLASS_NOT_SUPPORTED = 0x6E00
    UNKNOWN_FAILURE = 0x6F00
    MAC_INCORRECT = 0x9302
    APPLICATION_LOCKED_FOR_EVER = 0x9303
    INSUFFICIENT_BALANCE = 0x9401
    COUNTER_AT_MAXIMUM = 0x9402
    KEY_INDEX_UNSUPPORTED = 0x9403
    MAC_UNAVAILABLE = 0x9406


@dataclass(frozen=True, slots=True)
class CommandApdu:
    """``le``: the answer's expected length, 0 to 256; 0 and 256 are both sent as 00; None: no Le byte.

    ``data`` may be a bytearray that its owner zeroes later. Shown without data where that holds a PIN.
    """

    cla: int
    ins: int
    p1: int
    p2: int
    data: bytes | bytearray = b""
    le: int | None = None

    def encode(self) -> bytearray:
        """The bytes on the wire, in a buffer that the caller may zero. ValueError for over 255 bytes of data."""
        if len(self.data) > _SHORT_MAXIMUM:
            raise ValueError(f"{len(self.data)} bytes do not fit one command: use chaining")
        out = bytearray((self.cla, self.ins, self.p1, self.p2))
        if self.data:
            out.append(len(self.data))
            out += self.data
        if self.le is not None:
            out.append(self.le & 0xFF)
        return out

    @classmethod
    def decode(cls, raw: bytes) -> CommandApdu:
        """From the wire. ValueError when it is no short APDU."""
        if len(raw) < 4:
            raise ValueError("a command has at least four bytes")
        (cla, ins, p1, p2), body = raw[:4], raw[4:]
        if not body:
            return cls(cla, ins, p1, p2)
        if len(body) == 1:
            return cls(cla, ins, p1, p2, le=body[0])
        length = body[0]
        if length == 0 or len(body) not in (1 + length, 2 + length):
            raise ValueError(f"Lc says {length}, but {len(body) - 1} bytes follow")
        le = body[1 + length] if len(body) == 2 + length else None
        return cls(cla, ins, p1, p2, data=bytes(body[1 : 1 + length]), le=le)

    def __repr__(self) -> str:
        head = f"{self.cla:02X}{self.ins:02X}{self.p1:02X}{self.p2:02X}"
        if self.data:
            shown = "*" * 2 * len(self.data) if self.ins in SECRET_INSTRUCTIONS else self.data.hex().upper()
            head += f" {len(self.data):02X} {shown}"
        return f"CommandApdu({head}{'' if self.le is None else f' {self.le & 0xFF:02X}'})"


@dataclass(frozen=True, slots=True)
class ResponseApdu:
    """``sw``: the status word as a number. Shown without data, which may be personal."""

    data: bytes
    sw: int

    @classmethod
    def decode(cls, raw: bytes) -> ResponseApdu:
        """From the wire. ValueError when there are not two bytes."""
        if len(raw) < 2:
            raise ValueError(f"an answer has at least two bytes, not {len(raw)}")
        return cls(bytes(raw[:-2]), int.from_bytes(raw[-2:], "big"))

    @property
    def ok(self) -> bool:
        """9000."""
        return self.sw == StatusWord.SUCCESS

    @property
    def status(self) -> StatusWord | None:
        """The status word by name; None for one of a family, or not on the page."""
        try:
            return StatusWord(self.sw)
        except ValueError:
            return None

    @property
    def attempts_left(self) -> int | None:
        """63Cx: how many tries are left, 0 to 15; None for any other status word."""
        return self.sw & 0x0F if self.sw & 0xFFF0 == 0x63C0 else None

    @property
    def more(self) -> int | None:
        """61xx: how many bytes wait for GET RESPONSE, 1 to 256; None otherwise."""
        return (self.sw & 0xFF) or 256 if self.sw >> 8 == 0x61 else None

    @property
    def right_length(self) -> int | None:
        """6Cxx: the Le to reissue with, 1 to 256; None otherwise."""
        return (self.sw & 0xFF) or 256 if self.sw >> 8 == 0x6C else None

    def __repr__(self) -> str:
        return f"ResponseApdu({len(self.data)} bytes, {self.sw:04X})"


Send = Callable[[CommandApdu], ResponseApdu]


def with_reissue(send: Send) -> Send:
    """6Cxx: send the same command again with Le=xx, once."""

    def process(command: CommandApdu) -> ResponseApdu:
        response = send(command)
        if response.right_length is None:
            return response
        return send(replace(command, le=response.right_length))

    return process


def with_get_response(send: Send) -> Send:
    """61xx: fetch what waits, until it has all come, and answer as if it had come at once."""

    def process(command: CommandApdu) -> ResponseApdu:
        response = send(command)
        data = response.data
        while response.more is not None:
            response = send(CommandApdu(command.cla & 0x03, 0xC0, 0x00, 0x00, le=response.more))
            data += response.data
            if response.more is not None and not response.data:
                break  # a chip that promises for ever
        return ResponseApdu(data, response.sw)

    return process


def with_chaining(send: Send) -> Send:
    """Over 255 bytes of data: several commands, all but the last with class bit 10; stops at the first refusal."""

    def process(command: CommandApdu) -> ResponseApdu:
        data = command.data
        while len(data) > _SHORT_MAXIMUM:
            piece, data = data[:_SHORT_MAXIMUM], data[_SHORT_MAXIMUM:]
            response = send(replace(command, cla=command.cla | 0x10, data=piece, le=None))
            if not response.ok:
                return response
        return send(replace(command, data=data))

    return process


def with_t0_commands(send: Send) -> Send:
    """T=0 cannot carry data both ways: Le is left off a command with data, and the chip answers 61xx."""

    def process(command: CommandApdu) -> ResponseApdu:
        if command.data:
            return send(replace(command, le=None))
        return send(command if command.le is not None else replace(command, le=0))

    return process


def terminal(send: Send, *, t0: bool) -> Send:
    """All a terminal does, over a function that sends one command and gets one answer."""
    send = with_reissue(with_t0_commands(send) if t0 else send)
    return with_chaining(with_get_response(send))
