"""A sandbox host and payer without a network: requests as functions, each carried out once for its key."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
from sqlalchemy import Engine, select

import kiosk.demo
from kiosk.catalogue.rules import Reason
from kiosk.host.issuing_values import Application, Mode, Reservation, read_back_digest
from kiosk.host.payer import sandbox_orders
from kiosk.host.payer.sandbox_orders import PayerDesk, Till
from kiosk.host.sandbox import issuing_applications, issuing_cards, issuing_gate, issuing_store, writes
from kiosk.host.sandbox.issuing_desk import IssuingDesk, Work
from kiosk.host.sandbox.people import PersonRow
from kiosk.host.sandbox.shapes import IdCardProof
from kiosk.host.sandbox.store import answers, metadata, open_store, people

DEMO = Path(kiosk.demo.__file__).with_name("people.toml")
NOW = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
OPEN_FROM = date(2026, 11, 22)


class World:
    """One host and payer over a database; ``now`` moves by hand."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.desk = IssuingDesk()
        self.payer = PayerDesk()
        self.now = NOW

    @classmethod
    def open(cls, folder: Path, size: int = 300) -> World:
        engine = open_store(folder / "host.sqlite", people_file=DEMO, seed=1, size=size, today=NOW.date())
        world = cls(engine)
        issuing_store.open_tables(engine, world.desk.stock)
        metadata.create_all(engine, tables=sandbox_orders.TABLES)
        return world

    def reset(self) -> None:
        self.now = NOW
        self.desk.reset()
        self.payer.reset()
        with self.engine.begin() as connection:
            issuing_store.empty(connection, self.desk.stock)
            for table in (answers, *sandbox_orders.TABLES):
                connection.execute(table.delete())

    def advance(self, **span: float) -> None:
        self.now += timedelta(**span)

    def work(self, device: str, act: Callable[[Work], Any]) -> Any:
        with self.engine.begin() as connection:
            return act(Work(connection, self.now, device, self.desk))

    def once(self, device: str, key: str, request: str, act: Callable[[Work], Any]) -> bytes:
        """As the API does it."""
        with self.engine.begin() as connection:
            work = Work(connection, self.now, device, self.desk)
            return writes.once(connection, key, f"{device} {request}", lambda: msgspec.json.encode(act(work)))

    def pay(self, device: str, key: str, request: str, act: Callable[[Till], Any]) -> bytes:
        with self.engine.begin() as connection:
            till = Till(connection, self.now, device, self.payer)
            told = f"{device} {request}"
            return writes.once(connection, f"payer {key}", told, lambda: msgspec.json.encode(act(till)))

    def rows(self, table: Any) -> list[Any]:
        with self.engine.connect() as connection:
            return list(connection.execute(select(table)))

    def person(self, **wanted: Any) -> PersonRow:
        """The first of the population with these columns."""
        statement = select(people)
        for name, value in wanted.items():
            statement = statement.where(people.c[name] == value)
        with self.engine.connect() as connection:
            return PersonRow._make(connection.execute(statement.order_by(people.c.id)).first() or ())

    # -- steps ---------------------------------------------------------------------------------------------------------

    def quote(self, device: str, person: PersonRow, reason: Reason) -> Any:
        return self.work(device, lambda work: issuing_applications.quote(work, person.id, person, reason))

    def open_application(
        self, device: str, person: PersonRow, reason: Reason, key: str, mode: Mode = Mode.INSTANT, quote: str = ""
    ) -> Application:
        number = quote or self.quote(device, person, reason).number

        def act(work: Work) -> Application:
            return issuing_applications.open_application(work, person.id, person, reason, number, mode, key)

        return msgspec.json.decode(self.once(device, key, f"open {number}", act), type=Application)

    def reserve(self, device: str, application: str, bank: str, identifier: str, key: str) -> Reservation:
        def act(work: Work) -> Reservation:
            return issuing_cards.reserve(work, application, bank, identifier)

        return msgspec.json.decode(
            self.once(device, key, f"reserve {application} {bank} {identifier}", act), type=Reservation
        )

    def state(self, application: str) -> Application:
        def act(work: Work) -> Application:
            return issuing_applications.view(work, issuing_applications.row(work, application))

        found: Application = self.work("anybody", act)
        return found


def id_card(person: PersonRow, **changed: Any) -> IdCardProof:
    """What their ID card says."""
    given = {
        "kind": person.document,
        "number": person.number,
        "name": person.id_card_name or person.name,
        "birth_date": person.birth_date,
        "valid_until": None,
    }
    return IdCardProof.model_validate({**given, **changed})


def whole(reservation: Reservation) -> str:
    """The digest of a chip that was written faultlessly."""
    return read_back_digest(record.content for record in reservation.records)


__all__ = ["NOW", "OPEN_FROM", "World", "id_card", "issuing_gate", "whole"]
