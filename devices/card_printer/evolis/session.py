"""A conversation with the printer: questions, the session rule, commands that are never repeated (pages A3, A5)."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from devices.card_printer.evolis.faults import HEAD_HOT
from devices.card_printer.evolis.flags import Flags
from devices.card_printer.evolis.transport import LinkError, Transport
from devices.card_printer.evolis.wire import STATUS_POLL, Reply, WireError, parse_reply, request
from devices.contract import DeviceError

TRIES = 3
"""Misses after which the printer counts as gone. Only questions are asked again."""
HOLD_SECONDS = 45
"""After which the printer frees a session by itself."""
JOB_HOLD_SECONDS = 180
POLL_SECONDS = 0.01
BUSY_SECONDS = 5.0
"""How long somebody else's session is waited for."""
CLAIM_SECONDS = 5.0
"""How long our own session may take to show in the status."""
RETRY_SECONDS = 0.1


def _random_session() -> int:
    return secrets.randbelow(65535) + 1


class Conversation:
    """``answer_seconds``: how long a question may stay unanswered.

    Methods raise DeviceError ``card_printer.absent`` (no connection), ``card_printer.no_answer`` and
    ``card_printer.unexpected_answer`` unless they say otherwise.
    """

    def __init__(
        self,
        transport: Transport,
        answer_seconds: float,
        *,
        clock: Callable[[], float] = time.monotonic,
        pause: Callable[[float], None] = time.sleep,
        new_session: Callable[[], int] = _random_session,
    ) -> None:
        self.clock = clock
        self.pause = pause
        self._transport = transport
        self._answer_seconds = answer_seconds
        self._new_session = new_session
        self.retries = 0
        """Questions asked again."""
        self.times_hot = 0
        """How often the head was seen to have become too hot."""
        self._hot = False

    def close(self) -> None:
        """Never raises."""
        self._transport.close()

    def poll(self) -> Flags:
        """The status words now, asked up to :data:`TRIES` times."""
        return self._polled()[0]

    def _polled(self) -> tuple[Flags, int]:
        reply = self._question(STATUS_POLL)
        if reply.flags is None or reply.session is None:
            raise DeviceError("card_printer.status_disabled")
        hot = any(reply.flags.stands(bits) for bits in HEAD_HOT)
        self.times_hot += hot and not self._hot
        self._hot = hot
        return reply.flags, reply.session

    def ask(self, text: str) -> Reply:
        """A question (``R…``), which may be asked again when it is missed."""
        return self._question(request(text))

    def _question(self, data: bytes) -> Reply:
        for miss in range(1, TRIES + 1):
            try:
                return parse_reply(self._transport.exchange(data, self._answer_seconds))
            except LinkError as error:
                if miss == TRIES:
                    heard = error.sent or isinstance(error.__cause__, TimeoutError)
                    code = "card_printer.no_answer" if heard else "card_printer.absent"
                    raise DeviceError(code, str(error)) from error
            except WireError as error:
                if miss == TRIES:
                    raise DeviceError("card_printer.unexpected_answer", str(error)) from error
            self.retries += 1
            self.pause(RETRY_SECONDS)
        raise AssertionError("unreachable")

    def set(self, text: str) -> Reply:
        """A parameter (``P…``): setting it twice is setting it once, so a missed one is sent again."""
        reply = self._question(request(text))
        if reply.text.startswith("ERR") or reply.text == "OPTION NOT AVAILABLE":
            raise DeviceError("card_printer.unexpected_answer", f"{text}: {reply.text}")
        return reply

    def send_once(self, data: bytes, seconds: float) -> Reply:
        """What must not be repeated: a motion, a print job. Raises LinkError, WireError."""
        return parse_reply(self._transport.exchange(data, seconds))

    @contextmanager
    def session(self, hold_seconds: int = HOLD_SECONDS, busy_seconds: float = BUSY_SECONDS) -> Iterator[None]:
        """Within the block the printer is ours. Raises ``card_printer.session_busy`` when somebody else keeps it longer
        than ``busy_seconds``.

        The session is given back whatever happens; when that fails, the printer frees it after ``hold_seconds``.
        """
        self._wait_for_session(lambda session: session == 0, busy_seconds)
        number = self._new_session()
        self.set(f"Psid;{number};{hold_seconds}")
        self._wait_for_session(lambda session: session == number, CLAIM_SECONDS)
        try:
            yield
        finally:
            self._release()

    def _wait_for_session(self, reached: Callable[[int], bool], seconds: float) -> None:
        end = self.clock() + seconds
        while True:
            session = self._polled()[1]
            if reached(session):
                return
            if self.clock() >= end:
                raise DeviceError("card_printer.session_busy", "another program holds the printer")
            self.pause(POLL_SECONDS)

    def _release(self) -> None:
        try:
            self._transport.exchange(request(f"Psid;0;{HOLD_SECONDS}"), self._answer_seconds)
        except LinkError:
            return  # the printer frees it by itself

    def wait_until(
        self, reached: Callable[[Flags], bool], seconds: float, every: float = POLL_SECONDS
    ) -> tuple[Flags, bool]:
        """Poll until ``reached``; the last flags, and whether it was."""
        end = self.clock() + seconds
        while True:
            flags = self.poll()
            if reached(flags):
                return flags, True
            if self.clock() >= end:
                return flags, False
            self.pause(every)
