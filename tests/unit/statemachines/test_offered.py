"""What a page offers is all that can be said on it."""

from __future__ import annotations

import pytest

from statemachines.views import (
    Choice,
    EnterDigits,
    Identify,
    Months,
    Page,
    Refusal,
    Say,
    Sign,
    YearLine,
    Years,
    is_offered,
)

SAY = Say("x")
DIGITS = EnterDigits(SAY, shortest=2, longest=3)
MONTHS = Months(SAY, 2026, (), earlier=True)
YEARS = Years(SAY, (), (YearLine(2025, 12),))
WAYS = Identify((Choice("card", SAY), Choice("id_card", SAY, why_not=SAY)))


@pytest.mark.parametrize(
    ("page", "intent", "value", "offered"),
    [
        (WAYS, "choose", "card", True),
        (WAYS, "choose", "id_card", False),
        (YEARS, "choose", "2025", True),
        (YEARS, "choose", "2024", False),
        (MONTHS, "choose", "earlier", True),
        (MONTHS, "choose", "later", False),
        (Refusal(SAY), "choose", "card", False),
        (DIGITS, "enter", "12", True),
        (DIGITS, "enter", "1", False),
        (DIGITS, "enter", "1234", False),
        (DIGITS, "enter", "1x", False),
        (DIGITS, "enter", "１２", False),
        (Sign(SAY), "signed", "1,2", True),
        (YEARS, "print", "", True),
    ],
)
def test_offered(page: Page, intent: str, value: str, offered: bool) -> None:
    assert is_offered(page, intent, value) is offered
