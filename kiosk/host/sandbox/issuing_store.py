"""The tables of issuing. What must never be is forbidden here, whatever the program does: two open applications of one
person, two open reservations of one application or one card, two cards bound to one application, two live cards of one
person.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

from sqlalchemy import Column, Connection, Engine, Index, Integer, LargeBinary, String, Table, select

from kiosk.host.issuing_values import ApplicationState, CardState
from kiosk.host.sandbox.issuing_stock import Stock
from kiosk.host.sandbox.people import CardRow
from kiosk.host.sandbox.store import columns_of, facts, metadata
from kiosk.host.sandbox.text_messages import text_messages


def _text(name: str, **settings: Any) -> Column[str]:
    return Column(name, String, nullable=False, **settings)


quotes = Table(
    "issuing_quotes",
    metadata,
    Column("number", String, primary_key=True),
    Column("person_id", Integer, nullable=False),
    _text("reason"),
    Column("fen", Integer, nullable=False),
    _text("basis"),
    _text("day"),
    _text("lapses"),
)
applications = Table(
    "issuing_applications",
    metadata,
    Column("number", String, primary_key=True),
    Column("person_id", Integer, nullable=False),
    _text("mode"),
    _text("state"),
    _text("reason"),
    _text("quote", unique=True),
    Column("fen", Integer, nullable=False),
    _text("photo"),
    _text("device"),
    _text("opened"),
    _text("touched"),  # by its device, last
    _text("due"),  # ISO dates; empty in instant mode
    _text("latest"),
    Column("provisional", Integer, nullable=False),
    Column("priority", Integer, nullable=False),
    _text("card_number"),  # given with the first reservation, empty before
    _text("payment"),
    _text("old_card"),  # how the card before was given up: reported_lost, handed_in, or empty
    _text("committed"),  # ISO instant, empty before
    Column("commits", Integer, nullable=False),  # how often the binding was carried out: 0 or 1
    _text("whereabouts"),
)
openings = Table("issuing_openings", metadata, Column("opening_key", String, primary_key=True), _text("application"))
abandoned = Table("issuing_abandoned", metadata, Column("opening_key", String, primary_key=True), _text("at"))
stock = Table(
    "issuing_stock",
    metadata,
    Column("serial", String, primary_key=True),
    _text("identifier", unique=True),
    _text("bank"),
    _text("account", unique=True),
    _text("version"),
    _text("algorithm"),  # "01" 3DES, "03" SM4
    _text("state"),
)
reservations = Table(
    "issuing_reservations",
    metadata,
    Column("id", Integer, primary_key=True),
    _text("application"),
    _text("serial"),
    _text("state"),  # open, released, suspect, spoiled, bound
    _text("device"),
    _text("at"),
    _text("issue_date"),
)
voids = Table(
    "issuing_voids",
    metadata,
    Column("serial", String, primary_key=True),
    _text("account", unique=True),
    _text("reason"),
    _text("queued"),
)
photos = Table(
    "issuing_photos", metadata, Column("person_id", Integer, primary_key=True), Column("picture", LargeBinary)
)
"""What has come since the population was made; no picture: what was on file is gone."""
photo_receipts = Table(
    "issuing_photo_receipts",
    metadata,
    Column("receipt", String, primary_key=True),
    Column("person_id", Integer, nullable=False),
    Column("picture", LargeBinary, nullable=False),
)
guardians = Table(
    "issuing_guardians",
    metadata,
    Column("guardian_id", Integer, primary_key=True),
    Column("child_id", Integer, primary_key=True),
)
events = Table(
    "issuing_events",
    metadata,
    Column("id", Integer, primary_key=True),
    _text("application"),
    _text("event"),
    _text("serial"),
    _text("device"),
    _text("at"),
)
issued_cards = Table(
    "issued_cards", metadata, *columns_of(CardRow, "identifier"), _text("application", unique=True), _text("at")
)
card_changes = Table(
    "issuing_card_changes",
    metadata,
    Column("identifier", String, primary_key=True),
    _text("social_side"),
    _text("social_since"),
)

_OVER = (ApplicationState.COLLECTED.value, ApplicationState.WITHDRAWN.value)
LIVE = ("normal", "to_be_activated")
Index(
    "one_open_application",
    applications.c.person_id,
    unique=True,
    sqlite_where=applications.c.state.notin_(_OVER),
)
Index(
    "one_open_reservation_of_an_application",
    reservations.c.application,
    unique=True,
    sqlite_where=reservations.c.state.in_(("open", "bound")),
)
Index(
    "one_open_reservation_of_a_card",
    reservations.c.serial,
    unique=True,
    sqlite_where=reservations.c.state.in_(("open", "bound")),
)
Index("reservation_once", reservations.c.application, reservations.c.serial, unique=True)
Index("one_live_card", issued_cards.c.person_id, unique=True, sqlite_where=issued_cards.c.social_side.in_(LIVE))
Index("events_application", events.c.application)

TABLES = (
    quotes, applications, openings, abandoned, stock, reservations, voids, photos, photo_receipts, guardians, events,
    issued_cards, card_changes, text_messages,
)  # fmt: skip


def open_tables(engine: Engine, pre_made: Stock) -> None:
    """The tables, with the stock in them; made anew when their definition or the stock file has changed."""
    definition = Path(__file__).read_bytes() + pre_made.fingerprint.encode()
    wanted = hashlib.sha256(definition).hexdigest()
    with engine.begin() as connection:
        found = connection.execute(select(facts.c.value).where(facts.c.name == "issuing")).scalar()
        if found == wanted:
            return
        metadata.drop_all(connection, tables=TABLES)
        metadata.create_all(connection, tables=TABLES)
        connection.execute(facts.delete().where(facts.c.name == "issuing"))
        connection.execute(facts.insert().values(name="issuing", value=wanted))
        empty(connection, pre_made)


def empty(connection: Connection, pre_made: Stock) -> None:
    """Nothing applied for, every card of the stock free."""
    for table in TABLES:
        connection.execute(table.delete())
    connection.execute(
        stock.insert(),
        [
            {
                "serial": card.serial,
                "identifier": card.chip.identifier.upper(),
                "bank": card.bank,
                "account": card.account,
                "version": card.chip.version,
                "algorithm": {"3des": "01", "sm4": "03"}[card.chip.algorithm],
                "state": CardState.FREE.value,
            }
            for card in pre_made.cards
        ],
    )
