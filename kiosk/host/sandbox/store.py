"""The sandbox's database: its tables, and how it is filled once and found again.

The population part is made anew when the seed, the size, the people, the data files or the month change; what kiosks
wrote (documents, corrections, idempotency keys) stays.
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Any, get_type_hints

import structlog
from sqlalchemy import (
    Column,
    Engine,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    create_engine,
    event,
    select,
)

from kiosk.host.sandbox import reference
from kiosk.host.sandbox.careers import YearRow
from kiosk.host.sandbox.people import (
    BLACKLISTED_RANGE,
    BenefitRow,
    CardRow,
    PersonRow,
)
from kiosk.host.sandbox.population import population

log = structlog.get_logger(__name__)
metadata = MetaData()


def columns_of(row: type, *keys: str) -> Iterable[Column[Any]]:
    """Columns after the fields of a NamedTuple: int is INTEGER, str is VARCHAR, nothing is NULL."""
    for name, kind in get_type_hints(row).items():
        whole = kind is int
        reference_to = (ForeignKey("people.id"),) if name == "person_id" else ()
        yield Column(name, Integer if whole else String, *reference_to, primary_key=name in keys, nullable=False)


people = Table("people", metadata, *columns_of(PersonRow, "id"))
cards = Table("cards", metadata, *columns_of(CardRow, "identifier"), sqlite_with_rowid=False)
years = Table("person_years", metadata, *columns_of(YearRow, "person_id", "year"), sqlite_with_rowid=False)
benefits = Table("benefits", metadata, *columns_of(BenefitRow))
blacklist_ranges = Table(
    "blacklist_ranges", metadata, Column("first", String, primary_key=True), Column("last", String, nullable=False)
)
Index("people_number", people.c.number)
Index("people_kind", people.c.kind)
Index("cards_person", cards.c.person_id)
Index("cards_blacklisted", cards.c.blacklisted)
Index("benefits_person", benefits.c.person_id)

facts = Table("facts", metadata, Column("name", String, primary_key=True), Column("value", String, nullable=False))
documents = Table(
    "documents",
    metadata,
    Column("number", String, primary_key=True),
    Column("code", String, nullable=False, unique=True),
    Column("person_id", Integer, nullable=False),
    Column("kind", String, nullable=False),
    Column("state", String, nullable=False),  # reserved, activated, void
    Column("kiosk", String, nullable=False),
    Column("registered", String, nullable=False),
)
corrections = Table(
    "corrections",
    metadata,
    Column("number", String, primary_key=True),
    Column("person_id", Integer, nullable=False),
    Column("fields", String, nullable=False),
    Column("opened", String, nullable=False),
)
pin_changes = Table(
    "pin_changes",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("identifier", String, nullable=False),
    Column("at", String, nullable=False),
)
answers = Table(
    "answers",
    metadata,
    Column("key", String, primary_key=True),
    Column("digest", LargeBinary, nullable=False),
    Column("body", LargeBinary, nullable=False),
)

POPULATION = (benefits, years, cards, people, blacklist_ranges)
WRITTEN = (documents, corrections, pin_changes, answers)


def open_store(database: Path, *, people_file: Path, seed: int, size: int, today: date) -> Engine:
    """The database, filled. ``size``: people in all, at least those of the file. Raises DataError, sqlalchemy errors.

    The first opening writes the population (some seconds); later ones find it.
    """
    database.parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(f"sqlite:///{database}", hide_parameters=True)
    event.listen(engine, "connect", _pragmas)
    wanted = reference.fingerprint(people_file, seed=seed, size=size, month=f"{today:%Y-%m}")
    metadata.create_all(engine, tables=[facts])
    with engine.connect() as connection:
        found = connection.execute(select(facts.c.value).where(facts.c.name == "population")).scalar()
    if found != wanted:
        started = time.monotonic()
        _fill(engine, people_file, wanted, seed=seed, size=size, today=today)
        log.info("population_made", people=size, seconds=round(time.monotonic() - started, 2))
    return engine


def _pragmas(connection: Any, _record: object) -> None:
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=NORMAL")
    connection.execute("PRAGMA busy_timeout=5000")


def _fill(engine: Engine, people_file: Path, fingerprint: str, *, seed: int, size: int, today: date) -> None:
    entries = list(population(reference.demo_people(people_file), seed=seed, size=size, today=today))
    with engine.begin() as connection:
        metadata.drop_all(connection, tables=POPULATION)
        metadata.create_all(connection)
        for table, rows in (
            (people, [entry.person for entry in entries]),
            (cards, [entry.card for entry in entries if entry.card is not None]),
            (years, [row for entry in entries for row in entry.years]),
            (benefits, [row for entry in entries for row in entry.benefits]),
            (blacklist_ranges, [BLACKLISTED_RANGE]),
        ):
            if rows:
                places = ", ".join("?" * len(rows[0]))
                connection.exec_driver_sql(f"INSERT INTO {table.name} VALUES ({places})", rows)  # noqa: S608
        version = connection.execute(select(facts.c.value).where(facts.c.name == "blacklist_version")).scalar()
        connection.execute(facts.delete().where(facts.c.name.in_(("population", "blacklist_version"))))
        connection.execute(
            facts.insert(),
            [
                {"name": "population", "value": fingerprint},
                {"name": "blacklist_version", "value": str(int(version or 0) + 1)},
            ],
        )
