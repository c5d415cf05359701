"""The driver: any ESC/POS receipt printer on a serial line, a TCP port or the kernel's USB printer file."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from devices.contract import DeviceError, DeviceState, PaperState
from devices.receipt_printer.channel import Channel, ChannelError, open_channel
from devices.receipt_printer.contract import (
    CoverState,
    CutterState,
    NotPrinted,
    Printed,
    PrintOutcome,
    ReceiptPrinterStatus,
)
from devices.receipt_printer.encoder import INITIALIZE, Encoded, Encoder
from devices.receipt_printer.job import PrintJob
from devices.receipt_printer.link import Link
from devices.receipt_printer.receipt import Receipt
from devices.receipt_printer.wire import decode_status

IDENTIFICATIONS = {"firmware": 65, "maker": 66, "model": 67, "serial": 68}


class EscposReceiptPrinter:
    """See :class:`devices.receipt_printer.contract.ReceiptPrinter`.

    ``at``: ``/dev/ttyS0``, ``socket://host:port``, ``tcp://host:9100`` or ``/dev/usb/lp0``. ``encoding``: ``gb18030``,
    ``gbk``, ``utf-8`` or ``image``, as the printer is set. ``columns``: 48 on 80 mm paper, 32 on 58 mm.
    ``native_qr`` False: QR codes go as pictures. ``fonts``: font files for rare characters, else the usual places.
    ``answer_seconds``: how long one status question may stay unanswered (three misses make a printer silent);
    ``stall_seconds``: how long a print may make no progress while the printer says that it is well;
    ``write_seconds``: how long the line may refuse bytes.
    """

    def __init__(
        self,
        at: str,
        *,
        baud: int = 115200,
        encoding: str = "gb18030",
        columns: int = 48,
        has_near_end_sensor: bool = True,
        has_cutter: bool = True,
        partial_cut: bool = False,
        native_qr: bool = True,
        fonts: Sequence[str | Path] = (),
        answer_seconds: float = 0.3,
        stall_seconds: float = 10.0,
        write_seconds: float = 5.0,
        connect: Callable[[str, int, float], Channel] = open_channel,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.at = at
        self.columns = columns
        self._encoder = Encoder(
            encoding, columns, native_qr=native_qr, has_cutter=has_cutter, partial_cut=partial_cut, fonts=fonts
        )
        self._baud = baud
        self._near_end_sensor = has_near_end_sensor
        self._has_cutter = has_cutter
        self._answer_seconds = answer_seconds
        self._stall_seconds = stall_seconds
        self._write_seconds = write_seconds
        self._connect = connect
        self._clock = clock
        self._link: Link | None = None
        self._unfinished = False

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.at!r})"

    def open(self) -> None:
        """Connect; nothing moves. Raises ``receipt_printer.absent`` or ``receipt_printer.no_answer``."""
        self.close()
        try:
            self._connected()
        except ChannelError as error:
            raise DeviceError("receipt_printer.absent", str(error)) from error
        if not self.status().answered:
            self.close()
            raise DeviceError("receipt_printer.no_answer", self.at)

    def close(self) -> None:
        """Let go of the line; what is being printed goes on."""
        if self._link is not None:
            self._link.channel.close()
            self._link = None

    def status(self) -> ReceiptPrinterStatus:
        """Ask now (DLE EOT 1 to 4), connecting first where the line was lost. Never raises."""
        try:
            return self._ask()
        except ChannelError:
            self.close()
            return self._absent()

    def print(self, receipt: Receipt) -> PrintOutcome:
        """See the contract. Nothing is sent unless the printer says that it is ready."""
        return self._run(self._encoder.encode(receipt))

    def clear(self) -> PrintOutcome:
        """Feed and cut, so that the next receipt begins on clean paper."""
        self._unfinished = True
        return self._run(Encoded(self._encoder.prologue, ()))

    def identification(self) -> dict[str, str]:
        """What the printer says of itself (GS I): firmware, maker, model, serial, as far as it does. DeviceError
        ``receipt_printer.absent`` when it is not there."""
        try:
            link = self._connected()
            texts = {name: link.identification(n) for name, n in IDENTIFICATIONS.items()}
        except ChannelError as error:
            self.close()
            raise DeviceError("receipt_printer.absent", str(error)) from error
        return {name: text for name, text in texts.items() if text is not None}

    def _connected(self) -> Link:
        if self._link is None:
            channel = self._connect(self.at, self._baud, self._write_seconds)
            self._link = Link(channel, self._answer_seconds, self._clock)
        return self._link

    def _ask(self) -> ReceiptPrinterStatus:
        answers = self._connected().four_confirmed()
        return decode_status(answers, near_end_sensor=self._near_end_sensor, has_cutter=self._has_cutter)

    def _absent(self) -> ReceiptPrinterStatus:
        return ReceiptPrinterStatus(
            device=DeviceState.NO_DEVICE,
            fault="receipt_printer.absent",
            paper=PaperState.UNKNOWN,
            cover=CoverState.UNKNOWN,
            cutter=CutterState.UNKNOWN if self._has_cutter else None,
            near_end_sensor=self._near_end_sensor,
        )

    def _run(self, encoded: Encoded) -> PrintOutcome:
        status = self.status()
        if not status.ready or self._link is None:
            return NotPrinted(status)
        if self._unfinished:
            encoded = replace(encoded, prologue=INITIALIZE + self._encoder.cut() + encoded.prologue)
        job = PrintJob(self._link, self._ask, self._absent, self._stall_seconds)
        outcome = job.run(encoded)
        if job.lost:
            self.close()
        if isinstance(outcome, Printed):
            self._unfinished = False
        elif job.begun:
            self._unfinished = True
        return outcome
