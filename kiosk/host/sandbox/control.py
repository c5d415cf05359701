"""The control port: plain HTTP on loopback, for tests and the bench. Also the public check page.

``POST /sandbox/faults`` orders a fault, ``DELETE /sandbox/faults`` takes all back, ``POST /sandbox/reset`` makes the
sandbox as new, ``POST /sandbox/clock`` lets time pass, ``GET /sandbox/calls`` tells what came in. ``/docs`` shows what
the business port answers, ``/sandbox/docs`` what this one does.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, FastAPI, HTTPException, Query, Request
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import select

from kiosk.host.payer.sandbox_api import control as payer_router
from kiosk.host.port import CardSide
from kiosk.host.sandbox import blacklist
from kiosk.host.sandbox.check import router as check_router
from kiosk.host.sandbox.faults import Call, FaultRule
from kiosk.host.sandbox.issuing_control import router as issuing_router
from kiosk.host.sandbox.people import Kind
from kiosk.host.sandbox.reference_page import add_reference
from kiosk.host.sandbox.shapes import Identifier
from kiosk.host.sandbox.state import Sandbox
from kiosk.host.sandbox.store import cards, people

router = APIRouter(prefix="/sandbox", tags=["control"])


def _sandbox(request: Request) -> Sandbox:
    sandbox: Sandbox = request.app.state.sandbox
    return sandbox


Box = Annotated[Sandbox, Depends(_sandbox)]


class Advance(BaseModel):
    model_config = ConfigDict(extra="forbid")
    seconds: Annotated[float, Field(ge=0, le=10**9)]


class Limits(BaseModel):
    """Identifications in ten minutes."""

    model_config = ConfigDict(extra="forbid")
    per_person: Annotated[int, Field(ge=0)]
    per_kiosk: Annotated[int, Field(ge=0)]


class Listed(BaseModel):
    model_config = ConfigDict(extra="forbid")
    identifier: Identifier


class SyntheticPerson(BaseModel):
    """A person of the population, with what their ID card and social security card say. All invented."""

    key: str
    kind: Kind
    document: str
    number: str
    id_card_name: str
    host_name: str
    birth_date: str
    id_valid_until: str
    identifier: str | None
    card_number: str | None
    generation: str | None
    social_side: CardSide


@router.get("/faults")
def faults(box: Box) -> list[FaultRule]:
    """What is in force; ``times`` is what is left."""
    return box.faults.rules()


@router.post("/faults", status_code=201)
def order_fault(rule: FaultRule, box: Box) -> FaultRule:
    """Put a fault in force, after those that are."""
    box.faults.order(rule)
    return rule


@router.delete("/faults", status_code=204)
def clear_faults(box: Box) -> None:
    """Take all faults back, and forget the calls."""
    box.faults.clear()


@router.get("/calls")
def calls(box: Box) -> list[Call]:
    """The last thousand calls on the business port, oldest first."""
    return list(box.faults.calls)


@router.post("/clock")
def advance(step: Advance, box: Box) -> datetime:
    """Let time pass for the host; answers with its clock."""
    box.clock.advance(step.seconds)
    return box.clock.now()


@router.post("/limits", status_code=204)
def set_limits(limits: Limits, box: Box) -> None:
    """Change the rate limits and begin to count anew."""
    for limit, most in ((box.per_person, limits.per_person), (box.per_kiosk, limits.per_kiosk)):
        limit.clear()
        limit.most = most


@router.post("/sessions/end", status_code=204)
def end_all_sessions(box: Box) -> None:
    """As a restart of the host does."""
    box.sessions.clear()


@router.post("/blacklist", status_code=204)
def add_to_blacklist(listed: Listed, box: Box) -> None:
    """Put a card of the population on the blacklist; its version rises."""
    with box.write_lock, box.engine.begin() as connection:
        if not blacklist.add(connection, listed.identifier.upper()):
            raise HTTPException(404, "no such card")


@router.post("/reset", status_code=204)
def reset(box: Box) -> None:
    """As new: no faults, sessions, documents, keys; limits and clock as they were at first."""
    box.reset()


@router.get("/people")
def some_people(
    box: Box,
    kind: Kind = Kind.ORDINARY,
    social_side: CardSide | None = None,
    retired: bool | None = None,
    minor: bool = False,
    limit: Annotated[int, Query(ge=1, le=100)] = 5,
) -> list[SyntheticPerson]:
    """People of a kind, for making their cards: always the same first ones. ``minor`` false: of age."""
    statement: Any = select(people, cards).join_from(people, cards, cards.c.person_id == people.c.id, isouter=True)
    statement = statement.where(people.c.kind == kind.value)
    if social_side is CardSide.NONE:
        statement = statement.where(cards.c.identifier.is_(None))
    elif social_side is not None:
        statement = statement.where(cards.c.social_side == social_side.value)
    if retired is not None:
        statement = statement.where((people.c.retired > 0) == retired)
    today = box.clock.now().date()
    grown_up = today.replace(year=today.year - 16, day=min(today.day, 28)).isoformat()
    statement = statement.where(people.c.birth_date > grown_up if minor else people.c.birth_date <= grown_up)
    with box.engine.connect() as connection:
        rows = connection.execute(statement.order_by(people.c.id).limit(limit)).mappings().all()
    return [
        SyntheticPerson(
            key=row[people.c.key],
            kind=row[people.c.kind],
            document=row[people.c.document],
            number=row[people.c.number],
            id_card_name=row[people.c.id_card_name] or row[people.c.name],
            host_name=row[people.c.name],
            birth_date=row[people.c.birth_date],
            id_valid_until=row[people.c.id_valid_until],
            identifier=row[cards.c.identifier],
            card_number=row[cards.c.card_number],
            generation=row[cards.c.generation],
            social_side=row[cards.c.social_side] or CardSide.NONE,
        )
        for row in rows
    ]


def control_app(sandbox: Sandbox, business: FastAPI) -> FastAPI:
    """The application of the control port; it also shows ``business``'s documents, which need a certificate there."""
    app = FastAPI(
        title="Control of the sandbox host",
        description="Faults on order, time, limits, the population. For tests and the bench.",
        version="1",
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
    )
    app.state.sandbox = sandbox
    app.include_router(router)
    app.include_router(issuing_router)
    app.include_router(payer_router)
    app.include_router(check_router)
    add_reference(app, path="/docs", of=business, source="/openapi.json")
    add_reference(app, path="/sandbox/docs", of=app, source="/sandbox/openapi.json")
    return app
