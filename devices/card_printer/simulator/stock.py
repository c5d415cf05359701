"""Pre-made cards to fill a simulated printer with: everything about them is synthetic."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from devices.card_printer.simulator.cards import StockCard

BANKS = ("测试银行甲", "测试银行乙", "测试银行丙", "测试银行丁")
_RID = "D156000005"


def pre_made(hopper: int, number: int) -> StockCard:
    """Card ``number`` of a hopper: a chip with identifier and bank account, and nobody's data yet."""
    serial = f"99{hopper:02}{number:06}"
    identifier = f"99{hopper:02}00{_RID}{number:08X}{0x99000000 + number:08X}"
    chip = {
        "identifier": identifier,
        "number": f"99{hopper}{number:06}",
        "initialiser": "99" * 6,
        "bank": {"pan": f"62990{hopper}{number:010}", "expiry": "3612", "kind": "debit"},
    }
    return StockCard(serial, BANKS[(hopper - 1) % len(BANKS)], chip)


def filled(hoppers: int, cards: int) -> list[list[StockCard]]:
    """So many hoppers with so many cards each, one bank a hopper."""
    return [[pre_made(hopper, number) for number in range(1, cards + 1)] for hopper in range(1, hoppers + 1)]


def read(hoppers: Sequence[Sequence[Mapping[str, Any]]]) -> list[list[StockCard]]:
    """From plain values. ValueError: a card that makes no sense, or a serial that is there twice."""
    stock = [[StockCard.read(card) for card in cards] for cards in hoppers]
    serials = [card.serial for cards in stock for card in cards]
    twice = sorted({serial for serial in serials if serials.count(serial) > 1})
    if twice:
        raise ValueError(f"there is only one card {', '.join(twice)}")
    return stock
