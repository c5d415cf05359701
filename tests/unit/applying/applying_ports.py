"""Host and payer as the kiosk's activities ask them: the sandbox's own functions, with answers that get lost, and what
the kiosk's journal said at the time of each request."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Callable
from typing import Any

import msgspec
from issuing_world import World
from sqlalchemy import select

from kiosk.catalogue.rules import Reason
from kiosk.clock import ManualClock
from kiosk.host.issuing_values import Application, Bank, Eligibility, Mode, OldCardFate, Quote
from kiosk.host.payer import sandbox_orders
from kiosk.host.payer.port import Means, Payment
from kiosk.host.payer.sandbox_orders import Till
from kiosk.host.port import Difference, HostRefused, HostUnavailable, HostUnknown, IdCardProof, Person
from kiosk.host.sandbox import issuing_applications, issuing_gate
from kiosk.host.sandbox.issuing_desk import Work
from kiosk.host.sandbox.refusals import Refused
from kiosk.host.sandbox.store import people
from kiosk.journal.store import Journal

KIOSK = "K0001"


class Line:
    """``fates``: what happens to the next requests of a name: ``request_lost``, ``reply_lost``, ``unavailable``,
    ``hangs``. ``calls``: name and key. ``steps``: the journal's open issues when each came."""

    def __init__(self, world: World, clock: ManualClock, journal: Journal) -> None:
        self.world, self.clock, self.journal = world, clock, journal
        self.fates: dict[str, list[str]] = defaultdict(list)
        self.calls: list[tuple[str, str]] = []
        self.steps: dict[str, list[str]] = {}
        self.arrived = asyncio.Event()
        self.kiosk = KIOSK

    def names(self) -> list[str]:
        return [name for name, _ in self.calls]

    async def ask(self, name: str, act: Callable[[], Any], key: str = "") -> Any:
        self.calls.append((name, key))
        self.steps[name] = [each.step.value for each in self.journal.issues.open()]
        self.world.now = self.clock.now()
        fate = self.fates[name].pop(0) if self.fates[name] else ""
        if fate == "unavailable":
            raise HostUnavailable(name)
        if fate == "hangs":
            self.arrived.set()
            await asyncio.Event().wait()
        if fate == "request_lost":
            raise HostUnknown(name)
        try:
            answer = act()
        except Refused as refused:
            differences = tuple(
                Difference(each.field, each.card_value, each.host_value) for each in refused.body.differences
            )
            raise HostRefused(refused.code.value, refused.body.detail, differences) from None
        if fate == "reply_lost":
            raise HostUnknown(name)
        return answer


class SandboxHost(Line):
    """The part of the issuing port that applying asks."""

    def _work(self, act: Callable[[Work], Any]) -> Any:
        return self.world.work(self.kiosk, act)

    def _person(self, person: Person) -> int:
        with self.world.engine.connect() as connection:
            found = connection.execute(select(people.c.id).where(people.c.number == person.number)).first()
        return 0 if found is None else int(found[0])

    async def eligibility(self, person: Person, applicant: IdCardProof, reason: Reason | None = None) -> Eligibility:
        def act(work: Work) -> Eligibility:
            whose = issuing_gate.applicant(work, applicant)  # type: ignore[arg-type]  # the same fields
            return issuing_gate.judge(work, self._person(person), whose, reason)

        told = await self.ask("eligibility", lambda: self._work(act))
        return msgspec.json.decode(msgspec.json.encode(told), type=Eligibility)

    async def quote(self, person: Person, applicant: IdCardProof, reason: Reason) -> Quote:
        def act(work: Work) -> Quote:
            whose = issuing_gate.applicant(work, applicant)  # type: ignore[arg-type]
            return issuing_applications.quote(work, self._person(person), whose, reason)

        answer: Quote = await self.ask("quote", lambda: self._work(act))
        return answer

    async def banks(self, person: Person, applicant: IdCardProof) -> tuple[Bank, ...]:
        def all_of_them() -> tuple[Bank, ...]:
            return tuple(Bank(each.key, each.name, each.name_en) for each in self.world.desk.stock.banks)

        answer: tuple[Bank, ...] = await self.ask("banks", all_of_them)
        return answer

    def _once(self, key: str, request: str, act: Callable[[Work], Any]) -> Application:
        return msgspec.json.decode(self.world.once(self.kiosk, key, request, act), type=Application)

    async def open_application(
        self, person: Person, applicant: IdCardProof, reason: Reason, quote: str, mode: Mode, key: str
    ) -> Application:
        def act(work: Work) -> Application:
            whose = issuing_gate.applicant(work, applicant)  # type: ignore[arg-type]
            return issuing_applications.open_application(work, self._person(person), whose, reason, quote, mode, key)

        answer: Application = await self.ask("open", lambda: self._once(key, f"open {quote} {reason}", act), key)
        return answer

    async def base_photo(self, application: str) -> bytes:
        picture: bytes = await self.ask(
            "base_photo", lambda: self._work(lambda work: issuing_applications.base_photo(work, application))
        )
        return picture

    async def settle_old_card(self, application: str, fate: OldCardFate, key: str) -> Application:
        def act(work: Work) -> Application:
            return issuing_applications.settle_old_card(work, application, fate)

        answer: Application = await self.ask(
            "settle", lambda: self._once(key, f"settle {application} {fate}", act), key
        )
        return answer

    async def defer(self, application: str, key: str) -> Application:
        def act(work: Work) -> Application:
            return issuing_applications.defer(work, application)

        answer: Application = await self.ask("defer", lambda: self._once(key, f"defer {application}", act), key)
        return answer

    async def withdraw(self, opening_key: str, key: str) -> None:
        def act(work: Work) -> None:
            issuing_applications.withdraw(work, opening_key)

        await self.ask("withdraw", lambda: self.world.once(self.kiosk, key, f"withdraw {opening_key}", act), key)

    async def state(self, application: str) -> Application:
        answer: Application = await self.ask("state", lambda: self.world.state(application))
        return answer

    async def state_by_key(self, opening_key: str) -> Application | None:
        def act(work: Work) -> Application | None:
            number = issuing_applications.number_by_key(work, opening_key)
            if number is None:
                return None
            return issuing_applications.view(work, issuing_applications.row(work, number))

        answer: Application | None = await self.ask("state_by_key", lambda: self._work(act))
        return answer


class SandboxPayer(Line):
    """The part of the payer's port that paying asks."""

    async def hold(self, order: str, fen: int, means: Means, key: str) -> Payment:
        def act(till: Till) -> Payment:
            return sandbox_orders.hold(till, order, fen, means)

        def once() -> Payment:
            body = self.world.pay(self.kiosk, key, f"hold {order} {fen} {means}", act)
            return msgspec.json.decode(body, type=Payment)

        answer: Payment = await self.ask("hold", once, key)
        return answer

    async def state(self, order: str) -> Payment | None:
        answer: Payment | None = await self.ask(
            "state", lambda: self._till(lambda till: sandbox_orders.state(till, order))
        )
        return answer

    def _till(self, act: Callable[[Till], Any]) -> Any:
        with self.world.engine.begin() as connection:
            return act(Till(connection, self.clock.now(), self.kiosk, self.world.payer))

    def paid(self, order: str) -> bool:
        """The citizen scans the code."""
        return bool(self._till(lambda till: sandbox_orders.pay_if_waiting(till, order)))
