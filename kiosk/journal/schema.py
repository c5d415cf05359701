"""The tables of the journal, version by version; an earlier file is brought up to date when it is opened."""

from __future__ import annotations

VERSION_1 = """
CREATE TABLE entry (
    sequence INTEGER PRIMARY KEY,
    business TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('intent', 'outcome', 'note')),
    step TEXT NOT NULL,
    at TEXT NOT NULL,
    intent INTEGER REFERENCES entry (sequence),
    result TEXT,
    facts TEXT NOT NULL,
    previous BLOB NOT NULL,
    hash BLOB NOT NULL
) STRICT;
CREATE UNIQUE INDEX entry_outcome ON entry (intent) WHERE intent IS NOT NULL;
CREATE INDEX entry_business ON entry (business);
CREATE TABLE head (one INTEGER PRIMARY KEY CHECK (one = 1), sequence INTEGER NOT NULL, hash BLOB NOT NULL) STRICT;
CREATE TABLE outbox (
    position INTEGER PRIMARY KEY,
    message_id TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL,
    payload TEXT,
    queued_at TEXT NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0,
    state TEXT NOT NULL DEFAULT 'pending' CHECK (state IN ('pending', 'sent', 'manual')),
    settled_at TEXT
) STRICT;
CREATE INDEX outbox_state ON outbox (state, position);
CREATE TABLE custody (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    digest BLOB NOT NULL,
    serial TEXT NOT NULL,
    business TEXT NOT NULL,
    since TEXT NOT NULL
) STRICT;
CREATE TABLE counter (name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT;
CREATE TABLE secret (name TEXT PRIMARY KEY, value BLOB NOT NULL) STRICT;
"""

VERSION_2 = """
CREATE TABLE issue (
    business TEXT PRIMARY KEY,
    holder BLOB NOT NULL,
    application TEXT NOT NULL DEFAULT '',
    bank TEXT NOT NULL DEFAULT '',
    hopper TEXT NOT NULL DEFAULT '',
    fee_order TEXT NOT NULL DEFAULT '',
    fen INTEGER NOT NULL DEFAULT 0,
    cards INTEGER NOT NULL DEFAULT 0,
    serial TEXT NOT NULL DEFAULT '',
    step TEXT NOT NULL,
    ended TEXT,
    changed_at TEXT NOT NULL
) STRICT;
CREATE INDEX issue_open ON issue (ended) WHERE ended IS NULL;
CREATE TABLE stock_card (
    serial TEXT PRIMARY KEY,
    bank TEXT NOT NULL,
    place TEXT NOT NULL,
    hopper TEXT NOT NULL DEFAULT '',
    business TEXT NOT NULL DEFAULT '',
    inside INTEGER NOT NULL DEFAULT 0 CHECK (inside IN (0, 1)),
    changed_at TEXT NOT NULL
) STRICT;
CREATE INDEX stock_card_place ON stock_card (place, hopper, bank);
CREATE INDEX stock_card_inside ON stock_card (place) WHERE inside = 1;
CREATE TABLE stock_unread (
    line INTEGER PRIMARY KEY,
    business TEXT NOT NULL,
    bank TEXT NOT NULL,
    hopper TEXT NOT NULL,
    place TEXT NOT NULL,
    inside INTEGER NOT NULL DEFAULT 0 CHECK (inside IN (0, 1)),
    changed_at TEXT NOT NULL
) STRICT;
CREATE TABLE path_card (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    serial TEXT NOT NULL,
    bank TEXT NOT NULL,
    hopper TEXT NOT NULL,
    business TEXT NOT NULL,
    since TEXT NOT NULL
) STRICT;
CREATE TABLE stock_block (reason TEXT PRIMARY KEY, since TEXT NOT NULL) STRICT;
"""

VERSION_3 = """
CREATE TABLE fleet (one INTEGER PRIMARY KEY CHECK (one = 1), journal TEXT NOT NULL, dropped INTEGER NOT NULL) STRICT;
INSERT INTO fleet VALUES (1, lower(hex(randomblob(8))), 0);
CREATE TABLE telemetry (
    sequence INTEGER PRIMARY KEY AUTOINCREMENT,
    boot TEXT NOT NULL,
    body TEXT NOT NULL,
    happened_at INTEGER NOT NULL
) STRICT;
CREATE TABLE command (
    id TEXT PRIMARY KEY,
    verb TEXT NOT NULL,
    content TEXT NOT NULL,
    state TEXT NOT NULL,
    step INTEGER NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT;
CREATE TABLE command_nonce (nonce TEXT PRIMARY KEY, expires_at INTEGER NOT NULL) STRICT;
CREATE TABLE command_reply (
    position INTEGER PRIMARY KEY AUTOINCREMENT,
    message_id TEXT NOT NULL UNIQUE,
    content BLOB NOT NULL
) STRICT;
"""

VERSIONS = (VERSION_1, VERSION_2, VERSION_3)
"""What is run, in order, to come from one version to the next."""
