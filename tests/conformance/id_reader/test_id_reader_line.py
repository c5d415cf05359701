"""The ID reader's line, pulled, silent, noisy and slow: what a driver makes of it, and how quickly it lets go."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

import pytest
from id_reader_bench import CARDS, CITIZEN, PATIENCE, Bench

from devices.contract import Cancellation, DeviceError, DeviceState, MediaState, OperationCancelled

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
