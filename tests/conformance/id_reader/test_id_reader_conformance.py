"""What every reader of resident ID cards must do, on every transport.

Runs each model of the registry, driver against simulator, through the contract alone. A new model joins by being in the
registry; a driver may be set against another model's simulator by adding the pair to ``PAIRS``. Of a simulator the
suite uses the actions ``lay`` and ``lift`` (cards as in :mod:`devices.id_reader.simulated_cards`) and the faults of its
line, and skips nothing.
"""

from __future__ import annotations

import threading
import time
import traceback
from collections.abc import Callable, Iterator
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Any

import pytest
from simulated_person import assert_passes, outcome_of

from devices import registry
from devices.bench.line import Line
from devices.conformance import Check, Result
from devices.conformance_common import Plug
from devices.contract import Cancellation, DeviceError, DeviceState, MediaState, OperationCancelled
from devices.id_reader.check import SUITE, Step
from devices.id_reader.contract import (
    CitizenCard,
    ForeignerCard2017,
    ForeignerCard2023,
    IdCard,
    IdReader,
    ResidencePermit,
    Sex,
)

PAIRS = [(model, model) for model in registry.CLASSES["id-reader"]]
"""Driver, simulator."""

PATIENCE = 0.2
"""Seconds to the first byte of an answer: the simulator needs a thousandth of it."""

PHOTO = bytes.fromhex("574C6600") + bytes(range(256)) * 3 + bytes(252)

CITIZEN: dict[str, Any] = {
    "kind": "citizen",
    "name": "欧阳𠮷祥",
    "sex": "2",
    "nation_code": "25",
    "birth_date": "1988-02-29",
    "address": "示例省示例市示例区示例路1号",
    "number": "990101198802290028",
    "authority": "示例市公安局示例分局",
    "valid_from": "2020-01-01",
    "valid_until": None,
    "photo": PHOTO.hex(),
    "appended_address": "示例省示例市新区新路2号",
}

CARDS: dict[str, tuple[dict[str, Any], IdCard]] = {
    "citizen": (
        CITIZEN,
        CitizenCard(
            name="欧阳𠮷祥", sex=Sex.FEMALE, nation_code="25", birth_date=date(1988, 2, 29),
            address="示例省示例市示例区示例路1号", number="990101198802290028", authority="示例市公安局示例分局",
            valid_from=date(2020, 1, 1), valid_until=None, photo=PHOTO,
        ),
    ),
    "hmt": (
        {
            "kind": "hmt", "name": "陈示例", "sex": "1", "birth_date": "1990-01-31", "address": "示例省示例市2号",
            "number": "810000199001310011", "authority": "示例市公安局", "valid_from": "2023-05-06",
            "valid_until": "2028-05-05", "pass_number": "H99999999", "issue_count": "01", "photo": PHOTO.hex(),
        },
        ResidencePermit(
            name="陈示例", sex=Sex.MALE, birth_date=date(1990, 1, 31), address="示例省示例市2号",
            number="810000199001310011", authority="示例市公安局", valid_from=date(2023, 5, 6),
            valid_until=date(2028, 5, 5), pass_number="H99999999", issue_count="01", photo=PHOTO,
        ),
    ),
    "foreigner2017": (
        {
            "kind": "foreigner2017", "english_name": "SPECIMEN, JOHN", "chinese_name": "", "sex": "1",
            "birth_date": "1981-08-03", "number": "UTO990081080314", "nationality": "UTO",
            "valid_from": "2018-01-01", "valid_until": "2028-01-01", "version": "01", "authority_code": "9900",
            "photo": PHOTO.hex(),
        },
        ForeignerCard2017(
            name="SPECIMEN, JOHN", english_name="SPECIMEN, JOHN", chinese_name="", sex=Sex.MALE,
            birth_date=date(1981, 8, 3), number="UTO990081080314", nationality="UTO", valid_from=date(2018, 1, 1),
            valid_until=date(2028, 1, 1), version="01", authority_code="9900", photo=PHOTO,
        ),
    ),
    "foreigner2023": (
        {
            "kind": "foreigner2023", "english_name": "SPECIMEN WITH A VERY LONG NAME, ALEXANDRA J", "sex": "2",
            "chinese_name": "证件样本", "birth_date": "1980-01-01", "number": "931586198001010028",
            "nationality": "UTO", "valid_from": "2023-12-01", "valid_until": "2033-12-01", "renewal_count": "01",
            "link": "017", "photo": PHOTO.hex(),
        },
        ForeignerCard2023(
            name="证件样本", english_name="SPECIMEN WITH A VERY LONG NAME, ALEXANDRA J", chinese_name="证件样本",
            sex=Sex.FEMALE, birth_date=date(1980, 1, 1), number="931586198001010028", nationality="UTO",
            valid_from=date(2023, 12, 1), valid_until=date(2033, 12, 1), renewal_count="01", link="017", photo=PHOTO,
        ),
    ),
}  # fmt: skip

