"""The three lists of a day: what agrees, and the name of every difference."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.host.issuing_values import FeeLine
from kiosk.host.payer.port import PayerLine, PaymentState
from kiosk.host.payer.reconciliation import Difference, KioskLine, Named, Outcome, reconcile

ISSUED = KioskLine("A1", "O1", 2000, Outcome.ISSUED)
FAILED = KioskLine("A1", "O1", 2000, Outcome.FAILED)
BOUND = FeeLine("A1", "O1", 2000, True)
NOT_BOUND = FeeLine("A1", "", 2000, False)
PAID = PayerLine("O1", 2000, PaymentState.CAPTURED)


def paid(state: PaymentState, fen: int = 2000) -> PayerLine:
    return PayerLine("O1", fen, state)


@pytest.mark.parametrize(
    ("kiosk", "host", "payer", "named"),
    [
        ([ISSUED], [BOUND], [PAID], []),
        ([FAILED], [NOT_BOUND], [paid(PaymentState.RELEASED)], []),
        ([FAILED], [NOT_BOUND], [paid(PaymentState.REFUNDED)], []),
        ([FAILED], [NOT_BOUND], [paid(PaymentState.LAPSED)], []),
        ([FAILED], [], [], []),
        ([KioskLine("A1", "", 0, Outcome.ISSUED)], [FeeLine("A1", "", 0, True)], [], []),
        ([FAILED], [NOT_BOUND], [paid(PaymentState.REFUNDING)], [Difference.REFUND_UNDER_WAY]),
        ([KioskLine("A1", "O1", 2000, Outcome.OPEN)], [BOUND], [], [Difference.STILL_OPEN]),
        ([ISSUED], [BOUND], [], [Difference.UNKNOWN_TO_PAYER]),
        ([ISSUED], [], [PAID], [Difference.UNKNOWN_TO_HOST]),
        ([], [BOUND], [PAID], [Difference.UNKNOWN_TO_KIOSK]),
        ([], [], [PAID], [Difference.UNKNOWN_TO_KIOSK]),
        ([], [NOT_BOUND], [paid(PaymentState.RELEASED)], []),
        ([FAILED], [BOUND], [PAID], [Difference.OUTCOME_DIFFERS]),
        ([ISSUED], [NOT_BOUND], [PAID], [Difference.OUTCOME_DIFFERS, Difference.PAID_NOT_ISSUED]),
        ([ISSUED], [FeeLine("A1", "O1", 3500, True)], [PAID], [Difference.AMOUNT_DIFFERS]),
        ([ISSUED], [BOUND], [paid(PaymentState.CAPTURED, 3500)], [Difference.AMOUNT_DIFFERS]),
        ([ISSUED], [FeeLine("A1", "O2", 2000, True)], [PAID], [Difference.ORDER_DIFFERS]),
        ([ISSUED], [BOUND], [paid(PaymentState.HELD)], [Difference.ISSUED_NOT_PAID]),
        ([ISSUED], [BOUND], [paid(PaymentState.RELEASED)], [Difference.ISSUED_NOT_PAID]),
        ([FAILED], [NOT_BOUND], [PAID], [Difference.PAID_NOT_ISSUED]),
        ([FAILED], [NOT_BOUND], [paid(PaymentState.HELD)], [Difference.HOLD_LEFT]),
        ([ISSUED], [BOUND], [paid(PaymentState.REFUNDED)], [Difference.ISSUED_AND_REFUNDED]),
        ([ISSUED, ISSUED], [BOUND], [PAID], [Difference.TWICE_AT_KIOSK]),
        ([ISSUED], [BOUND, BOUND], [PAID], [Difference.TWICE_AT_HOST]),
        ([ISSUED], [BOUND], [PAID, PAID], [Difference.TWICE_AT_PAYER]),
    ],
)
def test_each_difference_by_name(
    kiosk: list[KioskLine], host: list[FeeLine], payer: list[PayerLine], named: list[Difference]
) -> None:
    found = reconcile(kiosk, host, payer)
    assert sorted(each.difference for each in found.differences) == sorted(named)
    if not named:
        assert found.agreed == len(kiosk)


def test_amounts_and_what_is_told_of_a_difference() -> None:
    found = reconcile([ISSUED], [BOUND], [paid(PaymentState.CAPTURED, 3500)])
    assert found.differences == (Named(Difference.AMOUNT_DIFFERS, "A1", "O1", 3500),)
    assert (found.agreed, found.host_fen, found.payer_fen) == (0, 2000, 3500)


def test_what_time_settles_is_no_persons_work() -> None:
    assert reconcile([FAILED], [NOT_BOUND], [paid(PaymentState.REFUNDING)]).unexplained == ()
    assert reconcile([FAILED], [NOT_BOUND], [PAID]).unexplained != ()


@given(st.permutations(range(4)))
def test_the_order_of_lines_does_not_matter(order: list[int]) -> None:
    kiosk = [KioskLine(f"A{n}", f"O{n}", 2000, Outcome.ISSUED) for n in range(4)]
    host = [FeeLine(f"A{n}", f"O{n}", 2000, n != 1) for n in range(4)]
    payer = [PayerLine(f"O{n}", 2000, PaymentState.HELD if n == 2 else PaymentState.CAPTURED) for n in range(4)]
    shuffled = reconcile([kiosk[n] for n in order], [host[n] for n in reversed(order)], [payer[n] for n in order])
    assert shuffled == reconcile(kiosk, host, payer)
