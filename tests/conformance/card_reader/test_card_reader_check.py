"""What is also checked on a real card reader, by hand: every model, against its simulator."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from enum import StrEnum
from pathlib import Path
from typing import Any

import pytest
from motorised_desk import CARD, MODELS, Desk
from simulated_person import outcome_of

from devices.bench.pcscd import PcscService
from devices.card_reader.check import SUITE, Step
from devices.card_reader.pcsc import PcscCardReader
from devices.card_reader.simulator import CardReaderSimulator
from devices.conformance import Check, Result
from devices.conformance_common import Plug

Hands = dict[StrEnum, Callable[[], object]]


@pytest.fixture(params=MODELS)
def motor(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[Any, Hands]]:
    desk = Desk(request.param, f"pty:{tmp_path}/card-reader")
    yield (
        desk.reader,
        {
            Plug.PULL: lambda: desk.fault("absent", True),
            Plug.PUT_IN: lambda: desk.fault("absent", False),
            Step.INSERT: desk.insert,
            Step.TAKE: desk.take,
        },
    )
    desk.leave()


@pytest.fixture
def slot(pcsc_service: PcscService) -> Iterator[tuple[Any, Hands]]:
    reader = PcscCardReader(f"pcsc:{pcsc_service.readers[0].name}")
    with CardReaderSimulator(pcsc_service.readers[0].address, service=pcsc_service) as simulator:
        yield (
            reader,
            {
                Plug.PULL: lambda: simulator.set_fault("absent", True),
                Plug.PUT_IN: lambda: simulator.set_fault("absent", False),
                Step.INSERT: lambda: simulator.insert(CARD),
                Step.TAKE: simulator.take,
            },
        )
        simulator.set_fault("absent", False)
    reader.close()


def check_one(check: Check[Any], stage: tuple[Any, Hands], *not_applicable: str) -> None:
    reader, hands = stage
    outcome = outcome_of(SUITE, check, reader, hands)
    wanted = Result.NOT_APPLICABLE if check.name in not_applicable else Result.PASS
    assert outcome.result is wanted, outcome.reason


@pytest.mark.parametrize("check", SUITE.checks, ids=lambda check: check.name)
def test_check_with_a_motor(motor: tuple[Any, Hands], check: Check[Any]) -> None:
    check_one(check, motor, "pulled")


@pytest.mark.pcsc
@pytest.mark.parametrize("check", SUITE.checks, ids=lambda check: check.name)
def test_check_without(slot: tuple[Any, Hands], check: Check[Any]) -> None:
    check_one(check, slot, "offered-again")
