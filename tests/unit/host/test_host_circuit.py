"""The circuit breaker, on a clock that the test owns."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.host.circuit import CircuitBreaker, CircuitState


class ManualClock:
    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def breaker(clock: ManualClock) -> CircuitBreaker:
    return CircuitBreaker(clock=clock, failures_to_open=3, open_seconds=15.0)


def fail(breaker: CircuitBreaker, times: int) -> None:
    for _ in range(times):
        admission = breaker.admit()
        assert admission is not None
        breaker.failed(admission)


def succeed(breaker: CircuitBreaker) -> None:
    admission = breaker.admit()
    assert admission is not None
    breaker.succeeded(admission)


def test_opens_at_the_third_failure_in_a_row_and_not_before(breaker: CircuitBreaker) -> None:
    fail(breaker, 2)
    assert breaker.state is CircuitState.CLOSED
    fail(breaker, 1)
    assert breaker.state is CircuitState.OPEN
    assert breaker.admit() is None


def test_a_success_between_begins_the_count_anew(breaker: CircuitBreaker) -> None:
    fail(breaker, 2)
    succeed(breaker)
    fail(breaker, 2)
    assert breaker.state is CircuitState.CLOSED


def test_one_probe_after_the_pause_and_its_success_closes(breaker: CircuitBreaker, clock: ManualClock) -> None:
    fail(breaker, 3)
    clock.seconds = 14.9
    assert breaker.admit() is None
    assert breaker.seconds_until_probe() == pytest.approx(0.1)
    clock.seconds = 15.0
    probe = breaker.admit()
    assert probe is not None
    assert breaker.state is CircuitState.HALF_OPEN
    assert breaker.admit() is None, "only one probe at a time"
    breaker.succeeded(probe)
    assert breaker.state is CircuitState.CLOSED
    fail(breaker, 2)
    assert breaker.state is CircuitState.CLOSED, "the old failures are forgotten"


def test_a_failed_probe_opens_for_as_long_again(breaker: CircuitBreaker, clock: ManualClock) -> None:
    fail(breaker, 3)
    clock.seconds = 15.0
    fail(breaker, 1)
    assert breaker.state is CircuitState.OPEN
    clock.seconds = 29.9
    assert breaker.admit() is None
    clock.seconds = 30.0
    assert breaker.admit() is not None


def test_a_probe_called_off_leaves_room_for_the_next(breaker: CircuitBreaker, clock: ManualClock) -> None:
    fail(breaker, 3)
    clock.seconds = 15.0
    probe = breaker.admit()
    assert probe is not None
    breaker.abandoned(probe)
    assert breaker.state is CircuitState.OPEN
    assert breaker.admit() is not None


def test_late_answers_of_earlier_calls_change_nothing(breaker: CircuitBreaker, clock: ManualClock) -> None:
    late = breaker.admit()
    assert late is not None
    fail(breaker, 3)
    breaker.succeeded(late)
    assert breaker.state is CircuitState.OPEN
    clock.seconds = 15.0
    probe = breaker.admit()
    assert probe is not None
    breaker.failed(late)
    assert breaker.state is CircuitState.HALF_OPEN
    breaker.succeeded(probe)
    assert breaker.state is CircuitState.CLOSED


@pytest.mark.parametrize(("failures", "seconds"), [(0, 15.0), (1, 0.0), (3, -1.0)])
def test_settings_that_make_no_sense_are_refused(failures: int, seconds: float, clock: ManualClock) -> None:
    with pytest.raises(ValueError, match="failures_to_open must be at least 1"):
        CircuitBreaker(clock=clock, failures_to_open=failures, open_seconds=seconds)


@given(st.lists(st.sampled_from(["succeed", "fail", "wait"]), max_size=60))
def test_it_is_open_exactly_when_the_last_answers_were_failures(steps: list[str]) -> None:
    clock = ManualClock()
    breaker = CircuitBreaker(clock=clock, failures_to_open=3, open_seconds=15.0)
    in_a_row, opened_at = 0, None
    for step in steps:
        if step == "wait":
            clock.seconds += 8.0
            continue
        admission = breaker.admit()
        turned_away = opened_at is not None and clock.seconds < opened_at + 15.0
        assert (admission is None) == turned_away
        if admission is None:
            continue
        if step == "succeed":
            breaker.succeeded(admission)
            in_a_row, opened_at = 0, None
        else:
            breaker.failed(admission)
            in_a_row += 1
            if in_a_row >= 3 or opened_at is not None:
                opened_at = clock.seconds
        assert (breaker.state is CircuitState.OPEN) == (opened_at is not None)
