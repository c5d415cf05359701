"""The pad's line: commands with their answers, key presses one at a time, and what to do when it breaks.

The protocol has no sequence numbers. An answer that comes after its time-out would be taken for the next command's, so
every unanswered command is remembered and its late answer waited for and dropped before the next one is sent.
"""

from __future__ import annotations

import logging
import termios
import time
from collections.abc import Callable

import serial

from devices.contract import DeviceError
from devices.pin_pad.wire import Counters, Decoder, Frame, RawKey, encode

log = logging.getLogger(__name__)

SLICE = 0.03
"""Seconds of silence after which a byte belongs to nothing before it: 28 character times at 9600 baud, and still
shorter than any person's next key press. Also how often a wait looks at its cancellation."""

RETRY_PAUSE = 0.2
"""Seconds between attempts to reach a pad: a plug that flaps settles in this time."""


class LineBroken(Exception):
    """The line went away in the middle of something that must not simply go on."""


class SerialLine:
    """One pad on a tty or a ``socket://`` address. Not thread-safe: it belongs to the driver's thread.

    ``reply_timeout``: seconds for one answer. ``attempts``: misses after which the pad is gone.
    """

    def __init__(
        self,
        at: str,
        *,
        baud: int,
        hardware_flow: bool,
        reply_timeout: float,
        attempts: int,
        clock: Callable[[], float] = time.monotonic,
        pause: Callable[[float], None] = time.sleep,
    ) -> None:
        self._at = at
        self._baud = baud
        self._hardware_flow = hardware_flow
        self._reply_timeout = reply_timeout
        self._attempts = attempts
        self._clock = clock
        self._pause = pause
        self._port: serial.SerialBase | None = None
        self._decoder = Decoder()
        self._unanswered = 0
        self.retries = 0
        self._asked = 0.0
        self._lateness = reply_timeout

    @property
    def is_open(self) -> bool:
        """Whether the address is open; says nothing of the pad."""
        return self._port is not None

    @property
    def counters(self) -> Counters:
        """What the decoder has seen since the line was last opened."""
        return self._decoder.counters

    def open(self) -> None:
        """Open the address anew. Raises OSError."""
        self.close()
        try:
            self._port = serial.serial_for_url(
                self._at,
                baudrate=self._baud,
                timeout=SLICE,
                write_timeout=1.0,
                rtscts=self._hardware_flow,
                exclusive=None if "://" in self._at else True,
            )
        except termios.error as error:  # from a tty that goes away while it is being opened; not an OSError
            raise OSError(*error.args) from error
        self._decoder = Decoder()
        self._unanswered = 0

    def close(self) -> None:
        """Let go of the address. Never raises."""
        port, self._port = self._port, None
        if port is not None:
            try:
                port.close()
            except OSError as error:
                log.debug("closing a line that had already gone: %s", type(error).__name__)

    def ask(self, text: str) -> Frame:
        """Send a command and return its answer, reopening and repeating until ``attempts`` have missed.

        Every command of the family may be repeated. Key presses that come before the answer are dropped. Raises
        DeviceError ``pin_pad.disconnected``, ``pin_pad.no_answer`` or ``pin_pad.line_noise``.
        """
        code = "pin_pad.no_answer"
        self._drop_late_answers()
        for attempt in range(self._attempts):
            self.retries += attempt > 0
            if attempt and code != "pin_pad.line_noise":
                self._pause(RETRY_PAUSE)
            try:
                if self._port is None:
                    self.open()
                return self._once(text)
            except OSError:
                self.close()
                code = "pin_pad.disconnected"
            except _Missed as missed:
                code = missed.code
        raise DeviceError(code, f"{self._attempts} attempts, command {text[:1]}")

    def ask_now(self, text: str) -> Frame:
        """As :meth:`ask`, within one entry: a line that breaks raises LineBroken at once instead of being reopened."""
        code = "pin_pad.no_answer"
        self._drop_late_answers()
        for attempt in range(self._attempts):
            self.retries += attempt > 0
            try:
                return self._once(text)
            except OSError as error:
                self.close()
                raise LineBroken from error
            except _Missed as missed:
                code = missed.code
        raise DeviceError(code, f"{self._attempts} attempts, command {text[:1]}")

    def next_key(self) -> int | None:
        """Wait one :data:`SLICE` for a key; None when there was none. Raises LineBroken."""
        try:
            for event in self._receive():
                if isinstance(event, RawKey):
                    return event.code
        except OSError as error:
            self.close()
            raise LineBroken from error
        return None

    def _drop_late_answers(self) -> None:
        """Wait for what is still owed, each as long as the slowest answer so far. A broken line owes nothing."""
        while self._unanswered and self._port is not None:
            owed = self._unanswered
            try:
                if self._await_frame(self._lateness) is None and self._unanswered == owed:
                    self._unanswered = 0
            except OSError:
                self.close()

    def _once(self, text: str) -> Frame:
        if self._port is None:
            raise OSError("the line is closed")
        damaged = self._decoder.counters.damaged
        self._port.write(encode(text.encode("ascii")))
        self._unanswered += 1
        if self._unanswered == 1:
            self._asked = self._clock()
        frame = self._await_frame(self._reply_timeout)
        if frame is None:
            noisy = self._decoder.counters.damaged > damaged
            raise _Missed("pin_pad.line_noise" if noisy else "pin_pad.no_answer")
        self._lateness = max(self._reply_timeout, self._clock() - self._asked)
        return frame

    def _await_frame(self, seconds: float) -> Frame | None:
        """The next sound frame, or None: time is up, or what came was damaged and the line has fallen silent."""
        until = self._clock() + seconds
        damaged = self._decoder.counters.damaged
        while self._clock() < until:
            events = self._receive()
            for event in events:
                if isinstance(event, Frame):
                    return event
            if not events and self._decoder.counters.damaged > damaged:
                return None
        return None

    def _receive(self) -> list[Frame | RawKey]:
        """One byte at a time, so that typed digits never stand side by side in memory outside the entry's buffer."""
        if self._port is None:
            raise OSError("the line is closed")
        before = self._decoder.counters.frames + self._decoder.counters.damaged
        data = self._port.read(1)
        events = self._decoder.feed(data) if data else self._decoder.quiet()
        answers = self._decoder.counters.frames + self._decoder.counters.damaged - before
        self._unanswered = max(0, self._unanswered - answers)
        return events


class _Missed(Exception):
    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code
