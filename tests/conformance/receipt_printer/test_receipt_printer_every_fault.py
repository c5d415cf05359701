"""Each fault of the receipt printer, provoked on the simulated printer and told by the driver."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from provocation import faults_of, provoke

from devices.bench.line import Line
from devices.receipt_printer.escpos import EscposReceiptPrinter
from devices.receipt_printer.receipt import Receipt, Text
from devices.receipt_printer.simulator import EscposSimulator

Act = Callable[[Line, EscposReceiptPrinter], Any]


def status_with(fault: str) -> Act:
    def act(line: Line, printer: EscposReceiptPrinter) -> Any:
        line.set_fault(fault, True)
        return printer.status()

    return act


def with_the_cover_open(line: Line, printer: EscposReceiptPrinter) -> Any:
    simulator: Any = line.simulator
    line.call(simulator.open_cover)
    return printer.status()


def with_a_stuck_knife(line: Line, printer: EscposReceiptPrinter) -> Any:
    line.set_fault("cutter_stuck", True)
    return printer.print(Receipt((Text("凭条"),)))


def without_fonts(line: Line, printer: EscposReceiptPrinter) -> Any:
    bare = EscposReceiptPrinter(printer.at, fonts=[Path("/no/such/font.ttf")])
    return bare.print(Receipt((Text("𠮷"),)))


PROVOKED_BY: dict[str, Act] = {
    "absent": status_with("absent"),
    "no_answer": status_with("silent"),
    "paper_out": status_with("paper_out"),
    "paper_low": status_with("paper_near_end"),
    "cover_open": with_the_cover_open,
    "cutter_jammed": with_a_stuck_knife,
    "head_hot": status_with("head_hot"),
    "off_line": status_with("off_line"),
    "error": status_with("recoverable_error"),
    "hardware": status_with("unrecoverable_error"),
    "font_missing": without_fonts,
}


@pytest.fixture
def stage() -> Iterator[tuple[Line, EscposReceiptPrinter]]:
    with Line(EscposSimulator(millimetres_per_second=0), "pty:") as line:
        printer = EscposReceiptPrinter(line.url, answer_seconds=0.1, stall_seconds=0.5)
        printer.open()
        yield line, printer
        printer.close()


@pytest.mark.parametrize("name", faults_of("receipt_printer"))
def test_provoked(stage: tuple[Line, EscposReceiptPrinter], name: str) -> None:
    provoke("receipt_printer", name, PROVOKED_BY, *stage)
