"""Two kiosks whose calls are lost, late and doubled, as a state machine: the smallest that keep the port's rules.

A request's fate is drawn; a late one may turn up at any time afterwards, even when everything is over.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import msgspec
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from issuing_world import OPEN_FROM, World, whole

from kiosk.catalogue.rules import Reason
from kiosk.host.issuing_values import (
    Application,
    BadCard,
    IssuingRefusal,
    Mode,
    OldCardFate,
    Reservation,
    Whereabouts,
    step_key,
)
from kiosk.host.payer.port import Means, PayerRefusal
from kiosk.host.payer.reconciliation import KioskLine, Outcome, reconcile
from kiosk.host.payer.sandbox_orders import Behaviour, Till, capture, hold, lines, orders, refund, release
from kiosk.host.port import RefusalCode
from kiosk.host.sandbox import holdings, issuing_applications, issuing_cards
from kiosk.host.sandbox.issuing_desk import Work
from kiosk.host.sandbox.issuing_store import applications, issued_cards, reservations, stock, voids
from kiosk.host.sandbox.refusals import Refused

KIOSKS = ("KIOSK-A", "KIOSK-B")
FEN = 2000
FATES = st.sampled_from(["arrives"] * 5 + ["request_lost", "reply_lost", "late", "twice"])
MAY_BE_REFUSED = (
    RefusalCode.IN_PROGRESS_ELSEWHERE,
    IssuingRefusal.NOT_ELIGIBLE,
    IssuingRefusal.APPLICATION_CLOSED,
    IssuingRefusal.QUOTE_LAPSED,
    IssuingRefusal.REASON_DOES_NOT_APPLY,
)
"""What the other kiosk's doings may bring; anything else is a fault of the host."""
Request = Callable[[], bytes]


class Lost(Exception):
    """No reply: the outcome is unknown."""


@dataclass
class Business:
    """One citizen's issue, as its kiosk's journal has it."""

    number: str
    person: Any
    reason: Reason
    quote: str
    application: str = ""
    serial: str = ""
    cards: int = 0
    plan: Reservation | None = None
    spoiling: BadCard | None = None
    done: set[str] = field(default_factory=set)
    issued: bool = False

    @property
    def opening_key(self) -> str:
        return step_key(self.number, "open")


