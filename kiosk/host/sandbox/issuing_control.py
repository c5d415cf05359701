"""Issuing on the control port: counters, queues, time lines to look at; prices, guardians, photographs, the central
workshop to order.
"""

from __future__ import annotations

import hashlib
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Depends, HTTPException, Request
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import Connection, Row, func, insert, select

from devices.card_reader.social_security_card.identity import card_number_check
from kiosk.catalogue.rules import Reason
from kiosk.host.issuing_values import ApplicationState, CardState
from kiosk.host.port import CardSide
from kiosk.host.sandbox import holdings, issuing_photo
from kiosk.host.sandbox.issuing_applications import queue, set_fields
from kiosk.host.sandbox.issuing_desk import Work
from kiosk.host.sandbox.issuing_records import valid_until
from kiosk.host.sandbox.issuing_store import (
    applications,
    events,
    guardians,
    issued_cards,
    photo_receipts,
    photos,
    reservations,
    stock,
    voids,
)
from kiosk.host.sandbox.people import CardRow
from kiosk.host.sandbox.state import Sandbox
from kiosk.host.sandbox.store import people
from kiosk.host.sandbox.text_messages import TextMessage, sent

router = APIRouter(prefix="/sandbox/issuing", tags=["issuing"])
_WORKSHOP = "central-workshop"


def _sandbox(request: Request) -> Sandbox:
    sandbox: Sandbox = request.app.state.sandbox
    return sandbox


Box = Annotated[Sandbox, Depends(_sandbox)]


