"""Whatever is done in whatever order: each card is in one place, and the counts of a bank add up to what came."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from kiosk.clock import KIOSK_ZONE, ManualClock
from kiosk.journal.ledger import CardPlace, LedgerError, StockMismatch
from kiosk.journal.store import Journal

BANK_OF = {"1": "example_bank", "2": "sample_bank"}
SERIALS = {bank: [f"0C{at}{number:05X}" for number in range(12)] for at, bank in enumerate(BANK_OF.values())}
ENDS = (CardPlace.ISSUED, CardPlace.HELD, CardPlace.RETAINED, CardPlace.SPOILED)


class Cards(RuleBasedStateMachine):
    """A world of real cards beside the ledger: what a person with eyes would see."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = TemporaryDirectory()
        self.clock = ManualClock(datetime(2026, 11, 22, 9, tzinfo=KIOSK_ZONE))
        self.journal = Journal(Path(self.folder.name) / "journal.sqlite", self.clock, "K0001")
        self.ledger = self.journal.ledger
        self.store: dict[str, list[str]] = {bank: [] for bank in SERIALS}
        self.coming = {bank: [*serials] for bank, serials in SERIALS.items()}
        self.hopper: dict[str, list[str]] = {"1": [], "2": []}
        self.path: str = ""
        self.read = False
        self.gone: dict[CardPlace, list[str]] = {place: [] for place in CardPlace}
        self.held_unread: list[str] = []
        self.bin: list[str] = []
        self.visits = 0

    def teardown(self) -> None:
        self.journal.close()
        self.folder.cleanup()

    @rule(bank=st.sampled_from(sorted(SERIALS)), number=st.integers(1, 4))
    def delivery(self, bank: str, number: int) -> None:
        come, self.coming[bank] = self.coming[bank][:number], self.coming[bank][number:]
        self.ledger.receive([(serial, bank) for serial in come])
        self.store[bank] += come

    @rule(hopper=st.sampled_from("12"), number=st.integers(1, 4))
    def loading(self, hopper: str, number: int) -> None:
        store = self.store[BANK_OF[hopper]]
        cards, store[:] = store[:number], store[number:]
        self.ledger.load(hopper, cards, ("S001", "S002"))
        self.hopper[hopper] += cards

    @rule(hopper=st.sampled_from("12"), at=st.integers(0, 99))
    def feeding(self, hopper: str, at: int) -> None:
        self.visits += 1
        if self.path or not self.hopper[hopper]:
            try:
                self.ledger.fed(hopper, f"B{self.visits}")
            except LedgerError:
                return
            raise AssertionError("fed into a taken path, or out of an empty hopper")
        self.path = self.hopper[hopper].pop(at % len(self.hopper[hopper]))
        self.read = False
        self.ledger.fed(hopper, f"B{self.visits}")

    @precondition(lambda self: self.path and not self.read)
    @rule()
    def it_never_left(self) -> None:
        path = self.ledger.path()
        assert path is not None
        self.hopper[path.hopper].append(self.path)
        self.ledger.not_fed()
        self.path = ""

    @precondition(lambda self: self.path and not self.read)
    @rule()
    def reading(self) -> None:
        path = self.ledger.path()
        assert path is not None
        card = self.ledger.read(self.path)
        assert (card.serial, card.place, card.business) == (self.path, CardPlace.IN_PATH, path.business)
        self.read = True

    @precondition(lambda self: self.path and not self.read)
    @rule(serial=st.sampled_from(["FFFFFFFF", *SERIALS["example_bank"], *SERIALS["sample_bank"]]))
    def a_wrong_card(self, serial: str) -> None:
        path = self.ledger.path()
        assert path is not None
        possible = {card.serial for card in self.ledger.cards(CardPlace.LOADED, hopper=path.hopper)}
        if serial in possible:
            return
        try:
            self.ledger.read(serial)
        except StockMismatch:
            assert self.ledger.path() == path
            return
        raise AssertionError("a card was read that cannot be there")

    @precondition(lambda self: self.path)
    @rule(to=st.sampled_from(ENDS))
    def leaving(self, to: CardPlace) -> None:
        self.ledger.leave_path(to)
        self.gone[to].append(self.path)
        if to is CardPlace.HELD and not self.read:
            self.held_unread.append(self.path)
        if to in (CardPlace.RETAINED, CardPlace.SPOILED):
            self.bin.append(self.path)
        self.path = ""

    @precondition(lambda self: not self.path and self.gone[CardPlace.HELD])
    @rule()
    def recalling(self) -> None:
        card = self.gone[CardPlace.HELD].pop()
        unread = card in self.held_unread
        if unread:
            self.held_unread.remove(card)
            same = self.ledger.card(card)
            if any(self.ledger.card(other).hopper != same.hopper for other in self.held_unread):
                self.held_unread.append(card)
                self.gone[CardPlace.HELD].append(card)
                return  # two of different hoppers: which one comes is not known, and a real slot holds one
        self.ledger.to_path("" if unread else card, "B9999")
        self.path, self.read = card, not unread

    @rule()
    def the_bin_is_emptied(self) -> None:
        items = self.ledger.emptied_bin(("S001", "S002"))
        assert len(items) == len(self.bin)
        self.bin = []

    @precondition(lambda self: not self.path)
    @rule(hopper=st.sampled_from("12"), lost=st.integers(0, 2))
    def counting(self, hopper: str, lost: int) -> None:
        lost = min(lost, len(self.hopper[hopper]))
        for _ in range(lost):
            self.gone[CardPlace.MISSING].append(self.hopper[hopper].pop())
        found = len(self.hopper[hopper])
        assert self.ledger.counted(hopper, found, ("S001", "S002")) == -lost

    @precondition(lambda self: not any(self.gone.values()) and not self.path)
    @rule(hopper=st.sampled_from("12"))
    def emptied_by_hand(self, hopper: str) -> None:
        self.ledger.unload(self.hopper[hopper])
        self.store[BANK_OF[hopper]] += self.hopper[hopper]
        self.hopper[hopper] = []

    @invariant()
    def every_card_is_accounted_for(self) -> None:
        stock = self.ledger.stock()
        for bank, line in stock.items():
            assert line.balanced, (bank, line)
        whole = Counter({bank: line.delivered for bank, line in stock.items()})
        assert whole == {bank: n for bank in SERIALS if (n := 12 - len(self.coming[bank]))}
        assert {hopper: self.ledger.in_hopper(hopper) for hopper in "12"} == {
            hopper: len(cards) for hopper, cards in self.hopper.items()
        }
        path = self.ledger.path()
        assert (path is not None) == bool(self.path)
        if path is not None:
            assert path.serial == (self.path if self.read else "")
        assert sum(line.in_path for line in stock.values()) == bool(self.path)
        for place in (*ENDS, CardPlace.MISSING):
            assert sum(getattr(line, place.value) for line in stock.values()) == len(self.gone[place]), place
        assert self.ledger.banks_in_stock() == {
            BANK_OF[hopper]: len(cards) for hopper, cards in self.hopper.items() if cards
        }


TestCards = Cards.TestCase
TestCards.settings = settings(max_examples=25, stateful_step_count=30, deadline=None)
