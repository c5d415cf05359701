"""The day's end (F62): kiosk, host and payer say what happened to each order, and differences are named.

Pure. What is explained by itself (a refund under way) is told apart from what a person must look into.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from kiosk.host.issuing_values import FeeLine
from kiosk.host.payer.port import PayerLine, PaymentState


class _Namer(Protocol):
    def __call__(self, difference: Difference, fen: int = ...) -> Named: ...


class Outcome(StrEnum):
    """What the kiosk's journal says became of an issue."""

    ISSUED = "issued"
    FAILED = "failed"
    OPEN = "open"


@dataclass(frozen=True, slots=True)
class KioskLine:
    """One issue as the kiosk's journal has it. ``order``: the payer's order number, empty when nothing was due."""

    application: str
    order: str
    fen: int
    outcome: Outcome


class Difference(StrEnum):
    """What does not agree. Words: ``reconciliation.<value>``."""

    TWICE_AT_KIOSK = "twice_at_kiosk"
    TWICE_AT_HOST = "twice_at_host"
    TWICE_AT_PAYER = "twice_at_payer"
    UNKNOWN_TO_KIOSK = "unknown_to_kiosk"
    UNKNOWN_TO_HOST = "unknown_to_host"
    UNKNOWN_TO_PAYER = "unknown_to_payer"
    """A fee was due and a card issued, and the payer has no such order."""
    OUTCOME_DIFFERS = "outcome_differs"
    """The kiosk and the host disagree whether a card was issued."""
    AMOUNT_DIFFERS = "amount_differs"
    ORDER_DIFFERS = "order_differs"
    """The host has the card under another order number than the kiosk."""
    ISSUED_NOT_PAID = "issued_not_paid"
    PAID_NOT_ISSUED = "paid_not_issued"
    ISSUED_AND_REFUNDED = "issued_and_refunded"
    HOLD_LEFT = "hold_left"
    """Nothing was issued, and the person's money is still promised."""
    STILL_OPEN = "still_open"
    """The kiosk itself does not know yet."""
    REFUND_UNDER_WAY = "refund_under_way"


EXPLAINED = frozenset({Difference.REFUND_UNDER_WAY, Difference.STILL_OPEN})
"""Differences that time settles; every other is a person's work."""


@dataclass(frozen=True, slots=True)
class Named:
    """One difference. ``application`` and ``order``: as far as known, else empty. ``fen``: what is at stake."""

    difference: Difference
    application: str
    order: str
    fen: int

    @property
    def explained(self) -> bool:
        """Whether time settles it."""
        return self.difference in EXPLAINED


@dataclass(frozen=True, slots=True)
class Reconciliation:
    """``agreed``: issues on which all three agree. Amounts in fen: ``host_fen`` for cards bound, ``payer_fen`` captured
    and not sent back."""

    agreed: int
    differences: tuple[Named, ...]
    host_fen: int
    payer_fen: int

    @property
    def unexplained(self) -> tuple[Named, ...]:
        """What a person must look into."""
        return tuple(each for each in self.differences if not each.explained)


def reconcile(kiosk: Iterable[KioskLine], host: Iterable[FeeLine], payer: Iterable[PayerLine]) -> Reconciliation:
    """Three lists of one day and one kiosk. The order of lines does not matter."""
    at_kiosk, at_host, at_payer = list(kiosk), list(host), list(payer)
    named = [
        *_twice(Difference.TWICE_AT_KIOSK, [(each.application, each.order, each.fen) for each in at_kiosk], 0),
        *_twice(Difference.TWICE_AT_HOST, [(each.application, each.order, each.fen) for each in at_host], 0),
        *_twice(Difference.TWICE_AT_PAYER, [("", each.order, each.fen) for each in at_payer], 1),
    ]
    hosts = {each.application: each for each in at_host}
    payers = {each.order: each for each in at_payer}
    agreed = 0
    for line in {each.application: each for each in at_kiosk}.values():
        found = list(_compare(line, hosts.get(line.application), payers.get(line.order) if line.order else None))
        named += found
        agreed += not found
    known = {each.application for each in at_kiosk}
    for fee in hosts.values():
        if fee.application not in known and (fee.committed or fee.order):
            named.append(Named(Difference.UNKNOWN_TO_KIOSK, fee.application, fee.order, fee.fen))
    orders = {each.order for each in at_kiosk} | {each.order for each in at_host}
    for paid in payers.values():
        if paid.order not in orders and paid.state not in _NOTHING_TAKEN:
            named.append(Named(Difference.UNKNOWN_TO_KIOSK, "", paid.order, paid.fen))
    return Reconciliation(
        agreed,
        tuple(sorted(named, key=lambda each: (each.application, each.order, each.difference))),
        sum(each.fen for each in hosts.values() if each.committed),
        sum(each.fen for each in payers.values() if each.state is PaymentState.CAPTURED),
    )


_NOTHING_TAKEN = (PaymentState.RELEASED, PaymentState.LAPSED, PaymentState.REFUNDED)


def _twice(difference: Difference, lines: list[tuple[str, str, int]], by: int) -> Iterator[Named]:
    counted = Counter(line[by] for line in lines)
    seen: set[str] = set()
    for line in lines:
        name = str(line[by])
        if counted[name] > 1 and name not in seen:
            seen.add(name)
            yield Named(difference, *line)


def _compare(line: KioskLine, host: FeeLine | None, payer: PayerLine | None) -> Iterator[Named]:
    def named(difference: Difference, fen: int = line.fen) -> Named:
        return Named(difference, line.application, line.order, fen)

    if line.outcome is Outcome.OPEN:
        yield named(Difference.STILL_OPEN)
        return
    if host is None:
        if line.outcome is Outcome.ISSUED:
            yield named(Difference.UNKNOWN_TO_HOST)
    else:
        if host.committed != (line.outcome is Outcome.ISSUED):
            yield named(Difference.OUTCOME_DIFFERS)
        if host.fen != line.fen:
            yield named(Difference.AMOUNT_DIFFERS, host.fen)
        if host.committed and host.order != line.order:
            yield named(Difference.ORDER_DIFFERS)
    issued = host.committed if host is not None else line.outcome is Outcome.ISSUED
    yield from _money(line, issued, payer, named)


def _money(line: KioskLine, issued: bool, payer: PayerLine | None, named: _Namer) -> Iterator[Named]:
    if payer is None:
        if issued and line.fen:
            yield named(Difference.UNKNOWN_TO_PAYER)
        return
    if payer.fen != line.fen:
        yield named(Difference.AMOUNT_DIFFERS, payer.fen)
    match payer.state:
        case PaymentState.CAPTURED if not issued:
            yield named(Difference.PAID_NOT_ISSUED, payer.fen)
        case PaymentState.REFUNDED | PaymentState.REFUNDING if issued:
            yield named(Difference.ISSUED_AND_REFUNDED, payer.fen)
        case PaymentState.REFUNDING:
            yield named(Difference.REFUND_UNDER_WAY, payer.fen)
        case PaymentState.HELD | PaymentState.WAITING | PaymentState.RELEASED | PaymentState.LAPSED if issued:
            yield named(Difference.ISSUED_NOT_PAID)
        case PaymentState.HELD:
            yield named(Difference.HOLD_LEFT, payer.fen)
