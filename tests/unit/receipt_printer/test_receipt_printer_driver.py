"""What becomes of a print, whatever happens on the way; in a time of its own."""

from __future__ import annotations

import pytest
from receipt_printer_virtual_line import VirtualLine

from devices.contract import DeviceError, DeviceState, PaperState
from devices.receipt_printer.contract import NotPrinted, Printed, Torn, Unknown
from devices.receipt_printer.receipt import Feed, Picture, Receipt, Text
from devices.receipt_printer.simulator import EscposSimulator
from devices.receipt_printer.wire import FENCE

LINES = [f"第 {number:02} 行" for number in range(1, 31)]
RECEIPT = Receipt(tuple(Text(line) for line in LINES))


def line_of(**options: object) -> VirtualLine:
    return VirtualLine(EscposSimulator(**{"millimetres_per_second": 0, **options}))  # type: ignore[arg-type]


def on_paper(line: VirtualLine) -> list[list[str]]:
    """The printed lines of each piece torn off now, without the blank ones."""
    return [[text for text in piece["lines"] if text] for piece in line.simulator.tear_off()["pieces"]]


def after_group(line: VirtualLine, number: int, what: object) -> None:
    """Let ``what`` happen when the driver sends its n-th group of lines."""
    seen = 0

    def look(data: bytes) -> None:
        nonlocal seen
        if data.endswith(FENCE):
            seen += 1
            if seen == number + 1:  # the first one carries no lines
                what()  # type: ignore[operator]

    line.on_write = look


def test_a_receipt_is_printed_and_cut_and_the_printer_said_so() -> None:
    line = line_of()
    outcome = line.printer().print(RECEIPT)
    assert isinstance(outcome, Printed)
    assert outcome.status.ready
    assert on_paper(line) == [LINES]


def test_nothing_is_sent_to_a_printer_that_is_not_ready() -> None:
    for fault in ("paper_out", "head_hot", "unrecoverable_error", "recoverable_error", "off_line", "answers_nothing"):
        line = line_of()
        line.simulator.set_fault(fault, True)
        outcome = line.printer().print(RECEIPT)
        assert isinstance(outcome, NotPrinted), fault
        assert b"\x1b@" not in line.sent
        assert line.simulator.scene()["outlet"] == []


def test_paper_that_ends_half_way_is_a_torn_receipt() -> None:
    line = line_of()
    line.simulator.set_fault("paper_out_after_lines", 10)
    outcome = line.printer().print(RECEIPT)
    assert isinstance(outcome, Torn)
    assert outcome.status.paper is PaperState.OUT
    assert outcome.lines_confirmed <= 10 <= outcome.lines_sent <= 24
    assert on_paper(line) == [LINES[:10]]


def test_after_a_new_roll_the_rest_comes_out_by_itself_and_the_next_receipt_is_clean() -> None:
    line = line_of()
    printer = line.printer()
    line.simulator.set_fault("paper_out_after_lines", 10)
    torn = printer.print(RECEIPT)
    assert isinstance(torn, Torn)
    line.simulator.new_roll()
    assert isinstance(printer.print(Receipt((Text("下一位"),))), Printed)
    first, rest, following = on_paper(line)
    assert first == LINES[:10]
    assert rest == LINES[10 : torn.lines_sent]
    assert following == ["下一位"]


def test_a_cutter_that_sticks_makes_the_receipt_torn() -> None:
    line = line_of()
    line.simulator.set_fault("cutter_stuck", True)
    outcome = line.printer().print(RECEIPT)
    assert isinstance(outcome, Torn)
    assert outcome.status.fault == "receipt_printer.cutter_jammed"
    assert (outcome.lines_sent, outcome.lines_confirmed) == (30, 24)


def test_a_cover_opened_half_way() -> None:
    line = line_of()
    after_group(line, 3, line.simulator.open_cover)
    outcome = line.printer().print(RECEIPT)
    assert isinstance(outcome, Torn)
    assert outcome.status.fault == "receipt_printer.cover_open"
    assert outcome.lines_confirmed == 12


