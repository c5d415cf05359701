"""Tables of kiosks and of what they said. SQLAlchemy Core; times are milliseconds since 1970.

``happened_at`` is by the kiosk's clock, everything else by the fleet's. What is *latest* is replaced only by something
newer: within a journal the higher sequence, between journals what was received later (:mod:`kiosk.fleet.store.newer`).
"""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

KIOSK, WORD, ID, PERSON = String(10), String(100), String(32), String(200)
AutoNumber = BigInteger().with_variant(Integer, "sqlite")
"""SQLite counts up only in an INTEGER PRIMARY KEY."""


def _from() -> tuple[Column[str], Column[int], Column[int], Column[int]]:
    """The message that a latest value is from."""
    return (
        Column("journal", ID, nullable=False),
        Column("sequence", BigInteger, nullable=False),
        Column("happened_at", BigInteger, nullable=False),
        Column("received_at", BigInteger, nullable=False),
    )


kiosk = Table(
    "kiosk",
    metadata,
    Column("id", KIOSK, primary_key=True),
    Column("name", PERSON, nullable=False, default="", server_default=""),
    Column("site", WORD, nullable=False, default="", server_default=""),
    Column("line", WORD, nullable=False, default="", server_default=""),
    Column("latitude", Integer),
    Column("longitude", Integer),
    Column("hours", JSON),
    Column("added_at", BigInteger, nullable=False),
    Column("retired_at", BigInteger),
    Column("online", Boolean, nullable=False, default=True, server_default="1"),
    Column("silent_since", BigInteger),
    Index(None, "line"),
    Index(None, "site"),
)
"""A kiosk. ``site``: the hall it stands in; ``line``: what it shares its network with others by; both empty if not
known. ``latitude``, ``longitude``: millionths of a degree. ``hours``: the published hours, a list of seven lists
(Monday first) of [begin, end] in minutes of the day in the kiosk's zone; None: always. ``online`` and ``silent_since``
are judged by the alert engine."""

presence = Table(
    "presence",
    metadata,
    Column("kiosk", KIOSK, primary_key=True),
    Column("seen_at", BigInteger, nullable=False),
    Column("boot", ID, nullable=False),
    Column("number", BigInteger, nullable=False),
    Column("journal", ID, nullable=False),
    Column("sequence", BigInteger, nullable=False),
    Column("sent_at", BigInteger, nullable=False),
    Column("uptime", BigInteger, nullable=False),
    Column("version", PERSON, nullable=False),
    Column("policy", PERSON, nullable=False),
    Column("region", PERSON, nullable=False),
    Column("works", Text, nullable=False),
    Column("banks", Text, nullable=False),
    Column("state", PERSON, nullable=False),
    Column("serving", Boolean, nullable=False),
    Column("unsent", BigInteger, nullable=False),
    Column("dropped", BigInteger, nullable=False),
    Column("clock_off", BigInteger),
    Column("certificate_until", BigInteger),
    Column("disk_free", BigInteger),
    Column("memory", BigInteger),
    postgresql_with={"fillfactor": 50},
)
"""The latest heartbeat. ``seen_at``: when the broker had it. ``works``, ``banks``: words, a space between. No index
beside the key, and half of each page free: PostgreSQL then replaces a row in place (HOT)."""

telemetry = Table(
    "telemetry",
    metadata,
    Column("kiosk", KIOSK, primary_key=True),
    Column("journal", ID, primary_key=True),
    Column("sequence", BigInteger, primary_key=True),
    Column("boot", ID, nullable=False),
    Column("happened_at", BigInteger, nullable=False),
    Column("sent_at", BigInteger, nullable=False),
    Column("received_at", BigInteger, nullable=False),
    Column("late", Boolean, nullable=False),
    Column("kind", String(30), nullable=False),
    Column("body", JSON, nullable=False),
    Index("ix_telemetry_received_at", "received_at", postgresql_using="brin"),
)
"""Every message, once: the key is its message id."""

position = Table(
    "position",
    metadata,
    Column("kiosk", KIOSK, primary_key=True),
    Column("journal", ID, primary_key=True),
    Column("began_at", BigInteger, nullable=False),
    Column("highest", BigInteger, nullable=False),
    Column("stored", BigInteger, nullable=False),
    Column("last_received_at", BigInteger, nullable=False),
    Column("last_late", Boolean, nullable=False),
)
"""How far each journal has come. ``stored`` below ``highest``: messages are missing. ``last_late``: whether the
message of the highest sequence told of the past."""

