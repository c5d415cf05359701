"""The chip contacts of a simulated CRT-310: commands 33 and 37 of the protocol page, B2."""

from __future__ import annotations

from collections.abc import Mapping

from devices.card_reader.simulator.card import VirtualCard
from devices.card_reader.simulator.crt310_line import Refused, only
from devices.card_reader.simulator.crt310_path import CardPath, Place
from devices.card_reader.simulator.injected import status_words
from devices.simulation import FaultValue

_COLD_RESET, _WARM_RESET, _T0, _T1 = 0x30, 0x2F, 0x31, 0x32


class Contacts:
    """What the reader answers after CM and PM. Of ``faults`` it knows ``mute``, ``no_reset_answer``, ``short_answer``
    and ``status_word``."""

    def __init__(self, faults: Mapping[str, FaultValue]) -> None:
        self.powered = False
        self._faults = faults

    def switch(self, path: CardPath, pm: int, data: bytes) -> bytes:
        """33: power on (30) or off (31)."""
        only(pm in (0x30, 0x31), data)
        if pm == 0x31:
            self.powered = False
            return b"Y"
        card = _touched(path)
        if card is None:
            return _why_not(path)
        self.powered = True
        card.reset()
        return b"Y"

    def command(self, path: CardPath, pm: int, data: bytes) -> bytes:
        """37: reset, or an APDU with its length before it."""
        if pm not in (_COLD_RESET, _WARM_RESET, _T0, _T1):
            raise Refused(0x01)
        card = _touched(path)
        if card is None:
            return _why_not(path)
        if pm in (_COLD_RESET, _WARM_RESET):
            only(True, data)
            return self._reset(card)
        if len(data) < 6 or int.from_bytes(data[:2], "big") != len(data) - 2:
            raise Refused(0x04)
        if not self.powered or (pm == _T1) != _speaks_t1(card.atr) or self._faults["mute"]:
            return b"N"
        command = data[2:]
        words = status_words(str(self._faults["status_word"]))
        answer = words.get(command[1], words.get(None)) or card.process(command)
        return b"Y" + _counted(answer[:1] if self._faults["short_answer"] else answer)

    def _reset(self, card: VirtualCard) -> bytes:
        if self._faults["no_reset_answer"] or self._faults["mute"]:
            return b"N"
        self.powered = True
        card.reset()
        return (b"Z" if _speaks_t1(card.atr) else b"Y") + _counted(card.atr)


def _touched(path: CardPath) -> VirtualCard | None:
    return path.card if path.place is Place.CONTACTS else None


def _why_not(path: CardPath) -> bytes:
    return b"E" if path.card is None else b"W"


def _counted(answer: bytes) -> bytes:
    return len(answer).to_bytes(2, "big") + answer


def _speaks_t1(atr: bytes) -> bool:
    """From TD1, which comes after those of TA1, TB1 and TC1 that T0 announces."""
    announced = atr[1] >> 4
    if not announced & 0b1000:
        return False
    return atr[2 + (announced & 0b0111).bit_count()] & 0x0F == 1
