"""The card ledger as activities see it; async. Every call returns when the disk has it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from enum import StrEnum
from typing import TypeVar

import structlog

from devices.card_printer.contract import CardPrinterStatus
from devices.contract import StorageLevel
from kiosk.journal.entries import Fact
from kiosk.journal.ledger import Difference, Ledger, StockLine
from kiosk.journal.store import Journal

log = structlog.get_logger("stock")

T = TypeVar("T")


class Blocked(StrEnum):
    """Why no card may be issued until two people have counted."""

    STOCK_DIFFERENCE = "stock_difference"
    """Machine and ledger count differently."""
    STOCK_MISMATCH = "stock_mismatch"
    """A card was fed that the ledger has not in that hopper."""
    CARD_IN_PATH = "card_in_path"
    CARD_UNKNOWN = "card_unknown"
    """Where a card is, nobody can say."""
    DOOR_OPENED = "door_opened"
    TAMPERED = "tampered"


FOUND_DIFFERENT = "stock.different"
"""The note of each storage unit that contradicts the ledger, when the block is set."""


class StockRecord:
    """What is in stock, and whether the device agrees."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal

    async def banks_in_stock(self) -> dict[str, int]:
        """Cards that can be fed, by bank; a bank without any is not among them."""
        return await self.read(lambda ledger: ledger.banks_in_stock())

    async def stock(self) -> dict[str, StockLine]:
        """What became of every card, by bank."""
        return await self.read(lambda ledger: ledger.stock())

    async def blocks(self) -> tuple[str, ...]:
        """Why issuing is blocked; empty: it is not."""
        return await self.read(lambda ledger: tuple(ledger.blocks()))

    async def differences(self, status: CardPrinterStatus) -> tuple[Difference, ...]:
        """What the device's own counts and levels contradict."""
        return await self.read(lambda ledger: ledger.differences(status.storage))

    async def hopper_for(self, bank: str) -> str:
        """The hopper to feed from. Raises LedgerError when none holds cards of that bank."""
        return await self.read(lambda ledger: ledger.hopper_for(bank))

    async def read(self, ask: Callable[[Ledger], T]) -> T:
        """Ask the ledger, off the event loop."""
        return await asyncio.to_thread(ask, self._journal.ledger)

    async def change(self, write: Callable[[Journal], T]) -> T:
        """Change it, and what belongs to it, in one transaction of the journal."""

        def together() -> T:
            with self._journal.together():
                return write(self._journal)

        return await asyncio.to_thread(together)

    async def compare(self, status: CardPrinterStatus) -> tuple[Difference, ...]:
        """As :meth:`differences`; any of them blocks issuing until two people have counted."""

        def look() -> tuple[Difference, ...]:
            ledger = self._journal.ledger
            found = ledger.differences(status.storage)
            if found and Blocked.STOCK_DIFFERENCE not in ledger.blocks():
                log.error("stock_difference", units=[each.unit for each in found])
                with self._journal.together():
                    business = self._journal.new_business()
                    for each in found:
                        self._journal.note(business, FOUND_DIFFERENT, _told(each, ledger.bank_in(each.unit)))
                    ledger.block(Blocked.STOCK_DIFFERENCE.value, business)
            return found

        return await asyncio.to_thread(look)


def _told(found: Difference, bank: str) -> dict[str, Fact]:
    """``seen``: the device's count; where it does not count, ``level``."""
    seen: dict[str, Fact] = (
        {"level": found.seen.value} if isinstance(found.seen, StorageLevel) else {"seen": found.seen}
    )
    return {"unit": found.unit, "bank": bank, "ledger": found.expected, **seen}
