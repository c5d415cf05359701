"""Answers told apart, and every status bit in words (protocol page C1)."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.contract import DeviceState, PaperState
from devices.receipt_printer.contract import CoverState, CutterState, ReceiptPrinterStatus
from devices.receipt_printer.wire import (
    AnswerReader,
    AutomaticStatus,
    FenceByte,
    Identification,
    Noise,
    StatusByte,
    decode_status,
)

FINE = (0x12, 0x12, 0x12, 0x12)


def status(*answers: int | None, **options: bool) -> ReceiptPrinterStatus:
    return decode_status(answers, **options)  # type: ignore[arg-type]


def words(shown: ReceiptPrinterStatus) -> tuple[object, ...]:
    return shown.device, shown.fault, shown.paper, shown.cover, shown.cutter


ON, CLOSED, OK = DeviceState.ONLINE, CoverState.CLOSED, CutterState.OK


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        ("12 12 12 12", (ON, None, PaperState.FULL, CLOSED, OK)),
        ("12 12 12 1E", (ON, "receipt_printer.paper_low", PaperState.LOW, CLOSED, OK)),
        ("1A 32 12 7E", (ON, "receipt_printer.paper_out", PaperState.OUT, CLOSED, OK)),
        (
            "1A 16 12 12",
            (DeviceState.USER_ERROR, "receipt_printer.cover_open", PaperState.FULL, CoverState.OPEN, OK),
        ),
        (
            "1A 52 1A 12",
            (
                DeviceState.HARDWARE_ERROR,
                "receipt_printer.cutter_jammed",
                PaperState.FULL,
                CLOSED,
                CutterState.JAMMED,
            ),
        ),
        ("1A 52 52 12", (DeviceState.DEVICE_BUSY, "receipt_printer.head_hot", PaperState.FULL, CLOSED, OK)),
        ("1A 52 16 12", (DeviceState.HARDWARE_ERROR, "receipt_printer.error", PaperState.FULL, CLOSED, OK)),
        ("1A 52 32 12", (DeviceState.HARDWARE_ERROR, "receipt_printer.hardware", PaperState.FULL, CLOSED, OK)),
        ("1A 12 12 12", (DeviceState.OFFLINE, "receipt_printer.off_line", PaperState.FULL, CLOSED, OK)),
        ("5A 1A 12 12", (DeviceState.OFFLINE, "receipt_printer.off_line", PaperState.FULL, CLOSED, OK)),
        ("12 12 12 72", (ON, "receipt_printer.paper_out", PaperState.OUT, CLOSED, OK)),
        ("1A 32 12 12", (ON, "receipt_printer.paper_out", PaperState.OUT, CLOSED, OK)),
        ("16 12 12 12", (ON, None, PaperState.FULL, CLOSED, OK)),
    ],
)
def test_the_pages_examples_and_every_bit(answers: str, expected: tuple[object, ...]) -> None:
    assert words(status(*bytes.fromhex(answers))) == expected


def test_only_a_well_printer_is_ready() -> None:
    assert status(*FINE).ready
    assert status(0x12, 0x12, 0x12, 0x1E).ready
    for position, bit in product(range(4), (0x04, 0x08, 0x20, 0x40)):
        answers = list(FINE)
        answers[position] |= bit
        harmless = {(0, 0x04), (0, 0x20), (0, 0x40), (1, 0x08), (1, 0x40), (3, 0x04), (3, 0x08)}
        assert status(*answers).ready is ((position, bit) in harmless), (position, hex(bit))


def test_what_was_not_answered_is_unknown_and_not_ready() -> None:
    silent = status(None, None, None, None)
    assert words(silent) == (
        DeviceState.OFFLINE,
        "receipt_printer.no_answer",
        PaperState.UNKNOWN,
        CoverState.UNKNOWN,
        CutterState.UNKNOWN,
    )
    assert not silent.answered
    for position in range(4):
        answers: list[int | None] = list(FINE)
        answers[position] = None
        partly = status(*answers)
        assert not partly.ready
        assert partly.fault == "receipt_printer.no_answer"
        assert partly.answered


def test_paper_out_is_known_from_the_second_answer_alone() -> None:
    assert status(0x1A, 0x32, None, None).paper is PaperState.OUT


def test_what_a_model_has_not_is_none_and_never_low() -> None:
    assert status(*FINE, has_cutter=False).cutter is None
    assert status(*FINE, has_cutter=False).ready
    assert status(None, None, None, None, has_cutter=False).cutter is None
    near_end = status(0x12, 0x12, 0x12, 0x1E, near_end_sensor=False)
    assert (near_end.paper, near_end.fault, near_end.near_end_sensor) == (PaperState.FULL, None, False)


def test_four_kinds_of_answer_on_one_line() -> None:
    data = bytes.fromhex("12 38000000 03 16") + b"_TM-T88\x00" + bytes.fromhex("10000300 00 FF 1A")
    assert AnswerReader().feed(data) == [
        StatusByte(0x12),
        AutomaticStatus(bytes.fromhex("38000000")),
        FenceByte(0x03),
        StatusByte(0x16),
        Identification("TM-T88"),
        AutomaticStatus(bytes.fromhex("10000300")),
        FenceByte(0x00),
        Noise(0xFF),
        StatusByte(0x1A),
    ]


def test_an_automatic_status_that_cannot_be_one_is_noise() -> None:
    assert AnswerReader().feed(b"\x10\x12\x12") == [Noise(0x10), StatusByte(0x12), StatusByte(0x12)]


def test_an_answer_that_never_becomes_whole_can_be_forgotten() -> None:
    reader = AnswerReader()
    assert reader.feed(b"\x10\x00") == []
    reader.forget()
    assert reader.feed(b"\x12") == [StatusByte(0x12)]
    assert reader.feed(b"_" + b"A" * 90)[0] == Noise(0x5F)


@given(st.binary(max_size=60), st.lists(st.integers(1, 7), max_size=20))
def test_pieces_of_any_size_read_the_same(data: bytes, sizes: list[int]) -> None:
    whole = AnswerReader().feed(data)
    reader, pieces, at = AnswerReader(), [], 0
    for size in [*sizes, len(data)]:
        pieces += reader.feed(data[at : at + size])
        at += size
    assert pieces == whole
