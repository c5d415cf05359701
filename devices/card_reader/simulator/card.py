"""The virtual card: a card operating system whose memory lives in a file."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from devices.card_reader.simulator import file_commands, purse_commands, security_commands
from devices.card_reader.simulator.description import CardDescription
from devices.card_reader.simulator.state import CardState, Command, Refusal

Handler = Callable[[CardState, Command], bytes]

_COMMANDS: Mapping[int, tuple[frozenset[int], Handler]] = {
    0xA4: (frozenset({0x00}), file_commands.select),
    0xB0: (frozenset({0x00}), file_commands.read_binary),
    0xB2: (frozenset({0x00}), file_commands.read_record),
    0xD6: (frozenset({0x00, 0x04}), file_commands.update_binary),
    0xDC: (frozenset({0x00, 0x04}), file_commands.update_record),
    0x20: (frozenset({0x00}), security_commands.verify),
    0x5E: (frozenset({0x80}), security_commands.change_pin),
    0x24: (frozenset({0x84}), security_commands.unblock_pin),
    0x84: (frozenset({0x00}), security_commands.get_challenge),
    0x88: (frozenset({0x00}), security_commands.internal_authenticate),
    0x82: (frozenset({0x00}), security_commands.external_authenticate),
    0x1E: (frozenset({0x84}), security_commands.block_application),
    0x16: (frozenset({0x84}), security_commands.block_card),
    0xA8: (frozenset({0x80}), file_commands.get_processing_options),
    0x26: (frozenset({0xB0}), purse_commands.balance),
    0x28: (frozenset({0xB0}), purse_commands.initialise),
    0x2C: (frozenset({0xB0}), purse_commands.debit),
    0x2E: (frozenset({0xB0}), purse_commands.proof),
}
_CLASSES = frozenset({0x00, 0x04, 0x80, 0x84, 0xB0})
_WRITES = frozenset({0xD6, 0xDC})


class VirtualCard:
    """One card. ``memory``: the JSON file that keeps what changes; None: forgotten at the end.

    A memory that is there already is taken up; ValueError when it belongs to another card or is damaged.
    """

    def __init__(self, description: Mapping[str, Any] | CardDescription, memory: Path | None = None) -> None:
        if not isinstance(description, CardDescription):
            description = CardDescription.read(description)
        self.description = description
        self.memory = memory
        self.worn_out = False
        """Every lasting write fails with 6581 (a fault)."""
        self._state = CardState(description)
        if memory is not None and memory.exists():
            self._state.restore(json.loads(memory.read_text(encoding="utf-8")))

    @property
    def atr(self) -> bytes:
        """The answer to reset."""
        return self.description.atr_bytes

    @property
    def pin_tries_left(self) -> int:
        """What the chip's own counter says."""
        return self._state.pin.left

    @property
    def blocked(self) -> str:
        """``card``, ``application``, ``for-ever`` or empty."""
        return self._state.blocked

    def reset(self) -> None:
        """Power on or warm reset: all rights are gone."""
        self._state.reset()

    def process(self, raw: bytes) -> bytes:
        """One command APDU in, one response APDU out."""
        try:
            data = self._run(Command.parse(raw))
            sw = 0x9000
        except Refusal as refusal:
            data, sw = refusal.data, refusal.sw
        if self._state.changed:
            self._state.changed = False
            self._save()
        return data + sw.to_bytes(2, "big")

    def _run(self, command: Command) -> bytes:
        session = self._state.session
        if command.ins == 0xC0 and command.cla == 0x00:
            return self._get_response(command)
        session.waiting = b""
        if command.cla & 0x10 and command.cla & 0xEF in _CLASSES:  # more of this command follows
            session.chained += command.data
            return b""
        if session.chained:
            command = replace(command, data=session.chained + command.data)
            session.chained = b""
        if command.cla not in _CLASSES:
            raise Refusal(0x6E00)
        if command.ins not in _COMMANDS:
            raise Refusal(0x6D00)
        classes, handler = _COMMANDS[command.ins]
        if command.cla not in classes:
            raise Refusal(0x6E00)
        if self._state.blocked == "card":
            raise Refusal(0x6A81)
        if self.worn_out and command.ins in _WRITES:
            raise Refusal(0x6581)
        data = handler(self._state, command)
        if data and command.data and command.le is None:
            # T=0 carries data one way at a time: the answer waits for GET RESPONSE.
            self._state.session.waiting = data
            raise Refusal(0x6100 | (len(data) & 0xFF))
        return data

    def _get_response(self, command: Command) -> bytes:
        waiting = self._state.session.waiting
        if not waiting:
            raise Refusal(0x6901)
        if command.le is None or command.le > len(waiting):
            raise Refusal(0x6C00 | (len(waiting) & 0xFF))
        data, self._state.session.waiting = waiting[: command.le], waiting[command.le :]
        if self._state.session.waiting:
            raise Refusal(0x6100 | (len(self._state.session.waiting) & 0xFF), data)
        return data

    def _save(self) -> None:
        if self.memory is None:
            return
        temporary = self.memory.with_suffix(".new")
        with temporary.open("w", encoding="utf-8") as out:
            json.dump(self._state.save(), out)
            out.flush()
            os.fsync(out.fileno())
        temporary.replace(self.memory)


def with_memory(card: VirtualCard | Mapping[str, Any] | CardDescription, memories: Path | None) -> VirtualCard:
    """A card as it is put into a reader; one that is only described gets its memory in the folder ``memories``."""
    if isinstance(card, VirtualCard):
        return card
    description = card if isinstance(card, CardDescription) else CardDescription.read(card)
    if memories is None:
        return VirtualCard(description)
    memories.mkdir(parents=True, exist_ok=True)
    return VirtualCard(description, memories / f"{description.identifier.upper()}.json")
