"""What a receipt printer can do: print a receipt and say what became of it; say how it is."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from devices.contract import Device, DeviceState, PaperState, Status
from devices.receipt_printer.receipt import Receipt


class CoverState(StrEnum):
    """The lid over the paper roll."""

    CLOSED = "closed"
    OPEN = "open"
    UNKNOWN = "unknown"


class CutterState(StrEnum):
    """The knife at the outlet."""

    OK = "ok"
    JAMMED = "jammed"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptPrinterStatus(Status):
    """How the printer is.

    ``paper`` is never ``jammed`` here. It is ``low`` only where the model has a near-end sensor; with
    ``near_end_sensor`` False, ``full`` means no more than *not out*. ``cutter`` None: the model tears at an edge.
    """

    paper: PaperState
    cover: CoverState
    cutter: CutterState | None
    near_end_sensor: bool = True

    @property
    def ready(self) -> bool:
        """Whether a receipt may be begun: everything that must be right is known to be right."""
        return (
            self.device is DeviceState.ONLINE
            and self.paper in (PaperState.FULL, PaperState.LOW)
            and self.cover is CoverState.CLOSED
            and self.cutter in (CutterState.OK, None)
        )

    @property
    def answered(self) -> bool:
        """Whether the printer said anything at all: a status of a printer that did not is built of unknowns."""
        return self.paper is not PaperState.UNKNOWN or self.cover is not CoverState.UNKNOWN


@dataclass(frozen=True, slots=True)
class Printed:
    """The whole receipt is on paper and cut: the printer said so. ``status`` is how it is after it."""

    status: ReceiptPrinterStatus


@dataclass(frozen=True, slots=True)
class NotPrinted:
    """Surely nothing is on paper. ``status`` says why; it may be printed later without fear of a second one."""

    status: ReceiptPrinterStatus


@dataclass(frozen=True, slots=True)
class Torn:
    """Something is on paper and it is surely not whole: void it.

    Of the receipt's lines at least ``lines_confirmed`` and at most ``lines_sent`` are there. Lines the printer still
    holds come out when it recovers; they are cut off by themselves before the next receipt begins.
    """

    status: ReceiptPrinterStatus
    lines_sent: int
    lines_confirmed: int = 0


@dataclass(frozen=True, slots=True)
class Unknown:
    """Nobody can tell: nothing, a part or the whole may be on paper. Never print it again without asking a person."""

    status: ReceiptPrinterStatus


PrintOutcome = Printed | NotPrinted | Torn | Unknown
"""A failed print's value holds the status, so that nobody can skip the why."""


class ReceiptPrinter(Device, Protocol):
    """A receipt printer.

    ``print`` and ``clear`` reconnect by themselves when the line was lost, and never repeat anything. They raise
    ValueError for a receipt wider than the paper and ``receipt_printer.font_missing`` when a character needs a font
    this machine has not; in both cases nothing was sent.
    """

    def status(self) -> ReceiptPrinterStatus:
        """Ask the printer now. Never raises."""
        ...

    def print(self, receipt: Receipt) -> PrintOutcome:
        """Print and wait until the printer says that it is done, or until it is clear what became of it."""
        ...

    def clear(self) -> PrintOutcome:
        """Cut off what an unfinished print left hanging, so that the next receipt begins on clean paper.

        Done by itself after a torn or unknown print; to be called after a restart that found one open in the journal.
        """
        ...
