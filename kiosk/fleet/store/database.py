"""Opening the fleet's database and bringing its tables up to date.

::

    engine = open_database("sqlite:////var/lib/kiosk-fleet/fleet.db")
    engine = open_database("postgresql+psycopg://fleet@/fleet")
    migrate(engine)
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, MetaData, create_engine, event, make_url
from sqlalchemy.engine import Connection

from kiosk.fleet import members
from kiosk.fleet.access import accounts
from kiosk.fleet.store import tables_alerts

METADATA: tuple[MetaData, ...] = (tables_alerts.alert.metadata, members.metadata, accounts.metadata)
"""Everything that the migrations make."""


class DatabaseError(RuntimeError):
    """The database cannot be used as it is; says what to do."""


def open_database(url: str, *, pool: int = 10) -> Engine:
    """An engine. ``postgresql://`` means psycopg 3. Raises DatabaseError for any other kind of database.

    On SQLite every transaction but those of :func:`reading` begins as a writer (``BEGIN IMMEDIATE``), waits up to 30 s
    for its turn, and is on the disk when it is committed.
    """
    wanted = make_url(url)
    if wanted.drivername in ("postgresql", "postgres"):
        wanted = wanted.set(drivername="postgresql+psycopg")
    if wanted.drivername == "postgresql+psycopg":
        return create_engine(
            wanted,
            pool_size=pool,
            max_overflow=pool,
            pool_pre_ping=True,
            hide_parameters=True,
            connect_args={"connect_timeout": 5},
        )
    if wanted.get_backend_name() != "sqlite":
        raise DatabaseError(f"{wanted.drivername}: the fleet is kept in SQLite or PostgreSQL")
    engine = create_engine(wanted, hide_parameters=True, connect_args={"timeout": 30})
    event.listen(engine, "connect", _as_sqlite_should_be)
    event.listen(engine, "begin", _begin)
    return engine


def reading(engine: Engine) -> Engine:
    """The same database for those who only read: they neither wait for a writer nor hold one up."""
    return engine.execution_options(reading=True)


def is_postgresql(connection: Connection | Engine) -> bool:
    """Whether this is PostgreSQL; SQLite otherwise."""
    return connection.dialect.name == "postgresql"


def migrate(engine: Engine) -> None:
    """Bring the tables to the newest version, from nothing or from any version before. Safe to call by many at once."""
    with engine.begin() as connection:
        if is_postgresql(connection):
            connection.exec_driver_sql("SELECT pg_advisory_xact_lock(718201)")
        command.upgrade(_config(connection), "head")


def version(engine: Engine) -> str | None:
    """Which migration the database is at; None: it has none of our tables."""
    with engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def newest() -> str:
    """The newest migration."""
    head = ScriptDirectory.from_config(_config(None)).get_current_head()
    if head is None:
        raise DatabaseError("this installation has no migrations")
    return head


def check(engine: Engine) -> None:
    """Raises DatabaseError if the tables are not those of this software."""
    if (found := version(engine)) != newest():
        raise DatabaseError(f"the database is at version {found or 'none'}, this software needs {newest()}: migrate it")


def _config(connection: Connection | None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).with_name("migrations")))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config


def _as_sqlite_should_be(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # SQLAlchemy's own begin is used, see below
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA foreign_keys = ON")


def _begin(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN" if connection.get_execution_options().get("reading") else "BEGIN IMMEDIATE")
