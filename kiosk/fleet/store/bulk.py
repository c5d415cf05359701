"""Many rows at once: COPY into a table of the connection's own and one statement from there on PostgreSQL, prepared
statements on SQLite. Part of the caller's transaction; values are the driver's own (JSON as text)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from psycopg import sql
from sqlalchemy import Table
from sqlalchemy.engine import Connection

from kiosk.fleet.store.database import is_postgresql

Row = Sequence[Any]

NEWER = """
("{table}"."journal" = excluded."journal" AND excluded."sequence" > "{table}"."sequence")
OR ("{table}"."journal" <> excluded."journal" AND excluded."received_at" >= "{table}"."received_at")
"""
"""Whether the new row tells of something later than the one that is there."""


@dataclass(frozen=True, slots=True, eq=False)
class Target:
    """Where rows go. ``columns``: in the order of the values. ``changes``: by column, the expression it is set to when
    the key is there already; None: the row that is there stays. ``when``: only then is it changed."""

    table: Table
    columns: tuple[str, ...]
    changes: Mapping[str, str] | None = None
    when: str = ""

    @property
    def keys(self) -> tuple[str, ...]:
        """The columns of the primary key."""
        return tuple(column.name for column in self.table.primary_key)

    def on_conflict(self) -> str:
        """The end of the INSERT."""
        if self.changes is None:
            return "ON CONFLICT DO NOTHING"
        keys = ", ".join(f'"{each}"' for each in self.keys)
        sets = ", ".join(f'"{name}" = {to}' for name, to in self.changes.items())
        when = f" WHERE {self.when}" if self.when else ""
        return f"ON CONFLICT ({keys}) DO UPDATE SET {sets}{when}"


def latest(table: Table, when: str = NEWER) -> Target:
    """For a table that keeps what is latest: the whole row is replaced by a newer one."""
    columns = tuple(column.name for column in table.columns)
    keys = {column.name for column in table.primary_key}
    changes = {name: f'excluded."{name}"' for name in columns if name not in keys}
    return Target(table, columns, changes, when.format(table=table.name))


def adding(table: Table, *amounts: str) -> Target:
    """For a table of sums: ``amounts`` are added to what is there."""
    columns = tuple(column.name for column in table.columns)
    return Target(table, columns, {name: f'"{table.name}"."{name}" + excluded."{name}"' for name in amounts})


def put(connection: Connection, target: Target, rows: Sequence[Row]) -> None:
    """Insert, or change what is there. No key may be twice among ``rows``."""
    if not rows:
        return
    if is_postgresql(connection):
        cursor = _copied(connection, target, rows)
        cursor.execute(_from_staging(target))
    else:
        _driver(connection).executemany(_insert(target), rows)


def put_new(connection: Connection, target: Target, rows: Sequence[Row]) -> list[Row]:
    """Insert those whose key is not there yet; returns these."""
    if not rows:
        return []
    if is_postgresql(connection):
        cursor = _copied(connection, target, rows)
        returning = ", ".join(f'"{each}"' for each in target.keys)
        cursor.execute(_from_staging(target) + sql.SQL(f" RETURNING {returning}"))
        new = set(cursor.fetchall())
        if len(new) == len(rows):
            return list(rows)
        places = [target.columns.index(each) for each in target.keys]
        return [row for row in rows if tuple(row[place] for place in places) in new]
    cursor = _driver(connection)
    statement = _insert(target)
    return [row for row in rows if cursor.execute(statement, row).rowcount == 1]


def copy(connection: Connection, table: Table, rows: Iterable[Row]) -> None:
    """Whole rows into an empty table of PostgreSQL, by COPY and nothing else."""
    columns = ", ".join(f'"{column.name}"' for column in table.columns)
    with _driver(connection).copy(f'COPY "{table.name}" ({columns}) FROM STDIN') as copying:
        for row in rows:
            copying.write_row(row)


def drop_older(connection: Connection, table: Table, parent: Sequence[str], rows: Iterable[Row]) -> None:
    """Delete what a newer message no longer names. A row: values of ``parent``, then journal, sequence, received_at."""
    mark = "%s" if is_postgresql(connection) else "?"
    of_it = " AND ".join(f'"{each}" = {mark}' for each in parent)
    statement = (
        f'DELETE FROM "{table.name}" WHERE {of_it} AND '  # noqa: S608 -- our own names
        f'(("journal" = {mark} AND "sequence" < {mark}) OR ("journal" <> {mark} AND "received_at" <= {mark}))'
    )
    values = [(*row[:-3], row[-3], row[-2], row[-3], row[-1]) for row in rows]
    if values:
        _driver(connection).executemany(statement, values)


def _insert(target: Target) -> str:
    columns = ", ".join(f'"{each}"' for each in target.columns)
    marks = ", ".join("?" * len(target.columns))
    return f'INSERT INTO "{target.table.name}" ({columns}) VALUES ({marks}) {target.on_conflict()}'  # noqa: S608


def _copied(connection: Connection, target: Target, rows: Sequence[Row]) -> Any:
    cursor = _driver(connection)
    name = target.table.name
    columns = ", ".join(f'"{each}"' for each in target.columns)
    cursor.execute(
        f'CREATE TEMPORARY TABLE IF NOT EXISTS "in_{name}" (LIKE "{name}" INCLUDING DEFAULTS) ON COMMIT DELETE ROWS; '
        f'TRUNCATE "in_{name}"'
    )
    with cursor.copy(f'COPY "in_{name}" ({columns}) FROM STDIN') as copy:
        for row in rows:
            copy.write_row(row)
    return cursor


def _from_staging(target: Target) -> sql.SQL:
    columns = ", ".join(f'"{each}"' for each in target.columns)
    name = target.table.name
    return sql.SQL(
        f'INSERT INTO "{name}" ({columns}) SELECT {columns} FROM "in_{name}" {target.on_conflict()}'  # noqa: S608
    )


def _driver(connection: Connection) -> Any:
    """A cursor of the driver, within the transaction that SQLAlchemy has begun."""
    return connection.connection.driver_connection.cursor()  # type: ignore[union-attr]
