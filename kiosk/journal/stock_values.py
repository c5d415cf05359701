"""The words of the card ledger: where a pre-made card is, what a bank's stock comes to, how the ledger refuses."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from devices.contract import StorageKind, StorageLevel


class LedgerError(Exception):
    """What was asked for contradicts the ledger; nothing was changed. The message is for the log and the engineer."""


class StockMismatch(LedgerError):
    """The card that was read is not one that can have come out of that hopper; it still counts as not read.

    ``serial``: as read. ``why``: ``unknown`` (never received), ``not_loaded``, ``other_hopper``,
    ``other_bank``, ``other_card`` (another was read before it).
    """

    def __init__(self, serial: str, why: str) -> None:
        super().__init__(f"card {serial}: {why}")
        self.serial = serial
        self.why = why


class CardPlace(StrEnum):
    """Where a pre-made card is. Each card is in one of them."""

    RECEIVED = "received"
    """With the stock keeper, in no machine."""
    LOADED = "loaded"
    """In a hopper."""
    IN_PATH = "in_path"
    ISSUED = "issued"
    """Taken by its holder."""
    HELD = "held"
    """In the holding slot: its holder's, waiting."""
    RETAINED = "retained"
    """Whole and kept back: never to be issued again."""
    SPOILED = "spoiled"
    """Not to be used; its bank account number is void."""
    RETURNED = "returned"
    """Given back unused to whoever delivered it."""
    MISSING = "missing"
    """Two people counted, and it was not there."""


@dataclass(frozen=True, slots=True)
class LedgerCard:
    """``serial``: 8 hexadecimal digits, empty for a card that was never read. ``hopper``: the one it was loaded into
    last, or empty. ``business``: the issue it went to, or empty. ``inside``: in the machine now."""

    serial: str
    bank: str
    place: CardPlace
    hopper: str
    business: str
    inside: bool = False


@dataclass(frozen=True, slots=True)
class PathCard:
    """The card in the path. ``serial``: empty while it was not read."""

    serial: str
    bank: str
    hopper: str
    business: str


@dataclass(frozen=True, slots=True)
class StockLine:
    """What became of a bank's cards. ``delivered`` is the sum of all the others."""

    delivered: int
    received: int = 0
    in_hopper: int = 0
    in_path: int = 0
    issued: int = 0
    held: int = 0
    retained: int = 0
    spoiled: int = 0
    returned: int = 0
    missing: int = 0

    @property
    def balanced(self) -> bool:
        """Whether every card is accounted for; the ledger has never let it be otherwise."""
        places = (self.received, self.in_hopper, self.in_path, self.issued, self.held)
        return self.delivered == sum(places) + self.retained + self.spoiled + self.returned + self.missing


@dataclass(frozen=True, slots=True)
class Difference:
    """A storage unit whose own word contradicts the ledger. ``expected``: cards by the ledger; ``seen``: the device's
    count where it counts, else its level."""

    unit: str
    kind: StorageKind
    expected: int
    seen: int | StorageLevel
