"""What the card ledger knows, read only: what is where, per bank and per hopper, and what a device contradicts.

A card that left a hopper and was never read is one of the serials loaded there, nobody knows which: the serials stay
``loaded``, and a line of its own, without a serial, says where it went. So a hopper holds the serials loaded into it
less those lines.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from devices.contract import StorageKind, StorageLevel, StorageUnit
from kiosk.journal.database import Database
from kiosk.journal.stock_values import CardPlace, Difference, LedgerCard, LedgerError, PathCard, StockLine

_CARD = "serial, bank, place, hopper, business, inside"
_UNREAD = "'', bank, place, hopper, business, inside"
_FIELD = {CardPlace.LOADED: "in_hopper"}


class StockReading:
    """The ledger of a journal's file."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def card(self, serial: str) -> LedgerCard:
        """Raises LedgerError for one that was never received."""
        found = self._cards("serial = ?", serial.upper())
        if not found:
            raise LedgerError(f"card {serial.upper()} was never received")
        return found[0]

    def cards(self, place: CardPlace, *, hopper: str | None = None, bank: str | None = None) -> tuple[LedgerCard, ...]:
        """The cards known by serial that are at a place, in the order of their serials."""
        condition, values = "place = ?", [place.value]
        for column, value in (("hopper", hopper), ("bank", bank)):
            if value is not None:
                condition, values = f"{condition} AND {column} = ?", [*values, value]
        return self._cards(condition, *values)

    def path(self) -> PathCard | None:
        """The card in the path, if there is one."""
        rows = self._database.rows("SELECT serial, bank, hopper, business FROM path_card")
        return PathCard(*rows[0]) if rows else None

    def held(self) -> tuple[LedgerCard, ...]:
        """What is in the holding slot; one that was never read has no serial."""
        return self._inside(CardPlace.HELD)

    def in_bin(self) -> tuple[LedgerCard, ...]:
        """What is in the reject box: retained and spoiled cards that nobody has taken out yet."""
        return self._inside(CardPlace.RETAINED, CardPlace.SPOILED)

    def hoppers(self) -> dict[str, int]:
        """How many cards each hopper holds that ever held one."""
        found: Counter[str] = Counter()
        for (hopper, _), number in self._holdings().items():
            found[hopper] += number
        return dict(sorted(found.items()))

    def in_hopper(self, hopper: str) -> int:
        """How many cards a hopper holds."""
        return self.hoppers().get(hopper, 0)

    def bank_in(self, hopper: str) -> str:
        """Whose cards a hopper holds; empty when it holds none."""
        return self.filled().get(hopper, ("", 0))[0]

    def filled(self) -> dict[str, tuple[str, int]]:
        """Hopper -> the bank whose cards it holds, and how many; without the empty ones."""
        return {hopper: (bank, number) for (hopper, bank), number in sorted(self._holdings().items()) if number}

    def _holdings(self) -> Counter[tuple[str, str]]:
        """Cards by hopper and bank. A hopper holds one bank's at a time; those of others are 0."""
        found: Counter[tuple[str, str]] = Counter()
        for hopper, bank, number in self._database.rows(
            "SELECT hopper, bank, count(*) FROM stock_card WHERE place = 'loaded' GROUP BY hopper, bank"
        ):
            found[hopper, bank] = number
        for hopper, bank, number in self._database.rows(
            "SELECT hopper, bank, count(*) FROM stock_unread GROUP BY hopper, bank"
        ):
            found[hopper, bank] -= number
        path = self.path()
        if path is not None and not path.serial:
            found[path.hopper, path.bank] -= 1
        return found

    def hopper_for(self, bank: str) -> str:
        """The hopper with the most cards of a bank. Raises LedgerError when there is none."""
        found = {hopper: number for hopper, (owner, number) in self.filled().items() if owner == bank}
        if not found:
            raise LedgerError(f"no hopper holds cards of {bank}")
        return min(found, key=lambda hopper: (-found[hopper], hopper))

    def banks_in_stock(self) -> dict[str, int]:
        """Cards that can be fed, by bank; a bank without any is not among them."""
        found: Counter[str] = Counter()
        for bank, number in self.filled().values():
            found[bank] += number
        return dict(sorted(found.items()))

    def stock(self) -> dict[str, StockLine]:
        """What became of every card that was ever received, by bank."""
        counted: dict[str, Counter[str]] = {}
        for bank, place, number in self._database.rows(
            "SELECT bank, place, count(*) FROM stock_card GROUP BY bank, place ORDER BY bank"
        ):
            counted.setdefault(bank, Counter())[place] = number
        for bank, place, number in self._database.rows("SELECT bank, place, count(*) FROM stock_unread GROUP BY 1, 2"):
            counted[bank][place] += number
            counted[bank][CardPlace.LOADED] -= number
        path = self.path()
        if path is not None and not path.serial:
            counted[path.bank][CardPlace.IN_PATH] += 1
            counted[path.bank][CardPlace.LOADED] -= 1
        received = dict(self._database.rows("SELECT bank, count(*) FROM stock_card GROUP BY bank"))
        return {
            bank: StockLine(
                delivered=received[bank],
                **{_FIELD.get(place, place.value): counted[bank][place] for place in CardPlace},
            )
            for bank in counted
        }

    def blocks(self) -> dict[str, str]:
        """Why issuing is blocked: reason -> since when (UTC). Empty: it is not."""
        return dict(self._database.rows("SELECT reason, since FROM stock_block ORDER BY since, reason"))

    def differences(self, units: Iterable[StorageUnit]) -> tuple[Difference, ...]:
        """What the device's own counts, or where it does not count its levels, contradict.

        A level contradicts when it says empty and the ledger has cards there, or a hopper's says that there are some
        and the ledger has none. Of a reject box ``ok`` only says that it is not full. What a device cannot tell now
        contradicts nothing.
        """
        hoppers = self.hoppers()
        expected = {StorageKind.RETAIN: len(self.in_bin()), StorageKind.PARK: len(self.held())}
        found = []
        for unit in units:
            cards = hoppers.get(unit.name, 0) if unit.kind is StorageKind.DISPENSE else expected[unit.kind]
            if (seen := _contradiction(unit, cards)) is not None:
                found.append(Difference(unit.name, unit.kind, cards, seen))
        return tuple(found)

    def _inside(self, *places: CardPlace) -> tuple[LedgerCard, ...]:
        among = ", ".join("?" for _ in places)
        values = [place.value for place in places]
        return (
            *self._cards(f"inside = 1 AND place IN ({among})", *values),
            *self._unread(f"inside = 1 AND place IN ({among})", *values),
        )

    def _cards(self, condition: str, *values: str) -> tuple[LedgerCard, ...]:
        query = f"SELECT {_CARD} FROM stock_card WHERE {condition} ORDER BY serial"  # noqa: S608 - our own conditions
        return tuple(_card(row) for row in self._database.rows(query, *values))

    def _unread(self, condition: str, *values: str) -> tuple[LedgerCard, ...]:
        query = f"SELECT {_UNREAD} FROM stock_unread WHERE {condition} ORDER BY line"  # noqa: S608 - our own conditions
        return tuple(_card(row) for row in self._database.rows(query, *values))


def _contradiction(unit: StorageUnit, cards: int) -> int | StorageLevel | None:
    if unit.count is not None:
        return unit.count if unit.count != cards else None
    if unit.level is StorageLevel.EMPTY and cards:
        return unit.level
    some = unit.level in (StorageLevel.OK, StorageLevel.LOW, StorageLevel.HIGH, StorageLevel.FULL)
    return unit.level if some and not cards and unit.kind is StorageKind.DISPENSE else None


def _card(row: tuple[object, ...]) -> LedgerCard:
    serial, bank, place, hopper, business, inside = row
    return LedgerCard(str(serial), str(bank), CardPlace(str(place)), str(hopper), str(business), bool(inside))
