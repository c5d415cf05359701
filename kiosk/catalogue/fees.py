"""What a card costs (F52, scenario A19): the fee of a reason on a day, and why it is that.

The values are the region's dated rules ``fee.rules``, ``fee.exempt_reasons`` and ``fee.warranty_days``. The price is
that of the day on which the reason is quoted; what has been accepted stays as quoted, whatever midnight brings.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from kiosk.catalogue.rules import Reason, Rules
from kiosk.clock import KIOSK_ZONE


class FeeBasis(StrEnum):
    """Why a fee is what it is; the citizen's words are ``fee.basis.<value>``."""

    PRICE_LIST = "price_list"
    EXEMPT = "exempt"
    """This reason never costs anything."""
    WAIVED = "waived"
    """The region takes nothing for it at present."""


@dataclass(frozen=True, slots=True)
class Fee:
    """``fen``: 0 unless the basis is the price list. ``day``: whose price it is, in the kiosk's zone."""

    reason: Reason
    fen: int
    basis: FeeBasis
    day: date


class FeeTable:
    """Fees by reason and day. ``rules_at``: such as :meth:`kiosk.catalogue.policy.Pack.at`."""

    def __init__(self, rules_at: Callable[[date], Rules]) -> None:
        self._rules_at = rules_at

    def quote(self, reason: Reason, instant: datetime) -> Fee:
        """The fee at an aware instant. Raises NoRulesError, and KeyError for a reason without a price."""
        day = instant.astimezone(KIOSK_ZONE).date()
        rules = self._rules_at(day)
        if reason in rules.fee_exempt_reasons:
            return Fee(reason, 0, FeeBasis.EXEMPT, day)
        fen = rules.fees[reason]
        return Fee(reason, fen, FeeBasis.PRICE_LIST if fen else FeeBasis.WAIVED, day)

    def in_warranty(self, issued: date, day: date) -> bool:
        """Whether a card's fault on that day is made good without a fee."""
        return day <= issued + timedelta(days=self._rules_at(day).fee_warranty_days)


def end_of_day(instant: datetime) -> datetime:
    """The midnight, in the kiosk's zone, at which a quote that nobody has accepted lapses."""
    local = instant.astimezone(KIOSK_ZONE)
    return datetime.combine(local.date() + timedelta(days=1), time(), KIOSK_ZONE)
