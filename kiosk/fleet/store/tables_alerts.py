"""Tables of what is done about kiosks: alerts, tickets, commands, availability, the audit trail, what is to be sent."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from kiosk.fleet.store.tables import ID, KIOSK, PERSON, WORD, AutoNumber, metadata

alert = Table(
    "alert",
    metadata,
    Column("id", AutoNumber, primary_key=True),
    Column("kiosk", KIOSK, nullable=False),
    Column("device", WORD, nullable=False),
    Column("code", WORD, nullable=False),
    Column("severity", String(10), nullable=False),
    Column("state", String(12), nullable=False),
    Column("level", Integer, nullable=False, default=0),
    Column("late", Boolean, nullable=False),
    Column("happened_at", BigInteger, nullable=False),
    Column("opened_at", BigInteger, nullable=False),
    Column("acknowledged_at", BigInteger),
    Column("acknowledged_by", PERSON),
    Column("escalates_at", BigInteger),
    Column("cleared_at", BigInteger),
    Column("cleared_by", PERSON),
    Column("facts", JSON, nullable=False),
    Index(
        "uq_alert_open",
        "kiosk",
        "device",
        "code",
        unique=True,
        postgresql_where=text("cleared_at IS NULL"),
        sqlite_where=text("cleared_at IS NULL"),
    ),
    Index(None, "opened_at"),
    Index(None, "kiosk", "opened_at"),
)
"""One alert; its identity while open is (kiosk, device, code). ``kiosk`` is empty for an alert of many kiosks, and
``device`` is then ``line:NAME``, ``site:NAME`` or ``fleet``. ``state``: opened, acknowledged, escalated, cleared.
``happened_at``: when it began, as far as known; ``late``: it was learned of long after."""

alert_member = Table(
    "alert_member",
    metadata,
    Column("alert", ForeignKey("alert.id"), primary_key=True),
    Column("kiosk", KIOSK, primary_key=True),
    Column("since", BigInteger, nullable=False),
    Column("until", BigInteger),
    Index(None, "kiosk"),
)
"""The kiosks of an alert of many; ``until``: when it was back."""

alert_event = Table(
    "alert_event",
    metadata,
    Column("id", AutoNumber, primary_key=True),
    Column("alert", ForeignKey("alert.id"), nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("what", String(20), nullable=False),
    Column("by", PERSON, nullable=False),
    Column("facts", JSON, nullable=False),
    Index(None, "alert"),
)
"""What became of an alert: opened, acknowledged, escalated, cleared, joined, left, worse, told, commanded."""

ticket = Table(
    "ticket",
    metadata,
    Column("id", AutoNumber, primary_key=True),
    Column("alert", ForeignKey("alert.id")),
    Column("kiosk", KIOSK, nullable=False),
    Column("device", WORD, nullable=False),
    Column("code", WORD, nullable=False),
    Column("urgency", String(10), nullable=False),
    Column("state", String(12), nullable=False),
    Column("opened_at", BigInteger, nullable=False),
    Column("opened_by", PERSON, nullable=False),
    Column("due_at", BigInteger, nullable=False),
    Column("assignee", PERSON),
    Column("closed_at", BigInteger),
    Column("closed_by", PERSON),
    Column("facts", JSON, nullable=False),
    Index(None, "state", "due_at"),
    Index(None, "kiosk"),
)
"""Work to be done. ``urgency``: low, normal, high. ``state``: open, working, closed. ``facts``: of a supply, its
forecast."""

ticket_note = Table(
    "ticket_note",
    metadata,
    Column("id", AutoNumber, primary_key=True),
    Column("ticket", ForeignKey("ticket.id"), nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("by", PERSON, nullable=False),
    Column("text", Text, nullable=False),
    Column("parts", JSON, nullable=False),
    Index(None, "ticket"),
)
"""A note; ``parts``: spare parts used, by name, how many."""

command = Table(
    "command",
    metadata,
    Column("id", ID, primary_key=True),
    Column("kiosk", KIOSK, nullable=False),
    Column("verb", WORD, nullable=False),
    Column("arguments", JSON, nullable=False),
    Column("issued_by", PERSON, nullable=False),
    Column("issued_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger, nullable=False),
    Column("approved_by", PERSON, nullable=False, default="", server_default=""),
    Column("approved_at", BigInteger),
    Column("state", String(12), nullable=False),
    Column("sent", Integer, nullable=False, default=0, server_default="0"),
    Column("sent_at", BigInteger),
    Column("step", BigInteger, nullable=False, default=0, server_default="0"),
    Column("refusal", String(20)),
    Column("facts", JSON, nullable=False),
    Column("answered_at", BigInteger),
    Column("alert", ForeignKey("alert.id")),
    Index(None, "kiosk", "issued_at"),
    Index(None, "state"),
)
"""A command. ``state``: proposed (waits for a second person), ready, received, waiting, running; done, failed, refused,
expired, withdrawn. ``step``: of the newest reply."""

command_reply = Table(
    "command_reply",
    metadata,
    Column("command", ID, primary_key=True),
    Column("step", BigInteger, primary_key=True),
    Column("kiosk", KIOSK, primary_key=True),
    Column("state", String(12), nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("received_at", BigInteger, nullable=False),
    Column("refusal", String(20)),
    Column("facts", JSON, nullable=False),
    Column("content", LargeBinary),
    Column("content_type", PERSON, nullable=False, default="", server_default=""),
)
"""Every reply, once."""

silence = Table(
    "silence",
    metadata,
    Column("kiosk", KIOSK, primary_key=True),
    Column("began_at", BigInteger, primary_key=True),
    Column("ended_at", BigInteger),
)
"""From the last heartbeat before a kiosk counted as offline to the first one after; ``ended_at`` None: still."""

exclusion = Table(
    "exclusion",
    metadata,
    Column("id", AutoNumber, primary_key=True),
    Column("kind", String(10), nullable=False),
    Column("kiosk", KIOSK, nullable=False, default="", server_default=""),
    Column("site", WORD, nullable=False, default="", server_default=""),
    Column("line", WORD, nullable=False, default="", server_default=""),
    Column("began_at", BigInteger, nullable=False),
    Column("ended_at", BigInteger, nullable=False),
    Column("reason", Text, nullable=False),
    Column("made_by", PERSON, nullable=False),
    Column("made_at", BigInteger, nullable=False),
    Column("withdrawn_by", PERSON),
    Column("withdrawn_at", BigInteger),
    Index(None, "ended_at"),
)
"""Hours that do not count for availability. ``kind``: planned (made known before it began) or adjustment (afterwards).
At most one of kiosk, site and line is named; none: all kiosks."""

audit = Table(
    "audit",
    metadata,
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("at", BigInteger, nullable=False),
    Column("actor", PERSON, nullable=False),
    Column("action", WORD, nullable=False),
    Column("subject", PERSON, nullable=False),
    Column("facts", Text, nullable=False),
    Column("hash", String(64), nullable=False),
    Index(None, "subject"),
)
"""Who did what, in one chain: ``hash`` is over the entry and the hash before it."""

audit_head = Table(
    "audit_head",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("number", BigInteger, nullable=False),
    Column("hash", String(64), nullable=False),
)
"""The end of the chain: one row, locked while an entry is added."""

contact = Table(
    "contact",
    metadata,
    Column("id", AutoNumber, primary_key=True),
    Column("name", PERSON, nullable=False),
    Column("channel", String(10), nullable=False),
    Column("address", Text, nullable=False),
    Column("secret", Text, nullable=False, default="", server_default=""),
    Column("language", String(2), nullable=False, default="zh", server_default="zh"),
    Column("level", Integer, nullable=False, default=0, server_default="0"),
    Column("least", String(10), nullable=False, default="warning", server_default="warning"),
    Column("site", WORD, nullable=False, default="", server_default=""),
    Column("quiet_from", Integer),
    Column("quiet_until", Integer),
    Column("removed_at", BigInteger),
    Column("paused_at", BigInteger),
    UniqueConstraint("name", "channel", "address"),
)
"""Someone, or a system, to be told. ``channel``: email or webhook; ``secret``: of a webhook, encrypted. ``level``: 0 is
told at once, n when an alert has been escalated n times. ``least``: the severity from which. ``site``: of this hall
only. ``quiet_from``, ``quiet_until``: minutes of the day between which only what is critical is sent. ``removed_at``:
told no more since; ``paused_at``: told nothing since, until it is taken back."""

delivery = Table(
    "delivery",
    metadata,
    Column("id", AutoNumber, primary_key=True),
    Column("key", String(100), nullable=False, unique=True),
    Column("alert", ForeignKey("alert.id")),
    Column("contact", ForeignKey("contact.id"), nullable=False),
    Column("content", JSON, nullable=False),
    Column("made_at", BigInteger, nullable=False),
    Column("due_at", BigInteger, nullable=False),
    Column("attempts", Integer, nullable=False, default=0, server_default="0"),
    Column("state", String(10), nullable=False),
    Column("trouble", Text, nullable=False, default="", server_default=""),
    Column("ended_at", BigInteger),
    Index(None, "state", "due_at"),
)
"""What is to be sent to a contact: waiting, sent, or dead after too many attempts."""
