"""The migrations make what the models say, from nothing, on both databases."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Engine, inspect

from kiosk.fleet.store.database import METADATA, DatabaseError, check, migrate, newest, open_database, reading, version


def test_from_nothing_to_what_the_models_say(empty: Engine) -> None:
    assert version(empty) is None
    with pytest.raises(DatabaseError, match="version none"):
        check(empty)
    migrate(empty)
    check(empty)
    assert version(empty) == newest()
    with empty.connect() as connection:
        how = {"compare_type": True, "compare_server_default": empty.dialect.name == "postgresql"}
        context = MigrationContext.configure(connection, opts=how)
        assert compare_metadata(context, list(METADATA)) == []
    named = {table for metadata in METADATA for table in metadata.tables}
    assert set(inspect(empty).get_table_names()) == named | {"alembic_version"}


def test_many_may_migrate_at_once(empty: Engine) -> None:
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: migrate(empty), range(4)))
    assert version(empty) == newest()


def test_readers_do_not_wait_for_a_writer(engine: Engine) -> None:
    with engine.begin(), reading(engine).begin() as reader:
        assert reader.exec_driver_sql("SELECT count(*) FROM kiosk").scalar_one() == 0


def test_another_kind_of_database_is_refused() -> None:
    with pytest.raises(DatabaseError, match="SQLite or PostgreSQL"):
        open_database("mysql://somewhere/fleet")
