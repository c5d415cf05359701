"""A kiosk's desk for one citizen: the real record, policy and clock; devices that do what a test says."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

from applying_ports import KIOSK, SandboxHost, SandboxPayer
from issuing_world import NOW, World
from sqlalchemy import select

from devices.card_printer.contract import CardPosition
from devices.card_reader.contract import Ability
from devices.contract import DeviceError
from devices.id_reader.contract import CitizenCard, Sex
from devices.receipt_printer.contract import Printed
from devices.receipt_printer.layout import TextLine, lay_out
from devices.receipt_printer.receipt import Receipt
from kiosk.activities import applicant, applying, paying
from kiosk.catalogue import policy
from kiosk.catalogue.policy import Policy
from kiosk.catalogue.rules import Reason
from kiosk.clock import ManualClock
from kiosk.host.port import CardSide, Person
from kiosk.host.sandbox.people import CardRow, PersonRow
from kiosk.host.sandbox.store import cards, people
from kiosk.issue import Issue
from kiosk.journal.issues import IssueRecord
from kiosk.journal.store import Journal
from kiosk.record import Record
from kiosk.runtime import Stage
from kiosk.session import Session
from kiosk.tools import Tools

BANK = "example_bank"


class Worker:
    """Runs at once what a device's thread would run."""

    def __init__(self, device: Any) -> None:
        self.device = device

    async def call(self, method: Callable[[Any], Any]) -> Any:
        return method(self.device)

    async def wait(self, method: Callable[[Any, Any], Any]) -> Any:
        return method(self.device, None)


class Reader:
    """A motorised card reader with a bin. ``full``: the bin takes nothing."""

    abilities = frozenset({Ability.MOTORISED, Ability.RETAIN})

    def __init__(self) -> None:
        self.full = False
        self.retained = 0

    def retain(self) -> bool:
        if self.full:
            raise DeviceError("card_reader.bin_full")
        self.retained += 1
        return True

    def release(self) -> None:
        pass


class Plate:
    """An ID reader with a card on it."""

    def __init__(self) -> None:
        self.card: CitizenCard | None = None

    def read(self) -> CitizenCard:
        assert self.card is not None
        return self.card


class Paper:
    """A receipt printer. ``out``: there is no paper."""

    def __init__(self) -> None:
        self.out = False
        self.sheets: list[Receipt] = []

    def print(self, sheet: Receipt) -> Printed:
        if self.out:
            raise DeviceError("receipt_printer.paper_out")
        self.sheets.append(sheet)
        return Printed(SimpleNamespace(fault=None))  # type: ignore[arg-type]  # as far as it is looked at

    @property
    def text(self) -> str:
        """What is on the last sheet."""
        return "\n".join(line.text for line in lay_out(self.sheets[-1]) if isinstance(line, TextLine))


class Stock:
    """The ledger, as far as applying asks it."""

    def __init__(self) -> None:
        self.banks = {BANK: 3}

    async def banks_in_stock(self) -> dict[str, int]:
        return dict(self.banks)


class CardPrinterAtRest:
    """Of the card printer: how it is. ``ready`` False: its ribbon is used up."""

    ready = True

    async def call(self, question: Callable[[Any], Any]) -> Any:
        return question(self)

    def status(self) -> Any:
        return SimpleNamespace(ready=self.ready, faults=(), position=CardPosition.NONE)


