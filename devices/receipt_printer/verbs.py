"""``kiosk device receipt-printer --at URL status | identify | test-print | print FILE | feed LINES | cut | check``."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from devices import conformance_verb
from devices.contract import Cancellation
from devices.receipt_printer.check import SUITE
from devices.receipt_printer.contract import PrintOutcome, ReceiptPrinterStatus, Torn
from devices.receipt_printer.escpos import EscposReceiptPrinter
from devices.receipt_printer.receipt import Feed, Receipt, Text
from devices.receipt_printer.sample import TEST_RECEIPT
from devices.verbs import Verb

Tell = Callable[[str], None]
Result = Mapping[str, object]


def _status(status: ReceiptPrinterStatus) -> Result:
    return {
        "device": status.device.value,
        "ready": status.ready,
        "paper": status.paper.value,
        "cover": status.cover.value,
        "cutter": None if status.cutter is None else status.cutter.value,
        "near_end_sensor": status.near_end_sensor,
        "fault": status.fault,
    }


def _outcome(outcome: PrintOutcome) -> Result:
    words = {"Printed": "printed", "NotPrinted": "not printed", "Torn": "torn", "Unknown": "unknown"}
    result: dict[str, object] = {"outcome": words[type(outcome).__name__], **_status(outcome.status)}
    if isinstance(outcome, Torn):
        result |= {"lines_sent": outcome.lines_sent, "lines_confirmed": outcome.lines_confirmed}
    return result


def _number(words: Sequence[str], default: int) -> int:
    if not words:
        return default
    if len(words) > 1 or not words[0].isdecimal():
        raise ValueError("give one number of lines")
    return int(words[0])


def status(printer: EscposReceiptPrinter, _: Cancellation, words: Sequence[str], tell: Tell) -> Result:
    """How it is now."""
    return _status(printer.status())


def identify(printer: EscposReceiptPrinter, _: Cancellation, words: Sequence[str], tell: Tell) -> Result:
    """What it says of itself."""
    return printer.identification()


def sample(printer: EscposReceiptPrinter, _: Cancellation, words: Sequence[str], tell: Tell) -> Result:
    """A page with everything that can go wrong on it."""
    tell("printing the test page")
    return _outcome(printer.print(Receipt(TEST_RECEIPT, printer.columns)))


def print_file(printer: EscposReceiptPrinter, _: Cancellation, words: Sequence[str], tell: Tell) -> Result:
    """A text file in UTF-8, wrapped to the paper."""
    if len(words) != 1:
        raise ValueError("give one text file")
    try:
        text = Path(words[0]).read_text(encoding="utf-8")
    except OSError as error:
        raise ValueError(f"{words[0]}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise ValueError(f"{words[0]} is not a text in UTF-8") from error
    tell(f"printing {words[0]}")
    return _outcome(printer.print(Receipt((Text(text.rstrip("\n")),), printer.columns)))


def feed(printer: EscposReceiptPrinter, _: Cancellation, words: Sequence[str], tell: Tell) -> Result:
    """Blank paper."""
    return _outcome(printer.print(Receipt((Feed(_number(words, 3)),), printer.columns, cut=False)))


def cut(printer: EscposReceiptPrinter, _: Cancellation, words: Sequence[str], tell: Tell) -> Result:
    """Feed to the cutter and cut."""
    return _outcome(printer.print(Receipt((), printer.columns)))


VERBS: dict[str, Verb] = {
    "status": Verb("how the printer, its paper, cover and cutter are", status),
    "identify": Verb("maker, model, firmware and serial number", identify),
    "test-print": Verb("print a test page", sample),
    "print": Verb("print a text file (UTF-8)", print_file, "FILE"),
    "feed": Verb("feed blank lines", feed, "[LINES]"),
    "cut": Verb("feed to the cutter and cut", cut),
    "check": conformance_verb.verb(SUITE),
}