def test_a_head_that_is_hot_for_a_while_is_waited_for() -> None:
    line = line_of()

    def hot() -> None:
        line.simulator.set_fault("head_hot", True)
        line.after(3.0, lambda: line.simulator.set_fault("head_hot", False))

    after_group(line, 2, hot)
    assert isinstance(line.printer().print(RECEIPT), Printed)
    assert on_paper(line) == [LINES]


def test_a_head_that_stays_hot_is_not_waited_for_for_ever() -> None:
    line = line_of()
    after_group(line, 2, lambda: line.simulator.set_fault("head_hot", True))
    outcome = line.printer(stall_seconds=5.0).print(RECEIPT)
    assert isinstance(outcome, Torn)
    assert line.now < 10


def test_silence_half_way_is_torn_and_silence_at_the_end_is_unknown() -> None:
    line = line_of()
    after_group(line, 3, lambda: line.simulator.set_fault("answers_nothing", True))
    half = line.printer().print(RECEIPT)
    assert isinstance(half, Torn)
    assert half.status.fault == "receipt_printer.no_answer"
    line = line_of()
    after_group(line, 5, lambda: line.simulator.set_fault("answers_nothing", True))
    assert isinstance(line.printer().print(RECEIPT), Unknown)
    assert on_paper(line) == [LINES]


def test_unplugged_half_way_and_at_the_end() -> None:
    line = line_of()
    after_group(line, 3, line.unplug)
    half = line.printer().print(RECEIPT)
    assert isinstance(half, Torn)
    assert half.status.device is DeviceState.NO_DEVICE
    line = line_of()
    printer = line.printer()
    # All is sent; the plug is pulled before the last fence is answered.
    line.simulator.set_fault("slow_lines", 0.2)
    line.on_write = lambda data: line.after(1.5, line.unplug) and None if data.count(b"\x1dV") else None
    assert isinstance(printer.print(RECEIPT), Unknown)
    first = on_paper(line)
    line.plug()
    line.simulator.set_fault("slow_lines", 0.0)
    assert printer.status().ready
    assert on_paper(line) == []
    assert first[0] == LINES[: len(first[0])]


def test_unplugged_before_any_line_is_not_printed() -> None:
    line = line_of()
    after_group(line, 0, line.unplug)
    assert isinstance(line.printer().print(RECEIPT), NotPrinted)
    assert on_paper(line) == []


def test_reconnecting_repeats_nothing_and_cuts_off_what_hangs() -> None:
    line = line_of()
    printer = line.printer()
    after_group(line, 3, line.unplug)
    assert isinstance(printer.print(RECEIPT), Torn)
    line.on_write = lambda data: None
    line.plug()
    sent = len(line.sent)
    assert printer.status().ready
    printer.open()
    assert set(line.sent[sent:]) <= {0x10, 0x04, 1, 2, 3}
    assert isinstance(printer.print(Receipt((Text("下一位"),))), Printed)
    assert on_paper(line) == [LINES[:12], ["下一位"]]


def test_one_lost_fence_answer_is_made_good_by_one_more() -> None:
    line = line_of()
    lost = []

    def lose_one(data: bytes) -> bytes:
        if data == b"\x00" and not lost:
            lost.append(data)
            return b""
        return data

    line.on_answer = lose_one
    printer = line.printer(stall_seconds=2.0)
    assert isinstance(printer.print(RECEIPT), Printed)
    assert on_paper(line) == [LINES]


def test_a_printer_that_never_answers_fences_prints_nothing() -> None:
    line = line_of()
    line.simulator.set_fault("ignores_fences", True)
    assert isinstance(line.printer(stall_seconds=2.0).print(RECEIPT), NotPrinted)
    assert on_paper(line) == []


def test_automatic_status_between_answers_disturbs_nothing() -> None:
    line = line_of()
    line.simulator.received(b"\x1da\x4f")
    after_group(line, 2, lambda: line.simulator.set_fault("paper_near_end", True))
    outcome = line.printer().print(RECEIPT)
    assert isinstance(outcome, Printed)
    assert outcome.status.fault == "receipt_printer.paper_low"
    assert on_paper(line) == [LINES]


