"""Each fault of the ID reader, provoked on the simulated module and told by the driver."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from provocation import faults_of, provoke

from devices.bench.line import Line
from devices.contract import Cancellation
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

Act = Callable[[Line, SamVReader], Any]


def lay(line: Line, **change: Any) -> None:
    simulator: Any = line.simulator
    line.call(lambda: simulator.lay({**CARD, **change}))


def reading_with(fault: str, value: Any = True) -> Act:
    def act(line: Line, reader: SamVReader) -> Any:
        lay(line)
        assert reader.wait_for_card(Cancellation(), 1)
        line.set_fault(fault, value)
        return reader.read()

    return act


def selecting_with(status: str) -> Act:
    def act(line: Line, reader: SamVReader) -> Any:
        lay(line)
        line.set_fault("select_answer", status)
        return reader.read()

    return act


def status_with(fault: str, value: Any = True) -> Act:
    def act(line: Line, reader: SamVReader) -> Any:
        line.set_fault(fault, value)
        return [reader.status() for _ in range(3)][-1]

    return act


def lifted(line: Line, reader: SamVReader) -> Any:
    simulator: Any = line.simulator
    lay(line)
    assert reader.wait_for_card(Cancellation(), 1)
    line.call(simulator.lift)
    return reader.read()


def laid_out_of_form(line: Line, reader: SamVReader) -> Any:
    lay(line, sex="祥")
    return reader.read()


PROVOKED_BY: dict[str, Act] = {
    "not_connected": status_with("absent"),
    "no_answer": status_with("silent"),
    "line_noise": reading_with("wrong_checksum"),
    "module_timeout": reading_with("board_timeout"),
    "unexpected_answer": status_with("module_answer", "21"),
    "not_authorised": status_with("module_answer", "66"),
    "self_test_failed": status_with("module_answer", "60"),
    "no_card": lambda line, reader: reader.read(),
    "removed_early": lifted,
    "select_failed": selecting_with("81"),
    "read_failed": reading_with("read_answer", "41"),
    "authentication_failed": reading_with("read_answer", "31"),
    "verify_failed": reading_with("read_answer", "33"),
    "unknown_card": reading_with("read_answer", "40"),
    "card_data": laid_out_of_form,
}


@pytest.fixture
def stage() -> Iterator[tuple[Line, SamVReader]]:
    with Line(SamVSimulator(), "pty:") as line:
        reader = SamVReader(line.url, timeout=0.1)
        reader.open()
        yield line, reader
        reader.close()


@pytest.mark.parametrize("name", faults_of("id_reader"))
def test_provoked(stage: tuple[Line, SamVReader], name: str) -> None:
    provoke("id_reader", name, PROVOKED_BY, *stage)
