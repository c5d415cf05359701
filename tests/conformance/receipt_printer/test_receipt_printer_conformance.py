"""The driver against the simulated printer over real transports: a PTY and TCP. A real printer must pass the same."""

from __future__ import annotations

import base64
import io
from collections.abc import Callable, Iterator
from enum import StrEnum
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from PIL import Image
from simulated_person import assert_passes

from devices.bench.line import Line
from devices.conformance import Check
from devices.conformance_common import Plug
from devices.contract import Cancellation, DeviceError, DeviceState, PaperState
from devices.receipt_printer.check import SUITE, Question, Step
from devices.receipt_printer.contract import CoverState, CutterState, NotPrinted, Printed, Torn, Unknown
from devices.receipt_printer.escpos import EscposReceiptPrinter
from devices.receipt_printer.receipt import Align, Picture, Receipt, Text
from devices.receipt_printer.sample import TEST_RECEIPT
from devices.receipt_printer.simulator import EscposSimulator
from devices.receipt_printer.verbs import VERBS
from devices.registry import driver, simulator, verbs

LINES = [f"第 {number:02} 行" for number in range(1, 31)]
RECEIPT = Receipt(tuple(Text(line) for line in LINES))


@pytest.fixture(params=["pty", "tcp"])
def line(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Line]:
    listen = f"pty:{tmp_path}/receipt-printer" if request.param == "pty" else "tcp://127.0.0.1:0"
    # Not a mainland model: Chinese must be turned on by the driver.
    printer = EscposSimulator(millimetres_per_second=0, chinese_at_start=False)
    with Line(printer, listen, baud=115200, seed=7) as plugged:
        yield plugged


@pytest.fixture
def printer(line: Line) -> Iterator[EscposReceiptPrinter]:
    opened = printer_at(line)
    opened.open()
    yield opened
    opened.close()


def printer_at(line: Line) -> EscposReceiptPrinter:
    return EscposReceiptPrinter(line.url, answer_seconds=0.1, stall_seconds=0.5)


def person(line: Line) -> EscposSimulator:
    assert isinstance(line.simulator, EscposSimulator)
    return line.simulator


def on_paper(line: Line) -> list[list[str]]:
    pieces = line.call(person(line).tear_off)["pieces"]
    return [[text for text in piece["lines"] if text] for piece in pieces]


@pytest.mark.parametrize("check", SUITE.checks, ids=lambda check: check.name)
def test_check(line: Line, printer: EscposReceiptPrinter, check: Check[Any]) -> None:
    """What is also checked on a real printer, by hand."""

    def page_is_right() -> bool:
        (piece,) = on_paper(line)
        return piece[0].strip() == "测试打印" and piece[-1].strip().startswith("[qr https://")

    def two_slips() -> bool:
        pieces = [[text.strip() for text in piece] for piece in on_paper(line)]
        return pieces == [["甲", "[qr 甲]"], ["乙", "[qr 乙]"]]

    hands: dict[StrEnum, Callable[[], object]] = {
        Plug.PULL: lambda: line.set_fault("absent", True),
        Plug.PUT_IN: lambda: line.set_fault("absent", False),
        Step.OPEN_COVER: lambda: line.call(person(line).open_cover),
        Step.CLOSE_COVER: lambda: line.call(person(line).close_cover),
        Step.TAKE_ROLL: lambda: line.set_fault("paper_out", True),
        Step.FIT_ROLL: lambda: line.call(person(line).new_roll),
        Question.PAGE: page_is_right,
        Question.TWO: two_slips,
    }
    assert_passes(SUITE, check, printer, hands)
    assert "不应打印" not in [text for piece in on_paper(line) for text in piece]


def test_a_receipt_with_everything_comes_out_as_it_was_meant(line: Line, printer: EscposReceiptPrinter) -> None:
    outcome = printer.print(Receipt(TEST_RECEIPT))
    assert isinstance(outcome, Printed)
    (piece,) = on_paper(line)
    assert piece[0].strip() == "测试打印"
    assert piece[3] == "医保个人账户                          ￥1,234.56"
    assert piece[-1].strip() == "[qr https://example.invalid/receipt-printer-test]"
    assert "标点：，。、；：？！（）《》“”￥" in piece
    assert [text for text in piece if text.startswith("[picture")] == ["[picture 216x24]", "[picture 216x6]"]


def test_tcp_is_another_name_for_socket(line: Line) -> None:
    if not line.url.startswith("socket://"):
        assert line.listen.startswith("pty:")
        return
    printer = EscposReceiptPrinter(line.url.replace("socket://", "tcp://"))
    printer.open()
    assert printer.status().ready
    printer.close()