def test_a_picture_that_looks_like_questions_disturbs_nothing() -> None:
    line = line_of()
    shown = Picture(72 * 8, 24, bytes.fromhex("100401100402") * 288)
    outcome = line.printer().print(Receipt((Text("甲"), shown, Text("乙"))))
    assert isinstance(outcome, Printed)
    assert on_paper(line) == [["甲", "[picture 576x24]", "乙"]]


def test_a_slow_printer_with_a_small_buffer_loses_nothing() -> None:
    line = line_of(millimetres_per_second=50.0)
    line.simulator.set_fault("buffer_bytes", 4096)
    tall = Picture(576, 600, bytes(range(72)) * 600)
    outcome = line.printer(stall_seconds=1.0).print(Receipt((tall, *RECEIPT.blocks)))
    assert isinstance(outcome, Printed)
    assert line.simulator.lost_bytes == 0
    assert line.now > 4


def test_a_false_reading_is_not_believed() -> None:
    line = line_of()
    answers = iter([b"\x12", b"\x16"])  # the second: "cover open", once, by a bit that fell over
    line.on_answer = lambda data: next(answers, data)
    assert line.printer().status().ready


def test_one_lost_answer_is_not_silence() -> None:
    line = line_of()
    answers = iter([b"", b"\xff"])
    line.on_answer = lambda data: next(answers, data)
    assert line.printer().status().ready


def test_open_says_what_is_not_there() -> None:
    line = line_of()
    printer = line.printer()
    line.simulator.set_fault("answers_nothing", True)
    with pytest.raises(DeviceError) as silent:
        printer.open()
    assert silent.value.code == "receipt_printer.no_answer"
    line.unplug()
    with pytest.raises(DeviceError) as absent:
        printer.open()
    assert absent.value.code == "receipt_printer.absent"
    assert printer.status().device is DeviceState.NO_DEVICE
    printer.close()
    printer.close()


def test_silence_is_found_out_within_a_second() -> None:
    line = line_of()
    line.simulator.set_fault("answers_nothing", True)
    line.printer().status()
    assert line.now <= 1.0


def test_feeding_without_a_cut_leaves_nothing_unfinished() -> None:
    line = line_of()
    printer = line.printer()
    assert isinstance(printer.print(Receipt((Feed(3),), cut=False)), Printed)
    assert b"\x1dV" not in line.sent


def test_clear_cuts_off_what_a_crash_left() -> None:
    line = line_of()
    line.simulator.received("半张\n".encode("gb18030"))
    printer = line.printer()
    assert isinstance(printer.clear(), Printed)
    assert isinstance(printer.print(Receipt((Text("新的"),))), Printed)
    assert on_paper(line) == [["半张"], ["新的"]]


def test_the_fence_costs_little() -> None:
    line = line_of()
    sixty = Receipt(tuple(Text("社会保险缴费记录" + "0123456789012345678901234567890"[:32]) for _ in range(60)))
    printer = line.printer()
    printer.open()
    line.sent.clear()
    assert isinstance(printer.print(sixty), Printed)
    content = 60 * 49
    assert len(line.sent) <= 1.05 * content
    assert len(line.writes) <= 60


def test_identification() -> None:
    line = line_of()
    assert line.printer().identification() == {
        "firmware": "1.00",
        "maker": "SIMULATED",
        "model": "ESCPOS-80",
        "serial": "SIM0000001",
    }
    line.simulator.set_fault("answers_nothing", True)
    assert line.printer().identification() == {}
    line.unplug()
    with pytest.raises(DeviceError):
        line.printer().identification()


def test_a_knife_that_sticks_on_a_printer_that_answers_all_the_same() -> None:
    line = line_of()
    fences = 0

    def look(data: bytes) -> bytes:
        nonlocal fences
        fences += data == b"\x00"
        if fences == 6:
            line.simulator.sensors.cutter_error = True
        return data

    line.on_answer = look
    outcome = line.printer().print(RECEIPT)
    assert isinstance(outcome, Torn)
    assert (outcome.lines_sent, outcome.lines_confirmed) == (30, 30)