class Desk:
    """One citizen at one kiosk."""

    def __init__(self, world: World, folder: Path) -> None:
        self.world = world
        self.clock = ManualClock(NOW)
        self.record = Record(folder / "journal.sqlite", self.clock, KIOSK, cast("Any", None))
        self.stock = self.record.stock = cast("Any", Stock())
        self.host = SandboxHost(world, self.clock, self.journal)
        self.payer = SandboxPayer(world, self.clock, self.journal)
        self.reader, self.plate, self.paper = Reader(), Plate(), Paper()
        self.slot = SimpleNamespace(occupied=False, stranded=False)
        settings = SimpleNamespace(
            kiosk=SimpleNamespace(id=KIOSK, place_zh="示例市新华区政务大厅", place_en="Example hall"),
            issuing=SimpleNamespace(design="third-generation"),
        )
        self.card_printer = CardPrinterAtRest()
        self.tools = Tools(
            settings=cast("Any", settings),
            clock=self.clock,
            policy=Policy(policy.load("990100"), self.clock.today),
            services=(),
            host=cast("Any", None),
            record=self.record,
            health=cast("Any", SimpleNamespace(saw=lambda *_: None, failed=lambda *_: None)),
            card_reader=cast("Any", Worker(self.reader)),
            card_slot=cast("Any", self.slot),
            id_reader=cast("Any", Worker(self.plate)),
            receipt_printer=cast("Any", Worker(self.paper)),
            issuing=cast("Any", self.host),
            payer=cast("Any", self.payer),
            card_printer=cast("Any", self.card_printer),
        )
        self.session = Session(means="id_card")
        self.refreshed = 0

    @classmethod
    @contextmanager
    def open(cls, world: World, folder: Path) -> Iterator[Desk]:
        desk = cls(world, folder)
        try:
            yield desk
        finally:
            desk.record.close()

    # -- people --------------------------------------------------------------------------------------------------------

    def someone(self, side: CardSide | None = None, **wanted: Any) -> PersonRow:
        """The first adult of the population with such a card (None: without any), insured here, a photo on file."""
        given = {"insured_here": 1, "photo_on_file": 1, "kind": "ordinary", **wanted}
        with self.world.engine.connect() as connection:
            for row in connection.execute(select(people).order_by(people.c.id)):
                person = PersonRow._make(row)
                if any(getattr(person, name) != value for name, value in given.items()):
                    continue
                held = connection.execute(select(cards).where(cards.c.person_id == person.id)).first()
                card = CardRow._make(held) if held is not None else None
                adult = date.fromisoformat(person.birth_date) < date(2005, 1, 1)
                if adult and (None if card is None else card.social_side) == (side.value if side else None):
                    return person
        raise AssertionError("there is nobody like that")

    def card_of(self, person: PersonRow) -> CardRow:
        with self.world.engine.connect() as connection:
            return CardRow._make(connection.execute(select(cards).where(cards.c.person_id == person.id)).one())

    def serve(self, person: PersonRow, **on_card: Any) -> PersonRow:
        """They come with their ID card. ``on_card``: what stands on it differently."""
        given: dict[str, Any] = {
            "name": person.id_card_name or person.name,
            "birth_date": date.fromisoformat(person.birth_date),
            "number": person.number,
            **on_card,
        }
        self.session.id_card = CitizenCard(
            sex=Sex.FEMALE, valid_from=date(2018, 1, 1), valid_until=None, photo=b"", nation_code="01", address="",
            authority="", **given,
        )  # fmt: skip
        self.session.person = Person(
            "token", person.name, person.number, given["birth_date"], bool(person.insured_here)
        )
        return person

    # -- what the activities see ---------------------------------------------------------------------------------------

    @property
    def stage(self) -> Stage:
        return cast("Stage", self)

    @property
    def state(self) -> str:
        return "in_service.session.applying"

    def refresh(self) -> None:
        self.refreshed += 1

    def sign_of_life(self) -> None:
        pass

    @property
    def issue(self) -> Issue:
        assert self.session.issue is not None
        return self.session.issue

    @property
    def journal(self) -> Journal:
        return self.record._journal

    def issue_record(self) -> IssueRecord:
        """As the journal has it."""
        assert self.issue.record is not None
        return self.journal.issues.of(self.issue.record.business)

    def told(self) -> list[tuple[str, dict[str, Any]]]:
        """What waits in the outbox."""
        return [(message.kind, dict(message.payload)) for message in self.journal.outbox.pending()]

    # -- steps ---------------------------------------------------------------------------------------------------------

    async def patiently(self, activity: Callable[[Stage], Any]) -> Any:
        """Run an activity to its end, the clock going on whenever it waits."""
        task = asyncio.ensure_future(activity(self.stage))
        for _ in range(400):
            done, _ = await asyncio.wait([task], timeout=0.005)
            if done:
                return task.result()
            await self.clock.run_for(0.5)
        raise AssertionError(f"{activity.__name__} came to no end")

    async def up_to_quote(self, reason: Reason = Reason.FIRST) -> str:
        assert await applicant.check_eligibility(self.stage) in ("may_apply", "has_card")
        self.session.keep("reason", reason.value)
        return await applying.quote_fee(self.stage)

    async def up_to_opened(self, reason: Reason = Reason.FIRST) -> str:
        await self.up_to_quote(reason)
        return cast("str", await self.patiently(applying.open_application))

    async def up_to_bank(self, reason: Reason = Reason.FIRST, bank: str = BANK) -> None:
        assert await self.up_to_opened(reason) == "opened"
        assert await applying.find_banks(self.stage) == "choose_bank"
        self.session.keep("bank", bank)

    async def up_to_fee(self, reason: Reason = Reason.FIRST, fen: int = 0) -> str:
        if fen:
            self.world.desk.order_price(reason, fen, date(2026, 11, 22))
        await self.up_to_bank(reason)
        return cast("str", await self.patiently(paying.ask_fee))
