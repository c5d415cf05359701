"""What the sandbox's two ports share: the store, the clock, sessions, limits, faults, the HSM."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from sqlalchemy import Engine

from kiosk.host.payer import sandbox_orders
from kiosk.host.sandbox import blacklist, issuing_store, reference
from kiosk.host.sandbox.faults import FaultBoard
from kiosk.host.sandbox.hsm import Hsm
from kiosk.host.sandbox.issuing_desk import IssuingDesk
from kiosk.host.sandbox.sessions import RateLimit, Sessions
from kiosk.host.sandbox.store import WRITTEN, metadata


class SandboxClock:
    """The machine's time, or one that began at ``start``; and an offset for tests that must not wait."""

    def __init__(self, start: datetime | None = None) -> None:
        self._apart = timedelta() if start is None else start - datetime.now(UTC)
        self._ahead = self._apart

    def now(self) -> datetime:
        """UTC."""
        return datetime.now(UTC) + self._ahead

    def advance(self, seconds: float) -> None:
        """Let time pass."""
        self._ahead += timedelta(seconds=seconds)

    def reset(self) -> None:
        """As if nothing had been advanced."""
        self._ahead = self._apart


@dataclass
class Sandbox:
    """One sandbox host. ``settled``: the month number up to which its contributions were made; ``check_base``: where
    its public check page is found (``http://address:port``)."""

    engine: Engine
    settled: int
    check_base: str = ""
    clock: SandboxClock = field(default_factory=SandboxClock)
    faults: FaultBoard = field(default_factory=FaultBoard)
    hsm: Hsm = field(default_factory=Hsm)
    issuing: IssuingDesk = field(default_factory=IssuingDesk)
    payer: sandbox_orders.PayerDesk = field(default_factory=sandbox_orders.PayerDesk)
    write_lock: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        self.sessions = Sessions(self.clock.now)
        self.per_person = RateLimit(self.clock.now, most=100)
        self.per_kiosk = RateLimit(self.clock.now, most=2000)
        self.rates = reference.rates()
        self.places = reference.places()
        issuing_store.open_tables(self.engine, self.issuing.stock)
        metadata.create_all(self.engine, tables=sandbox_orders.TABLES)

    def reset(self) -> None:
        """As after the first start: no faults, sessions, documents, applications or keys, all pre-made cards free,
        limits as they were, the clock as if nothing had been advanced."""
        self.faults.clear()
        self.clock.reset()
        self.sessions.clear()
        for limit, most in ((self.per_person, 100), (self.per_kiosk, 2000)):
            limit.clear()
            limit.most = most
        with self.write_lock, self.engine.begin() as connection:
            for table in (*WRITTEN, *sandbox_orders.TABLES):
                connection.execute(table.delete())
            blacklist.remove_added(connection)
            issuing_store.empty(connection, self.issuing.stock)
        self.issuing.reset()
        self.payer.reset()
