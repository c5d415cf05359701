"""Commands from afar, durably: which were heard, how far each has come, and what the fleet has yet to be told of it."""

from __future__ import annotations

from dataclasses import dataclass

from kiosk.journal.database import Database


@dataclass(frozen=True, slots=True)
class Order:
    """A command that was accepted. ``content``: as it came, for going on after a restart; ``step``: of the last
    reply."""

    id: str
    verb: str
    content: str
    state: str
    step: int


class Orders:
    """Every call returns when the disk has it."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def heard(self, nonce: str, expires_at: int, now: int) -> bool:
        """Whether this nonce is new. It is remembered until well after its command has expired."""
        with self._database.transaction():
            self._database.write("DELETE FROM command_nonce WHERE expires_at < ?", now - DAY)
            written = self._database.write(
                "INSERT INTO command_nonce (nonce, expires_at) VALUES (?, ?) ON CONFLICT (nonce) DO NOTHING",
                nonce,
                expires_at,
            )
        return written == 1

    def of(self, id_: str) -> Order | None:
        """The command with this id, if it was ever accepted."""
        rows = self._database.rows("SELECT id, verb, content, state, step FROM command WHERE id = ?", id_)
        return Order(*rows[0]) if rows else None

    def open(self) -> tuple[Order, ...]:
        """Those that have not ended, in the order in which they came."""
        rows = self._database.rows(
            "SELECT id, verb, content, state, step FROM command"
            " WHERE state IN ('received', 'waiting', 'running') ORDER BY rowid"
        )
        return tuple(Order(*row) for row in rows)

    def accepted(self, order: Order, expires_at: int) -> None:
        """A command was accepted; with :meth:`reply` in one transaction."""
        with self._database.transaction():
            self._database.write(
                "INSERT INTO command (id, verb, content, state, step, expires_at) VALUES (?, ?, ?, ?, ?, ?)",
                order.id,
                order.verb,
                order.content,
                order.state,
                order.step,
                expires_at,
            )

    def changed(self, id_: str, state: str, step: int) -> None:
        """It has come further."""
        with self._database.transaction():
            self._database.write("UPDATE command SET state = ?, step = ? WHERE id = ?", state, step, id_)

    def reply(self, message_id: str, content: bytes) -> None:
        """Queue a reply; the same id again changes nothing."""
        with self._database.transaction():
            self._database.write(
                "INSERT INTO command_reply (message_id, content) VALUES (?, ?) ON CONFLICT (message_id) DO NOTHING",
                message_id,
                content,
            )

    def replies(self, limit: int = 20) -> tuple[tuple[str, bytes], ...]:
        """Ids and contents of the replies that are still to be sent, oldest first."""
        rows = self._database.rows("SELECT message_id, content FROM command_reply ORDER BY position LIMIT ?", limit)
        return tuple((id_, content) for id_, content in rows)

    def replied(self, message_id: str) -> None:
        """The broker has it."""
        with self._database.transaction():
            self._database.write("DELETE FROM command_reply WHERE message_id = ?", message_id)


DAY = 86_400_000
"""Milliseconds."""