class Issuing(RuleBasedStateMachine):
    """See the module."""

    world: World
    people: tuple[Any, Any]

    def __init__(self) -> None:
        super().__init__()
        self.world.reset()
        for reason in (Reason.FIRST, Reason.LOST):
            self.world.desk.order_price(reason, FEN, OPEN_FROM)
        self.world.payer.qr = Behaviour.AT_ONCE
        self.current: dict[str, Business | None] = dict.fromkeys(KIOSKS)
        self.past: list[tuple[str, Business]] = []
        self.late: list[Request] = []
        self.hopper = {
            KIOSKS[0]: [card for card in self.world.desk.stock.cards if card.bank == "example_bank"],
            KIOSKS[1]: [card for card in self.world.desk.stock.cards if card.bank == "rural_bank"],
        }
        self.count = 0

    # -- what may happen -----------------------------------------------------------------------------------------------

    @precondition(lambda self: not all(self.current.values()))
    @rule(who=st.integers(0, 1), fates=st.lists(FATES, max_size=12))
    def begin(self, who: int, fates: list[str]) -> None:
        kiosk = next(each for each, business in self.current.items() if business is None)
        person = self.people[who]
        has_card = self.world.work(kiosk, lambda work: holdings.of_person(work.connection, person.id)) is not None
        reason = Reason.LOST if has_card else Reason.FIRST
        self.count += 1
        quote = self.world.quote(kiosk, person, reason).number
        self.current[kiosk] = Business(f"20261122-{kiosk}-{self.count:04d}", person, reason, quote)
        for fate in fates:
            self._step(kiosk, fate)

    @precondition(lambda self: any(self.current.values()))
    @rule(kiosk=st.sampled_from(KIOSKS), fates=st.lists(FATES, min_size=1, max_size=6))
    def go_on(self, kiosk: str, fates: list[str]) -> None:
        for fate in fates:
            self._step(kiosk, fate)

    def _step(self, kiosk: str, fate: str) -> None:
        business = self.current[kiosk]
        if business is None:
            return
        try:
            self._next_step(kiosk, business, fate)
        except Lost:
            return
        except Refused as refused:
            if refused.code not in MAY_BE_REFUSED:
                raise
            self._recover(kiosk, business)

    @precondition(lambda self: any(self.current.values()))
    @rule(kiosk=st.sampled_from(KIOSKS), fate=FATES, how=st.sampled_from(BadCard), late_now=st.booleans())
    def card_goes_bad(self, kiosk: str, fate: str, how: BadCard, late_now: bool) -> None:
        """A jam or a dead chip: the card is spoiled, unless the host has committed; a second one may follow."""
        business = self.current[kiosk]
        if business is None or not business.serial or "commit" in business.done:
            return
        self._try_to_spoil(kiosk, business, business.spoiling or how, fate)
        while self.late and late_now:
            self._deliver(self.late.pop())

    def _try_to_spoil(self, kiosk: str, business: Business, how: BadCard, fate: str) -> None:
        try:
            self._spoil(kiosk, business, how, fate)
        except Lost:
            return
        except Refused as refused:
            if refused.code is not IssuingRefusal.ALREADY_COMMITTED:
                raise
            self._forward(kiosk, business)

    @precondition(lambda self: any(self.current.values()))
    @rule(kiosk=st.sampled_from(KIOSKS))
    def power_is_cut(self, kiosk: str) -> None:
        business = self.current[kiosk]
        if business is not None:
            self._recover(kiosk, business)

    @precondition(lambda self: self.late)
    @rule(which=st.integers(0, 50))
    def a_late_request_turns_up(self, which: int) -> None:
        self._deliver(self.late.pop(which % len(self.late)))

    @rule(minutes=st.integers(1, 20))
    def time_passes(self, minutes: int) -> None:
        self.world.advance(minutes=minutes)

    # -- a kiosk's program ---------------------------------------------------------------------------------------------

    def _next_step(self, kiosk: str, business: Business, fate: str) -> None:
        world = self.world
        if business.spoiling is not None:  # decided, so it is gone through with
            self._try_to_spoil(kiosk, business, business.spoiling, fate)
        elif not business.application:
            business.application = self._decoded(fate, self._open(kiosk, business), Application).number
        elif "held" not in business.done:
            self._send(
                fate, self._pay(kiosk, business, "hold", lambda till: hold(till, business.number, FEN, Means.QR))
            )
            business.done.add("held")
        elif business.reason is Reason.LOST and "old" not in business.done:
            self._send(fate, self._host(kiosk, business, "old", self._settle_old(business)))
            business.done.add("old")
        elif business.plan is None:
            if not business.serial:
                card = self.hopper[kiosk].pop()
                business.serial, business.cards = card.serial, business.cards + 1
            business.plan = self._decoded(fate, self._reserve(kiosk, business), Reservation)
        elif "commit" not in business.done:
            self._send(fate, self._commit(kiosk, business))
            business.done.add("commit")
        elif "captured" not in business.done:
            self._send(fate, self._pay(kiosk, business, "capture", lambda till: capture(till, business.number)))
            business.done.add("captured")
        else:
            self._send(fate, self._host(kiosk, business, "advise", self._collected(business)))
            self._end(kiosk, business, issued=True)
        world.advance(seconds=1)

    def _open(self, kiosk: str, business: Business) -> Request:
        def act(work: Work) -> Application:
            return issuing_applications.open_application(
                work, business.person.id, business.person, business.reason, business.quote, Mode.INSTANT,
                business.opening_key,
            )  # fmt: skip

        return self._host(kiosk, business, "open", act)

    def _settle_old(self, business: Business) -> Callable[[Work], Any]:
        application = business.application
        return lambda work: issuing_applications.settle_old_card(work, application, OldCardFate.REPORTED_LOST)

    def _reserve(self, kiosk: str, business: Business) -> Request:
        application, serial = business.application, business.serial
        card = next(each for each in self.world.desk.stock.cards if each.serial == serial)
        return self._host(
            kiosk, business, "reserve",
            lambda work: issuing_cards.reserve(work, application, card.bank, card.chip.identifier), business.cards,
        )  # fmt: skip

    def _commit(self, kiosk: str, business: Business) -> Request:
        application, serial, plan, payment = business.application, business.serial, business.plan, business.number
        assert plan is not None
        return self._host(
            kiosk, business, "commit",
            lambda work: issuing_cards.commit(work, application, serial, whole(plan), payment), business.cards,
        )  # fmt: skip

    def _collected(self, business: Business) -> Callable[[Work], Any]:
        application, serial = business.application, business.serial
        return lambda work: issuing_cards.advise(work, application, serial, Whereabouts.COLLECTED)

    def _spoil(self, kiosk: str, business: Business, how: BadCard, fate: str) -> None:
        application, serial = business.application, business.serial
        business.spoiling = how
        key = f"spoil-{how.value}"
        self._send(
            fate,
            self._host(
                kiosk, business, key, lambda work: issuing_cards.spoil(work, application, serial, how), business.cards
            ),
        )
        business.serial, business.plan, business.spoiling = "", None, None

    def _recover(self, kiosk: str, business: Business) -> None:
        """As after a power cut, on a good line: ask, then forward or back. The host's answer to spoil decides."""
        found = self._found(kiosk, business)
        if found is not None:
            business.application = found.number
        if business.serial and not self._gone_bad(kiosk, business):
            self._forward(kiosk, business)
            return
        arrives = "arrives"
        withdraw = lambda work: issuing_applications.withdraw(work, business.opening_key)  # noqa: E731
        self._send(arrives, self._host(kiosk, business, "withdraw", withdraw))
        self._let_go_of_money(kiosk, business)
        self._end(kiosk, business, issued=False)

    def _found(self, kiosk: str, business: Business) -> Application | None:
        number = self.world.work(kiosk, lambda work: issuing_applications.number_by_key(work, business.opening_key))
        return None if number is None else self.world.state(number)

    def _gone_bad(self, kiosk: str, business: Business) -> bool:
        """False: the host says that it is committed, so only forward."""
        try:
            self._spoil(kiosk, business, BadCard.SUSPECT, "arrives")
        except Refused as refused:
            if refused.code is not IssuingRefusal.ALREADY_COMMITTED:
                raise
            return False
        return True

    def _forward(self, kiosk: str, business: Business) -> None:
        self._send("arrives", self._pay(kiosk, business, "capture", lambda till: capture(till, business.number)))
        self._send("arrives", self._host(kiosk, business, "advise", self._collected(business)))
        self._end(kiosk, business, issued=True)

    def _let_go_of_money(self, kiosk: str, business: Business) -> None:
        try:
            self._send("arrives", self._pay(kiosk, business, "release", lambda till: release(till, business.number)))
        except Refused as refused:
            if refused.code is not PayerRefusal.ALREADY_CAPTURED:
                raise
            self._send("arrives", self._pay(kiosk, business, "refund", lambda till: refund(till, business.number)))

    def _end(self, kiosk: str, business: Business, *, issued: bool) -> None:
        business.issued = issued
        self.past.append((kiosk, business))
        self.current[kiosk] = None

    # -- the line ------------------------------------------------------------------------------------------------------

    def _host(self, kiosk: str, business: Business, step: str, act: Callable[[Work], Any], nth: int = 1) -> Request:
        key = step_key(business.number, step, nth)
        return lambda: self.world.once(kiosk, key, step, act)

    def _pay(self, kiosk: str, business: Business, step: str, act: Callable[[Any], Any]) -> Request:
        key = step_key(business.number, step)
        return lambda: self.world.pay(kiosk, key, step, act)

    def _send(self, fate: str, request: Request) -> bytes:
        match fate:
            case "request_lost":
                raise Lost
            case "late":
                self.late.append(request)
                raise Lost
            case "reply_lost":
                self._deliver(request)
                raise Lost
            case "twice":
                first = request()
                assert request() == first
                return first
        return request()

    def _decoded(self, fate: str, request: Request, shape: type[Any]) -> Any:
        return msgspec.json.decode(self._send(fate, request), type=shape)

    @staticmethod
    def _deliver(request: Request) -> None:
        try:
            request()
        except Refused:
            return

    # -- what always holds ---------------------------------------------------------------------------------------------

    @invariant()
    def one_card_and_no_money_before_it(self) -> None:
        issued = self.world.rows(issued_cards)
        assert len({card.application for card in issued}) == len(issued)
        for before, after in itertools.pairwise(sorted(issued, key=lambda card: (card.person_id, card.at))):
            assert before.person_id != after.person_id or before.social_side == "cancelled"
        live = [card.person_id for card in issued if card.social_side in ("normal", "to_be_activated")]
        assert len(set(live)) == len(live)
        committed = {row.payment for row in self.world.rows(applications) if row.commits}
        assert {order.number for order in self.world.rows(orders) if order.captures} <= committed
        assert all(row.commits in (0, 1) for row in self.world.rows(applications))

    def teardown(self) -> None:
        for kiosk, business in list(self.current.items()):
            if business is not None:
                self._recover(kiosk, business)
        while self.late:
            self._deliver(self.late.pop())
        self.one_card_and_no_money_before_it()
        cards = {row.serial: row.state for row in self.world.rows(stock)}
        ends = {row.serial: row.state for row in self.world.rows(reservations)}
        assert set(ends.values()) <= {"released", "suspect", "spoiled", "bound"}
        assert {serial for serial, end in cards.items() if end == "bound"} == {
            serial for serial, end in ends.items() if end == "bound"
        }
        assert "reserved" not in cards.values()
        bad = {serial for serial, end in cards.items() if end in ("suspect", "spoiled")}
        assert {row.serial for row in self.world.rows(voids)} == bad
        self._money_and_cards_agree()

    def _money_and_cards_agree(self) -> None:
        issued = {business.number for _, business in self.past if business.issued}
        assert {row.state for row in self.world.rows(applications)} <= {"collected", "withdrawn"}
        by_application = {row.number: row for row in self.world.rows(applications)}
        assert {row.payment for row in by_application.values() if row.commits} == issued
        assert {order.number for order in self.world.rows(orders) if order.state == "captured"} == issued
        assert all(order.captures <= 1 for order in self.world.rows(orders))
        for kiosk in KIOSKS:
            told = [
                KioskLine(
                    business.application or business.number, business.number, FEN,
                    Outcome.ISSUED if business.issued else Outcome.FAILED,
                )
                for device, business in self.past if device == kiosk
            ]  # fmt: skip
            self._reconcile(kiosk, told)

    def _reconcile(self, kiosk: str, told: list[KioskLine]) -> None:
        host = self.world.work(kiosk, lambda work: issuing_applications.fee_lines(work, OPEN_FROM))
        with self.world.engine.connect() as connection:
            paid = lines(Till(connection, self.world.now, kiosk, self.world.payer), OPEN_FROM)
        assert reconcile(told, host, paid).unexplained == ()
