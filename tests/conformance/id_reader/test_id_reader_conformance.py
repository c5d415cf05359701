"""What every reader of resident ID cards must do, on every transport.

Runs each model of the registry, driver against simulator, through the contract alone. A new model joins by being in the
registry; a driver may be set against another model's simulator by adding the pair to ``id_reader_bench.PAIRS``. Of a
simulator the suite uses the actions ``lay`` and ``lift`` (cards as in :mod:`devices.id_reader.simulated_cards`) and the
faults of its line, and skips nothing.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from enum import StrEnum
from typing import Any

import pytest
from id_reader_bench import CARDS, CITIZEN, Bench
from simulated_person import assert_passes, outcome_of

from devices.conformance import Check, Result
from devices.conformance_common import Plug
from devices.contract import Cancellation, MediaState
from devices.id_reader.check import SUITE, Step

# -- what is also checked on a real reader -----------------------------------------------------------------------------


def hands(bench: Bench) -> dict[StrEnum, Callable[[], object]]:
    simulator: Any = bench.line.simulator
    return {
        Plug.PULL: lambda: bench.line.set_fault("absent", True),
        Plug.PUT_IN: lambda: bench.line.set_fault("absent", False),
        Step.LAY: lambda: bench.later(0.05, lambda: simulator.lay(CITIZEN)),
        Step.LIFT: lambda: bench.later(0.05, simulator.lift),
    }


@pytest.mark.parametrize("check", SUITE.checks, ids=lambda check: check.name)
def test_check(bench: Bench, check: Check[Any]) -> None:
    assert_passes(SUITE, check, bench.reader, hands(bench))


@pytest.mark.parametrize("check", SUITE.checks, ids=lambda check: check.name)
def test_check_of_a_reader_that_cannot_tell(make_bench: Callable[..., Bench], check: Check[Any]) -> None:
    bench = make_bench(presence="unknown")
    outcome = outcome_of(SUITE, check, bench.reader, hands(bench))
    assert outcome.result is (Result.NOT_APPLICABLE if check.name == "removal" else Result.PASS), outcome.reason


# -- a card is there ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", CARDS)
def test_all_four_documents_come_through_whole(bench: Bench, kind: str) -> None:
    card, expected = CARDS[kind]
    taken = bench.take_in(card)
    assert taken == expected
    assert taken.number_fault() is None


def test_a_card_laid_down_during_the_wait_is_noticed_at_once(bench: Bench) -> None:
    simulator: Any = bench.line.simulator
    begun = time.monotonic()
    bench.later(0.1, lambda: simulator.lay(CITIZEN))
    assert bench.reader.wait_for_card(Cancellation(), 5) is True
    assert time.monotonic() - begun < 0.8
    assert bench.reader.status().media is MediaState.PRESENT
    assert bench.reader.read() == CARDS["citizen"][1]


def test_the_appended_address(bench: Bench) -> None:
    bench.take_in(CITIZEN)
    assert bench.reader.read_address() == "示例省示例市新区新路2号"
    bench.lift()
    bench.lay(CARDS["hmt"][0])
    assert bench.reader.wait_for_card(Cancellation(), 1)
    assert bench.reader.read_address() == ""


# -- the card goes -----------------------------------------------------------------------------------------------------


def test_a_reader_that_cannot_tell_says_so(make_bench: Callable[..., Bench]) -> None:
    bench = make_bench(presence="unknown")
    bench.reader.open()
    bench.take_in(CITIZEN)
    assert bench.reader.is_card_present() is None
    assert bench.reader.status().media is MediaState.UNKNOWN
    begun = time.monotonic()
    assert bench.reader.wait_for_removal(Cancellation(), None) is None
    assert time.monotonic() - begun < 0.5


@pytest.mark.parametrize("presence", ["reset-and-find", "unknown"])
def test_a_card_that_was_read_is_not_taken_for_the_next_holders(
    make_bench: Callable[..., Bench], presence: str
) -> None:
    bench = make_bench(presence=presence)
    bench.reader.open()
    bench.take_in(CITIZEN)
    assert bench.reader.wait_for_card(Cancellation(), 0.3) is False
    bench.lift()
    assert bench.take_in(CARDS["hmt"][0]) == CARDS["hmt"][1]
