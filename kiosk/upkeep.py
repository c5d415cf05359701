"""What the controller knows of two people at work on the stock. Nothing of a citizen; forgotten when they sign out."""

from __future__ import annotations

from dataclasses import dataclass, field

from devices.contract import StorageKind, StorageLevel
from kiosk.journal.issues import IssueRecord
from kiosk.journal.ledger import LedgerCard, PathCard
from kiosk.staff import TwoPersons
from statemachines.views import Say


@dataclass(frozen=True, slots=True)
class Unit:
    """One storage unit: the ledger's cards, and what the device says (its count, else its level). ``agrees``: whether
    the one allows the other. ``bank``: whose cards a hopper holds, or is to hold; empty for other units."""

    name: str
    kind: StorageKind
    ledger: int
    seen: int | StorageLevel
    agrees: bool
    bank: str = ""


@dataclass(slots=True)
class Upkeep:
    """``counted``: hoppers that both have counted in this visit. ``deliveries``: what can be loaded into the chosen
    hopper, by the word it is chosen with. ``items``: what was taken out last; ``list_title``: of its list.

    ``path``: the card the ledger has in the path. ``waiting``: the issue that only people can settle.
    """

    persons: TwoPersons
    failures: int = 0
    units: tuple[Unit, ...] = ()
    blocks: tuple[str, ...] = ()
    counted: set[str] = field(default_factory=set)
    deliveries: dict[str, tuple[str, ...]] = field(default_factory=dict)
    in_bin: tuple[LedgerCard, ...] = ()
    held: tuple[LedgerCard, ...] = ()
    items: tuple[LedgerCard, ...] = ()
    list_title: str = ""
    path: PathCard | None = None
    waiting: IssueRecord | None = None
    fault: str = ""
    problem: Say | None = None

    @property
    def who(self) -> tuple[str, ...]:
        """Both staff numbers."""
        return self.persons.numbers

    @property
    def hoppers(self) -> tuple[Unit, ...]:
        """The hoppers among the units."""
        return tuple(unit for unit in self.units if unit.kind is StorageKind.DISPENSE)

    @property
    def to_count(self) -> tuple[str, ...]:
        """While the ledger is blocked: hoppers that both have still to count before it is opened again."""
        if not self.blocks:
            return ()
        return tuple(unit.name for unit in self.hoppers if unit.name not in self.counted)
