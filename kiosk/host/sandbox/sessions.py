"""Sessions of persons, and how often one may ask (F112). In memory: a restart of the host ends every session."""

from __future__ import annotations

import secrets
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from kiosk.host.port import RefusalCode
from kiosk.host.sandbox.refusals import Refused

Now = Callable[[], datetime]


@dataclass(slots=True, repr=False)
class Session:
    """A person at a kiosk. ``proven``: the PIN was verified, or the ID card was read; else only the card's state may
    be asked."""

    token: str
    person_id: int
    proven: bool
    expires: datetime


class Sessions:
    """Tokens by their value; each use puts off their end. ``lifetime``: how long a token lives unused."""

    def __init__(self, now: Now, lifetime: timedelta = timedelta(minutes=15)) -> None:
        self._now = now
        self.lifetime = lifetime
        self._lock = threading.Lock()
        self._by_token: dict[str, Session] = {}
        self._by_key: dict[str, Session] = {}

    def open(self, person_id: int, *, proven: bool, key: str) -> Session:
        """A session; asked again with the same ``key`` (kiosk and idempotency key), the same one."""
        with self._lock:
            self._drop_expired()
            known = self._by_key.get(key)
            if known is not None and known.token in self._by_token and known.person_id == person_id:
                return known
            session = Session(secrets.token_urlsafe(32), person_id, proven, self._now() + self.lifetime)
            self._by_token[session.token] = self._by_key[key] = session
            return session

    def use(self, token: str) -> Session:
        """The session of a token. Raises Refused (session over)."""
        with self._lock:
            self._drop_expired()
            session = self._by_token.get(token)
            if session is None:
                raise Refused(RefusalCode.SESSION_OVER)
            session.expires = self._now() + self.lifetime
            return session

    def end(self, token: str) -> None:
        """Make it worthless; harmless when it already is."""
        with self._lock:
            self._by_token.pop(token, None)
            self._drop_expired()

    def clear(self) -> None:
        """End all."""
        with self._lock:
            self._by_token.clear()
            self._by_key.clear()

    def _drop_expired(self) -> None:
        now = self._now()
        for token in [token for token, session in self._by_token.items() if session.expires <= now]:
            del self._by_token[token]
        for key in [key for key, session in self._by_key.items() if session.token not in self._by_token]:
            del self._by_key[key]


@dataclass(slots=True)
class RateLimit:
    """At most ``most`` identifications in ``window`` for each name (a number, a card, a kiosk)."""

    now: Now
    most: int
    window: timedelta = timedelta(minutes=10)
    _seen: dict[str, deque[datetime]] = field(default_factory=dict, repr=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def count(self, name: str) -> None:
        """One more. Raises Refused (too many requests) and does not count it then."""
        with self._lock:
            now = self.now()
            times = self._seen.setdefault(name, deque())
            while times and times[0] <= now - self.window:
                times.popleft()
            if len(times) >= self.most:
                raise Refused(RefusalCode.TOO_MANY_REQUESTS)
            times.append(now)

    def clear(self) -> None:
        """Forget all that was counted."""
        with self._lock:
            self._seen.clear()
