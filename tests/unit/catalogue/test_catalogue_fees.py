"""Scenario A19: the fee of every reason before and after the waiver, and the midnight between."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from kiosk.catalogue import policy
from kiosk.catalogue.fees import Fee, FeeBasis, FeeTable, end_of_day
from kiosk.catalogue.rules import Reason
from kiosk.clock import KIOSK_ZONE

TABLE = FeeTable(policy.load("990100").at)
BEFORE = datetime(2024, 9, 30, 23, 59, 59, tzinfo=KIOSK_ZONE)
AFTER = datetime(2024, 10, 1, 0, 0, tzinfo=KIOSK_ZONE)


@pytest.mark.parametrize(
    ("reason", "fen", "basis"),
    [
        (Reason.FIRST, 0, FeeBasis.EXEMPT),
        (Reason.LOST, 2000, FeeBasis.PRICE_LIST),
        (Reason.DAMAGED, 2000, FeeBasis.PRICE_LIST),
        (Reason.DEMAGNETISED, 2000, FeeBasis.PRICE_LIST),
        (Reason.CHIP_FAULT_IN_WARRANTY, 0, FeeBasis.EXEMPT),
        (Reason.ISSUER_ERROR, 0, FeeBasis.EXEMPT),
        (Reason.RENAMED, 2000, FeeBasis.PRICE_LIST),
        (Reason.EXPIRED, 0, FeeBasis.WAIVED),
        (Reason.UPGRADE, 0, FeeBasis.EXEMPT),
    ],
)
def test_every_reason_before_and_after_the_waiver(reason: Reason, fen: int, basis: FeeBasis) -> None:
    assert TABLE.quote(reason, BEFORE) == Fee(reason, fen, basis, date(2024, 9, 30))
    free = FeeBasis.EXEMPT if basis is FeeBasis.EXEMPT else FeeBasis.WAIVED
    assert TABLE.quote(reason, AFTER) == Fee(reason, 0, free, date(2024, 10, 1))


def test_the_day_is_the_kiosks_and_not_utcs() -> None:
    assert TABLE.quote(Reason.LOST, datetime(2024, 9, 30, 15, 59, 59, tzinfo=UTC)).fen == 2000
    assert TABLE.quote(Reason.LOST, datetime(2024, 9, 30, 16, 0, tzinfo=UTC)).fen == 0
    assert end_of_day(datetime(2024, 9, 30, 15, 59, tzinfo=UTC)) == datetime(2024, 9, 30, 16, 0, tzinfo=UTC)
    assert end_of_day(AFTER) == AFTER + timedelta(days=1)


def test_a_reason_without_a_price_is_not_free() -> None:
    rules = policy.load("990100").at(date(2024, 5, 1))
    table = FeeTable(lambda _day: rules.model_copy(update={"fees": {}}))
    with pytest.raises(KeyError):
        table.quote(Reason.LOST, BEFORE)


def test_a_fault_is_in_warranty_for_a_year() -> None:
    issued = date(2025, 11, 22)
    assert TABLE.in_warranty(issued, date(2026, 11, 22))
    assert not TABLE.in_warranty(issued, date(2026, 11, 23))
