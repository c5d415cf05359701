"""A payer to run against: its orders, and what a person, a bank and a wallet do about them. All money is invented."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import Column, Connection, Integer, Row, String, Table, insert, select, update

from kiosk.clock import KIOSK_ZONE
from kiosk.host.payer.port import Means, PayerLine, PayerRefusal, Payment, PaymentState
from kiosk.host.sandbox.refusals import Refused
from kiosk.host.sandbox.store import metadata
from kiosk.host.sandbox.text_messages import PAID_WITH, About, send

PAY_WITHIN = timedelta(minutes=5)

orders = Table(
    "payer_orders",
    metadata,
    Column("number", String, primary_key=True),
    Column("kiosk", String, nullable=False),
    Column("fen", Integer, nullable=False),
    Column("means", String, nullable=False),
    Column("state", String, nullable=False),
    Column("holds", Integer, nullable=False),
    Column("reference", String, nullable=False),
    Column("opened", String, nullable=False),
    Column("day", String, nullable=False),
    Column("lapses", String, nullable=False),
    Column("captures", Integer, nullable=False),
    Column("refunds", Integer, nullable=False),
)
closed = Table("payer_closed", metadata, Column("number", String, primary_key=True))
TABLES = (orders, closed)


class Behaviour(StrEnum):
    """What becomes of an order by itself: ``at_once`` paid, ``wait`` until :func:`pay_if_waiting`, ``decline``."""

    AT_ONCE = "at_once"
    WAIT = "wait"
    DECLINE = "decline"


@dataclass
class PayerDesk:
    """The payer's settings. ``holds``: whether the means can be held. ``slow_refunds``: a refund stays under way until
    :func:`settle_refunds`."""

    qr: Behaviour = Behaviour.WAIT
    bank_card: Behaviour = Behaviour.AT_ONCE
    qr_holds: bool = True
    bank_card_holds: bool = True
    slow_refunds: bool = False
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False, compare=False)

    def reset(self) -> None:
        """As at first."""
        self.set(PayerDesk())

    def set(self, other: PayerDesk) -> None:
        """Take over another's settings."""
        with self._lock:
            for name in ("qr", "bank_card", "qr_holds", "bank_card_holds", "slow_refunds"):
                setattr(self, name, getattr(other, name))

    def behaviour(self, means: Means) -> Behaviour:
        """Of an order of these means."""
        return self.qr if means is Means.QR else self.bank_card

    def holds(self, means: Means) -> bool:
        """Whether they can be held."""
        return self.qr_holds if means is Means.QR else self.bank_card_holds


@dataclass(frozen=True, slots=True)
class Till:
    """One request at the payer: its transaction, the instant (UTC), the kiosk that asks."""

    connection: Connection
    now: datetime
    kiosk: str
    desk: PayerDesk


def hold(till: Till, number: str, fen: int, means: Means) -> Payment:
    """A new order, or the one there is."""
    if till.connection.execute(select(closed).where(closed.c.number == number)).first() is not None:
        raise Refused(PayerRefusal.ORDER_CLOSED, status=409)
    found = till.connection.execute(select(orders).where(orders.c.number == number)).first()
    if found is not None:
        if (found.kiosk, found.fen, found.means) != (till.kiosk, fen, means):
            raise Refused(PayerRefusal.ORDER_DIFFERS, status=409)
        if _state(till, found) in (PaymentState.RELEASED, PaymentState.LAPSED):
            raise Refused(PayerRefusal.ORDER_CLOSED, status=409)
        return _payment(till, found)
    behaviour = till.desk.behaviour(means)
    if behaviour is Behaviour.DECLINE:
        raise Refused(PayerRefusal.DECLINED)
    count = len(till.connection.execute(select(orders.c.number)).all())
    till.connection.execute(
        orders.insert().values(
            number=number, kiosk=till.kiosk, fen=fen, means=means.value, state=PaymentState.WAITING.value,
            holds=int(till.desk.holds(means)), reference=f"P{till.now:%Y%m%d}{count + 1:08d}",
            opened=till.now.isoformat(), day=till.now.astimezone(KIOSK_ZONE).date().isoformat(),
            lapses=(till.now + PAY_WITHIN).isoformat(), captures=0, refunds=0,
        )
    )  # fmt: skip
    if behaviour is Behaviour.AT_ONCE:
        pay_if_waiting(till, number)
    return _payment(till, _order(till, number))


