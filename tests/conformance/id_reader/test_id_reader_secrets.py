"""What an ID reader's driver must not tell, and what a reading costs."""

from __future__ import annotations

import time
import traceback
from collections.abc import Callable

import pytest
from id_reader_bench import CITIZEN, Bench

from devices.contract import Cancellation, DeviceError

SECRETS = ("欧阳", "𠮷", "990101198802290028", "19880229", "1988-02-29", "示例路", "新路")


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
