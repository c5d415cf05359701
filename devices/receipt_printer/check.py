"""What every receipt printer must do. It takes some paper."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from devices.conformance import Check, Suite, Trial, expect, expect_refused, expect_untold
from devices.conformance_common import common_checks
from devices.contract import PaperState
from devices.receipt_printer.contract import CoverState, NotPrinted, Printed, ReceiptPrinter
from devices.receipt_printer.receipt import Align, Qr, Receipt, Size, Text
from devices.receipt_printer.sample import TEST_RECEIPT

PrinterTrial = Trial[ReceiptPrinter]

NARROWEST = 32
"""Cells that every printer has; a receipt of so many fits any paper."""
TOO_WIDE = 200


class Step(StrEnum):
    """What a person does to the printer."""

    OPEN_COVER = "Open the cover over the paper roll."
    CLOSE_COVER = "Close the cover."
    TAKE_ROLL = "Take the paper roll out, and close the cover."
    FIT_ROLL = "Fit the roll again, close the cover, and tear off the strip that comes out."


class Question(StrEnum):
    """What only a person can see."""

    PAGE = "Is the test page whole and cut off, its Chinese and its three rare characters right, its QR code sharp?"
    TWO = "Did two slips come out, each with its own cut, the first headed 甲, the second 乙?"


def ready(trial: PrinterTrial) -> None:
    """Open it, and have its cover shut."""
    printer = trial.device
    printer.open()
    if printer.status().cover is CoverState.OPEN:
        trial.person.do(Step.CLOSE_COVER)
        trial.until(lambda: printer.status().cover is CoverState.CLOSED, "the cover was not seen to close")


def _ready(trial: PrinterTrial) -> None:
    status = trial.device.status()
    expect(status.ready, f"a printer with paper and a closed cover is not ready: {status.fault}")
    expect(status.answered, "it answers, and its status says that it does not")


def _page(trial: PrinterTrial) -> None:
    outcome = trial.device.print(Receipt(TEST_RECEIPT, NARROWEST))
    expect(isinstance(outcome, Printed), f"the test page is {type(outcome).__name__}: {outcome.status.fault}")
    trial.confirm(Question.PAGE)


def _two(trial: PrinterTrial) -> None:
    for heading in ("甲", "乙"):
        blocks = (Text(heading, Align.LEFT, Size.LARGE), Qr(heading))
        outcome = trial.device.print(Receipt(blocks, NARROWEST))
        expect(isinstance(outcome, Printed), f"a slip is {type(outcome).__name__}: {outcome.status.fault}")
    trial.confirm(Question.TWO)


def _cover(trial: PrinterTrial) -> None:
    printer = trial.device
    trial.person.do(Step.OPEN_COVER)
    trial.until(lambda: printer.status().cover is CoverState.OPEN, "the cover was not seen to open")
    status = printer.status()
    expect(not status.ready, "with its cover open it is ready")
    expect(status.fault == "receipt_printer.cover_open", f"an open cover is told as {status.fault}")
    _prints_nothing(printer)
    trial.person.do(Step.CLOSE_COVER)
    trial.until(lambda: printer.status().ready, "with its cover closed it did not become ready")


def _paper(trial: PrinterTrial) -> None:
    printer = trial.device
    trial.person.do(Step.TAKE_ROLL)
    trial.until(
        lambda: printer.status().paper is PaperState.OUT and printer.status().cover is CoverState.CLOSED,
        "the end of the paper was not seen",
    )
    status = printer.status()
    expect(status.fault == "receipt_printer.paper_out", f"the end of the paper is told as {status.fault}")
    _prints_nothing(printer)
    trial.person.do(Step.FIT_ROLL)
    trial.until(lambda: printer.status().ready, "with paper again it did not become ready")
    outcome = printer.clear()
    expect(isinstance(outcome, Printed), f"cutting clean is {type(outcome).__name__}")


def _prints_nothing(printer: ReceiptPrinter) -> None:
    outcome = printer.print(Receipt((Text("不应打印"),), NARROWEST))
    expect(isinstance(outcome, NotPrinted), f"a printer that cannot print says {type(outcome).__name__}")


def _too_wide(trial: PrinterTrial) -> None:
    wide = Receipt((Text("W" * TOO_WIDE),), TOO_WIDE)
    expect_refused(lambda: trial.device.print(wide), "a receipt wider than any paper")
    expect(trial.device.status().ready, "after a receipt that was refused it is not ready")


def _untold(trial: PrinterTrial) -> None:
    marked = "标记姓名"
    receipt = Receipt((Text(marked),), NARROWEST)
    outcome = trial.device.print(receipt)
    expect(isinstance(outcome, Printed), f"a slip is {type(outcome).__name__}: {outcome.status.fault}")
    for where, told in (
        ("the receipt's repr", receipt),
        ("the outcome", outcome),
        ("the printer's repr", trial.device),
        ("what the printer keeps", vars(trial.device)),
    ):
        expect_untold([marked], told, where)


_COVER = (Step.OPEN_COVER, Step.CLOSE_COVER)
_ROLL = (Step.TAKE_ROLL, Step.FIT_ROLL)

CHECKS: tuple[Check[Any], ...] = (
    *common_checks(ReceiptPrinter),
    Check("ready", "With paper in it and its cover closed, it is ready.", _ready),
    Check("too-wide", "A receipt wider than the paper is refused, and nothing is printed.", _too_wide),
    Check("untold", "No repr shows what was printed.", _untold),
    Check("page", "The test page is printed, and looks as it should.", _page, (Question.PAGE,)),
    Check("two-slips", "Two receipts are two slips.", _two, (Question.TWO,)),
    Check("cover", "An open cover is seen, nothing is printed, and closing it is enough.", _cover, _COVER),
    Check("paper", "The end of the paper is seen, nothing is printed, and a new roll is enough.", _paper, _ROLL),
)

SUITE: Suite[Any] = Suite(CHECKS, ready)
