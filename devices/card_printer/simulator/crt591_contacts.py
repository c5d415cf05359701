"""The chip contacts of a simulated CRT-591: command 51 of the protocol page, B1."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from devices.card_printer.simulator.cards import StockCard
from devices.card_reader.simulator.card import VirtualCard, with_memory
from devices.card_reader.simulator.injected import status_words
from devices.simulation import FaultValue

_COLD, _OFF, _QUERY, _T0, _T1, _WARM, _AUTOMATIC = 0x30, 0x31, 0x32, 0x33, 0x34, 0x38, 0x39
_VOLTAGES = (b"\x30", b"\x33", b"\x35")
_SHORTEST_APDU, _LONGEST_APDU = 4, 261


class Refused(Exception):
    """The command is answered with an error: two characters, and data where the page says so."""

    def __init__(self, code: str, data: bytes = b"") -> None:
        super().__init__(code)
        self.code = code
        self.data = data


class Contacts:
    """``touched`` tells which card lies at the contacts. ``memories``: a folder where each chip keeps its memory; None:
    in this process only. Of ``faults`` it knows ``mute``, ``no_reset_answer``, ``not_emv``, ``short_answer``,
    ``chip_error``, ``status_word`` and ``worn_out``."""

    def __init__(
        self, faults: Mapping[str, FaultValue], touched: Callable[[], StockCard | None], memories: Path | None
    ) -> None:
        self.powered = False
        self._faults = faults
        self._touched = touched
        self._memories = memories
        self._chips: dict[str, VirtualCard] = {}

    def chip(self, card: StockCard) -> VirtualCard | None:
        """The chip of a card; None for a blank."""
        if card.chip is None:
            return None
        if card.serial not in self._chips:
            self._chips[card.serial] = with_memory(dict(card.chip), self._memories)
        self._chips[card.serial].worn_out = bool(self._faults["worn_out"])
        return self._chips[card.serial]

    def lifted(self, card: StockCard) -> None:
        """The card has left the contacts: no power, and what it knows is in its own memory, if it has one."""
        self.powered = False
        chip = self._chips.get(card.serial)
        if chip is not None and chip.memory is not None:
            del self._chips[card.serial]

    def command(self, pm: int, data: bytes) -> bytes:
        """The data of the answer. Raises Refused."""
        if pm not in (_COLD, _OFF, _QUERY, _T0, _T1, _WARM, _AUTOMATIC):
            raise Refused("01")
        if pm == _OFF:
            self.powered = False
            return b""
        if pm == _QUERY:
            return b"1" if self.powered else b"0"
        card = self._touched()
        if card is None:
            raise Refused("02")
        chip = self.chip(card)
        if self._faults["chip_error"]:
            self.powered = False
            raise Refused(str(self._faults["chip_error"]))
        if pm in (_COLD, _WARM):
            return self._reset(chip, pm, data)
        if not self.powered or chip is None:
            raise Refused("65")
        return self._apdu(chip, pm, data)

    def _reset(self, chip: VirtualCard | None, pm: int, data: bytes) -> bytes:
        if pm == _COLD and data not in _VOLTAGES:
            raise Refused("04")
        if pm == _WARM and not self.powered:
            raise Refused("65")
        if chip is None or self._faults["no_reset_answer"] or self._faults["mute"]:
            self.powered = False
            raise Refused("61")
        self.powered = True
        chip.reset()
        answer = (b"1" if _speaks_t1(chip.atr) else b"0") + chip.atr
        if self._faults["not_emv"]:
            raise Refused("69", answer)
        return answer

    def _apdu(self, chip: VirtualCard, pm: int, data: bytes) -> bytes:
        if not _SHORTEST_APDU <= len(data) <= _LONGEST_APDU:
            raise Refused("04")
        if pm != _AUTOMATIC and (pm == _T1) != _speaks_t1(chip.atr):
            raise Refused("62")
        if self._faults["mute"]:
            self.powered = False
            raise Refused("63")
        words = status_words(str(self._faults["status_word"]))
        answer = words.get(data[1], words.get(None)) or chip.process(data)
        return answer[:1] if self._faults["short_answer"] else answer


def _speaks_t1(atr: bytes) -> bool:
    """From TD1, which comes after those of TA1, TB1 and TC1 that T0 announces."""
    announced = atr[1] >> 4
    if not announced & 0b1000:
        return False
    return atr[2 + (announced & 0b0111).bit_count()] & 0x0F == 1
