"""What the kiosk asks of a payer (F53-F55): hold, capture, release, refund, query. Money is taken on capture only.

Same error model as :mod:`kiosk.host.port`. An order has the kiosk's own number (its business number), and every call
names the order and carries an idempotency key: repeated, it brings the same answer. An order that was released before
its hold arrived stays released. What became of an order whose reply was lost, :meth:`Payer.state` tells.
"""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Protocol

from kiosk.host.port import Value


class PayerRefusal(StrEnum):
    """Codes of :class:`kiosk.host.port.HostRefused` from a payer. Words: ``refusal.<value>``."""

    ORDER_UNKNOWN = "order_unknown"
    ORDER_DIFFERS = "order_differs"
    """The order exists with another amount or other means."""
    ORDER_CLOSED = "order_closed"
    """Released or lapsed: take a new order number."""
    DECLINED = "declined"
    """The citizen's bank or wallet says no."""
    NOT_HELD = "not_held"
    """Nothing to capture: not paid yet, or released."""
    ALREADY_CAPTURED = "already_captured"
    """Nothing to release any more: refund."""
    NOT_CAPTURED = "not_captured"
    """Nothing to refund: release."""


class Means(StrEnum):
    """How a person pays."""

    QR = "qr"
    """A code on the screen, paid with a telephone."""
    BANK_CARD = "bank_card"


class PaymentState(StrEnum):
    """Money, as rules.md has it: ``quoted`` is the kiosk's own and ``manual`` its work list; these are the payer's."""

    WAITING = "waiting"
    """The person has not paid yet."""
    HELD = "held"
    CAPTURED = "captured"
    RELEASED = "released"
    REFUNDING = "refunding"
    """Sent back, not arrived: it has a reference."""
    REFUNDED = "refunded"
    LAPSED = "lapsed"
    """Not paid in time; nothing was taken."""


class Payment(Value, frozen=True):
    """An order as the payer has it. ``holds``: whether these means can be held; if not, paying is capturing (A18), and
    what takes it back is a refund.

    ``code``: what the QR code says, empty for a bank card. ``reference``: the payer's own number, for the person's
    slip; of the refund once there is one. ``lapses``: until when a waiting order can be paid.
    """

    order: str
    fen: int
    means: Means
    state: PaymentState
    holds: bool
    code: str
    reference: str
    lapses: datetime


class PayerLine(Value, frozen=True):
    """The payer's line for the daily reconciliation."""

    order: str
    fen: int
    state: PaymentState


class Payer(Protocol):
    """The port. Every method may raise the three host errors."""

    async def hold(self, order: str, fen: int, means: Means, key: str) -> Payment:
        """Begin: the money is promised, or the person is waited for (``waiting``). ``fen`` at least 1.

        Refuses: order_differs, order_closed, declined.
        """
        ...

    async def capture(self, order: str, key: str) -> Payment:
        """Take it. Captured already: the same. Refuses: order_unknown, not_held."""
        ...

    async def release(self, order: str, key: str) -> Payment | None:
        """Let it go; an order that never arrived cannot arrive any more, and is None. Refuses: already_captured."""
        ...

    async def refund(self, order: str, key: str) -> Payment:
        """Send it back. Sent already: the same. Refuses: order_unknown, not_captured."""
        ...

    async def state(self, order: str) -> Payment | None:
        """What became of an order; None: the payer has never had it."""
        ...

    async def lines(self, day: date) -> tuple[PayerLine, ...]:
        """This kiosk's orders of a day (of the kiosk's zone), for reconciliation."""
        ...