class _Shape(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Event(_Shape):
    event: str
    serial: str
    device: str
    at: str


class ApplicationSeen(_Shape):
    """``commits``: how often a card was bound. ``live_cards``: of this application. ``reservations``: serial: state."""

    number: str
    state: str
    mode: str
    reason: str
    fen: int
    payment: str
    device: str
    whereabouts: str
    commits: int
    live_cards: int
    reservations: dict[str, str]
    time_line: list[Event]


class StockSeen(_Shape):
    """Counts by bank and state, and the state of every card by serial."""

    counts: dict[str, dict[CardState, int]]
    cards: dict[str, CardState]


class VoidSeen(_Shape):
    serial: str
    account: str
    reason: str
    queued: str


class Price(_Shape):
    reason: Reason
    fen: Annotated[int, Field(ge=0, le=10_000)]
    valid_from: date


class Guardian(_Shape):
    guardian_number: str
    child_number: str


class Photograph(_Shape):
    number: str


class Receipt(_Shape):
    receipt: str


class Produce(_Shape):
    count: Annotated[int, Field(ge=1, le=1000)] = 1


@router.get("/applications")
def seen_applications(box: Box) -> list[ApplicationSeen]:
    """Every application, oldest first, with what happened to it."""
    with box.engine.connect() as connection:
        rows = connection.execute(select(applications).order_by(applications.c.number)).all()
        return [_seen(connection, row) for row in rows]


def _seen(connection: Connection, row: Row[Any]) -> ApplicationSeen:
    held = connection.execute(select(reservations).where(reservations.c.application == row.number))
    lines = connection.execute(select(events).where(events.c.application == row.number).order_by(events.c.id))
    live = (issued_cards.c.application == row.number, issued_cards.c.social_side != CardSide.CANCELLED.value)
    return ApplicationSeen(
        number=row.number,
        state=row.state,
        mode=row.mode,
        reason=row.reason,
        fen=row.fen,
        payment=row.payment,
        device=row.device,
        whereabouts=row.whereabouts,
        commits=row.commits,
        live_cards=connection.execute(select(func.count()).where(*live)).scalar_one(),
        reservations={each.serial: each.state for each in held},
        time_line=[Event(event=each.event, serial=each.serial, device=each.device, at=each.at) for each in lines],
    )


@router.get("/stock")
def seen_stock(box: Box) -> StockSeen:
    """The pre-made cards."""
    with box.engine.connect() as connection:
        rows = connection.execute(select(stock).order_by(stock.c.serial)).all()
    counts: dict[str, dict[CardState, int]] = {row.bank: dict.fromkeys(CardState, 0) for row in rows}
    for row in rows:
        counts[row.bank][CardState(row.state)] += 1
    return StockSeen(counts=counts, cards={row.serial: CardState(row.state) for row in rows})


@router.get("/voids")
def seen_voids(box: Box) -> list[VoidSeen]:
    """Bank account numbers that are to be voided, oldest first."""
    with box.engine.connect() as connection:
        rows = connection.execute(select(voids).order_by(voids.c.queued, voids.c.serial)).all()
    return [VoidSeen.model_validate(row._asdict()) for row in rows]


@router.get("/text-messages")
def seen_text_messages(box: Box) -> list[TextMessage]:
    """What people were told by text message, by the host and the payer; oldest first."""
    with box.engine.connect() as connection:
        return sent(connection)


@router.get("/queue")
def seen_queue(box: Box) -> list[str]:
    """Applications that wait for a centrally made card, the next one first."""
    with box.engine.connect() as connection:
        return queue(Work(connection, box.clock.now(), _WORKSHOP, box.issuing))


@router.post("/prices", status_code=204)
def order_price(price: Price, box: Box) -> None:
    """From a day on a reason costs this."""
    box.issuing.order_price(price.reason, price.fen, price.valid_from)


@router.post("/guardians", status_code=204)
def add_guardian(guardian: Guardian, box: Box) -> None:
    """One person of the population may apply for another."""
    with box.write_lock, box.engine.begin() as connection:
        pair = {
            "guardian_id": _person_id(connection, guardian.guardian_number),
            "child_id": _person_id(connection, guardian.child_number),
        }
        connection.execute(insert(guardians).prefix_with("OR IGNORE").values(**pair))


@router.post("/photo-receipts", status_code=201)
def photograph(sent: Photograph, box: Box) -> Receipt:
    """A photographer sends a person's picture in; answers with the number on the slip."""
    with box.write_lock, box.engine.begin() as connection:
        person_id = _person_id(connection, sent.number)
        count = connection.execute(select(func.count()).select_from(photo_receipts)).scalar_one()
        receipt = f"{count + 1:011d}"
        connection.execute(
            photo_receipts.insert().values(
                receipt=receipt, person_id=person_id, picture=issuing_photo.portrait(person_id)
            )
        )
    return Receipt(receipt=receipt)


@router.post("/photos/forget", status_code=204)
def forget_photo(of: Photograph, box: Box) -> None:
    """No photo of a person is on file, until one is sent in or the sandbox is as new."""
    with box.write_lock, box.engine.begin() as connection:
        person_id = _person_id(connection, of.number)
        connection.execute(photos.delete().where(photos.c.person_id == person_id))
        connection.execute(photos.insert().values(person_id=person_id, picture=None))


def _person_id(connection: Connection, number: str) -> int:
    found = connection.execute(select(people.c.id).where(people.c.number == number)).scalars().all()
    if len(found) != 1:
        raise HTTPException(404, "no such person, or more than one")
    return int(found[0])


@router.post("/produce")
def produce(order: Produce, box: Box) -> list[str]:
    """The central workshop makes the next cards of the queue; answers with their applications."""
    with box.write_lock, box.engine.begin() as connection:
        work = Work(connection, box.clock.now(), _WORKSHOP, box.issuing)
        made = queue(work)[: order.count]
        for number in made:
            _make(work, number)
    return made


def _make(work: Work, number: str) -> None:
    row = work.connection.execute(select(applications).where(applications.c.number == number)).one()
    old = holdings.of_person(work.connection, row.person_id)
    if old is not None:
        holdings.change(work.connection, old, CardSide.CANCELLED, work.now)
    digest = hashlib.sha256(number.encode()).hexdigest().upper()
    body = f"Y{int(number[-7:]):07d}"
    issued = work.today
    card = CardRow(
        row.person_id, f"990100D1560000050D{digest[:14]}", body + card_number_check(body), "3.0", issued.isoformat(),
        CardSide.TO_BE_ACTIVATED.value, issued.isoformat(), CardSide.TO_BE_ACTIVATED.value,
        work.desk.stock.banks[0].name, digest[-4:].translate(str.maketrans("ABCDEF", "012345")),
        valid_until(issued).isoformat(), 1, 0,
    )  # fmt: skip
    holdings.issue(work.connection, card, number, work.now)
    set_fields(
        work, number, state=ApplicationState.READY.value, committed=work.now.isoformat(), commits=row.commits + 1
    )
    work.note(number, "made", card.identifier[16:24])
