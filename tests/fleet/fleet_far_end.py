"""The far end in simulated time: a simulated fleet whose messages are read, stored and judged as they are in life."""

from __future__ import annotations

from sqlalchemy import Engine, insert, select
from sqlalchemy.engine import Connection

from kiosk.clock import ManualClock
from kiosk.fleet.alerts.engine import AlertEngine
from kiosk.fleet.ingest import read_heartbeat, read_reply, read_telemetry
from kiosk.fleet.messages import Heartbeat, Telemetry
from kiosk.fleet.orders import CommandReply
from kiosk.fleet.simulate.fleet import Post, Rates, SimulatedFleet
from kiosk.fleet.store import intake, kiosks
from kiosk.fleet.store.tables import telemetry
from kiosk.fleet.store.tables_alerts import contact

LANES = {"telemetry": read_telemetry, "heartbeat": read_heartbeat, "reply": read_reply}


class FarEnd:
    """``told``: every message that a kiosk has sent, by its id."""

    def __init__(self, engine: Engine, kiosks_count: int, *, rates: Rates | None = None) -> None:
        self.engine = engine
        self.clock = ManualClock()
        self.fleet = SimulatedFleet(kiosks_count, self.now, rates=rates)
        self.alerts = AlertEngine(engine, self.clock)
        self.told: dict[str, Telemetry] = {}
        self._known: set[str] = set()
        with engine.begin() as connection:
            for name in self.fleet.kiosks:
                line = self.fleet.line_of(name)
                kiosks.register(connection, self.now, "test", name, line=line, site=f"hall of {line}")

    @property
    def now(self) -> int:
        return int(self.clock.now().timestamp() * 1000)

    def run(self, seconds: float, every: float = 5.0) -> None:
        """Let time pass; the alert engine looks after every step."""
        left = seconds
        while left > 0:
            self.clock.advance(min(every, left))
            left -= every
            self.take(self.fleet.step(self.now))
            self.alerts.look()
            self.alerts.look_for_silence()

    def take(self, posts: list[Post], received: int | None = None) -> None:
        """Store what was published, in one transaction. ``received``: when the broker had it, if not now."""
        had = self.now if received is None else received
        heard: dict[type, list[tuple[Telemetry | Heartbeat | CommandReply, int]]] = {}
        for post in posts:
            message = LANES[post.subject.split(".")[3]](post.subject, post.data)
            heard.setdefault(type(message), []).append((message, had))
            if isinstance(message, Telemetry):
                self.told[message.message_id] = message
        with self.engine.begin() as connection:
            intake.store_telemetry(connection, heard.get(Telemetry, []), known=self._known)  # type: ignore[arg-type]
            intake.store_heartbeats(connection, heard.get(Heartbeat, []), known=self._known)  # type: ignore[arg-type]
            intake.store_replies(connection, heard.get(CommandReply, []))  # type: ignore[arg-type]

    def contacts(self, *names: str, level: int = 0, least: str = "notice", **more: object) -> None:
        """People who are told by e-mail."""
        with self.engine.begin() as connection:
            for name in names:
                values = {"name": name, "channel": "email", "address": f"{name}@example.org", "level": level}
                connection.execute(insert(contact).values(**values, least=least, **more))


def stored(connection: Connection) -> dict[str, tuple[int, str]]:
    """What is in the database, by message id: when it happened, and its kind."""
    return {
        f"{row.kiosk}-{row.journal}-{row.sequence}": (row.happened_at, row.kind)
        for row in connection.execute(select(telemetry))
    }
