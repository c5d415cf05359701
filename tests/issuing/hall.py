"""A hall with one kiosk for many citizens: faults, hosts that go away, power cuts, two people of the staff, recovery.

The kiosk's parts, the printer, the host, the journal and what the staff do in maintenance mode are real; where every
card lies is known here independently of the ledger.
"""

from __future__ import annotations

import asyncio
import shutil
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from types import SimpleNamespace
from typing import Any, cast

from invariants import every_issue
from kiosk_side import QUICK, KioskSide, Place
from plug import Plug
from watched import watch_journal
from workshop import HOPPERS, STOCK, Workshop

from kiosk.activities import card_settling, stock_keeping
from kiosk.catalogue.rules import Reason
from kiosk.journal.issues import IssueRecord, IssueStep
from kiosk.journal.ledger import CardPlace
from kiosk.session import Session
from kiosk.upkeep import Upkeep
from statemachines.timing import DELAYS
from statemachines.views import Show

KIOSK = "K0001"
WHO = ("0041", "0042")
LOADED = 6
"""Cards of the bank in its hopper at first; the others are with the stock keeper."""
AT_REST = (IssueStep.HELD, IssueStep.ATTENDANT)


class Hall:
    """``bench``: as new, for this hall alone.
    ``place``: what the kiosk lacks, as for :class:`kiosk_side.Place`. Every call is to be made on one event loop."""

    def __init__(self, bench: Workshop, plug: Plug | None = None, **place: Any) -> None:
        self.bench = bench
        self.plug = plug or Plug()
        self.place = place
        self.cupboard: list[Any] = []
        self.carried: dict[str, list[str]] = {"destroyed": [], "sealed": [], "returned": []}
        self.seen: Counter[str] = Counter()
        """How issues went, and what else happened, by name."""
        self.on_view: Callable[[str, Show], None] = lambda state, shown: None
        """Called with each view that somebody could see, and its state."""
        self._people = {
            Reason.FIRST: iter(bench.get("/sandbox/people", social_side="none", limit=100)),
            Reason.DAMAGED: iter(bench.get("/sandbox/people", social_side="normal", limit=100)),
        }

    # -- opening and closing -------------------------------------------------------------------------------------------

    async def open(self) -> None:
        """The stock keeper has filled the hoppers, and the kiosk begins."""
        shutil.rmtree(self.bench.folder / KIOSK, ignore_errors=True)
        mechanism = self.bench.simulator.mechanism

        def keep_back() -> None:
            self.cupboard, mechanism.hoppers[0] = mechanism.hoppers[0][LOADED:], mechanism.hoppers[0][:LOADED]

        self.bench.line.call(keep_back)
        self.bench.post("/sandbox/issuing/prices", reason="damaged", fen=2000, valid_from="2026-01-01")
        await self._begin()

        def write(journal: Any) -> None:
            journal.ledger.receive([(card.serial, card.bank) for card in STOCK.cards])
            later = {card.serial for card in self.cupboard}
            for hopper, bank in HOPPERS.items():
                mine = [card.serial for card in STOCK.cards if card.bank == bank and card.serial not in later]
                journal.ledger.load(hopper, mine)

        await self.kiosk.record.stock.change(write)

    async def _begin(self) -> None:
        place = Place.of(self.bench, **self.place)
        self.kiosk = await KioskSide(
            place, point=self.plug, on_state=self._on_state, on_view=self._on_view
        ).__aenter__()

    async def close(self) -> None:
        """The kiosk ends as it should."""
        await self.kiosk.__aexit__(None, None, None)
        watch_journal(lambda label: None)

    async def everybody_is_told(self) -> None:
        """Host and payer are there, and hear all that is left to tell: nothing of it arrives after this hall."""
        self.plug.away.clear()
        self.bench.control.delete("/sandbox/faults").raise_for_status()
        await self.kiosk.told()

    async def restart(self, *, mains: bool) -> None:
        """The kiosk is gone at once, whatever it was at; ``mains``: the printer too. It comes back and settles what it
        can."""
        await self._gone()
        if mains:
            self.fault("power_cut")
            self.fault("power_cut", value=False)
        self.plug.out, self.plug.points_left = False, None
        self.seen["restarts"] += 1
        await self._begin()
        await self.kiosk.recover()

    async def _gone(self) -> None:
        self.plug.out = True
        others = asyncio.all_tasks() - {cast("asyncio.Task[Any]", asyncio.current_task())}
        for task in others:
            task.cancel()
        if others:
            await asyncio.wait(others)
        kiosk = self.kiosk
        for worker in (kiosk.printer, kiosk.reader):
            worker.stop()
        await kiosk.payer.close()
        await kiosk.host.close()
        kiosk.record.close()

    async def seconds_until_known(self, state: str) -> float:
        """A citizen's card is being made; in ``state`` the power goes. Seconds from the start of what comes back until
        it has found out where the card is and decided what to do; the rest of recovery follows."""
        known = asyncio.get_running_loop().create_future()
        begun = 0.0

        def pull(entered: str) -> None:
            if entered == state:
                self.plug.points_left = 0

        def decided(entered: str) -> None:
            if entered.startswith("recovering.") and not entered.endswith("sizing_up") and not known.done():
                known.set_result(time.perf_counter() - begun)

        self._at = pull
        await self._make(Reason.FIRST, None)
        await self._gone()
        self.fault("power_cut")
        self.fault("power_cut", value=False)
        self.plug.out, self.plug.points_left = False, None
        self._at = decided
        begun = time.perf_counter()
        await self._begin()
        await self.kiosk.recover()
        return float(known.result())

    # -- citizens ------------------------------------------------------------------------------------------------------

    def _on_state(self, state: str) -> None:
        self._at(state)

    def _on_view(self, state: str, shown: Show) -> None:
        if not self.plug.out:
            self.on_view(state, shown)

    async def citizen(
        self,
        reason: Reason,
        *,
        hand: bool,
        at: Callable[[str], None] = lambda state: None,
        cut_after: int | None = None,
        mains: bool = True,
    ) -> None:
        """One who asks for a card. ``hand``: takes it. ``cut_after``: that many points into the making, the power goes,
        and comes back."""

        def on_state(state: str) -> None:
            at(state)
            if hand and state.endswith("take_new_card"):
                self.bench.take()

        self._at = on_state
        self.kiosk.delays = DELAYS if hand else QUICK  # who takes it is never too late
        await self.kiosk.recover()
        if await self.kiosk.record.stock.blocks():
            self.seen["turned away"] += 1
            return
        if await self._make(reason, cut_after):
            await self.restart(mains=mains)
        else:
            await self.kiosk.recover()

    async def _make(self, reason: Reason, cut_after: int | None) -> bool:
        """True: the power went."""
        person = next(self._people[reason], None)
        if person is None:
            self.seen["nobody came"] += 1
            return False

        def pay(order: str) -> None:
            self.bench.post("/sandbox/payer/pay", order=order)

        runtime = await self.kiosk.accepted(person, reason, pay)
        making = asyncio.ensure_future(self.kiosk.make(runtime))
        loop = asyncio.get_running_loop()
        self.plug.pulled = lambda: cast(None, loop.call_soon_threadsafe(making.cancel))
        self.plug.points_left = cut_after
        await asyncio.wait({making})
        self.plug.points_left = None
        self._at = lambda state: None
        if not self.plug.out:
            making.result()
        return self.plug.out

    _at: Callable[[str], None] = staticmethod(lambda state: None)

    # -- what goes wrong -----------------------------------------------------------------------------------------------

    def fault(self, name: str, *, value: Any = True) -> None:
        """Of the printer."""
        self.bench.line.set_fault(name, value)

    def dead_chips(self, number: int) -> None:
        """Of the next cards of the bank."""
        hopper = self.bench.simulator.mechanism.hoppers[0]
        self.bench.contact.dead.update(card.serial for card in hopper[:number])

    # -- two people ----------------------------------------------------------------------------------------------------

    async def visit(self, *acts: Callable[[Any], Awaitable[None]]) -> None:
        """Two people sign in, do what they came for, and sign out."""
        session = Session()
        session.upkeep = Upkeep(cast("Any", SimpleNamespace(numbers=WHO, complete=True)))
        stage = SimpleNamespace(session=session, tools=self.kiosk.tools, state="stock", refresh=lambda: None)
        await self.kiosk.record.business(session)
        await stock_keeping.compare_stock(cast("Any", stage))
        for act in acts:
            await act(stage)
            await stock_keeping.compare_stock(cast("Any", stage))

    async def repair(self, stage: Any) -> None:
        """Cover open: the card in the path comes out, whatever jammed is put right, a new ribbon goes in."""
        mechanism = self.bench.simulator.mechanism

        def open_up() -> str:
            self.bench.simulator.open_cover()
            serial = "" if mechanism.card is None else mechanism.take_out().serial
            for name in self.bench.simulator.faults:
                self.bench.line.set_fault(name, self.bench.usual[name])
            self.bench.simulator.new_ribbon()
            self.bench.simulator.close_cover()
            return serial

        serial = self.bench.line.call(open_up)
        upkeep = stage.session.upkeep
        if upkeep.path is None and upkeep.waiting is None and not serial:
            await stage.tools.card_printer.call(lambda printer: printer.clear())
            return
        outcome = ""
        for found in ("destroyed", "sealed") if serial else ("nothing",):
            stage.session.kept["found"] = found
            outcome = await card_settling.settle_card(stage)
            if outcome == "stored":
                self.seen[f"settled: {found}"] += 1
                if serial:
                    self.carried[found].append(serial)
                return
        raise AssertionError(f"the card {serial or 'that is not there'} is not settled: {outcome}")

    async def empty_bin(self, stage: Any) -> None:
        """What is in the reject box, to be destroyed."""
        mechanism = self.bench.simulator.mechanism

        def take() -> list[str]:
            out, mechanism.rejected = [card.serial for card in mechanism.rejected], []
            self.bench.line.set_fault("reject_box_full", False)
            return out

        self.carried["destroyed"] += self.bench.line.call(take)
        assert await stock_keeping.empty_bin(stage) == "stored"

    async def seal(self, stage: Any) -> None:
        """What nobody fetched, into the sealed bin."""
        mechanism = self.bench.simulator.mechanism

        def take() -> list[str]:
            out, mechanism.held = [card.serial for card in mechanism.held], []
            return out

        self.carried["sealed"] += self.bench.line.call(take)
        assert await stock_keeping.seal_held(stage) == "stored"

    def refill(self, number: int) -> Callable[[Any], Awaitable[None]]:
        """So many of the stock keeper's cards into the bank's hopper, as far as there are."""

        async def act(stage: Any) -> None:
            stage.session.kept["hopper"] = "hopper-1"
            if await stock_keeping.find_deliveries(stage) == "none":
                return
            listed = stage.session.upkeep.deliveries[stock_keeping.RECEIVED]
            chosen = listed[:number]
            by_serial = {card.serial: card for card in self.cupboard}
            mechanism = self.bench.simulator.mechanism
            self.bench.line.call(lambda: mechanism.hoppers[0].extend(by_serial[each] for each in chosen))
            self.cupboard = [card for card in self.cupboard if card.serial not in chosen]
            stage.session.kept |= {"delivery": stock_keeping.RECEIVED, "number": str(len(chosen))}
            assert await stock_keeping.load_cards(stage) == "stored"

        return act

    def return_(self, number: int) -> Callable[[Any], Awaitable[None]]:
        """So many cards out of the bank's hopper, as far as there are, and back to the bank."""

        async def act(stage: Any) -> None:
            mechanism = self.bench.simulator.mechanism

            def take() -> list[str]:
                hopper = mechanism.hoppers[0]
                return [hopper.pop().serial for _ in range(min(number, len(hopper)))]

            out = self.bench.line.call(take)
            if not out:
                return

            def write(journal: Any) -> None:
                journal.ledger.unload(out, WHO)
                journal.ledger.return_(out, WHO)

            await stage.tools.record.stock.change(write)
            self.carried["returned"] += out
            self.seen["returned"] += len(out)

        return act

    def lie_about(self) -> list[str]:
        """The serials of all cards that there are, wherever they are."""
        places = [*self.bench.cards.values(), *self.carried.values(), [card.serial for card in self.cupboard]]
        return sorted(serial for place in places for serial in place)

    async def count(self, stage: Any) -> None:
        """Every hopper, by both."""
        for place, hopper in enumerate(HOPPERS):
            found = str(len(self.bench.simulator.mechanism.hoppers[place]))
            stage.session.kept |= {"hopper": hopper, "first_count": found, "second_count": found}
            assert await stock_keeping.store_count(stage) == "stored"

    # -- what must be true ---------------------------------------------------------------------------------------------

    async def unfinished(self) -> list[IssueRecord]:
        """Issues that wait for neither a holder nor the staff: for the host."""
        return [each for each in await self.kiosk.record.issuing.open() if each.step not in AT_REST]

    async def disagreements(self) -> list[str]:
        """Where what lies about contradicts the ledger; empty if nowhere."""
        stock = await self.kiosk.record.stock.stock()
        wrong = [f"{bank}: {line}" for bank, line in stock.items() if not line.balanced]
        if await self.kiosk.record.stock.blocks() or await self.unfinished():
            return wrong  # known to be open, and closed to citizens or waiting for the host
        ledger, cards = self.kiosk.journal.ledger, self.bench.cards
        counted = {
            "received": (sum(line.received for line in stock.values()), len(self.cupboard)),
            "in_hopper": (sum(line.in_hopper for line in stock.values()), len(cards["hoppers"])),
            "in_path": (sum(line.in_path for line in stock.values()), len(cards["path"])),
            "issued": (sum(line.issued for line in stock.values()), len(cards["taken"])),
            "held": (sum(line.held for line in stock.values()), len(cards["held"])),
            "bin": (len(ledger.in_bin()), len(cards["rejected"])),
            "retained": (sum(line.retained for line in stock.values()), len(self.carried["sealed"])),
            "spoiled": (
                sum(line.spoiled for line in stock.values()),
                len(cards["rejected"]) + len(self.carried["destroyed"]),
            ),
            "missing": (sum(line.missing for line in stock.values()), 0),
        }
        wrong += [f"{name}: ledger {ours}, seen {seen}" for name, (ours, seen) in counted.items() if ours != seen]
        wrong += [
            f"{serial} is nobody's, and was sealed"
            for serial in self.carried["sealed"]
            if ledger.card(serial).place is not CardPlace.RETAINED
        ]
        return wrong

    def doubled(self) -> list[str]:
        """At any time, host lost or not: two live cards, two commits, a fee taken without a commit or twice."""
        wrong = []
        kept = {each["order"]: each["captures"] - each["refunds"] for each in self.bench.get("/sandbox/payer/orders")}
        committed = {}
        for seen in self.bench.get("/sandbox/issuing/applications"):
            committed[seen["number"]] = seen["commits"]
            if seen["live_cards"] > 1 or seen["commits"] > 1:
                wrong.append(f"{seen['number']}: {seen['live_cards']} live cards, {seen['commits']} commits")
        for issue in every_issue(self.kiosk.journal):
            if kept.get(issue.fee_order, 0) > committed.get(issue.application, 0):
                wrong.append(f"{issue.business}: fee kept {kept[issue.fee_order]} times, nothing committed")
        return wrong

    async def all_is_well_again(self) -> None:
        """Host and payer are back, the staff see to the machine, the kiosk goes on, and everybody has been told."""
        self.plug.away.clear()
        for issue in every_issue(self.kiosk.journal):
            self.seen[issue.ended.value if issue.ended else issue.step.value] += 1
        self.bench.control.delete("/sandbox/faults").raise_for_status()
        await self.kiosk.recover()
        await self.kiosk.told()
        await self.visit(self.repair, self.empty_bin, self.count)
        await self.kiosk.recover()
        await self.kiosk.told()
