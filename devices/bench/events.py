"""What happens in the simulated world, in order, and how to wait for the next thing without polling."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

Json = dict[str, Any]

KEPT = 10_000
"""How many events can be asked for again."""


@dataclass(frozen=True, slots=True)
class Event:
    """``number`` rises by one; ``at`` is ISO 8601 in UTC with milliseconds; ``data`` never holds a PIN or a person's
    name or number."""

    number: int
    at: str
    kind: str
    data: Json

    def as_json(self) -> Json:
        """Flat: number, at, kind and the data beside them."""
        return {"number": self.number, "at": self.at, "kind": self.kind, **self.data}


class EventLog:
    """Thread-safe. ``last`` is the number of the newest event, 0 when nothing has happened."""

    def __init__(self, last: int = 0) -> None:
        self.last = last
        self._events: deque[Event] = deque(maxlen=KEPT)
        self._changed = threading.Condition()
        self._closed = False

    def add(self, kind: str, **data: Any) -> Event:
        """Something happened."""
        now = datetime.now(UTC).isoformat(timespec="milliseconds")
        with self._changed:
            self.last += 1
            event = Event(self.last, now, kind, data)
            self._events.append(event)
            self._changed.notify_all()
        return event

    def after(self, number: int) -> list[Event]:
        """The events with a higher number, oldest first."""
        with self._changed:
            return [event for event in self._events if event.number > number]

    def wait_after(self, number: int, seconds: float) -> list[Event]:
        """As :meth:`after`, but waits for at most ``seconds`` until there is one. Empty when none came."""
        with self._changed:
            self._changed.wait_for(lambda: self._closed or self.last > number, seconds)
        return self.after(number)

    def wait_for(self, condition: Callable[[], bool], seconds: float) -> bool:
        """Wait until ``condition`` holds; it is asked again after each event."""
        deadline = time.monotonic() + seconds
        while True:
            last = self.last
            if condition():
                return True
            left = deadline - time.monotonic()
            if left <= 0 or self._closed:
                return False
            with self._changed:
                self._changed.wait_for(lambda: self._closed or self.last > last, left)  # noqa: B023

    @property
    def closed(self) -> bool:
        """Whether nothing more will happen."""
        return self._closed

    def close(self) -> None:
        """Nobody waits any longer."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
