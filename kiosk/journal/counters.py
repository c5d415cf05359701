"""Counts that live on: sheets printed, cards read. They change together with the entry that caused it."""

from __future__ import annotations

from datetime import date

from kiosk.journal.database import Database


class Counters:
    """Whole numbers by name; a name never counted is 0."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, name: str, amount: int = 1) -> int:
        """Count on; returns the new value."""
        with self._database.transaction():
            self._database.write(
                "INSERT INTO counter (name, value) VALUES (?, ?)"
                " ON CONFLICT (name) DO UPDATE SET value = value + excluded.value",
                name,
                amount,
            )
            return self.value(name)

    def set(self, name: str, value: int) -> None:
        """After a refill or a count by hand."""
        with self._database.transaction():
            self._database.write("INSERT OR REPLACE INTO counter (name, value) VALUES (?, ?)", name, value)

    def value(self, name: str) -> int:
        """The count now."""
        rows = self._database.rows("SELECT value FROM counter WHERE name = ?", name)
        return int(rows[0][0]) if rows else 0

    def all(self) -> dict[str, int]:
        """Every count, by name."""
        return dict(self._database.rows("SELECT name, value FROM counter ORDER BY name"))


def used_on(supply: str, day: date) -> str:
    """The name of the count of what was used of a supply (``cards.BANK``, ``ribbon``, ``paper``) on a day."""
    return f"used.{supply}.{day:%Y%m%d}"
