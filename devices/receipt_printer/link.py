"""A conversation with the printer over an open channel: questions with a time limit, fences counted."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable

from devices.receipt_printer.channel import Channel
from devices.receipt_printer.wire import (
    ALL_FINE,
    FENCE,
    NO_ANSWERS,
    QUERIES,
    AnswerReader,
    FenceByte,
    FourAnswers,
    Identification,
    StatusByte,
    identification_query,
)

TRIES = 3
"""Misses after which a printer counts as not answering."""


class Link:
    """``answer_seconds``: how long one question may stay unanswered. Every method may raise ChannelError."""

    def __init__(self, channel: Channel, answer_seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        self.channel = channel
        self.clock = clock
        self.fences_sent = 0
        self.fences_answered = 0
        self._answer_seconds = answer_seconds
        self._reader = AnswerReader()
        self._status: deque[int] = deque()
        self._texts: deque[str] = deque()

    def send(self, data: bytes) -> None:
        """Print data: processed in order."""
        self.channel.write(data)

    def fence(self, after: bytes = b"") -> None:
        """Send ``after`` and a fence behind it."""
        self.channel.write(after + FENCE)
        self.fences_sent += 1

    def forget_fences(self) -> None:
        """Begin to count anew: for a print after one whose fences may never be answered."""
        while self.listen(0):
            continue
        self.fences_sent = self.fences_answered = 0

    def listen(self, seconds: float) -> bool:
        """Take in what the printer says; waits at most ``seconds`` for its first byte. Whether it said anything."""
        data = self.channel.read(seconds)
        for answer in self._reader.feed(data):
            match answer:
                case StatusByte(value):
                    self._status.append(value)
                case FenceByte() if self.fences_answered < self.fences_sent:
                    self.fences_answered += 1
                case Identification(text):
                    self._texts.append(text)
                case _:  # automatic status is separated and dropped: we ask; so is noise
                    continue
        return bool(data)

    def _answers(self, question: bytes, count: int) -> list[int]:
        """Ask; up to ``count`` status bytes, fewer when time is up."""
        while self.listen(0):
            continue
        self._status.clear()
        self.channel.write(question)
        end = self.clock() + self._answer_seconds
        while len(self._status) < count and (left := end - self.clock()) > 0:
            self.listen(left)
        self._reader.forget()
        return list(self._status)

    def _ask(self, n: int) -> int | None:
        """One question, asked again when it was missed."""
        for _ in range(TRIES - 1):
            if answers := self._answers(QUERIES[n], 1):
                return answers[0]
        return None

    def four(self) -> FourAnswers:
        """DLE EOT 1 to 4, in one breath. Where not just four answers come, one by one: which is missing, only that
        tells. When the first is not answered, the others are not asked."""
        answers = self._answers(b"".join(QUERIES.values()), len(QUERIES))
        if len(answers) == len(QUERIES):
            return answers[0], answers[1], answers[2], answers[3]
        general = self._ask(1)
        if general is None:
            return NO_ANSWERS
        return general, self._ask(2), self._ask(3), self._ask(4)

    def four_confirmed(self) -> FourAnswers:
        """As :meth:`four`, but anything wrong is believed only when two readings in a row agree (at most four): a bit
        fallen over on the line is not an open cover."""
        before = self.four()
        for _ in range(TRIES):
            if before in (ALL_FINE, NO_ANSWERS):
                break
            again = self.four()
            if again == before:
                break
            before = again
        return before

    def identification(self, n: int) -> str | None:
        """A text of GS I n (65 to 68), or None when the printer has none to say."""
        self._texts.clear()
        self.channel.write(identification_query(n))
        end = self.clock() + self._answer_seconds
        while not self._texts and (left := end - self.clock()) > 0:
            self.listen(left)
        self._reader.forget()
        return self._texts.popleft() if self._texts else None