def pay_if_waiting(till: Till, number: str) -> bool:
    """The person pays. False: too late, or paid already."""
    order = _order(till, number)
    if _state(till, order) is not PaymentState.WAITING:
        return False
    if order.holds:
        _set(till, number, state=PaymentState.HELD.value)
    else:
        _set(till, number, state=PaymentState.CAPTURED.value, captures=order.captures + 1)
    return True


def capture(till: Till, number: str) -> Payment:
    """Take what is held."""
    order = _order(till, number)
    state = _state(till, order)
    if state is PaymentState.HELD:
        _set(till, number, state=PaymentState.CAPTURED.value, captures=order.captures + 1)
    elif state is not PaymentState.CAPTURED:
        raise Refused(PayerRefusal.NOT_HELD)
    return _payment(till, _order(till, number))


def release(till: Till, number: str) -> Payment | None:
    """Let go, or see to it that the order cannot arrive any more."""
    found = till.connection.execute(select(orders).where(orders.c.number == number)).first()
    if found is None:
        till.connection.execute(insert(closed).prefix_with("OR IGNORE").values(number=number))
        return None
    order = _order(till, number)
    state = _state(till, order)
    if state in (PaymentState.CAPTURED, PaymentState.REFUNDING, PaymentState.REFUNDED):
        raise Refused(PayerRefusal.ALREADY_CAPTURED)
    if state in (PaymentState.HELD, PaymentState.WAITING):
        _set(till, number, state=PaymentState.RELEASED.value)
    if state is PaymentState.HELD:
        send(till.connection, till.now, PAID_WITH, About.FEE_RELEASED, order.reference)
    return _payment(till, _order(till, number))


def refund(till: Till, number: str) -> Payment:
    """Send captured money back, once."""
    order = _order(till, number)
    state = _state(till, order)
    if state is PaymentState.CAPTURED:
        after = PaymentState.REFUNDING if till.desk.slow_refunds else PaymentState.REFUNDED
        _set(till, number, state=after.value, refunds=order.refunds + 1, reference=f"R{order.reference[1:]}")
        send(till.connection, till.now, PAID_WITH, About.FEE_SENT_BACK, f"R{order.reference[1:]}")
    elif state not in (PaymentState.REFUNDING, PaymentState.REFUNDED):
        raise Refused(PayerRefusal.NOT_CAPTURED)
    return _payment(till, _order(till, number))


def settle_refunds(connection: Connection) -> None:
    """What is under way arrives."""
    under_way = orders.c.state == PaymentState.REFUNDING.value
    connection.execute(update(orders).where(under_way).values(state=PaymentState.REFUNDED.value))


def state(till: Till, number: str) -> Payment | None:
    """Whoever's order it is."""
    found = till.connection.execute(select(orders).where(orders.c.number == number)).first()
    return None if found is None else _payment(till, found)


def lines(till: Till, day: date) -> tuple[PayerLine, ...]:
    """This kiosk's orders of a day."""
    wanted = (orders.c.kiosk == till.kiosk, orders.c.day == day.isoformat())
    found = till.connection.execute(select(orders).where(*wanted).order_by(orders.c.number))
    return tuple(PayerLine(order.number, order.fen, _state(till, order)) for order in found)


def _order(till: Till, number: str) -> Row[Any]:
    wanted = select(orders).where(orders.c.number == number, orders.c.kiosk == till.kiosk)
    found = till.connection.execute(wanted).first()
    if found is None:
        raise Refused(PayerRefusal.ORDER_UNKNOWN, status=404)
    return found


def _state(till: Till, order: Row[Any]) -> PaymentState:
    if order.state == PaymentState.WAITING and datetime.fromisoformat(order.lapses) <= till.now:
        return PaymentState.LAPSED
    return PaymentState(order.state)


def _set(till: Till, number: str, **values: object) -> None:
    till.connection.execute(update(orders).where(orders.c.number == number).values(**values))


def _payment(till: Till, order: Row[Any]) -> Payment:
    means = Means(order.means)
    return Payment(
        order=order.number,
        fen=order.fen,
        means=means,
        state=_state(till, order),
        holds=bool(order.holds),
        code=f"https://pay.invalid/{order.reference}" if means is Means.QR else "",
        reference=order.reference,
        lapses=datetime.fromisoformat(order.lapses),
    )