device_state = Table(
    "device_state",
    metadata,
    Column("kiosk", KIOSK, primary_key=True),
    Column("device", WORD, primary_key=True),
    Column("kind", WORD, nullable=False),
    Column("state", WORD, nullable=False),
    Column("model", PERSON, nullable=False),
    Column("fault", WORD),
    Column("faults", JSON, nullable=False),
    Column("words", JSON, nullable=False),
    Column("measures", JSON, nullable=False),
    Column("ribbon", JSON),
    *_from(),
)
"""The latest of each device."""

storage_unit = Table(
    "storage_unit",
    metadata,
    Column("kiosk", KIOSK, primary_key=True),
    Column("device", WORD, primary_key=True),
    Column("unit", WORD, primary_key=True),
    Column("kind", WORD, nullable=False),
    Column("level", WORD, nullable=False),
    Column("count", BigInteger),
    Column("threshold", BigInteger),
    Column("bank", WORD),
    *_from(),
)
"""Hoppers, bins and slots; with ``bank``: the cards of a bank in this machine."""

supply = Table(
    "supply",
    metadata,
    Column("kiosk", KIOSK, primary_key=True),
    Column("supply", WORD, primary_key=True),
    Column("unit", String(10), nullable=False),
    Column("left", BigInteger),
    Column("capacity", BigInteger),
    Column("level", WORD, nullable=False),
    Column("a_day", BigInteger),
    Column("empty_on", String(10)),
    Column("soon", Boolean, nullable=False),
    Column("bank", WORD),
    *_from(),
)
"""What runs out, with its forecast."""

capabilities = Table(
    "capabilities",
    metadata,
    Column("kiosk", KIOSK, primary_key=True),
    Column("works", JSON, nullable=False),
    Column("banks", JSON, nullable=False),
    Column("lost", JSON, nullable=False),
    *_from(),
)
"""What a kiosk can do now; ``lost``: by capability, what took it."""

condition = Table(
    "condition",
    metadata,
    Column("kiosk", KIOSK, primary_key=True),
    Column("device", WORD, primary_key=True),
    Column("code", WORD, primary_key=True),
    Column("raised", Boolean, nullable=False),
    Column("late", Boolean, nullable=False),
    Column("facts", JSON, nullable=False),
    *_from(),
)
"""What events have raised or settled (a door, a stock difference): the alert engine reads it as it reads states."""

facet_change = Table(
    "facet_change",
    metadata,
    Column("kiosk", KIOSK, primary_key=True),
    Column("facet", WORD, primary_key=True),
    Column("journal", ID, primary_key=True),
    Column("sequence", BigInteger, primary_key=True),
    Column("happened_at", BigInteger, nullable=False),
    Column("up", Boolean, nullable=False),
)
"""When ``service`` or a capability came and went, for availability; in any order of arrival."""

counter_day = Table(
    "counter_day",
    metadata,
    Column("kiosk", KIOSK, primary_key=True),
    Column("day", String(10), primary_key=True),
    Column("name", WORD, primary_key=True),
    Column("value", BigInteger, nullable=False),
    *_from(),
)
"""Each counter as it last stood on a day."""

outcome_day = Table(
    "outcome_day",
    metadata,
    Column("kiosk", KIOSK, primary_key=True),
    Column("day", String(10), primary_key=True),
    Column("service", WORD, primary_key=True),
    Column("result", String(10), primary_key=True),
    Column("step", WORD, primary_key=True),
    Column("reason", WORD, primary_key=True),
    Column("count", BigInteger, nullable=False),
)
"""Businesses of a day by how they went; ``step`` and ``reason`` empty where there is none."""

step_day = Table(
    "step_day",
    metadata,
    Column("kiosk", KIOSK, primary_key=True),
    Column("day", String(10), primary_key=True),
    Column("service", WORD, primary_key=True),
    Column("step", WORD, primary_key=True),
    Column("milliseconds", BigInteger, nullable=False),
    Column("visits", BigInteger, nullable=False),
)
"""Time spent in each step of a service on a day."""

quarantine = Table(
    "quarantine",
    metadata,
    Column("id", AutoNumber, primary_key=True),
    Column("received_at", BigInteger, nullable=False),
    Column("stream", WORD, nullable=False),
    Column("stream_sequence", BigInteger, nullable=False),
    Column("digest", String(64), nullable=False),
    Column("subject", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("payload", LargeBinary, nullable=False),
    UniqueConstraint("stream", "stream_sequence", "digest"),
)
"""What could not be read, once each, with the reason. ``payload``: its first 64 KiB; ``size``: how long it was."""

attention = Table(
    "attention",
    metadata,
    Column("id", AutoNumber, primary_key=True),
    Column("kiosk", KIOSK, nullable=False),
)
"""Kiosks that the alert engine must look at again; it deletes the rows that it has seen."""
