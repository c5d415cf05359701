"""The checks fail a driver that does not keep its promises, and their reports hold nothing of a person's."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from enum import StrEnum
from pathlib import Path
from typing import Any

import pytest

from devices.bench.line import Line
from devices.conformance import (
    Check,
    Failed,
    NotApplicable,
    Outcome,
    Result,
    Suite,
    Trial,
    expect_fault,
    expect_refused,
    expect_untold,
    run,
)
from devices.conformance_common import Plug, check_words
from devices.contract import Cancellation, Device, DeviceError, DeviceState, OperationCancelled, Status
from devices.id_reader.check import SUITE, Step
from devices.id_reader.contract import IdCard, IdReaderStatus
from devices.id_reader.sam_v import SamVReader
from devices.id_reader.simulator import SamVSimulator

CARD = {
    "kind": "citizen",
    "name": "示例",
    "sex": "2",
    "nation_code": "01",
    "birth_date": "1988-02-29",
    "address": "示例省示例市示例路1号",
    "number": "990101198802290028",
    "authority": "示例市公安局",
    "valid_from": "2020-01-01",
    "valid_until": None,
}


class Hands:
    def __init__(self, line: Line) -> None:
        simulator: Any = line.simulator
        self._does: dict[StrEnum, Callable[[], object]] = {
            Step.LAY: lambda: line.call(lambda: simulator.lay(CARD)),
            Step.LIFT: lambda: line.call(simulator.lift),
            Plug.PULL: lambda: line.set_fault("absent", True),
            Plug.PUT_IN: lambda: line.set_fault("absent", False),
        }

    def do(self, step: StrEnum) -> None:
        self._does[step]()

    def says(self, question: StrEnum) -> bool:
        raise AssertionError(question)


@pytest.fixture
def line(tmp_path: Path) -> Iterator[Line]:
    with Line(SamVSimulator(), f"pty:{tmp_path}/id-reader") as line:
        yield line


def outcome(line: Line, driver: Any, name: str) -> Outcome:
    (check,) = SUITE.named([name])
    try:
        return run(SUITE, check, Trial(driver, Hands(line), Cancellation(), patience=0.5))
    finally:
        driver.close()


# -- planted bugs ------------------------------------------------------------------------------------------------------


class NoAddress(SamVReader):
    read_address = None  # type: ignore[assignment]


class AsksForMore(SamVReader):
    def wait_for_card(self, cancellation: Cancellation, timeout: float | None, colour: str) -> bool:  # type: ignore[override]
        return super().wait_for_card(cancellation, timeout)


class OwnWords(SamVReader):
    def status(self) -> IdReaderStatus:
        return IdReaderStatus("fine")  # type: ignore[arg-type]


class OwnFault(SamVReader):
    def status(self) -> IdReaderStatus:
        return IdReaderStatus(DeviceState.ONLINE, "id_reader.tired")


class NeverGone(SamVReader):
    def status(self) -> IdReaderStatus:
        return IdReaderStatus(DeviceState.ONLINE)


class StatusRaises(SamVReader):
    def status(self) -> IdReaderStatus:
        self._line.ask(None)  # type: ignore[arg-type]
        return super().status()


class HoldsOn(SamVReader):
    def wait_for_card(self, cancellation: Cancellation, timeout: float | None) -> bool:
        return super().wait_for_card(Cancellation(), 1.0 if timeout is None else timeout)


class HoldsOnForASecond(SamVReader):
    def wait_for_card(self, cancellation: Cancellation, timeout: float | None) -> bool:
        threading.Event().wait(0.9)
        cancellation.check()
        return super().wait_for_card(cancellation, timeout)


class Impatient(SamVReader):
    def wait_for_card(self, cancellation: Cancellation, timeout: float | None) -> bool:
        return super().wait_for_card(cancellation, 0)


class Keeps(SamVReader):
    def read(self) -> IdCard:
        card = super().read()
        self.last = card.name
        return card


class Chatty(SamVReader):
    def read(self) -> IdCard:
        raise RuntimeError(f"cannot greet {CARD['name']}")


class Imagines(SamVReader):
    def is_card_present(self) -> bool | None:
        return True


class TakesItAgain(SamVReader):
    def wait_for_card(self, cancellation: Cancellation, timeout: float | None) -> bool:
        self._reset(None)
        return super().wait_for_card(cancellation, timeout)


@pytest.mark.parametrize(
    ("driver", "check", "reason"),
    [
        (NoAddress, "contract", "it has no read_address"),
        (AsksForMore, "contract", "wait_for_card also asks for colour"),
        (OwnWords, "status", "its device is no DeviceState"),
        (OwnFault, "status", "its fault id_reader.tired is not in the catalogue"),
        (NeverGone, "unplugged", "the status did not say that the device has gone within 0.5 s"),
        (StatusRaises, "reopening", "AttributeError escaped from wire.py:"),
        (HoldsOn, "cancellation", "a cancelled wait ended as if it had not been cancelled"),
        (HoldsOnForASecond, "cancellation", "s to end, not 0.5 s at most"),
        (Impatient, "time-out", "a wait of 0.3 s took 0.0"),
        (Keeps, "untold", "what the reader keeps shows what must not be shown"),
        (Chatty, "card", "RuntimeError escaped from test_conformance_checks_bite.py:"),
        (Imagines, "empty", "the card was not seen to go"),
        (TakesItAgain, "next-holder", "was taken for the next one"),
    ],
)
def test_a_planted_bug_is_found(line: Line, driver: type[SamVReader], check: str, reason: str) -> None:
    found = outcome(line, driver(line.url, timeout=0.1), check)
    assert found.result is Result.FAIL
    assert reason in found.reason
    assert str(CARD["name"]) not in found.reason


def test_without_a_bug_the_same_checks_pass(line: Line) -> None:
    names = ["contract", "status", "reopening", "cancellation", "time-out", "untold", "card", "empty", "next-holder"]
    told = {name: outcome(line, SamVReader(line.url, timeout=0.1), name) for name in names}
    assert {name: one.reason for name, one in told.items() if one.result is not Result.PASS} == {}


# -- the runner --------------------------------------------------------------------------------------------------------


def suite_of(body: Callable[[Trial[Device]], None]) -> Suite[Device]:
    return Suite((Check("one", "One thing.", body),), lambda trial: None)


def run_one(body: Callable[[Trial[Device]], None], cancellation: Cancellation | None = None) -> Outcome:
    suite = suite_of(body)
    device: Any = None
    person: Any = None
    return run(suite, suite.checks[0], Trial(device, person, cancellation or Cancellation(), 0.1))


def raising(error: Exception) -> Callable[[Trial[Device]], None]:
    def body(trial: Trial[Device]) -> None:
        raise error

    return body


@pytest.mark.parametrize(
    ("error", "result", "reason"),
    [
        (Failed("it did not"), Result.FAIL, "it did not"),
        (NotApplicable("no motor"), Result.NOT_APPLICABLE, "no motor"),
        (DeviceError("id_reader.no_card", "none"), Result.FAIL, "id_reader.no_card: none"),
        (OperationCancelled(), Result.FAIL, "a wait ended as cancelled that nobody had cancelled"),
    ],
)
def test_how_a_check_ends(error: Exception, result: Result, reason: str) -> None:
    found = run_one(raising(error))
    assert (found.result, found.reason) == (result, reason)


def test_stopped_by_its_user_it_stops() -> None:
    cancellation = Cancellation()
    cancellation.cancel()
    with pytest.raises(OperationCancelled):
        run_one(lambda trial: trial.until(lambda: False, "never"), cancellation)


def test_names_are_found_or_told() -> None:
    suite = suite_of(lambda trial: None)
    assert suite.named([]) == suite.named(["one"]) == suite.checks
    with pytest.raises(ValueError, match="no check 'two'; there are: one"):
        suite.named(["two"])


def test_what_is_expected() -> None:
    with pytest.raises(Failed, match=r"nothing was raised, not a\.b or c\.d"):
        expect_fault(lambda: None, "a.b", "c.d")
    with pytest.raises(Failed, match=r"c\.d was raised, not a\.b"):
        expect_fault(lambda: raising(DeviceError("c.d"))(None), "a.b")  # type: ignore[arg-type]
    with pytest.raises(Failed, match="that was not refused"):
        expect_refused(lambda: None, "that")
    with pytest.raises(Failed, match="it shows what must not be shown"):
        expect_untold(["张三", ""], {"name": "张三"}, "it")
    expect_untold(["张三", ""], {"name": "*三"}, "it")


def test_a_status_that_can_be_changed_is_none() -> None:
    class Loose:
        device = DeviceState.ONLINE
        fault = None

    with pytest.raises(Failed, match="no dataclass"):
        check_words(Loose())  # type: ignore[arg-type]
    check_words(Status(DeviceState.ONLINE))
