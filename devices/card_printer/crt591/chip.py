"""The chip's side: cold reset and APDUs through the unit's own commands (protocol page, B1: 51)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from devices.card_printer.crt591 import faults
from devices.card_printer.crt591.wire import Answer, Command, Refusal
from devices.card_reader.apdu import CommandApdu, ResponseApdu, terminal
from devices.contract import DeviceError

RESETS = (b"\x33", b"\x30", b"\x35")
"""5 V by ISO 7816-3, 5 V by EMV, 3 V by ISO: the next where a chip answers none."""
NOT_EMV = "69"
"""An answer to reset that is none of EMV's comes as an error, and with it the answer."""
_T0 = 0x30


class Talk(Protocol):
    """How a chip reaches its unit."""

    def chip_command(self, chip: Crt591Chip, command: Command, data: bytearray) -> Answer:
        """One chip command, never repeated. Raises DeviceError of ``card_reader``."""
        ...

    def let_go(self, chip: Crt591Chip) -> None:
        """Power this chip down, if it is the unit's present one. Never raises."""
        ...


class Crt591Chip:
    """A powered chip; see :class:`devices.card_reader.contract.Chip`. Usable until it is closed, an error, a motion."""

    def __init__(self, talk: Talk, atr: bytes, *, t0: bool) -> None:
        self.alive = True
        self._talk = talk
        self._atr = atr
        self._send: Callable[[CommandApdu], ResponseApdu] = terminal(self._exchange, t0=t0)

    @property
    def atr(self) -> bytes:
        """The whole answer to reset."""
        return self._atr

    def transmit(self, command: CommandApdu) -> ResponseApdu:
        """See :class:`devices.card_reader.contract.Chip`."""
        return self._send(command)

    def close(self) -> None:
        """See :class:`devices.card_reader.contract.Chip`."""
        self._talk.let_go(self)

    def _exchange(self, command: CommandApdu) -> ResponseApdu:
        if not self.alive:
            raise DeviceError("card_reader.removed", "the chip has been let go of")
        data = command.encode()
        try:
            answer = self._talk.chip_command(self, Command.CHIP_APDU, data)
        finally:
            # A PIN passes through here; what is ours of it is wiped at once.
            data[:] = bytes(len(data))
        if isinstance(answer, Refusal):
            self.alive = False
            raise chip_error(answer, f"instruction {command.ins:02X}")
        if len(answer.data) < 2:
            self.alive = False
            raise DeviceError(
                "card_reader.garbled", f"{len(answer.data)} bytes in answer to instruction {command.ins:02X}"
            )
        return ResponseApdu.decode(answer.data)


def chip_error(refusal: Refusal, what: str) -> DeviceError:
    """What a refused chip command is."""
    return DeviceError(faults.OF_CHIP.get(refusal.code, "card_reader.mute"), f"error {refusal.code} of {what}")


def reset_answer(answer: Answer) -> tuple[bytes, bool] | None:
    """ATR, and whether the chip speaks T=0, from the answer to a cold reset; None when the chip gave none."""
    if isinstance(answer, Refusal) and answer.code != NOT_EMV:
        return None
    protocol, atr = answer.data[:1], answer.data[1:]
    if protocol not in (b"0", b"1") or len(atr) < 2 or atr[0] not in (0x3B, 0x3F):
        return None
    return atr, protocol[0] == _T0
