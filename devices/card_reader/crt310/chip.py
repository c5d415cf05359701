"""The chip's side: power, cold reset and APDUs through the reader's own commands (protocol page, B2: 33 and 37)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from devices.card_reader.apdu import CommandApdu, ResponseApdu, terminal
from devices.card_reader.crt310.wire import Command, Outcome, Reply, counted, with_length
from devices.contract import DeviceError


class Talk(Protocol):
    """How a chip reaches its reader."""

    def chip_command(self, command: Command, data: bytearray) -> Reply:
        """One chip command, never repeated. Raises DeviceError; ``card_reader.mute`` when no reply came."""
        ...

    def card_is_inside(self) -> bool:
        """Whether the card is still in there. Raises DeviceError."""
        ...

    def let_go(self, chip: Crt310Chip) -> None:
        """Power this chip down, if it is the reader's present one. Never raises."""
        ...


class Crt310Chip:
    """A powered chip. Usable until it is closed, the card moves, or the line was lost."""

    def __init__(self, talk: Talk, atr: bytes, *, t0: bool) -> None:
        self.alive = True
        self._talk = talk
        self._atr = atr
        self._command = Command.CHIP_APDU_T0 if t0 else Command.CHIP_APDU_T1
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
        apdu = command.encode()
        data = with_length(apdu)
        try:
            reply = self._talk.chip_command(self._command, data)
        finally:
            # A PIN passes through here; what is ours of it is wiped at once.
            apdu[:] = bytes(len(apdu))
            data[:] = bytes(len(data))
        if not reply.data or reply.data[0] != Outcome.DONE:
            if reply.data[:1] == bytes((Outcome.NO_CARD,)) or not self._talk.card_is_inside():
                raise DeviceError("card_reader.removed", f"no answer to instruction {command.ins:02X}")
            raise DeviceError("card_reader.mute", f"no answer to instruction {command.ins:02X}")
        response = counted(reply.data[1:])
        if response is None or len(response) < 2:
            raise DeviceError(
                "card_reader.garbled", f"{len(reply.data)} bytes in answer to instruction {command.ins:02X}"
            )
        return ResponseApdu.decode(response)


def reset_answer(reply: Reply) -> tuple[bytes, bool] | None:
    """ATR, and whether the card speaks T=0, from the reply to a cold reset; None when the card gave none."""
    protocol = reply.data[0] if reply.data else Outcome.FAILED
    atr = counted(reply.data[1:])
    if protocol not in (Outcome.DONE, Outcome.DONE_T1) or not atr or atr[0] not in (0x3B, 0x3F):
        return None
    return atr, protocol == Outcome.DONE