def test_a_rare_name_is_on_the_paper_as_dots(line: Line, printer: EscposReceiptPrinter) -> None:
    printer.print(Receipt((Text("𠮷㐀"),)))
    (piece,) = line.call(person(line).tear_off)["pieces"]
    shown = Image.open(io.BytesIO(base64.b64decode(piece["png"]))).convert("L")
    black = [(x, y) for y in range(32, 62) for x in range(32, 80) if shown.getpixel((x, y)) == 0]
    assert len(black) > 100
    assert {x for x, _ in black} & set(range(32, 56))
    assert {x for x, _ in black} & set(range(56, 80))
    # No hollow box: the strokes are not a frame around nothing.
    assert any(36 < x < 52 and 38 < y < 50 for x, y in black)


def test_dots_of_a_picture_arrive_unchanged(line: Line, printer: EscposReceiptPrinter) -> None:
    rows = bytes((number * 37) % 256 for number in range(72 * 50))
    assert isinstance(printer.print(Receipt((Picture(576, 50, rows, Align.LEFT),))), Printed)
    (piece,) = line.call(person(line).tear_off)["pieces"]
    shown = Image.open(io.BytesIO(base64.b64decode(piece["png"]))).convert("L").crop((32, 32, 608, 82))
    assert shown.point(lambda level: 0 if level else 255).convert("1").tobytes() == rows


@pytest.mark.parametrize(
    ("fault", "device", "code", "paper", "cutter"),
    [
        ("paper_near_end", DeviceState.ONLINE, "paper_low", PaperState.LOW, CutterState.OK),
        ("paper_out", DeviceState.ONLINE, "paper_out", PaperState.OUT, CutterState.OK),
        ("head_hot", DeviceState.DEVICE_BUSY, "head_hot", PaperState.FULL, CutterState.OK),
        ("recoverable_error", DeviceState.HARDWARE_ERROR, "error", PaperState.FULL, CutterState.OK),
        ("unrecoverable_error", DeviceState.HARDWARE_ERROR, "hardware", PaperState.FULL, CutterState.OK),
        ("off_line", DeviceState.OFFLINE, "off_line", PaperState.FULL, CutterState.OK),
        ("feed_button", DeviceState.OFFLINE, "off_line", PaperState.FULL, CutterState.OK),
    ],
)
def test_every_state_is_seen_and_gone_again(
    line: Line,
    printer: EscposReceiptPrinter,
    fault: str,
    device: DeviceState,
    code: str,
    paper: PaperState,
    cutter: CutterState,
) -> None:
    line.set_fault(fault, True)
    status = printer.status()
    assert (status.device, status.fault, status.paper, status.cover, status.cutter) == (
        device,
        f"receipt_printer.{code}",
        paper,
        CoverState.CLOSED,
        cutter,
    )
    assert status.ready is (code == "paper_low")
    line.set_fault(fault, False)
    assert printer.status().fault is None


def test_the_knife(line: Line, printer: EscposReceiptPrinter) -> None:
    line.set_fault("cutter_stuck", True)
    outcome = printer.print(RECEIPT)
    assert isinstance(outcome, Torn)
    assert outcome.status.cutter is CutterState.JAMMED


def test_paper_out_in_mid_print_then_a_new_roll(line: Line, printer: EscposReceiptPrinter) -> None:
    line.set_fault("paper_out_after_lines", 10)
    outcome = printer.print(RECEIPT)
    assert isinstance(outcome, Torn)
    assert outcome.status.paper is PaperState.OUT
    assert outcome.lines_confirmed <= 10 <= outcome.lines_sent
    assert isinstance(printer.print(RECEIPT), NotPrinted)
    line.call(person(line).new_roll)
    assert isinstance(printer.print(Receipt((Text("下一位"),))), Printed)
    pieces = on_paper(line)
    assert pieces[0] == LINES[:10]
    assert pieces[-1] == ["下一位"]


def test_the_plug_is_pulled_in_mid_print_and_nothing_is_printed_twice(
    line: Line, printer: EscposReceiptPrinter
) -> None:
    # Two groups are confirmed, then the line is cut with the answer to the third.
    line.set_fault("unplug_at_byte", 4 + 3)
    outcome = printer.print(RECEIPT)
    assert isinstance(outcome, Torn | Unknown)
    assert outcome.status.device is DeviceState.NO_DEVICE
    line.set_fault("unplug_at_byte", -1)
    line.set_fault("absent", False)
    again = printer_at(line)
    again.open()
    assert again.status().ready
    assert isinstance(again.clear(), Printed)
    assert isinstance(again.print(Receipt((Text("下一位"),))), Printed)
    again.close()
    pieces = on_paper(line)
    printed = [text for piece in pieces for text in piece]
    assert printed[-1] == "下一位"
    assert len(pieces) >= 2
    assert printed[:-1] == LINES[: len(printed) - 1]


