"""The sandbox payer's two faces: ``/payer/v1/...`` for kiosks, ``/sandbox/payer/...`` for tests and the bench.

It lives in the sandbox host's process and has its faults on order (path ``/payer/v1/*``), its clock and its reset; a
kiosk reaches it at the host's address with ``/payer`` behind it, as it would reach a payer of its own.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import select

from kiosk.host.payer import sandbox_orders
from kiosk.host.payer.port import Means, PayerLine, Payment, PaymentState
from kiosk.host.payer.sandbox_orders import Behaviour, PayerDesk, Till
from kiosk.host.sandbox import writes
from kiosk.host.sandbox.issuing_shapes import answer, answers
from kiosk.host.sandbox.requests import Box, Key, Kiosk
from kiosk.host.sandbox.shapes import Fen, Refusal, Shape, Time
from kiosk.host.sandbox.state import Sandbox

router = APIRouter(
    prefix="/payer/v1",
    tags=["payer"],
    responses={code: {"model": Refusal, "description": "refused"} for code in (403, 404, 409)},
)
control = APIRouter(prefix="/sandbox/payer", tags=["payer"])
OrderNumber = Annotated[str, Field(min_length=8, max_length=64, examples=["20261122-K0001-0042-S"])]


class Found(msgspec.Struct, frozen=True):
    """``payment`` null: the payer has never had the order."""

    payment: Payment | None


class HoldRequest(Shape):
    order: OrderNumber
    fen: Annotated[Fen, Field(ge=1, le=10_000_000)]
    means: Means


class OrderOnly(Shape):
    order: OrderNumber


class Day(Shape):
    day: Annotated[date, Field(examples=["2026-11-22"])]


def _till(box: Sandbox, kiosk: str, act: Callable[[Till], Any], key: str, request: Shape) -> Response:
    """Carried out once for a key of the payer's own."""
    with box.write_lock, box.engine.begin() as connection:
        till = Till(connection, box.clock.now(), kiosk, box.payer)
        told = f"{act.__qualname__} {kiosk} {request.model_dump_json()}"
        body = writes.once(connection, f"payer {key}", told, lambda: msgspec.json.encode(act(till)))
    return Response(body, media_type="application/json")


@router.get("/ping")
def ping(box: Box) -> Time:
    """The payer's clock."""
    return Time(time=box.clock.now())


@router.post("/orders/hold", response_model=answer(Payment))
def hold(asked: HoldRequest, box: Box, kiosk: Kiosk, key: Key) -> Response:
    """Begin an order: money is promised, or the person is waited for."""

    def act(till: Till) -> Payment:
        return sandbox_orders.hold(till, asked.order, asked.fen, asked.means)

    return _till(box, kiosk, act, key, asked)


@router.post("/orders/capture", response_model=answer(Payment))
def capture(asked: OrderOnly, box: Box, kiosk: Kiosk, key: Key) -> Response:
    """Take what is held."""

    def act(till: Till) -> Payment:
        return sandbox_orders.capture(till, asked.order)

    return _till(box, kiosk, act, key, asked)


@router.post("/orders/release", response_model=answer(Found))
def release(asked: OrderOnly, box: Box, kiosk: Kiosk, key: Key) -> Response:
    """Let go of what is held."""

    def act(till: Till) -> Found:
        return Found(sandbox_orders.release(till, asked.order))

    return _till(box, kiosk, act, key, asked)


@router.post("/orders/refund", response_model=answer(Payment))
def refund(asked: OrderOnly, box: Box, kiosk: Kiosk, key: Key) -> Response:
    """Send back what was captured."""

    def act(till: Till) -> Payment:
        return sandbox_orders.refund(till, asked.order)

    return _till(box, kiosk, act, key, asked)


@router.post("/orders/state", response_model=answer(Found))
def state(asked: OrderOnly, box: Box, kiosk: Kiosk, key: Key) -> Response:
    """What became of an order."""
    with box.engine.connect() as connection:
        found = sandbox_orders.state(Till(connection, box.clock.now(), kiosk, box.payer), asked.order)
    return Response(msgspec.json.encode(Found(found)), media_type="application/json")


@router.post("/orders/lines", response_model=answers(PayerLine))
def lines(asked: Day, box: Box, kiosk: Kiosk, key: Key) -> Response:
    """The kiosk's orders of a day, for reconciliation."""
    with box.engine.connect() as connection:
        found = sandbox_orders.lines(Till(connection, box.clock.now(), kiosk, box.payer), asked.day)
    return Response(msgspec.json.encode(found), media_type="application/json")


# -- the control port --------------------------------------------------------------------------------------------------


class Settings(BaseModel):
    """What persons, banks and wallets do from now on."""

    model_config = ConfigDict(extra="forbid")
    qr: Behaviour = Behaviour.WAIT
    bank_card: Behaviour = Behaviour.AT_ONCE
    qr_holds: bool = True
    bank_card_holds: bool = True
    slow_refunds: bool = False


class OrderSeen(BaseModel):
    """An order with how often money moved."""

    order: str
    kiosk: str
    fen: int
    means: Means
    state: PaymentState
    captures: int
    refunds: int


def _sandbox(request: Request) -> Sandbox:
    sandbox: Sandbox = request.app.state.sandbox
    return sandbox


@control.post("/settings", status_code=204)
def settings(wanted: Settings, request: Request) -> None:
    """Change all settings; what is left out is as at first."""
    _sandbox(request).payer.set(PayerDesk(**wanted.model_dump()))


@control.get("/orders")
def seen_orders(request: Request) -> list[OrderSeen]:
    """Every order, oldest first."""
    box = _sandbox(request)
    with box.engine.connect() as connection:
        rows = connection.execute(select(sandbox_orders.orders).order_by(sandbox_orders.orders.c.opened)).all()
    return [
        OrderSeen(
            order=row.number, kiosk=row.kiosk, fen=row.fen, means=row.means, state=row.state, captures=row.captures,
            refunds=row.refunds,
        )
        for row in rows
    ]  # fmt: skip


@control.post("/pay", status_code=204)
def pay(paid: OrderOnly, request: Request) -> Response:
    """The person scans the code and pays. 409: too late, or paid already; 404: no such order."""
    box = _sandbox(request)
    with box.write_lock, box.engine.begin() as connection:
        wanted = select(sandbox_orders.orders.c.kiosk).where(sandbox_orders.orders.c.number == paid.order)
        kiosk = connection.execute(wanted).scalar()
        if kiosk is None:
            return Response(status_code=404)
        if not sandbox_orders.pay_if_waiting(Till(connection, box.clock.now(), kiosk, box.payer), paid.order):
            return Response(status_code=409)
    return Response(status_code=204)


@control.post("/settle-refunds", status_code=204)
def settle_refunds(request: Request) -> None:
    """Refunds that are under way arrive."""
    box = _sandbox(request)
    with box.write_lock, box.engine.begin() as connection:
        sandbox_orders.settle_refunds(connection)
