"""What the simulator's tests share: a printer, a word with it, and where its card is."""

from __future__ import annotations

import struct
from typing import Any

from card_printer_virtual_line import FRONT, VirtualLine

from devices.card_printer.faces import Faces
from devices.card_printer.simulator import EvolisSimulator
from devices.card_printer.simulator.mechanism import Place
from devices.card_printer.simulator.replies import WORDS

ONE = Faces(front=FRONT)


def say(line: VirtualLine, text: str, seconds: float = 60) -> tuple[str, set[str], int]:
    """One exchange as bytes: the answer, the bits that stand (config left out), the session."""
    told = line.exchange(f"\x1b{text}\r\0".encode() if text else b"", seconds)
    answer, _, rest = told.partition(b"\0")
    block = rest[2:]
    assert (block[0], block[17], len(block)) == (0x10, 0x02, 40)
    words = struct.unpack(">IIII", block[1:17]) + tuple(
        struct.unpack(">I", block[21 + 5 * n : 25 + 5 * n])[0] for n in range(4)
    )
    names = {
        name
        for (word, bits), value in zip(WORDS.items(), words, strict=True)
        for name, bit in bits.items()
        if value & bit and word != "config"
    }
    rest_bits = {"EXTENSION_2", "CFG_KIOSK", "CFG_BEZEL"}
    return answer.decode(), names - rest_bits, struct.unpack(">H", block[18:20])[0]


def printer(**options: Any) -> VirtualLine:
    return VirtualLine(EvolisSimulator(**{"cards": 10, **options}))


def path(line: VirtualLine) -> tuple[str | None, Place]:
    card = line.simulator.mechanism.card
    return (card.serial if card else None, line.simulator.mechanism.place)
