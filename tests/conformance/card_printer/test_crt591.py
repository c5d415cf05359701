"""The CRT-591 driver against its simulator, over a PTY and TCP; a real dispenser must pass the same checks."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from typing import Any

import pytest
from crt591_desk import Desk, driver_for
from simulated_person import outcome_of

from devices import registry
from devices.card_printer.check import SUITE, Question, Step
from devices.card_printer.contract import (
    Ability,
    CardPosition,
    bin_counter,
    chip_carrier,
    face_printer,
    parking,
    retracting,
)
from devices.conformance import Check, Result
from devices.conformance_common import Plug

pytestmark = pytest.mark.usefixtures("brisk_lines")
NOT_HERE = {"park", "print", "cover"}


@pytest.mark.parametrize("check", SUITE.checks, ids=lambda check: check.name)
def test_check(each: Desk, check: Check[Any]) -> None:
    """What is also checked on a real dispenser, by hand."""
    hands: dict[StrEnum, Callable[[], object]] = {
        Plug.PULL: lambda: each.fault("absent", True),
        Plug.PUT_IN: lambda: each.fault("absent", False),
        Step.TAKE_CARD: lambda: each.do("take_card"),
        Question.HELD_OUT: lambda: each.seen()["card"]["place"] == "bezel",
    }
    outcome = outcome_of(SUITE, check, each.printer, hands)
    expected = Result.NOT_APPLICABLE if check.name in NOT_HERE else Result.PASS
    assert (outcome.result, outcome.reason if expected is Result.PASS else "") == (expected, "")


def test_its_abilities(there: Desk) -> None:
    printer = there.printer
    assert printer.abilities == {
        Ability.FEED, Ability.CONTACT, Ability.CHIP, Ability.PRESENT, Ability.RETRACT, Ability.RETAIN,
        Ability.COUNT_BIN,
    }  # fmt: skip
    assert (face_printer(printer), parking(printer), bin_counter(printer)) == (None, None, printer)
    assert (chip_carrier(printer), retracting(printer), printer.chip_address) == (printer, printer, None)
    assert registry.driver_class("card-printer", "crt591") is type(printer)


def test_opening_moves_nothing_and_finds_the_card(each: Desk) -> None:
    each.printer.feed("hopper-1")
    motions = each.seen()["motions"]
    each.printer.close()
    anew = driver_for(each.line.url, model=each.device.model)
    anew.open()
    assert (anew.where(), each.seen()["motions"]) == (CardPosition.IN_PATH, motions)
    assert each.fails(anew.connect) == "card_reader.no_card"
    anew.to_contact()
    assert anew.where() is CardPosition.AT_CONTACT
    anew.close()