SECRETS = ("欧阳", "𠮷", "990101198802290028", "19880229", "1988-02-29", "示例路", "新路")


class Bench:
    """A reader on its line, with the hands of a person."""

    def __init__(self, line: Line, reader: IdReader) -> None:
        self.line = line
        self.reader = reader

    def lay(self, card: dict[str, Any]) -> None:
        simulator: Any = self.line.simulator
        self.line.call(lambda: simulator.lay(card))

    def lift(self) -> None:
        simulator: Any = self.line.simulator
        self.line.call(simulator.lift)

    def later(self, seconds: float, act: Callable[[], None]) -> None:
        """A person acts while the driver is at work."""
        self.line.call(lambda: self.line.after(seconds, act))

    def take_in(self, card: dict[str, Any]) -> IdCard:
        self.lay(card)
        assert self.reader.wait_for_card(Cancellation(), 2) is True
        return self.reader.read()


@pytest.fixture(params=PAIRS, ids=lambda pair: f"{pair[0]}-{pair[1]}")
def pair(request: pytest.FixtureRequest) -> tuple[str, str]:
    found: tuple[str, str] = request.param
    return found


@pytest.fixture(params=["pty", "tcp"])
def make_bench(request: pytest.FixtureRequest, pair: tuple[str, str], tmp_path: Path) -> Iterator[Callable[..., Bench]]:
    listen = f"pty:{tmp_path}/id-reader" if request.param == "pty" else "tcp://127.0.0.1:0"
    made: list[Bench] = []

    def make(*, baud: int = 0, seed: int = 0, **options: object) -> Bench:
        line = Line(registry.simulator("id-reader", pair[1]), listen, baud=baud, seed=seed)
        url = line.start()
        driver: Any = registry.driver("id-reader", pair[0], url, **{"timeout": PATIENCE, **options})
        made.append(Bench(line, driver))
        return made[-1]

    yield make
    for bench in made:
        bench.reader.close()
        bench.line.stop()


@pytest.fixture
def bench(make_bench: Callable[..., Bench]) -> Bench:
    made = make_bench()
    made.reader.open()
    return made


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


# -- the line ----------------------------------------------------------------------------------------------------------


def test_a_device_that_was_never_there(make_bench: Callable[..., Bench]) -> None:
    bench = make_bench()
    bench.line.set_fault("absent", True)
    with pytest.raises(DeviceError) as caught:
        bench.reader.open()
    assert caught.value.code == "id_reader.not_connected"
    bench.line.set_fault("absent", False)
    bench.reader.open()
    assert bench.reader.status().device is DeviceState.ONLINE


def test_a_device_is_gone_after_several_misses_and_comes_back_by_itself(bench: Bench) -> None:
    bench.line.set_fault("absent", True)
    heard = [bench.reader.status() for _ in range(3)]
    assert [(s.device, s.fault) for s in heard] == [
        (DeviceState.ONLINE, None),
        (DeviceState.ONLINE, None),
        (DeviceState.NO_DEVICE, "id_reader.not_connected"),
    ]
    assert {s.media for s in heard} == {MediaState.UNKNOWN}
    bench.line.set_fault("absent", False)
    assert bench.reader.status().device is DeviceState.ONLINE
    assert bench.take_in(CITIZEN) == CARDS["citizen"][1]


def test_a_plug_that_flaps_during_the_wait(bench: Bench) -> None:
    line = bench.line
    simulator: Any = line.simulator
    bench.later(0.05, lambda: line.set_fault("absent", True))
    bench.later(0.2, lambda: line.set_fault("absent", False))
    bench.later(0.3, lambda: simulator.lay(CITIZEN))
    assert bench.reader.wait_for_card(Cancellation(), 5) is True
    assert bench.reader.read() == CARDS["citizen"][1]


def test_waiting_on_a_line_that_stays_away_fails(bench: Bench) -> None:
    bench.line.set_fault("absent", True)
    with pytest.raises(DeviceError) as caught:
        bench.reader.wait_for_card(Cancellation(), None)
    assert caught.value.code == "id_reader.not_connected"


@pytest.mark.parametrize("after_bytes", [0, 3, 700, 1294])
def test_a_plug_pulled_within_an_answer(bench: Bench, after_bytes: int) -> None:
    bench.lay(CITIZEN)
    assert bench.reader.wait_for_card(Cancellation(), 1)
    bench.line.set_fault("unplug_at_byte", after_bytes)
    with pytest.raises(DeviceError) as caught:
        bench.reader.read()
    assert caught.value.code == "id_reader.not_connected"
    bench.line.set_fault("unplug_at_byte", -1)
    assert bench.reader.wait_for_card(Cancellation(), 3)
    assert bench.reader.read() == CARDS["citizen"][1]


