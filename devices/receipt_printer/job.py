"""One print: sent in small groups with a fence after each, never more than two groups ahead of the printer.

So little is lost in the printer's buffer when the paper ends, we know how far it came, and no buffer is overrun. On a
real printer the head is slower than the line, and two groups keep it busy.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from devices.receipt_printer.channel import ChannelError
from devices.receipt_printer.contract import NotPrinted, Printed, PrintOutcome, ReceiptPrinterStatus, Torn, Unknown
from devices.receipt_printer.encoder import Encoded, Segment
from devices.receipt_printer.link import Link

GROUP_LINES = 6
GROUP_BYTES = 1024
AHEAD = 2
"""Groups sent beyond the last one confirmed."""
POLL_SECONDS = 0.25
"""Silence after which the printer is asked what is wrong."""
GRACE_SECONDS = 0.1
"""A fence answered just before the trouble may still be on the line."""

_HEALING = frozenset(("receipt_printer.head_hot", "receipt_printer.off_line"))
"""What may pass by itself within ``stall_seconds``."""


@dataclass(frozen=True, slots=True)
class _Group:
    data: bytes
    lines: int


def _groups(segments: Iterable[Segment]) -> Iterator[_Group]:
    data, lines = b"", 0
    for segment in segments:
        if data and (lines + segment.lines > GROUP_LINES or len(data) + len(segment.data) > GROUP_BYTES):
            yield _Group(data, lines)
            data, lines = b"", 0
        data += segment.data
        lines += segment.lines
    if data:
        yield _Group(data, lines)


class _Stopped(Exception):
    def __init__(self, status: ReceiptPrinterStatus) -> None:
        super().__init__()
        self.status = status


class PrintJob:
    """``ask`` reads the status now and may raise ChannelError; ``gone`` is the status of a line that is lost.

    ``stall_seconds``: how long a printer that says it is well may make no progress.
    """

    def __init__(
        self,
        link: Link,
        ask: Callable[[], ReceiptPrinterStatus],
        gone: Callable[[], ReceiptPrinterStatus],
        stall_seconds: float,
    ) -> None:
        self.begun = False
        """Whether anything that prints was sent."""
        self.lost = False
        """Whether the line was lost on the way."""
        self._link = link
        self._ask = ask
        self._gone = gone
        self._stall_seconds = stall_seconds
        self._ahead: deque[_Group] = deque()
        self._sent = 0
        self._confirmed = 0
        self._settled = 0
        self._all_sent = False

    def run(self, encoded: Encoded) -> PrintOutcome:
        """Print. Never raises for anything the printer or its line may do."""
        try:
            return self._run(encoded)
        except _Stopped as stop:
            return self._unfinished(stop.status)
        except ChannelError:
            self.lost = True
            return self._unfinished(self._gone())

    def _run(self, encoded: Encoded) -> PrintOutcome:
        self._link.forget_fences()
        self._push(_Group(encoded.prologue, 0))
        self._await_all_but(0)
        for group in _groups(encoded.segments):
            self._await_all_but(AHEAD - 1)
            self.begun = True
            self._sent += group.lines
            self._push(group)
        self._all_sent = True
        self._await_all_but(0)
        status = self._ask()
        if not status.answered:
            return Unknown(status)
        if status.fault in ("receipt_printer.cutter_jammed", "receipt_printer.hardware"):
            return Torn(status, self._sent, self._confirmed)
        return Printed(status)

    def _push(self, group: _Group) -> None:
        self._ahead.append(group)
        self._link.fence(group.data)

    def _await_all_but(self, groups: int) -> None:
        extra_fence = False
        since = self._link.clock()
        while len(self._ahead) > groups:
            self._link.listen(POLL_SECONDS)
            if self._advance():
                since = self._link.clock()
                continue
            if self._link.clock() - since < POLL_SECONDS:
                continue
            status = self._ask()
            if self._advance():
                since = self._link.clock()
                continue
            stalled = self._link.clock() - since >= self._stall_seconds
            if not status.ready and (stalled or status.fault not in _HEALING):
                self._link.listen(GRACE_SECONDS)
                if not self._advance():
                    raise _Stopped(status)
            elif stalled:
                if extra_fence:
                    raise _Stopped(status)
                # An answer may have been lost on the line. One more fence stands for it: answers come in order, so as
                # many of them as were owed prove the last one owed.
                extra_fence = True
                self._link.fence()
                since = self._link.clock()

    def _advance(self) -> bool:
        """Drop the groups confirmed since the last call; whether there were any."""
        moved = False
        while self._ahead and self._link.fences_answered > self._settled:
            self._settled += 1
            self._confirmed += self._ahead.popleft().lines
            moved = True
        return moved

    def _unfinished(self, status: ReceiptPrinterStatus) -> PrintOutcome:
        if not self.begun:
            return NotPrinted(status)
        stopped = status.answered and not status.ready
        if stopped or (not self._all_sent and self._confirmed > 0):
            return Torn(status, self._sent, self._confirmed)
        return Unknown(status)