def test_silence_is_unknown_and_nothing_is_sent(line: Line, printer: EscposReceiptPrinter) -> None:
    line.set_fault("silent", True)
    status = printer.status()
    assert (status.device, status.fault) == (DeviceState.OFFLINE, "receipt_printer.no_answer")
    assert (status.paper, status.cover, status.cutter) == (PaperState.UNKNOWN, CoverState.UNKNOWN, CutterState.UNKNOWN)
    assert isinstance(printer.print(RECEIPT), NotPrinted)
    line.set_fault("silent", False)
    assert printer.status().ready
    assert on_paper(line) == []


def test_silence_in_mid_print(line: Line, printer: EscposReceiptPrinter) -> None:
    line.call(lambda: line.simulator.set_fault("slow_lines", 0.02))
    line.call(lambda: line.after(0.25, lambda: line.simulator.set_fault("answers_nothing", True)))
    outcome = printer.print(RECEIPT)
    assert isinstance(outcome, Torn)
    assert outcome.status.fault == "receipt_printer.no_answer"
    assert 0 < outcome.lines_confirmed < outcome.lines_sent < 30


def test_noise_does_not_become_a_cover_or_an_end_of_paper(line: Line, printer: EscposReceiptPrinter) -> None:
    line.set_fault("noise", 0.05)
    seen = {printer.status().ready for _ in range(40)}
    assert seen == {True}


def test_a_wrong_answer_is_no_answer(line: Line, printer: EscposReceiptPrinter) -> None:
    line.set_fault("wrong_answer", "ff")
    assert printer.status().fault == "receipt_printer.no_answer"
    assert isinstance(printer.print(RECEIPT), NotPrinted)


def test_late_answers_are_waited_for(line: Line) -> None:
    line.set_fault("slow", 0.05)
    printer = EscposReceiptPrinter(line.url, answer_seconds=2.0, stall_seconds=10.0)
    printer.open()
    assert isinstance(printer.print(Receipt((Text("慢"),))), Printed)
    printer.close()
    assert on_paper(line) == [["慢"]]


def test_gone_and_back_again(line: Line, printer: EscposReceiptPrinter) -> None:
    line.set_fault("absent", True)
    assert printer.status().device is DeviceState.NO_DEVICE
    assert isinstance(printer.print(RECEIPT), NotPrinted)
    with pytest.raises(DeviceError) as absent:
        printer.open()
    assert absent.value.code == "receipt_printer.absent"
    line.set_fault("absent", False)
    printer.open()
    assert isinstance(printer.print(Receipt((Text("又好了"),))), Printed)


def test_the_registry_knows_it_and_the_verbs_work(line: Line) -> None:
    assert verbs("receipt-printer") is VERBS
    assert isinstance(simulator("receipt-printer", "escpos"), EscposSimulator)
    printer = driver("receipt-printer", "escpos", line.url)
    printer.open()
    said: list[str] = []
    results = {
        name: VERBS[name].run(printer, Cancellation(), [], said.append)
        for name in ("status", "identify", "test-print", "feed", "cut")
    }
    printer.close()
    assert results["status"] == {
        "device": "online",
        "ready": True,
        "paper": "full",
        "cover": "closed",
        "cutter": "ok",
        "near_end_sensor": True,
        "fault": None,
    }
    assert isinstance(results["identify"], dict)
    assert results["identify"]["model"] == "ESCPOS-80"
    assert {name: result["outcome"] for name, result in results.items() if "outcome" in result} == {  # type: ignore[index]
        "test-print": "printed",
        "feed": "printed",
        "cut": "printed",
    }
    assert said == ["printing the test page"]


def test_other_peoples_client_prints_on_it() -> None:
    """python-escpos, as it comes, against ``kiosk simulate receipt-printer --listen tcp://…``."""
    from escpos.printer import Network

    with Line(EscposSimulator(millimetres_per_second=0), "tcp://127.0.0.1:0") as line:
        address = urlsplit(line.url)
        peer = Network(address.hostname, address.port, timeout=2)
        assert peer.is_online()
        assert peer.paper_status() == 2
        peer.set_with_default(align="center", bold=True)
        peer.text("Hello\n")
        peer.set_with_default()
        peer.qr("https://example.invalid", native=True)
        peer.cut()
        assert peer.is_online()
        while line.call(person(line).scene)["printing"]:
            continue
        assert on_paper(line) == [[f"{' ' * 21}Hello", "[qr https://example.invalid]"]]
        line.set_fault("paper_out", True)
        assert peer.paper_status() == 0
        peer.close()
