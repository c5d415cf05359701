"""Every ID reader's driver with its simulator, over a PTY and TCP."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from id_reader_bench import PAIRS, PATIENCE, Bench

from devices import registry
from devices.bench.line import Line


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