def test_a_silent_device_is_off_line_in_the_end(bench: Bench) -> None:
    bench.line.set_fault("silent", True)
    begun = time.monotonic()
    heard = [bench.reader.status() for _ in range(3)]
    assert time.monotonic() - begun < 3 * 3 * PATIENCE
    assert [(s.device, s.fault) for s in heard] == [
        (DeviceState.ONLINE, None),
        (DeviceState.ONLINE, None),
        (DeviceState.OFFLINE, "id_reader.no_answer"),
    ]
    with pytest.raises(DeviceError) as caught:
        bench.reader.read()
    assert caught.value.code == "id_reader.no_answer"
    bench.line.set_fault("silent", False)
    assert bench.take_in(CITIZEN) == CARDS["citizen"][1]
    assert bench.reader.status().device is DeviceState.ONLINE


def test_a_line_that_damages_every_byte(bench: Bench) -> None:
    bench.lay(CITIZEN)
    assert bench.reader.wait_for_card(Cancellation(), 1)
    bench.line.set_fault("noise", 1.0)
    with pytest.raises(DeviceError) as caught:
        bench.reader.read()
    assert caught.value.code == "id_reader.line_noise"
    bench.line.set_fault("noise", 0.0)
    assert bench.reader.read() == CARDS["citizen"][1]


def test_a_line_that_damages_some_bytes_never_gives_a_wrong_card(make_bench: Callable[..., Bench]) -> None:
    bench = make_bench(seed=1)
    bench.reader.open()
    bench.lay(CITIZEN)
    assert bench.reader.wait_for_card(Cancellation(), 1)
    bench.line.set_fault("noise", 0.0005)
    outcomes = []
    for _ in range(12):
        try:
            outcomes.append(bench.reader.read() == CARDS["citizen"][1])
        except DeviceError as error:
            outcomes.append(error.code == "id_reader.line_noise")
    assert outcomes == [True] * 12


def test_slow_answers_are_waited_for(bench: Bench) -> None:
    bench.line.set_fault("slow", PATIENCE / 2)
    assert bench.take_in(CITIZEN) == CARDS["citizen"][1]


def test_a_reading_that_comes_too_late_is_not_taken_for_the_next_holders(bench: Bench) -> None:
    bench.lay(CITIZEN)
    assert bench.reader.wait_for_card(Cancellation(), 1)
    bench.line.set_fault("slow", PATIENCE * 2.5)
    with pytest.raises(DeviceError) as caught:
        bench.reader.read()
    assert caught.value.code == "id_reader.no_answer"
    bench.line.set_fault("slow", 0.0)
    bench.lift()
    assert bench.take_in(CARDS["hmt"][0]) == CARDS["hmt"][1]


# -- letting go --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("trouble", [None, "silent", "absent"])
@pytest.mark.parametrize("wait", ["wait_for_card", "wait_for_removal"])
def test_cancelling_lets_go_quickly(make_bench: Callable[..., Bench], wait: str, trouble: str | None) -> None:
    bench = make_bench(timeout=5.0)
    bench.reader.open()
    if wait == "wait_for_removal":
        bench.take_in(CITIZEN)
    if trouble:
        bench.line.set_fault(trouble, True)
    cancellation = Cancellation()
    let_go: list[float] = []

    def waiting() -> None:
        try:
            getattr(bench.reader, wait)(cancellation, None)
        except OperationCancelled:
            let_go.append(time.monotonic())

    thread = threading.Thread(target=waiting)
    thread.start()
    thread.join(0.08)
    begun = time.monotonic()
    cancellation.cancel()
    thread.join(3)
    assert len(let_go) == 1
    assert let_go[0] - begun < 0.5  # of which pyserial sleeps 0.3 whenever it closes a socket


# -- what must not be told ---------------------------------------------------------------------------------------------


def test_nothing_personal_is_told_by_accident(bench: Bench) -> None:
    told = [repr(bench.take_in(CITIZEN)), repr(bench.reader.status()), repr(vars(bench.reader))]
    told.append(repr(bench.line.call(bench.line.simulator.scene)))

    def failing(act: Callable[[], object]) -> None:
        with pytest.raises(DeviceError) as caught:
            act()
        told.append("".join(traceback.format_exception(caught.value)) + repr(caught.value.args))

    bench.lift()
    failing(bench.reader.read)
    bench.lay({**CITIZEN, "sex": "祥"})
    bench.reader.wait_for_card(Cancellation(), 1)
    failing(bench.reader.read)
    bench.line.set_fault("noise", 0.2)
    failing(bench.reader.read)
    assert [secret for secret in SECRETS for text in told if secret in text] == []
    assert "祥" not in "".join(told[4:])
    assert "990***********0028" in told[0]  # the probe is at the right place


# -- speed -------------------------------------------------------------------------------------------------------------


def test_a_reading_costs_hardly_more_than_its_bytes_on_the_line(make_bench: Callable[..., Bench]) -> None:
    bench = make_bench(baud=115200)
    bench.reader.open()
    bench.take_in(CITIZEN)
    seconds = []
    for _ in range(6):
        begun = time.perf_counter()
        bench.reader.read()
        seconds.append(time.perf_counter() - begun)
    pure = 1295 * 10 / 115200
    assert pure <= min(seconds) <= 1.05 * pure
