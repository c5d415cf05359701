"""The card ledger: every pre-made card by serial, from delivery to its end, changed only in the journal's transactions.

A card is always somewhere: for each bank, delivered = received + in hopper + in path + issued + held + retained +
spoiled + returned + missing, whatever is called in whatever order. Each call changes all of what it says, or raises
LedgerError and changes nothing; within :meth:`kiosk.journal.store.Journal.together` it is a part of what is written
there.

What people do to the stock (``who``: their staff numbers) is noted in the journal, under ``business`` if there is one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from kiosk.clock import Clock
from kiosk.journal.business_number import BusinessNumber
from kiosk.journal.counters import Counters, used_on
from kiosk.journal.database import Database
from kiosk.journal.entries import Fact, Facts, instant
from kiosk.journal.stock_reading import StockReading
from kiosk.journal.stock_values import (
    CardPlace,
    Difference,
    LedgerCard,
    LedgerError,
    PathCard,
    StockLine,
    StockMismatch,
)

__all__ = [
    "CardPlace",
    "Difference",
    "Ledger",
    "LedgerCard",
    "LedgerError",
    "PathCard",
    "StockLine",
    "StockMismatch",
]

Note = Callable[[str, Facts, BusinessNumber | None], None]
"""Writes a note into the journal: step, facts, business (None: one of its own)."""

_ENDS = frozenset({CardPlace.ISSUED, CardPlace.HELD, CardPlace.RETAINED, CardPlace.SPOILED, CardPlace.MISSING})
_INSIDE = frozenset({CardPlace.HELD, CardPlace.RETAINED, CardPlace.SPOILED})


class Ledger(StockReading):
    """The ledger, to be changed."""

    def __init__(self, database: Database, clock: Clock, counters: Counters, note: Note) -> None:
        super().__init__(database)
        self._clock = clock
        self._counters = counters
        self._note = note

    # -- deliveries and hoppers ----------------------------------------------------------------------------------------

    def receive(
        self, cards: Iterable[tuple[str, str]], who: Sequence[str] = (), business: BusinessNumber | None = None
    ) -> int:
        """A delivery: serials with their banks. One that was returned may come again. How many there were."""
        delivery = [(_serial(serial), bank) for serial, bank in cards]
        with self._database.transaction():
            for serial, bank in delivery:
                known = self._database.rows("SELECT place FROM stock_card WHERE serial = ?", serial)
                if known and known[0][0] != CardPlace.RETURNED:
                    raise LedgerError(f"card {serial} is here already: {known[0][0]}")
                self._database.write(
                    "INSERT OR REPLACE INTO stock_card (serial, bank, place, changed_at) VALUES (?, ?, ?, ?)",
                    *(serial, bank, CardPlace.RECEIVED.value, self._now()),
                )
            told: dict[str, list[Fact]] = {}
            for serial, bank in delivery:
                told.setdefault(bank, []).append(serial)
            self._tell("stock.received", {"banks": dict(told)}, who, business)
        return len(delivery)

    def load(
        self, hopper: str, serials: Iterable[str], who: Sequence[str] = (), business: BusinessNumber | None = None
    ) -> int:
        """Received cards, of the bank whose cards the hopper holds, into it. How many there were."""
        cards = self._each(serials, CardPlace.RECEIVED)
        banks = {card.bank for card in cards} | ({self.bank_in(hopper)} - {""})
        if len(banks) > 1:
            raise LedgerError(f"hopper {hopper} would hold cards of more than one bank: {', '.join(sorted(banks))}")
        with self._database.transaction():
            for card in cards:
                self._move(card.serial, CardPlace.LOADED, hopper=hopper)
            facts: dict[str, Fact] = {"hopper": hopper, "serials": _serials(cards), "now": self.in_hopper(hopper)}
            self._tell("stock.loaded", facts, who, business)
        return len(cards)

    def unload(self, serials: Iterable[str], who: Sequence[str] = (), business: BusinessNumber | None = None) -> int:
        """Out of their hoppers, back to the stock keeper. How many there were."""
        return self._take_out(serials, CardPlace.LOADED, CardPlace.RECEIVED, "stock.unloaded", who, business)

    def return_(self, serials: Iterable[str], who: Sequence[str] = (), business: BusinessNumber | None = None) -> int:
        """Unused, from the stock keeper back to whoever delivered them. How many there were."""
        return self._take_out(serials, CardPlace.RECEIVED, CardPlace.RETURNED, "stock.returned", who, business)

    def _take_out(
        self,
        serials: Iterable[str],
        source: CardPlace,
        to: CardPlace,
        step: str,
        who: Sequence[str],
        business: BusinessNumber | None,
    ) -> int:
        cards = self._each(serials, source)
        with self._database.transaction():
            for card in cards:
                self._move(card.serial, to, hopper="")
            if short := [each for each in self._holdings().items() if each[1] < 0]:
                raise LedgerError(f"hopper {short[0][0][0]} does not hold that many: one that was never read is out")
            self._tell(step, {"serials": _serials(cards)}, who, business)
        return len(cards)

    # -- one card on its way -------------------------------------------------------------------------------------------

    def fed(self, hopper: str, business: str) -> None:
        """A card of that hopper is in the path; which one is not known yet."""
        with self._database.transaction():
            self._refuse_taken_path()
            bank = self.bank_in(hopper)
            if not bank:
                raise LedgerError(f"hopper {hopper} holds no card")
            self._into_path("", bank, hopper, business)
            self._counters.add(used_on(f"cards.{bank}", self._clock.today()))

    def not_fed(self) -> None:
        """It has never left its hopper. Only while it was not read."""
        with self._database.transaction():
            path = self._in_path()
            if path.serial:
                raise LedgerError(f"card {path.serial} was read: it is not in the hopper")
            self._database.write("DELETE FROM path_card")
            self._counters.add(used_on(f"cards.{path.bank}", self._clock.today()), -1)

    def read(self, serial: str) -> LedgerCard:
        """The card in the path is this one; harmless when that is known. Raises StockMismatch."""
        with self._database.transaction():
            serial, path = _serial(serial), self._in_path()
            if path.serial == serial:
                return self.card(serial)
            if path.serial:
                raise StockMismatch(serial, "other_card")
            found = self._cards("serial = ?", serial)
            if not found:
                raise StockMismatch(serial, "unknown")
            card = found[0]
            if card.bank != path.bank:
                raise StockMismatch(serial, "other_bank")
            if card.place is not CardPlace.LOADED:
                raise StockMismatch(serial, "not_loaded")
            if card.hopper != path.hopper:
                raise StockMismatch(serial, "other_hopper")
            self._move(serial, CardPlace.IN_PATH, business=path.business)
            self._database.write("UPDATE path_card SET serial = ?", serial)
            return self.card(serial)

    def leave_path(self, to: CardPlace, *, by_hand: bool = False) -> None:
        """It has left the path: ``issued``, ``held``, ``retained``, ``spoiled``; or ``missing``: people looked, and it
        is not there. ``by_hand``: a person took it out, so it is in no bin of the machine."""
        if to not in _ENDS:
            raise LedgerError(f"no card leaves the path to be {to}")
        inside = to in _INSIDE and not by_hand
        with self._database.transaction():
            path = self._in_path()
            self._database.write("DELETE FROM path_card")
            if path.serial:
                self._move(path.serial, to, inside=inside)
            else:
                self._unread_line(path, to, inside=inside)
            self._counters.add(f"cards.{to.value}")

    def to_path(self, serial: str, business: str) -> None:
        """Back into the path: from the holding slot, or one that was believed taken and was drawn in. ``serial`` empty:
        the one that was never read."""
        with self._database.transaction():
            self._refuse_taken_path()
            if serial:
                card = self.card(serial)
                if card.place not in (CardPlace.HELD, CardPlace.ISSUED):
                    raise LedgerError(f"card {card.serial} is {card.place}: it does not come back into the path")
                self._move(card.serial, CardPlace.IN_PATH, business=business)
                self._into_path(card.serial, card.bank, card.hopper, business)
                return
            rows = self._database.rows("SELECT line, bank, hopper FROM stock_unread WHERE place = 'held' LIMIT 1")
            if not rows:
                raise LedgerError("no card is held that was never read")
            self._database.write("DELETE FROM stock_unread WHERE line = ?", rows[0][0])
            self._into_path("", rows[0][1], rows[0][2], business)

    # -- what people do in the machine ---------------------------------------------------------------------------------

    def counted(self, hopper: str, found: int, who: Sequence[str], business: BusinessNumber | None = None) -> int:
        """People have counted a hopper: ``found`` less what the ledger said. Fewer: that many of its cards are missing;
        more: as many of those that were missing are there after all.

        Raises LedgerError when there are more than can be its own.
        """
        with self._database.transaction():
            expected = self.in_hopper(hopper)
            bank = self.bank_in(hopper)
            for _ in range(expected - found):
                self._unread_line(PathCard("", bank, hopper, ""), CardPlace.MISSING, inside=False)
            for _ in range(found - expected):
                rows = self._database.rows(
                    "SELECT min(line) FROM stock_unread WHERE place = 'missing' AND hopper = ?"
                    " AND (bank = ? OR ? = '')",
                    *(hopper, bank, bank),
                )
                if rows[0][0] is None:
                    raise LedgerError(f"hopper {hopper} holds cards that were never loaded")
                self._database.write("DELETE FROM stock_unread WHERE line = ?", rows[0][0])
                bank = bank or self.bank_in(hopper)
            facts: dict[str, Fact] = {"hopper": hopper, "bank": bank, "ledger": expected, "found": found}
            self._tell("stock.counted", facts, who, business)
        return found - expected

    def emptied_bin(self, who: Sequence[str], business: BusinessNumber | None = None) -> tuple[LedgerCard, ...]:
        """The reject box was opened and everything in it taken out: the item list."""
        items = self.in_bin()
        with self._database.transaction():
            for table in ("stock_card", "stock_unread"):
                self._database.write(
                    f"UPDATE {table} SET inside = 0, changed_at = ? WHERE inside = 1"  # noqa: S608 - our own tables
                    " AND place IN ('retained', 'spoiled')",
                    self._now(),
                )
            self._tell("stock.bin_emptied", _items(items), who, business)
        return items

    def sealed(
        self, who: Sequence[str], business: BusinessNumber | None = None, serial: str | None = None
    ) -> tuple[LedgerCard, ...]:
        """The cards in the holding slot that nobody fetched, or the one of that serial, were put into the sealed bin:
        the item list (A13)."""
        items = tuple(card for card in self.held() if serial is None or card.serial == serial)
        with self._database.transaction():
            for card in items:
                if card.serial:
                    self._move(card.serial, CardPlace.RETAINED)
            if serial is None:
                self._database.write(
                    "UPDATE stock_unread SET place = 'retained', inside = 0, changed_at = ? WHERE place = 'held'",
                    self._now(),
                )
            if items:
                self._tell("stock.sealed", _items(items), who, business)
        return items

    def identified(
        self, serial: str, place: CardPlace, who: Sequence[str] = (), business: BusinessNumber | None = None
    ) -> LedgerCard:
        """Someone read the serial of a card at ``place`` that had left its hopper unread. Raises LedgerError."""
        with self._database.transaction():
            (card,) = self._each([serial], CardPlace.LOADED)
            rows = self._database.rows(
                "SELECT line, business, inside FROM stock_unread WHERE place = ? AND hopper = ? AND bank = ?"
                " ORDER BY line LIMIT 1",
                *(place.value, card.hopper, card.bank),
            )
            if not rows:
                raise LedgerError(f"no unread card of hopper {card.hopper} is {place}")
            line, went_to, inside = rows[0]
            self._database.write("DELETE FROM stock_unread WHERE line = ?", line)
            self._move(card.serial, place, business=went_to, inside=bool(inside))
            self._tell("stock.identified", {"serial": card.serial, "place": place.value}, who, business)
            return self.card(card.serial)

    def block(self, reason: str, business: BusinessNumber | None = None) -> None:
        """No card may be issued any more, until :meth:`unblock`. ``reason``: a word, such as ``stock_mismatch``."""
        with self._database.transaction():
            if self._database.write(
                "INSERT OR IGNORE INTO stock_block (reason, since) VALUES (?, ?)", reason, self._now()
            ):
                self._tell("stock.blocked", {"reason": reason}, (), business)

    def unblock(self, reason: str, who: Sequence[str], business: BusinessNumber | None = None) -> None:
        """Two people have looked into it; harmless when it was not blocked for that."""
        with self._database.transaction():
            if self._database.write("DELETE FROM stock_block WHERE reason = ?", reason):
                self._tell("stock.unblocked", {"reason": reason}, who, business)

    # -- parts ---------------------------------------------------------------------------------------------------------

    def _now(self) -> str:
        return instant(self._clock.now())

    def _tell(self, step: str, facts: dict[str, Fact], who: Sequence[str], business: BusinessNumber | None) -> None:
        self._note(step, {**facts, **({"who": [*who]} if who else {})}, business)

    def _each(self, serials: Iterable[str], place: CardPlace) -> tuple[LedgerCard, ...]:
        cards = tuple(self.card(_serial(serial)) for serial in serials)
        if len({card.serial for card in cards}) != len(cards):
            raise LedgerError("a serial is named twice")
        for card in cards:
            if card.place is not place:
                raise LedgerError(f"card {card.serial} is {card.place}, not {place}")
        return cards

    def _in_path(self) -> PathCard:
        path = self.path()
        if path is None:
            raise LedgerError("there is no card in the path")
        return path

    def _refuse_taken_path(self) -> None:
        if (path := self.path()) is not None:
            raise LedgerError(f"a card is in the path: {path.serial or 'not read yet'}")

    def _into_path(self, serial: str, bank: str, hopper: str, business: str) -> None:
        self._database.write(
            "INSERT INTO path_card (one, serial, bank, hopper, business, since) VALUES (1, ?, ?, ?, ?, ?)",
            *(serial, bank, hopper, business, self._now()),
        )

    def _move(
        self,
        serial: str,
        to: CardPlace,
        *,
        hopper: str | None = None,
        business: str | None = None,
        inside: bool = False,
    ) -> None:
        self._database.write(
            "UPDATE stock_card SET place = ?, hopper = coalesce(?, hopper), business = coalesce(?, business),"
            " inside = ?, changed_at = ? WHERE serial = ?",
            *(to.value, hopper, business, int(inside), self._now(), serial),
        )

    def _unread_line(self, path: PathCard, place: CardPlace, *, inside: bool) -> None:
        self._database.write(
            "INSERT INTO stock_unread (business, bank, hopper, place, inside, changed_at) VALUES (?, ?, ?, ?, ?, ?)",
            *(path.business, path.bank, path.hopper, place.value, int(inside), self._now()),
        )


def _serial(text: str) -> str:
    serial = text.strip().upper()
    if len(serial) != 8 or not set(serial) <= set("0123456789ABCDEF"):
        raise LedgerError("a card's serial has 8 hexadecimal digits")
    return serial


def _serials(cards: Iterable[LedgerCard]) -> list[Fact]:
    return [card.serial for card in cards]


def _items(cards: Sequence[LedgerCard]) -> dict[str, Fact]:
    return {
        "items": [
            {"serial": card.serial, "bank": card.bank, "place": card.place.value, "business": card.business}
            for card in cards
        ]
    }
